package announce

import (
	"slices"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

func TestEachKindOfBuildHasItsSequence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		build     buildState
		announced []string
		all       bool
		want      []string
	}{
		{"freestyle that runs", buildState{}, nil, false, []string{"START", "RUNNING"}},
		{"pipeline that runs", buildState{Pipeline: true}, nil, false, []string{"START"}},
		{"pipeline with all", buildState{Pipeline: true}, nil, true, []string{"START", "RUNNING"}},
		{"freestyle that ended unseen", buildState{Ended: true, Result: "FAILURE"}, nil, false, []string{"START", "RUNNING", "FAILURE"}},
		{"pipeline that ended", buildState{Pipeline: true, Ended: true, Result: "UNSTABLE"}, []string{"START"}, false, []string{"UNSTABLE"}},
		{"ended without a result", buildState{Pipeline: true, Ended: true}, []string{"START"}, false, []string{"COMPLETE"}},
		{"nothing new", buildState{}, []string{"START", "RUNNING"}, false, nil},
		{"its result was announced", buildState{Ended: true, Result: "SUCCESS"}, []string{"START", "SUCCESS"}, true, nil},
		{"another result than was announced", buildState{Ended: true, Result: "SUCCESS"}, []string{"COMPLETE"}, true, nil},
	} {
		if got := dueStatuses(tt.build, tt.announced, tt.all); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestPushWithABodyProvesNothingUnlessBodyIsAParameter(t *testing.T) {
	t.Parallel()
	text := "deploying"
	pushes := []sender.Push{{Status: "START"}, {Status: "RUNNING", Body: &text}, {Status: "SUCCESS", Body: &text}, {Status: "START"}, {}}
	if got := pushedStatuses(pushes, false); !slices.Equal(got, []string{"START"}) {
		t.Errorf("%v", got)
	}
	if got := pushedStatuses(pushes, true); !slices.Equal(got, []string{"START", "RUNNING", "SUCCESS"}) {
		t.Errorf("with a parameter called body: %v", got)
	}
}

// progressOf returns a progress with one job, begun at a mark.
func progressOf(mark int) *progress {
	return newProgress(map[string]outbox.Mark{"job": {Number: mark}})
}

func meets(t *testing.T, p *progress, number int, open, missed bool) {
	t.Helper()
	if o, m := p.meet("job", number); o != open || m != missed {
		t.Errorf("#%d: open %v, missed %v, want %v, %v", number, o, m, open, missed)
	}
}

func marks(t *testing.T, p *progress, want int) {
	t.Helper()
	if got := p.marks()["job"].Number; got != want {
		t.Errorf("the mark rose to %d, want %d (0: not at all)", got, want)
	}
}

func TestMarkWaitsForTheLowestOpenBuild(t *testing.T) {
	t.Parallel()
	p := progressOf(4)
	meets(t, p, 4, false, false)
	meets(t, p, 5, true, false)
	meets(t, p, 6, true, false)
	p.settle("job", 6, time.Time{})
	marks(t, p, 0)
	meets(t, p, 6, false, false)
	p.settle("job", 5, time.Time{})
	marks(t, p, 6)
	marks(t, p, 0)
}

func TestMarkWaitsForBuildsThatWereJumpedOver(t *testing.T) {
	t.Parallel()
	p := progressOf(4)
	meets(t, p, 8, true, true)
	p.settle("job", 8, time.Time{})
	marks(t, p, 0)
	if after, ok := p.gap("job"); after != 4 || !ok {
		t.Errorf("the gap begins after %d, %v", after, ok)
	}
	meets(t, p, 6, true, false) // 5 and 7 were deleted
	p.listed("job", 8)
	marks(t, p, 5)
	p.settle("job", 6, time.Time{})
	marks(t, p, 8)
	if _, ok := p.gap("job"); ok {
		t.Error("the gap stays after it was listed")
	}
}

func TestJumpWhileTheGapIsListedIsAGapOfItsOwn(t *testing.T) {
	t.Parallel()
	p := progressOf(4)
	meets(t, p, 8, true, true)
	meets(t, p, 12, true, false) // somebody lists already
	p.settle("job", 8, time.Time{})
	p.settle("job", 12, time.Time{})
	p.listed("job", 8)
	marks(t, p, 8)
	if after, ok := p.gap("job"); after != 8 || !ok {
		t.Errorf("the gap begins after %d, %v", after, ok)
	}
	p.listed("job", 12)
	marks(t, p, 12)
}

func TestJobThatWasMadeAnewIsKnownByItsClock(t *testing.T) {
	t.Parallel()
	p, noon := progressOf(4), time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	p.meet("job", 5)
	p.settle("job", 5, noon)
	if p.anew("job", 5, noon) {
		t.Error("an answer that lags behind is taken for a new job")
	}
	if !p.anew("job", 1, noon.Add(time.Second)) {
		t.Error("#1 began after #5: the job is another one")
	}
	if next := newProgress(p.marks()); next.anew("job", 5, noon) || !next.anew("job", 1, noon.Add(time.Second)) {
		t.Error("the next life does not tell them apart")
	}
	p.renew("job")
	meets(t, p, 1, true, false)
	if !p.former("job", noon) || p.former("job", noon.Add(time.Second)) {
		t.Error("the old job's #5 and the new one's #1 differ in when they began")
	}
}

func TestJobsThatAreGoneAreForgotten(t *testing.T) {
	t.Parallel()
	p := newProgress(map[string]outbox.Mark{"gone": {Number: 3}, "stays": {Number: 3}, "open": {Number: 3}})
	p.meet("open", 4)
	p.keep(func(job string) bool { return job == "stays" })
	if p.knows("gone") || !p.knows("stays") || !p.knows("open") {
		t.Errorf("%d jobs are known", p.count())
	}
}

func TestPassingABuildLeavesOpenOnesBehindTheMark(t *testing.T) {
	t.Parallel()
	p := progressOf(4)
	meets(t, p, 5, true, false)
	p.pass("job", 9, time.Time{})
	marks(t, p, 0)
	p.settle("job", 5, time.Time{})
	marks(t, p, 5)
	p.pass("job", 9, time.Time{})
	marks(t, p, 9)
	p.pass("job", 7, time.Time{})
	marks(t, p, 0)
}

// TestMarksThatCouldNotBeKeptAreTakenAgain, unless a higher one has come since.
func TestMarksThatCouldNotBeKeptAreTakenAgain(t *testing.T) {
	t.Parallel()
	p := newProgress(nil)
	p.begin("a", 3, time.Time{})
	p.begin("b", 7, time.Time{})
	taken := p.marks()
	p.settle("b", 8, time.Time{})
	p.unsaved(taken)
	if got := p.marks(); len(got) != 2 || got["a"].Number != 3 || got["b"].Number != 8 {
		t.Errorf("marks are %v", got)
	}
	if got := p.marks(); len(got) != 0 {
		t.Errorf("taken twice: %v", got)
	}
}
