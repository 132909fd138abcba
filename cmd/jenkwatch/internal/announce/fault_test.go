package announce

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// slowPath counts the requests below a path, and answers them late.
type slowPath struct {
	http.RoundTripper
	path  string
	late  time.Duration
	count atomic.Int64
}

func (s *slowPath) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.Contains(req.URL.Path, s.path) {
		s.count.Add(1)
		select {
		case <-time.After(s.late):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	return s.RoundTripper.RoundTrip(req)
}

func (w *syncWorld) slow(path string, late time.Duration) *slowPath {
	s := &slowPath{RoundTripper: w.client.HTTP.Transport, path: path, late: late}
	w.client.HTTP.Transport = s
	return s
}

// TestWhatCannotBeReadHoldsUpNothingElse breaks the pages of one job, whose builds are then left for the next life.
func TestWhatCannotBeReadHoldsUpNothingElse(t *testing.T) {
	t.Parallel()
	for _, fault := range []jenkinstest.Fault{jenkinstest.ServerError, jenkinstest.Forbidden, jenkinstest.HalfJSON, jenkinstest.HTML,
		jenkinstest.EmptyOK, jenkinstest.CutShort, jenkinstest.BadGateway, jenkinstest.Slow} {
		for name, what := range map[string]string{"/job/bad/2/": "bad#2", "/job/bad/api/": "bad"} {
			synctest.Test(t, func(t *testing.T) {
				w := newSyncWorld(t)
				bad := w.AddPipeline("bad", takes(time.Minute, ""))
				bad.Concurrent = true
				w.live(t, Rules{}, false, func() { // which begins with an idle controller
					time.Sleep(time.Second)
					w.Start(bad, nil)
					time.Sleep(5 * time.Minute)
				})
				w.ledger.log = nil
				for range 3 {
					w.Start(bad, nil)
				}
				var want []string
				for i := range 12 {
					job := fmt.Sprintf("good-%d", i)
					w.Start(w.AddFreestyle(job, takes(time.Minute, "")), nil)
					want = append(want, job+"#1 START", job+"#1 RUNNING", job+"#1 SUCCESS")
				}
				time.Sleep(5 * time.Minute)
				w.FaultAt(fault, name)
				w.tries = 3
				w.live(t, Rules{}, false, func() {
					began := time.Now()
					<-w.now.Idle()
					if took := time.Since(began); took > 3*time.Minute {
						t.Errorf("%s at %s: it took %v", fault, name, took)
					}
					unread := slices.Sorted(maps.Keys(w.now.Unread()))
					if what != "bad" && !slices.Equal(unread, []string{what}) || what == "bad" && !slices.Contains(unread, what) {
						t.Errorf("%s at %s: unread is %q", fault, name, unread)
					}
				})
				done := slices.DeleteFunc(slices.Clone(w.ledger.log), func(s string) bool { return strings.HasPrefix(s, "bad#") })
				if !slices.Equal(slices.Sorted(slices.Values(done)), slices.Sorted(slices.Values(want))) {
					t.Errorf("%s at %s: sent %q", fault, name, done)
				}
				w.Fault(jenkinstest.Healthy)
				w.live(t, Rules{}, false, func() { time.Sleep(5 * time.Minute) })
				for n := 2; n <= 4; n++ {
					want = append(want, fmt.Sprintf("bad#%d START", n), fmt.Sprintf("bad#%d SUCCESS", n))
				}
				if d := w.differs(want); d != "" {
					t.Errorf("%s at %s, afterwards: %s", fault, name, d)
				}
			})
		}
	}
}

func TestBuildThatFailsIsTriedEverMoreRarely(t *testing.T) {
	t.Parallel()
	for fault, most := range map[jenkinstest.Fault]int64{jenkinstest.ServerError: 70, jenkinstest.Forbidden: 15} {
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			w.every = time.Minute
			asked := w.slow("/job/bad/1/api", 0)
			w.FaultAt(fault, "/job/bad/")
			bad := w.AddPipeline("bad", takes(10*time.Minute, ""))
			w.live(t, Rules{}, false, func() {
				time.Sleep(time.Minute)
				w.Start(bad, nil)
				time.Sleep(6 * time.Hour) // in which it ends, and is suspected to be gone
				before := asked.count.Load()
				time.Sleep(time.Hour)
				if n := asked.count.Load() - before; n == 0 || n > most {
					t.Errorf("%s: asked %d times in an hour, want at most %d", fault, n, most)
				}
				w.Fault(jenkinstest.Healthy)
				time.Sleep(10 * time.Minute)
			})
			w.sent(t, "bad#1 START", "bad#1 SUCCESS")
		})
	}
}

func TestBuildsWhosePagesHangLeaveWorkersToTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		w.slow("/job/hangs-", time.Hour)
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Minute)
			for i := range 30 {
				w.Start(w.AddPipeline(fmt.Sprintf("hangs-%d", i), takes(time.Hour, "")), nil)
			}
			time.Sleep(10 * time.Minute)
			good := w.AddPipeline("good", takes(time.Minute, ""))
			for n := range 10 {
				w.Start(good, nil)
				began := time.Now()
				time.Sleep(110 * time.Second)
				w.ledger.mu.Lock()
				for status, most := range map[string]time.Duration{"START": 5 * time.Second, "SUCCESS": 66 * time.Second} {
					key := fmt.Sprintf("good#%d %s", n+1, status)
					if at := w.ledger.at[key]; at.IsZero() || at.Sub(began) > most {
						t.Errorf("%s took %v, want at most %v", key, at.Sub(began), most)
					}
				}
				w.ledger.mu.Unlock()
			}
		})
	})
}

func TestControllerThatComesAndGoesHasNothingRepeatedOrLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job, long := w.AddPipeline("job", takes(45*time.Second, "UNSTABLE")), w.AddFreestyle("long", takes(50*time.Minute, ""))
		var want []string
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Minute)
			w.Start(long, nil)
			time.Sleep(time.Minute)
			for n := range 30 {
				w.Start(job, nil)
				want = append(want, fmt.Sprintf("job#%d START", n+1), fmt.Sprintf("job#%d UNSTABLE", n+1))
				time.Sleep(17 * time.Second)
				w.Fault([]jenkinstest.Fault{jenkinstest.Down, jenkinstest.Starting, jenkinstest.BadGateway, jenkinstest.LoginPage,
					jenkinstest.NotFound}[n%5])
				time.Sleep(time.Duration(20+n) * time.Second)
				w.Fault(jenkinstest.Healthy)
				time.Sleep(25 * time.Second)
			}
			time.Sleep(time.Hour)
		})
		w.sent(t, append(want, "long#1 START", "long#1 RUNNING", "long#1 SUCCESS")...)
	})
}
