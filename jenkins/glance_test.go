package jenkins

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// past gives so many jobs one build each that ended before the watch began.
func past(f *fakeAsker, jobs int) {
	for i := range jobs {
		f.add(fmt.Sprintf("past-%04d", i), 3, -time.Hour, time.Minute)
	}
}

// The tree of many jobs is paid for by shorter answers, not by fewer.
func TestTheMinuteOfALongTreeIsWatchedByGlances(t *testing.T) {
	t.Parallel()
	for running, pulses := range map[int]int{20: 29, 5: 2} { // after it, where few builds run, all is asked for instead of a pulse
		synctest.Test(t, func(t *testing.T) {
			p := &pulsed{fakeAsker: &fakeAsker{}, began: time.Now(), change: func(r *Run) {
				r.Description, r.Estimated, r.Progress = "whole", 200*time.Second, int(time.Since(r.StartedAt)/(2*time.Second))
			}}
			crowd(p.fakeAsker, running)
			past(p.fakeAsker, manyJobs)
			for _, s := range watched(t, &Watcher{asker: p}, 119*time.Second) {
				if len(s.Runs) != running {
					t.Fatalf("%d runs are shown", len(s.Runs))
				}
				for _, r := range s.Runs {
					if want := int(s.At.Sub(r.StartedAt) / (2 * time.Second)); r.Description != "whole" || r.Progress != want {
						t.Fatalf("a glance lost what was known, or time (%d%%): %+v", want, r)
					}
				}
			}
			if n := len(p.glances); n != 27 || p.glances[0] != 2*time.Second || p.glances[n-1] != 58*time.Second {
				t.Errorf("%d run: glances at %v", running, p.glances)
			}
			if len(p.pulses) != pulses || p.pulses[0] != 20*time.Second || p.pulses[1] != 40*time.Second {
				t.Errorf("%d run: pulses at %v", running, p.pulses)
			}
			if n := len(p.whole) + len(p.pulses) + len(p.glances); n != 60 {
				t.Errorf("%d run: %d refreshes", running, n)
			}
		})
	}
}

func TestAGlanceThatShowsAChangeAsksForTheWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		p := &pulsed{fakeAsker: &fakeAsker{}, began: began, change: func(r *Run) { r.Description = "whole" }}
		crowd(p.fakeAsker, 20)
		past(p.fakeAsker, manyJobs)
		p.add("new", 1, 5*time.Second, 0)
		p.add("leaves", 2, -time.Minute, 71*time.Second).result = Unstable
		snaps := watched(t, &Watcher{asker: p}, 19*time.Second)
		if want := []time.Duration{0, 6 * time.Second, 11 * time.Second}; !slices.Equal(p.whole, want) {
			t.Errorf("whole answers at %v, want %v", p.whole, want)
		}
		if run := find(snaps[len(snaps)-1].Runs, "new", 1); run == nil || run.Description != "whole" {
			t.Errorf("the new build is shown as %+v", run)
		}
		if got := story(snaps, "leaves", 2); got != "RUNNING UNSTABLE" {
			t.Errorf("the build that ended: %s", got)
		}
	})
}

// What runs and is no build of the list, such as a promotion, or an ended build that tidies up, is no change.
func TestAGlanceIsNotFooledByWhatTheListLeavesOut(t *testing.T) {
	t.Parallel()
	tidies := strings.Replace(oddRunning, `"building":true,"queueId":17`, `"building":false,"queueId":17`, 1)
	for name, answer := range map[string]string{"a promotion": oddRunning, "a build that tidies up": tidies} {
		c := reading(answering(func(req *http.Request) *http.Response { return canned(req, answer) }))
		runs, nodes, err := c.Running(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b := newBook(nil)
		b.saw(runs, nodes, time.Now())
		items, busy, err := c.Glance(t.Context())
		if err != nil || !b.distinct() || !b.still(items, busy) {
			t.Errorf("%s: a glance at %d, with %d busy, shows a change: %v", name, items, busy, err)
		}
		for i := range items {
			if b.still(slices.Delete(slices.Clone(items), i, i+1), busy) {
				t.Errorf("%s: that %d is gone is not seen", name, items[i])
			}
		}
	}
}

// A Jenkins of long ago names no queue items: by them one build cannot be told from another that took its place.
func TestWhatHasNoQueueItemIsWatchedByPulses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &pulsed{fakeAsker: &fakeAsker{}, began: time.Now(), change: func(r *Run) { r.Item = 0 }}
		crowd(p.fakeAsker, 20)
		past(p.fakeAsker, manyJobs)
		watched(t, &Watcher{asker: p}, 19*time.Second)
		if len(p.glances) > 0 || len(p.pulses) != 9 {
			t.Errorf("%d glances, %d pulses", len(p.glances), len(p.pulses))
		}
	})
}
