package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// madeAgain is team/pr #1 before and after its job was deleted and created again.
func madeAgain(now time.Time) (old, fresh jenkins.Run) {
	old = jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "team/pr", Number: 1}, Status: jenkins.Failure,
		StartedAt: now.Add(-2 * time.Hour), Duration: time.Minute}
	fresh = old
	fresh.Status, fresh.StartedAt, fresh.Duration = jenkins.Running, now.Add(-time.Second), 0
	return old, fresh
}

func TestSelectionSaysThatItsBuildIsAnotherNow(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		old, fresh := madeAgain(time.Now())
		other := old
		other.Job = "team/other"
		d.send(watch.Snapshot{Controller: "ci", At: time.Now(), Recent: []jenkins.Run{other, old}})
		d.selectJob("team/pr")
		d.send(watch.Snapshot{Controller: "ci", At: time.Now(), Recent: []jenkins.Run{other, old}})
		if got := d.screen(); strings.Contains(got, "another build") {
			t.Fatalf("the same build again:\n%s", got)
		}
		d.send(watch.Snapshot{Controller: "ci", At: time.Now(), Runs: []jenkins.Run{fresh}, Recent: []jenkins.Run{other}})
		if got := d.screen(); !strings.Contains(got, "team/pr #1 is another build now") || d.m.runs.List.Selected != kit.KeyOf(&fresh) {
			t.Errorf("selected is %v:\n%s", d.m.runs.List.Selected, got)
		}
		for id, s := range d.m.panes.shown {
			if s.on && s.build != kit.KeyOf(&fresh) {
				t.Errorf("pane %d still shows %v", id, s.build)
			}
		}
	})
}

func TestRowThatIsGoneIsNotTheOtherBuildOfItsNumber(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		old, fresh := madeAgain(time.Now())
		other := old
		other.Job = "team/other"
		for _, selected := range []string{"team/pr", "team/other"} { // it is marked, or hidden
			d.send(watch.Snapshot{Controller: "ci", At: time.Now(), Recent: []jenkins.Run{other, old}})
			d.selectJob(selected)
			d.send(kit.GoneMsg{Build: kit.KeyOf(&old)})
			d.send(watch.Snapshot{Controller: "ci", At: time.Now(), Runs: []jenkins.Run{fresh}, Recent: []jenkins.Run{other}})
			if got := d.screen(); strings.Contains(got, "not there any more") || d.m.runs.List.Find(kit.KeyOf(&fresh)) < 0 {
				t.Errorf("with %s selected:\n%s", selected, got)
			}
			clear(d.m.runs.Data.Gone)
		}
	})
}

func TestOpenedBuildIsNotReplacedByTheOtherOfItsNumber(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		old, fresh := madeAgain(time.Now())
		d.send(watch.Snapshot{Controller: "ci", At: time.Now()})
		d.m.panes.openRun(old)
		d.send(watch.Snapshot{Controller: "ci", At: time.Now(), Runs: []jenkins.Run{fresh}})
		if at, of := d.m.runs.List.Find(kit.KeyOf(&old)), d.m.runs.List.Find(kit.KeyOf(&fresh)); at < 0 || of < 0 || at == of || d.m.runs.List.Cursor != at {
			t.Errorf("the old is in row %d, the new in row %d, the cursor in row %d:\n%s", at, of, d.m.runs.List.Cursor, d.screen())
		}
	})
}
