package watch

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// TestTreeThatWasAskedBeforeANewerBuildWasSeenDropsNothing has the tree of the start take its time.
func TestTreeThatWasAskedBeforeANewerBuildWasSeenDropsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		last := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 1}, Status: jenkins.Success, StartedAt: now.Add(-time.Hour), Duration: time.Minute}
		next := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 2}, Status: jenkins.Running, StartedAt: now}
		s := newState(nil)
		s.addRunning(nil, nil, now)
		s.addJobs([]jenkins.Job{{Name: "a", Last: &last}}, s.turn, now, now)
		asked := s.turn
		s.addRunning([]jenkins.Run{next}, nil, now)
		s.addRunning(nil, nil, now)
		next.Status, next.Duration = jenkins.Failure, time.Second
		s.addBuild(next, now)
		s.addJobs([]jenkins.Job{{Name: "a", Last: &last}}, asked, now, now)
		if find(s.recent.runs, "a", 2) == nil || s.jobs["a"].high != 2 {
			t.Errorf("the newer build is gone: %+v", s.recent.runs)
		}
		s.addRunning(nil, nil, now)
		s.addJobs([]jenkins.Job{{Name: "a", Last: &last}}, s.turn, now, now)
		if find(s.recent.runs, "a", 2) != nil {
			t.Error("a build that was deleted since is kept")
		}
	})
}

// TestWhatEndedDuringAnOutageIsShownAfterIt has a build come and go while the controller did not answer: only the tree of all
// jobs has it.
func TestWhatEndedDuringAnOutageIsShownAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		for i := range 4000 { // so many that the next tree would be long in coming
			f.add("past-"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+time.Duration(i).String(), 1, -time.Hour, time.Minute)
		}
		f.add("busy", 1, -time.Minute, 0)
		f.add("missed", 1, 80*time.Second, 10*time.Second).result = jenkins.Failure
		time.AfterFunc(71*time.Second, func() { f.setFail("Running", &jenkins.Error{Kind: jenkins.Unreachable}) })
		time.AfterFunc(2*time.Minute, func() { f.setFail("", nil) })
		snaps := watched(t, &Watcher{asker: f}, 3*time.Minute)
		if got := statusesOf(snaps, "missed", 1); got != "- FAILURE" {
			t.Errorf("a build that ended during the outage: %s", got)
		}
	})
}

func TestUnfocusedWatcherTriesAControllerThatIsAwayRarely(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, began := &fakeAsker{}, time.Now()
		f.setFail("Running", &jenkins.Error{Kind: jenkins.Unreachable})
		w := &Watcher{asker: f}
		w.SetFocused(false)
		watched(t, w, 2*time.Minute)
		if at := f.times("Running", began); len(at) < 3 || len(at) > 5 {
			t.Errorf("asked at %v", at)
		}
	})
}

// TestSlowAnswersSlowThePace: one a little, since it says little of the next; the second in a row in full, until
// one is quick.
func TestSlowAnswersSlowThePace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		slowFor time.Duration
		least   []time.Duration // between two polls
		most    []time.Duration
	}{
		{4500 * time.Millisecond, []time.Duration{5, 2, 2, 2}, []time.Duration{6, 3, 3, 3}},
		{10 * time.Second, []time.Duration{5, 20, 2, 2}, []time.Duration{6, 21, 3, 3}},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, began := &fakeAsker{delay: map[string]time.Duration{"Running": 4 * time.Second}}, time.Now()
			f.add("a", 1, -time.Minute, 0)
			time.AfterFunc(c.slowFor, func() {
				f.mu.Lock()
				defer f.mu.Unlock()
				f.delay = nil
			})
			var slowest, last Snapshot
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			for s := range (&Watcher{asker: f}).Snapshots(ctx) {
				if last = s; s.Every > slowest.Every {
					slowest = s
				}
			}
			at := f.times("Running", began)
			for i := range c.least {
				if got := at[i+1] - at[i]; got < c.least[i]*time.Second || got > c.most[i]*time.Second {
					t.Errorf("slow for %v: poll %d came after %v, want %d to %d s", c.slowFor, i+1, got, c.least[i], c.most[i])
				}
			}
			if slowest.EveryUnslowed != defaultInterval || slowest.Every <= 2*defaultInterval || last.Every != last.EveryUnslowed {
				t.Errorf("slow for %v: the snapshots say every %v, not %v; at last %v", c.slowFor, slowest.Every, slowest.EveryUnslowed, last.Every)
			}
		})
	}
}

// misnamed answers for every build with one of another job, as where a name differs in its case.
type misnamed struct{ fakeAsker }

func (m *misnamed) Build(ctx context.Context, spec jenkins.BuildSpec) (jenkins.Run, error) {
	run, err := m.fakeAsker.Build(ctx, spec)
	run.Job = strings.ToUpper(run.Job)
	return run, err
}

func (*misnamed) LastBuilds(context.Context) ([]jenkins.Job, error) { return nil, nil }

