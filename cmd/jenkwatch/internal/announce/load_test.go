package announce

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// TestResultsComeInTimeAtTwoEndsASecond gives an announcer what a controller says every two seconds, and every answer that
// it asks for takes 300 ms.
func TestResultsComeInTimeAtTwoEndsASecond(t *testing.T) {
	t.Parallel()
	for name, load := range map[string]struct {
		every time.Duration // a build begins
		most  time.Duration // from the snapshot that has a result to its announcement
	}{"busy": {time.Second / 2, 5 * time.Second}, "quiet": {20 * time.Second, time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			w.client.HTTP.Transport = &slowPath{RoundTripper: w.client.HTTP.Transport, path: "/job/", late: 300 * time.Millisecond}
			w.every = time.Hour // the watcher is another's matter
			ended := map[string]time.Time{}
			w.live(t, Rules{}, false, func() {
				time.Sleep(time.Second)
				w.observeFor(t, 3*time.Minute, load.every, ended)
			})
			if n := int(3 * time.Minute / load.every); len(ended) < n/2 {
				t.Fatalf("only %d of %d builds ended", len(ended), n)
			}
			for key, at := range ended {
				if took := w.ledger.at[key].Sub(at); took < 0 || took > load.most {
					t.Errorf("%s: %s was announced after %v, want at most %v", name, key, took, load.most)
				}
			}
		})
	}
}

// observeFor starts builds that take half a minute, half of them pipelines, and gives the announcer a snapshot every two
// seconds. It notes when each result was first in one.
func (w *syncWorld) observeFor(t *testing.T, lasts, every time.Duration, ended map[string]time.Time) {
	t.Helper()
	var before []jenkins.Run
	var recent []jenkins.Run
	based, n := time.Now(), 0
	for began := time.Now(); time.Since(began) < lasts; time.Sleep(2 * time.Second) {
		for ; time.Duration(n)*every < time.Since(began) && time.Since(began) < lasts-time.Minute; n++ {
			add := w.AddPipeline
			if n%2 == 0 {
				add = w.AddFreestyle
			}
			w.Start(add(fmt.Sprintf("job-%03d", n), takes(30*time.Second, "")), nil)
		}
		runs, _, err := w.client.Running(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		there := map[jenkins.Ref]bool{}
		for _, r := range runs {
			there[r.Ref] = true
		}
		for _, r := range before {
			if !there[r.Ref] {
				r.Status, r.Duration = jenkins.Success, 30*time.Second
				recent = append(recent, r)
				ended[fmt.Sprintf("%s#%d SUCCESS", r.Job, r.Number)] = time.Now()
			}
		}
		before = runs
		w.now.Observe(watch.Snapshot{Controller: "ci", At: time.Now(), RecentAt: based, Runs: runs, Recent: recent})
	}
}
