package follow

import (
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// TestWhatIsFollowedSurvivesARestart: what ended meanwhile is said, once, and a build that took the number of another is not it.
func TestWhatIsFollowedSurvivesARestart(t *testing.T) {
	t.Parallel()
	start := at.Add(-time.Minute)
	runs := jenkins.Run{Ref: ref("runs", 3, 0), Status: jenkins.Running, StartedAt: start}
	ends := jenkins.Run{Ref: ref("ends", 4, 0), Status: jenkins.Running, StartedAt: start}
	other := jenkins.Run{Ref: ref("other", 1, 0), Status: jenkins.Running, StartedAt: start}
	item := jenkins.Run{Ref: ref("item", 0, 7), Status: jenkins.Queued, QueuedAt: start}
	var before Set
	for _, r := range []*jenkins.Run{&runs, &ends, &other, &item} {
		before.toggle(r)
	}
	before.toggleNext(&jenkins.Run{Ref: ref("next", 8, 0)}, nil)

	ci := []kit.Controller{{Name: "ci"}}
	var gone, s Set
	if gone.Restore(before.Text(), []kit.Controller{{Name: "another"}}); gone.Active() {
		t.Errorf("of a controller that is not there %v is followed", gone.Runs())
	}
	s.Restore(before.Text(), ci)
	if s.Text() != before.Text() || !s.waitsFor(&jenkins.Run{Ref: ref("next", 0, 0)}) {
		t.Fatalf("%s became %s", before.Text(), s.Text())
	}
	ended := ends
	ended.Status, ended.Duration = jenkins.Failure, time.Minute
	again := other
	again.StartedAt, again.Status = at, jenkins.Success
	began := jenkins.Run{Ref: ref("item", 2, 0), Status: jenkins.Running, StartedAt: at}
	snap := watch.Snapshot{Controller: "ci", At: at.Add(time.Minute), RecentAt: at.Add(time.Minute), Runs: []jenkins.Run{runs, began},
		Recent: []jenkins.Run{ended, again}}
	said := s.Observe(&snap, nil)
	if len(said.All) != 1 || said.All[0].Run.Job != "ends" || said.All[0].Kind != transition.Broken {
		t.Errorf("it says %+v", said.All)
	}
	if !s.Has(&runs) || !s.Has(&began) || s.Has(&ended) || s.Has(&again) {
		t.Errorf("then %v is followed", s.Runs())
	}
	snap.At = snap.At.Add(2 * time.Second)
	if said = s.Observe(&snap, nil); len(said.All) > 0 {
		t.Errorf("and again %+v", said.All)
	}

	for _, text := range []string{"", "null", "{", `[{"number":"x"}]`} {
		var s Set
		if s.Restore(text, ci); len(s.Runs()) > 0 {
			t.Errorf("%q: %v", text, s.Runs())
		}
	}
}
