package announce

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// idle is a controller that can say that no executor has anything, as one that has just begun, or has lost a build, does.
type idle struct {
	http.RoundTripper
	on atomic.Bool
}

func (i *idle) RoundTrip(req *http.Request) (*http.Response, error) {
	if !i.on.Load() || !strings.HasPrefix(req.URL.Path, "/computer/") {
		return i.RoundTripper.RoundTrip(req)
	}
	return &http.Response{StatusCode: http.StatusOK, Request: req, Header: http.Header{"X-Jenkins": {"2.528.1"},
		"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"computer":[]}`))}, nil
}

func (w *syncWorld) canIdle() *idle {
	i := &idle{RoundTripper: w.client.HTTP.Transport}
	w.client.HTTP.Transport = i
	return i
}

// proxy is what stands before a controller that goes away and comes back: for a moment at both ends it has no jobs.
type proxy struct {
	http.RoundTripper
	empty atomic.Bool
	lists atomic.Int64 // asked for
}

func (p *proxy) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasPrefix(req.URL.Path, "/computer/") {
		p.lists.Add(1)
	}
	if !p.empty.Load() || !strings.HasPrefix(req.URL.Path, "/job/") {
		return p.RoundTripper.RoundTrip(req)
	}
	return &http.Response{StatusCode: http.StatusNotFound, Request: req, Header: http.Header{}, Body: http.NoBody}, nil
}

func TestBuildThatAProxyDoesNotFindWhileTheControllerIsAwayIsNotTakenForDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		executors := w.canIdle()
		before := &proxy{RoundTripper: w.client.HTTP.Transport}
		w.client.HTTP.Transport = before
		lost := func(yes bool) {
			executors.on.Store(yes)
			before.empty.Store(yes)
		}
		job := w.AddPipeline("job", takes(time.Hour, ""))
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Minute)
			lost(true)
			time.Sleep(5 * time.Second)
			executors.on.Store(false)
			w.Fault(jenkinstest.Down)
			time.Sleep(5 * time.Minute)
			w.Fault(jenkinstest.Healthy)
			executors.on.Store(true)
			for n := before.lists.Load(); before.lists.Load() == n; { // until it is asked again
				time.Sleep(time.Second)
			}
			time.Sleep(10 * time.Second)
			lost(false)
			time.Sleep(2 * time.Hour)
		})
		w.sent(t, "job#1 START", "job#1 SUCCESS")
	})
}

func TestBuildThatWasGivenUpIsGoneOnWithWhenItIsBack(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]struct{ restart, ended bool }{
		"in the same life": {}, "in the next life": {restart: true}, "with its result": {ended: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			w.every = 5 * time.Minute
			executors := w.canIdle()
			job := w.AddFreestyle("job", takes(60*time.Hour, "UNSTABLE"))
			var b *jenkinstest.Build
			rest := func() {
				if back.ended {
					w.Finish(b, "UNSTABLE")
					time.Sleep(time.Hour)
				}
				executors.on.Store(false)
				time.Sleep(40 * time.Hour)
			}
			w.live(t, Rules{}, false, func() {
				time.Sleep(time.Minute)
				b = w.Start(job, nil)
				time.Sleep(10 * time.Minute)
				executors.on.Store(true)
				time.Sleep(30 * time.Hour)
				if n := w.ledger.mark(t, "job"); n != 1 {
					t.Errorf("%s: it was not given up: the mark is %d", name, n)
				}
				if !back.restart {
					rest()
				}
			})
			if back.restart {
				w.live(t, Rules{}, false, rest)
			}
			if d := w.differs([]string{"job#1 START", "job#1 RUNNING", "job#1 UNSTABLE"}); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		})
	}
}

func TestBuildOlderThanADayIsNotGivenUpWhileTheControllerBegins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		w.every = 5 * time.Minute
		executors := w.canIdle()
		job := w.AddPipeline("job", takes(40*time.Hour, ""))
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(30 * time.Hour)
			executors.on.Store(true)
			time.Sleep(2 * time.Hour)
			if n := w.ledger.mark(t, "job"); n != 0 {
				t.Errorf("it was given up: the mark is %d", n)
			}
			executors.on.Store(false)
			time.Sleep(20 * time.Hour)
		})
		w.sent(t, "job#1 START", "job#1 SUCCESS")
	})
}

