package log

import (
	"context"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

var errReplaced = &jenkins.Error{Kind: jenkins.NotFound, Op: "ask Jenkins for x #1", Status: 200, Err: jenkins.ErrOtherBuild}

// TestAnotherBuildsLogIsNotShownAsTheOneThatWasOpened: neither that of the whole build, nor that of a step.
func TestAnotherBuildsLogIsNotShownAsTheOneThatWasOpened(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		log := &fakeLog{data: numberedLog(5)}
		p := newTestLog(log)
		p.ask.node = func(string, string) reader { return log }
		p.ask.still = func(context.Context, jenkins.Run) error { return errReplaced }
		p.Resize(80, 10)
		d := kittest.NewDriver(p)
		d.Show(kittest.EndedRun(1))
		step := stages.Step{ID: "7", State: stages.Success}
		for range 2 {
			if got := d.Text(80, 10); strings.Contains(got, "line") || !strings.Contains(got, "another one") {
				t.Errorf("shows:\n%s", got)
			}
			d.Run(p.Update(kit.OpenLogMsg{Run: kittest.EndedRun(1), Step: &step, Title: "sh"}))
			d.Settle()
		}
		p.Hide()
	})
}

// TestALogIsNotReadOnInAnotherBuildsLog: what was read stays, and nothing of the other's is added.
func TestALogIsNotReadOnInAnotherBuildsLog(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		log := &fakeLog{data: numberedLog(100_000)}
		p := newTestLog(log)
		var err error
		asked := 0
		p.ask.still = func(context.Context, jenkins.Run) error { asked++; return err }
		p.Resize(80, 10)
		d := kittest.NewDriver(p)
		d.Show(kittest.EndedRun(1))
		if got := d.Text(80, 10); !strings.Contains(got, "line 100000") || asked != 1 {
			t.Errorf("asked %d times, shows:\n%s", asked, got)
		}
		err = errReplaced
		d.Wait(stillEvery)
		for i := range log.data {
			if log.data[i] == 'l' {
				log.data[i] = 'X'
			}
		}
		d.Run(p.Update(kit.IntentTop))
		d.Settle()
		if got := d.Text(80, 10); strings.Contains(got, "Xine") || !strings.Contains(got, "does not have this build any more") {
			t.Errorf("shows:\n%s", got)
		}
		p.Hide()
	})
}
