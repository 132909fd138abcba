package follow

import (
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

var at = time.Date(2026, 1, 31, 14, 0, 0, 0, time.UTC)

func ref(job string, number int, item int64) jenkins.Ref {
	return jenkins.Ref{Controller: "ci", Job: job, Number: number, QueueID: item}
}

// TestACancelledItemIsFollowedNoLonger, a while after it has left the queue; its job's later builds are others.
func TestACancelledItemIsFollowedNoLonger(t *testing.T) {
	t.Parallel()
	item := jenkins.Run{Ref: ref("a", 0, 7), Status: jenkins.Queued, QueuedAt: at}
	before := jenkins.Run{Ref: ref("a", 3, 0), Status: jenkins.Running, StartedAt: at.Add(-time.Hour)}
	var s Set
	if !s.toggle(&item) || !s.Active() {
		t.Fatal("it is not followed")
	}
	for _, age := range []time.Duration{0, 10 * time.Second, 50 * time.Second} {
		s.Observe(&watch.Snapshot{Controller: "ci", At: at.Add(age), Runs: []jenkins.Run{before}}, nil)
		s.Observe(&watch.Snapshot{Controller: "other", At: at.Add(time.Hour)}, nil)
		if !s.Has(&item) || s.Has(&before) {
			t.Fatalf("after %v %v is followed", age, s.Runs())
		}
	}
	s.Observe(&watch.Snapshot{Controller: "ci", At: at.Add(2 * time.Minute), Runs: []jenkins.Run{before}}, nil)
	if s.Active() {
		t.Errorf("then %v is followed", s.Runs())
	}
}

// TestAPartOfAPipelineLeadsToThePipeline: its queue item has the number of the run that it is a part of.
func TestAPartOfAPipelineLeadsToThePipeline(t *testing.T) {
	t.Parallel()
	part := jenkins.Run{Ref: ref("a", 3, 7), Status: jenkins.Queued, QueuedAt: at, PartOf: true}
	run := jenkins.Run{Ref: ref("a", 3, 0), Status: jenkins.Running, StartedAt: at.Add(-time.Hour)}
	var s Set
	s.toggle(&part)
	s.Observe(&watch.Snapshot{Controller: "ci", At: at, Runs: []jenkins.Run{run}, Queue: []jenkins.Run{part}}, nil)
	s.Observe(&watch.Snapshot{Controller: "ci", At: at.Add(2 * time.Second), Runs: []jenkins.Run{run}}, nil)
	if !s.Has(&run) {
		t.Errorf("%v is followed", s.Runs())
	}
}

func TestTheTitleNamesOneRunAndCountsSeveral(t *testing.T) {
	t.Parallel()
	var s Set
	asOf := func(*jenkins.Run) time.Time { return at }
	title := func() string { return s.Title(asOf, &kit.ASCIIGlyphs) }
	if title() != "" {
		t.Errorf("at first %q", title())
	}
	s.toggle(&jenkins.Run{Ref: ref("a", 3, 0), Status: jenkins.Running, StartedAt: at.Add(-time.Minute), Estimated: 90 * time.Second})
	if title() != "> a #3 65%" {
		t.Errorf("of one %q", title())
	}
	s.toggle(&jenkins.Run{Ref: ref("b", 3, 0), Status: jenkins.Running, StartedAt: at.Add(-time.Minute), Estimated: 10 * time.Minute})
	if title() != "> 2 runs 10%" {
		t.Errorf("of two %q", title())
	}
	if p, paused, ok := s.progress(asOf); p != 10 || paused || !ok {
		t.Errorf("progress %d, %v, %v", p, paused, ok)
	}
}

// TestTheNextBuildIsThatOfItsController: others may have a job of the same name.
func TestTheNextBuildIsThatOfItsController(t *testing.T) {
	t.Parallel()
	var s Set
	s.toggleNext(&jenkins.Run{Ref: ref("a", 3, 0)}, nil)
	next := jenkins.Run{Ref: ref("a", 4, 0), Status: jenkins.Running, StartedAt: at, Causes: []jenkins.Cause{{UserID: "mira"}}}
	other := next
	other.Controller = "other"
	s.Observe(&watch.Snapshot{Controller: "other", At: at, Runs: []jenkins.Run{other}}, []string{"mira"})
	if s.Has(&other) || !s.waitsFor(&next) {
		t.Fatalf("of the other controller %v is followed", s.Runs())
	}
	s.Observe(&watch.Snapshot{Controller: "ci", At: at, Runs: []jenkins.Run{next}}, []string{"mira"})
	if !s.Has(&next) || s.waitsFor(&next) {
		t.Errorf("%v is followed", s.Runs())
	}
}

// TestOfAllRunsThatAreMineOnlyTheseAreSaid.
func TestOfAllRunsThatAreMineOnlyTheseAreSaid(t *testing.T) {
	t.Parallel()
	s := Set{Mine: true}
	var before, after []jenkins.Run
	for _, user := range []string{"mira", "root"} {
		r := jenkins.Run{Ref: ref("of-"+user, 3, 0), Status: jenkins.Running, StartedAt: at, Causes: []jenkins.Cause{{UserID: user}}}
		before = append(before, r)
		r.Status, r.Duration = jenkins.Failure, time.Minute
		after = append(after, r)
	}
	now := at.Add(time.Minute)
	s.Observe(&watch.Snapshot{Controller: "ci", At: at, RecentAt: at, Runs: before}, []string{"mira"})
	said := s.Observe(&watch.Snapshot{Controller: "ci", At: now, RecentAt: now, Recent: after}, []string{"mira"})
	if len(said.All) != 1 || said.All[0].Run.Job != "of-mira" || len(said.Failed) != 2 {
		t.Errorf("it says %+v", said)
	}
	if s.Follows(&before[1], []string{"mira"}) || !s.Follows(&before[0], []string{"mira"}) {
		t.Error("another's run is followed")
	}
}

// TestARunThatIsMissingAtTimesIsFollowedAllTheSame: only one that stays away for a minute has gone.
func TestARunThatIsMissingAtTimesIsFollowedAllTheSame(t *testing.T) {
	t.Parallel()
	run := jenkins.Run{Ref: ref("a", 3, 0), Status: jenkins.Running, StartedAt: at}
	var s Set
	s.toggle(&run)
	for i := range 10 {
		snap := watch.Snapshot{Controller: "ci", At: at.Add(time.Duration(i) * 30 * time.Second)}
		if i%2 == 1 {
			snap.Runs = []jenkins.Run{run}
		}
		if s.Observe(&snap, nil); !s.Has(&run) {
			t.Fatalf("after %v it is followed no longer", snap.At.Sub(at))
		}
	}
}