func TestBuildThatBeganWhileItsJobWasExcludedIsNotAnnouncedLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		w.every = time.Minute
		job := w.AddPipeline("job", takes(3*time.Hour, ""))
		job.Concurrent = true
		w.live(t, Rules{Wants: func(string) bool { return false }}, false, func() {
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Hour)
		})
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(5 * time.Hour)
		})
		w.sent(t, "job#2 START", "job#2 SUCCESS")
	})
}

func TestJobThatIsMadeAnewUnseenIsAnnouncedFromItsFirstBuild(t *testing.T) {
	t.Parallel()
	for _, runs := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			job := w.AddPipeline("job", takes(time.Minute, ""))
			w.live(t, Rules{}, false, func() {
				time.Sleep(time.Second)
				for range 3 {
					w.Start(job, nil)
					time.Sleep(2 * time.Minute)
				}
			})
			w.Remove(job)
			job = w.AddPipeline("job", takes(time.Minute, "UNSTABLE"))
			w.Start(job, nil)
			time.Sleep(2 * time.Minute)
			w.Start(job, nil)
			if !runs {
				time.Sleep(2 * time.Minute)
			}
			w.ledger.log = nil
			w.live(t, Rules{}, false, func() { time.Sleep(10 * time.Minute) })
			w.live(t, Rules{}, false, func() { time.Sleep(10 * time.Minute) })
			w.sent(t, "job#1 START", "job#1 UNSTABLE", "job#2 START", "job#2 UNSTABLE")
		})
	}
}

func TestJobThatTurnsUpAgainIsAnnouncedFromItsFirstBuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Minute, ""))
		w.live(t, Rules{}, false, func() {
			for range 3 {
				time.Sleep(2 * time.Minute)
				w.Start(job, nil)
			}
			time.Sleep(30 * time.Second)
			w.Remove(job) // a branch, say, while its last build runs
			time.Sleep(time.Hour)
			job = w.AddPipeline("job", takes(time.Second, "UNSTABLE"))
			w.ledger.log = nil
			w.Start(job, nil)
			time.Sleep(10 * time.Minute)
			w.Start(job, nil)
			time.Sleep(10 * time.Minute)
		})
		w.live(t, Rules{}, false, func() { time.Sleep(10 * time.Minute) })
		w.sent(t, "job#1 START", "job#1 UNSTABLE", "job#2 START", "job#2 UNSTABLE")
	})
}

func TestJobThatWasHiddenIsGoneOnWith(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(3*time.Minute, ""))
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(10 * time.Minute)
			w.Rename(job, "elsewhere")
			time.Sleep(time.Hour)
			w.Rename(job, "job")
			time.Sleep(10 * time.Minute)
			w.Start(job, nil)
			time.Sleep(10 * time.Minute)
		})
		w.sent(t, "job#1 START", "job#1 SUCCESS", "job#2 START", "job#2 SUCCESS")
	})
}

func TestJobThatIsMadeAnewSoonAfterItWasDeletedWhileItBuilt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Hour, ""))
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Minute)
			b := w.Start(job, nil)
			time.Sleep(30 * time.Second)
			w.Delete(b)
			w.Remove(job)
			time.Sleep(30 * time.Second)
			w.sent(t, "job#1 START", "job#1 ABORTED")
			w.ledger.mu.Lock()
			w.ledger.log = nil
			w.ledger.mu.Unlock()
			job = w.AddPipeline("job", takes(time.Minute, "UNSTABLE"))
			w.Start(job, nil)
			time.Sleep(10 * time.Minute)
			w.Start(job, nil)
			time.Sleep(10 * time.Minute)
		})
		w.sent(t, "job#1 START", "job#1 UNSTABLE", "job#2 START", "job#2 UNSTABLE")
	})
}
