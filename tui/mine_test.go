package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"

	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestMineHoldsWhatEndedBeforeTheStart: the tree of all jobs does not tell who started their last builds.
func TestMineHoldsWhatEndedBeforeTheStart(t *testing.T) {
	t.Parallel()
	const question = "lastCompletedBuild%5Burl,actions"
	for name, c := range map[string]struct {
		jobs   int
		atOnce bool
	}{"few jobs": {40, true}, "many jobs": {400, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kittest.InBubble(t, func(t *testing.T) {
				c, atOnce := jenkinstest.Large(c.jobs, 10), c.atOnce
				o := played(c)
				o.Controllers[0].Watcher = &watch.Watcher{Client: o.Controllers[0].Client}
				d := drive(t, o, 120, 40)
				d.watch(3 * time.Second)
				if got := strings.Contains(d.screen(), " now   3 Failing"); got == atOnce {
					t.Errorf("the number of mine is said to be incomplete: %v\n%s", got, d.screen())
				}
				if got := asked(c, question); (got == 1) != atOnce {
					t.Errorf("asked %d times before anybody looked", got)
				}
				d.press("2")
				d.watch(3 * time.Second)
				ended := 0
				for _, r := range d.m.runs.List.Rows {
					if r.Run != nil && r.Run.Status.Ended() {
						ended++
					}
				}
				if ended == 0 || strings.Contains(d.screen(), " now   3 Failing") {
					t.Errorf("%d builds that had ended are mine:\n%s", ended, d.screen())
				}
				d.press("1")
				d.watch(10 * time.Minute)
				d.press("2")
				d.watch(3 * time.Second)
				if got := asked(c, question); got != 1 {
					t.Errorf("asked %d times", got)
				}
			})
		})
	}
}

func TestEmptyListOfMineSaysWhoIAm(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		for _, want := range []string{"Nothing in Mine, which is what alice started, by hand or upstream.", "it is not known who you are"} {
			d := drive(t, o, 200, 60)
			s := sampleSnapshot(time.Now())
			s.Runs = nil
			d.send(s)
			d.press("2")
			if got := d.screen(); !strings.Contains(got, want) {
				t.Errorf("want %q:\n%s", want, got)
			}
			o.Me = nil
		}
	})
}