func TestBuildThatIsAnsweredUnderAnotherNameIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, began := &misnamed{}, time.Now()
		f.add("job", 1, -time.Minute, time.Second)
		w := &Watcher{asker: f, Client: &jenkins.Client{Name: "ci"}}
		w.NotifyBuild("job", 1)
		watched(t, w, 30*time.Minute)
		if at := f.times("Build", began); len(at) < 2 || len(at) > maxTries {
			t.Errorf("asked %d times", len(at))
		}
	})
}

// TestBuildsOfAJobThatIsGoneAreShownNoLonger has a whole job be deleted, and somebody miss one of its builds.
func TestBuildsOfAJobThatIsGoneAreShownNoLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		for n := 1; n <= 2; n++ {
			f.add("gone", n, time.Duration(n)*20*time.Second, 5*time.Second).deleted = time.Now().Add(70 * time.Second)
		}
		w := &Watcher{asker: f, Client: &jenkins.Client{Name: "ci"}}
		time.AfterFunc(80*time.Second, func() { w.NotifyMissing("gone", 2) })
		snaps := watched(t, w, 85*time.Second)
		if got := statusesOf(snaps, "gone", 1); !strings.HasPrefix(got, "- RUNNING SUCCESS") {
			t.Fatalf("#1: %s", got)
		}
		if last := snaps[len(snaps)-1]; len(last.Recent) != 0 {
			t.Errorf("still shown: %s", refs(last.Recent))
		}
	})
}

func TestFailedPollIsRepeatedAfterRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, began := &fakeAsker{}, time.Now()
		f.setFail("Running", &jenkins.Error{Kind: jenkins.Refused, Status: 429, RetryAfter: 2 * time.Minute})
		snaps := watched(t, &Watcher{asker: f}, 5*time.Minute)
		if at := f.times("Running", began); !slices.Equal(at, []time.Duration{0, 2 * time.Minute, 4 * time.Minute}) {
			t.Errorf("asked at %v", at)
		}
		if retry := snaps[0].Retry; retry.Sub(began) != 2*time.Minute {
			t.Errorf("the snapshot says %v", retry.Sub(began))
		}
	})
}

// TestEveryRequestCounts: a question may take more than one.
func TestEveryRequestCounts(t *testing.T) {
	t.Parallel()
	moved := recorded.Func(func(req *http.Request) *http.Response {
		if !strings.Contains(req.URL.Path, "moved") {
			return recorded.Page(302, "Location: /moved/queue/api/json", "")(req)
		}
		return recorded.JSON(req, `{"items":[]}`)
	})
	client := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "ci.example"}, HTTP: &http.Client{Transport: moved}}
	l := newLoop(&Watcher{Client: client}, func(Snapshot) bool { return true })
	if !l.askQueue(t.Context()) || l.snap.QueueErr != nil {
		t.Fatal(l.snap.QueueErr)
	}
	if n := l.rate.used(time.Now()); n != 2 {
		t.Errorf("%d requests are counted", n)
	}
}

// TestPushStaysUntilTheControllersNextAnswer shows pushed views of builds that run, have ended, are new or of a deleted job.
func TestPushStaysUntilTheControllersNextAnswer(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 23, 21, 0, 0, 0, time.UTC)
	at := func(run jenkins.Run, started time.Time) jenkins.Run { run.StartedAt = started; return run }
	s := Snapshot{Runs: []jenkins.Run{at(runOf("runs", 1, jenkins.Running), began)}, Recent: []jenkins.Run{at(runOf("ended", 1, jenkins.Success), began)}}
	s.Runs[0].Nodes = []string{"agent-1"}
	for name, c := range map[string]struct {
		push         jenkins.Run
		runs, recent string
	}{
		"still runs":         {at(runOf("runs", 1, jenkins.Running), began), "runs#1 RUNNING agent-1", "ended#1 SUCCESS"},
		"ends":               {at(runOf("runs", 1, jenkins.Failure), began), "", "runs#1 FAILURE agent-1, ended#1 SUCCESS"},
		"begins":             {runOf("new", 7, jenkins.Start), "runs#1 RUNNING agent-1, new#7 START", "ended#1 SUCCESS"},
		"came and went":      {runOf("new", 7, jenkins.Aborted), "runs#1 RUNNING agent-1", "new#7 ABORTED, ended#1 SUCCESS"},
		"late, it has ended": {at(runOf("ended", 1, jenkins.Running), began), "runs#1 RUNNING agent-1", "ended#1 SUCCESS"},
		"of a deleted job":   {at(runOf("runs", 1, jenkins.Failure), began.Add(-time.Hour)), "runs#1 RUNNING agent-1", "ended#1 SUCCESS"},
	} {
		got := s.With(c.push)
		if runs, recent := list(got.Runs), list(got.Recent); runs != c.runs || recent != c.recent {
			t.Errorf("%s: running %s; ended %s", name, runs, recent)
		}
	}
	if list(s.Runs) != "runs#1 RUNNING agent-1" || list(s.Recent) != "ended#1 SUCCESS" {
		t.Error("the snapshot itself was changed")
	}
}

func list(runs []jenkins.Run) string {
	var all []string
	for _, r := range runs {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s#%d %s %s", r.Job, r.Number, r.Status, strings.Join(r.Nodes, ","))))
	}
	return strings.Join(all, ", ")
}
