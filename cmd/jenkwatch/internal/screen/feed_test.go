package screen

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui"
)

func aRun(number int, s jenkins.Status) jenkins.Run {
	return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "job", Number: number}, Status: s, StartedAt: time.Now()}
}

func TestPushIsOnTheScreenBeforeTheControllerIsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var shown watch.Snapshot
		var doubted []string
		f := newFeed(func(s watch.Snapshot) { shown = s })
		f.contradicted = func(h tui.PushReceived) { doubted = append(doubted, h.Status+": "+strings.Join(h.Contradicts, "; ")) }
		f.snapshot(watch.Snapshot{Controller: "ci", At: time.Now()})
		time.Sleep(5 * time.Second)

		push := claims.Checked{Push: sender.Push{Status: "START", ReceivedAt: time.Now()}, Run: aRun(1, jenkins.Running)}
		f.push(push)
		if len(shown.Runs) != 1 || shown.Runs[0].Status != jenkins.Running {
			t.Errorf("after START: %+v", shown.Runs)
		}
		time.Sleep(time.Minute)
		push.Status, push.ReceivedAt = "FAILURE", time.Now()
		f.push(push) // the API says that it runs until the plugin has pushed
		if len(shown.Runs) != 0 || len(shown.Recent) != 1 || shown.Recent[0].Status != jenkins.Failure || shown.Recent[0].Duration != time.Minute {
			t.Errorf("after FAILURE: %+v, %+v", shown.Runs, shown.Recent)
		}
		// An answer that was under way does not take it back, nor the first one after it, which may name a build that has
		// left its executor until its end is known. Later ones count, whatever they say.
		for i, after := range []time.Duration{0, 5 * time.Second, 0, 5 * time.Second} {
			time.Sleep(after)
			f.snapshot(watch.Snapshot{Controller: "ci", At: time.Now(), Runs: []jenkins.Run{push.Run}})
			if last := i == 3; len(shown.Runs) == 1 != last || len(shown.Recent) == 0 != last || len(doubted) == 1 != last {
				t.Errorf("after answer %d: %+v, %+v, %q", i, shown.Runs, shown.Recent, doubted)
			}
		}
		if doubted[0] != "FAILURE: Jenkins says RUNNING" {
			t.Errorf("%q", doubted)
		}
		// Of what it bears out nothing is said.
		push.ReceivedAt = time.Now()
		f.push(push)
		time.Sleep(5 * time.Second)
		ended := push.Run
		ended.Status = jenkins.Failure
		f.snapshot(watch.Snapshot{Controller: "ci", At: time.Now(), Recent: []jenkins.Run{ended}})
		if len(f.pushed) > 0 || len(doubted) > 1 {
			t.Errorf("%v, %q", f.pushed, doubted)
		}
	})
}

func TestMessageOfABuildDoesNotEndIt(t *testing.T) {
	t.Parallel()
	var shown watch.Snapshot
	f := newFeed(func(s watch.Snapshot) { shown = s })
	f.snapshot(watch.Snapshot{Controller: "ci", At: time.Now().Add(-time.Second)})
	f.push(claims.Checked{Push: sender.Push{Status: "UNSTABLE", Body: new("tests failed"), ReceivedAt: time.Now()},
		Run: aRun(1, jenkins.Running)})
	if len(shown.Runs) != 1 || len(shown.Recent) != 0 {
		t.Errorf("%+v, %+v", shown.Runs, shown.Recent)
	}
}

// TestPushIsShownOnItsControllerAsLongAsItMayBeTrue: an answer that may have been under way does not take it back, and what no list
// names goes after a minute.
func TestPushIsShownOnItsControllerAsLongAsItMayBeTrue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shown := map[string]watch.Snapshot{}
		f := newFeed(func(s watch.Snapshot) { shown[s.Controller] = s })
		answer := func(controller string, runs ...jenkins.Run) int {
			f.snapshot(watch.Snapshot{Controller: controller, At: time.Now(), Runs: runs})
			return len(shown[controller].Runs)
		}
		answer("ci")
		answer("other")
		f.push(claims.Checked{Push: sender.Push{Status: "START", ReceivedAt: time.Now()}, Run: aRun(1, jenkins.Running)})
		time.Sleep(500 * time.Millisecond)
		paused := aRun(1, jenkins.Paused)
		paused.StartedAt = shown["ci"].Runs[0].StartedAt
		if answer("ci", paused); shown["ci"].Runs[0].Status != jenkins.Running {
			t.Errorf("an answer that was under way shows %+v", shown["ci"].Runs)
		}
		time.Sleep(pushMaxAge / 2)
		if here, there := answer("ci"), answer("other"); here != 1 || there != 0 {
			t.Errorf("after half a minute there are %d, and %d on the other controller", here, there)
		}
		time.Sleep(time.Minute)
		if here := answer("ci"); here != 0 {
			t.Errorf("later there are %+v", shown["ci"].Runs)
		}
	})
}
