package watch

import (
	"slices"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func runOf(job string, number int, status jenkins.Status) jenkins.Run {
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, Number: number}, Status: status}
	if status.Ended() {
		run.Duration = time.Second
	}
	return run
}

// TestItemThatLeavesTheQueueForNoBuildMakesItsJobSuspect has a build start without an item before: it is not that of a later one.
func TestItemThatLeavesTheQueueForNoBuildMakesItsJobSuspect(t *testing.T) {
	t.Parallel()
	now, s := time.Now(), newState(nil)
	item := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", QueueID: 1}, Status: jenkins.Queued}
	s.addRunning([]jenkins.Run{runOf("a", 1, jenkins.Running)}, nil, now)
	s.addQueue(nil)
	s.addQueue([]jenkins.Run{item})
	if len(s.suspectJobs) != 0 {
		t.Error("it is suspect although its item waits")
	}
	s.addQueue(nil)
	if _, suspect := s.suspectJobs["a"]; !suspect {
		t.Error("it is not suspect")
	}
}

// TestTreeSettlesOnlyWhatWasKnownWhenItWasAsked: what came since may not be in it.
func TestTreeSettlesOnlyWhatWasKnownWhenItWasAsked(t *testing.T) {
	t.Parallel()
	now, s := time.Now(), newState(nil)
	s.addRunning([]jenkins.Run{runOf("a", 1, jenkins.Running), runOf("b", 1, jenkins.Running)}, nil, now)
	s.addRunning([]jenkins.Run{runOf("b", 1, jenkins.Running)}, nil, now)
	s.suspectJobs["early"] = s.turn
	asked := s.turn
	s.addRunning([]jenkins.Run{runOf("new", 1, jenkins.Running)}, nil, now)
	s.suspectJobs["late"] = s.turn
	s.addJobs(nil, asked, now, now)
	a, b := s.pending[runOf("a", 1, "").Ref], s.pending[runOf("b", 1, "").Ref]
	if a == nil || b == nil || !a.alone || b.alone {
		t.Errorf("a left before the tree: %+v, b after it: %+v", a, b)
	}
	if _, early := s.suspectJobs["early"]; early || len(s.suspectJobs) != 1 {
		t.Errorf("suspect are %v", s.suspectJobs)
	}
	if _, known := s.jobs["new"]; !known {
		t.Error("a job that is newer than the tree is forgotten")
	}
	s.addJobs(nil, s.turn, now, now)
	s.addRunning(nil, nil, now)
	s.addJobs(nil, s.turn, now, now)
	if _, known := s.jobs["new"]; known {
		t.Error("a job that no tree names is kept")
	}
}

func TestBuildThatItsJobsHistoryLacksIsAskedForAlone(t *testing.T) {
	t.Parallel()
	now, s := time.Now(), newState(nil)
	for n := 1; n <= 2; n++ {
		s.addPending(runOf("a", n, jenkins.Running), true, now)
	}
	refs := s.due(now)
	for _, ref := range refs {
		s.pending[ref].alone = true
	}
	if groups := s.byPage(refs); len(groups) != 1 || len(groups[0]) != 2 {
		t.Fatalf("they are asked for as %v", groups)
	}
	s.addHistory("a", refs, []jenkins.Run{runOf("a", 3, jenkins.Success)}, 1, now)
	if groups := s.byPage(refs); len(groups) != 2 {
		t.Errorf("then as %v", groups)
	}
	s.addHistory("a", refs, []jenkins.Run{runOf("a", 2, jenkins.Running), runOf("a", 1, jenkins.Failure)}, 2, now)
	if len(s.pending) != 1 || s.pending[refs[1]].tries != 1 || !s.recent.has(refs[0]) {
		t.Errorf("of one that ended and one that runs on, pending are %v", s.pending)
	}
}

func TestExecutorThatLingersBringsNoEndedBuildBack(t *testing.T) {
	t.Parallel()
	now, s := time.Now(), newState(nil)
	running := runOf("a", 1, jenkins.Running)
	s.addRunning([]jenkins.Run{running}, nil, now)
	s.addBuild(runOf("a", 1, jenkins.Success), now)
	if moved := s.addRunning([]jenkins.Run{running}, nil, now); len(s.visible()) != 0 || moved.runs {
		t.Errorf("running are %v", s.visible())
	}
	s.addRunning(nil, nil, now)
	if len(s.pending) != 0 {
		t.Errorf("it is asked for again: %v", s.pending)
	}
}

func TestTreeIsAskedForAfterTheLastOneAndNotTooSoon(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, c := range []struct {
		poll jobsPoll
		want bool
	}{
		{jobsPoll{}, true},
		{jobsPoll{underWay: true, asked: now.Add(-time.Hour)}, false},
		{jobsPoll{retry: now.Add(time.Second)}, false},
		{jobsPoll{asked: now.Add(-9 * time.Second)}, false},
		{jobsPoll{asked: now.Add(-10 * time.Second)}, true},
		{jobsPoll{asked: now.Add(-24 * time.Second), took: time.Second}, false},
		{jobsPoll{asked: now.Add(-25 * time.Second), took: time.Second}, true},
	} {
		if got := c.poll.may(now); got != c.want {
			t.Errorf("%+v: %v", c.poll, got)
		}
	}
}

func TestOnlyWhatRunsOrWillRunSoonKeepsThePaceQuick(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fill func(*state)
		want bool
	}{
		"nothing": {func(*state) {}, false},
		"a build": {func(s *state) { s.runs = []jenkins.Run{runOf("a", 1, jenkins.Running)} }, true},
		"input":   {func(s *state) { s.runs = []jenkins.Run{runOf("a", 1, jenkins.Paused)} }, false},
		"an item": {func(s *state) { s.queue = []jenkins.Run{{Status: jenkins.Queued}} }, true},
		"stuck":   {func(s *state) { s.queue = []jenkins.Run{{Status: jenkins.Queued, Stuck: true}} }, false},
		"an end":  {func(s *state) { s.addPending(runOf("a", 1, jenkins.Running), true, time.Time{}) }, true},
	} {
		s := newState(nil)
		if c.fill(s); s.active() != c.want {
			t.Errorf("%s: %v", name, s.active())
		}
	}
}

func TestCausesAreWrittenToEndedBuildsThatHaveNone(t *testing.T) {
	t.Parallel()
	began := time.Now()
	var s state
	known, bare, later := runOf("known", 1, jenkins.Success), runOf("bare", 1, jenkins.Success), runOf("later", 1, jenkins.Success)
	known.Causes = []jenkins.Cause{{UserID: "ann"}}
	known.StartedAt, bare.StartedAt, later.StartedAt = began, began, began.Add(time.Minute)
	s.recent.add(3, &known, &bare, &later)
	bob := []jenkins.Cause{{UserID: "bob"}}
	s.addCauses(map[jenkins.Ref][]jenkins.Cause{known.Ref: bob, bare.Ref: bob, later.Ref: bob}, began.Add(time.Second))
	for job, want := range map[string]string{"known": "ann", "bare": "bob", "later": ""} {
		i := slices.IndexFunc(s.recent.runs, func(r jenkins.Run) bool { return r.Job == job })
		got := ""
		if causes := s.recent.runs[i].Causes; len(causes) > 0 {
			got = causes[0].UserID
		}
		if got != want {
			t.Errorf("%s was started by %q, want %q", job, got, want)
		}
	}
}
