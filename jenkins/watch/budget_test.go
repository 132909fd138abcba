package watch_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// wire counts what goes over the network as a real connection would carry it: answers packed, heads and all. It takes
// the place of http.Transport, which asks for packed answers and unpacks them by itself.
type wire struct {
	below   http.RoundTripper
	began   time.Time
	mu      sync.Mutex
	minutes []minute
}

// minute is what was asked for in one minute.
type minute struct {
	requests map[string]int // by the part of the controller that was asked
	all      int
	up, down int // bytes
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Encoding", "gzip")
	head, err := httputil.DumpRequestOut(r, false)
	if err != nil {
		return nil, err
	}
	resp, err := w.below.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer, err := httputil.DumpResponse(resp, false)
	if err != nil {
		return nil, err
	}
	what, _, _ := strings.Cut(r.URL.Path, "/api/json")
	if strings.Contains(what, "/job/") {
		what = "/job"
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	at := int(time.Since(w.began) / time.Minute)
	for len(w.minutes) <= at {
		w.minutes = append(w.minutes, minute{requests: map[string]int{}})
	}
	m := &w.minutes[at]
	m.requests[what]++
	m.all++
	m.up += len(head)
	m.down += len(answer)
	resp.Body = &counted{resp.Body, w, at}
	if resp.Header.Get("Content-Encoding") == "gzip" {
		packed := resp.Body
		unpacked, err := gzip.NewReader(packed)
		if err != nil {
			return nil, err
		}
		resp.Body = struct {
			io.Reader
			io.Closer
		}{unpacked, packed}
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength = -1
	}
	return resp, nil
}

type counted struct {
	io.ReadCloser
	wire *wire
	at   int // the minute in which it was asked for
}

func (w *wire) add(at, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.minutes[at].down += n
}

// TestListStaysWithinItsBudget holds the list to fewer than 45 requests and 85 KB in every minute, and 60 KB on average,
// at a refresh every two seconds, on a controller with 2,000 jobs and 22 running builds: in the first minute, too, which
// reads every job's last build.
func TestListStaysWithinItsBudget(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it watches 2,000 jobs for a while")
	}
	synctest.Test(t, func(t *testing.T) {
		controller := jenkinstest.Large(2000, 22)
		w := &wire{below: controller.Transport(), began: time.Now()}
		u, _ := url.Parse("http://ci.example:8080/")
		watcher := &watch.Watcher{Client: &jenkins.Client{Name: "ci", URL: u, HTTP: &http.Client{Transport: w},
			User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token}}
		const minutes = 12 // the tree of all jobs comes with the first and the eleventh
		ctx, cancel := context.WithTimeout(t.Context(), minutes*time.Minute-time.Millisecond)
		defer cancel()
		var last watch.Snapshot
		for s := range watcher.Snapshots(ctx) {
			if s.Err != nil || s.QueueErr != nil || s.RecentErr != nil {
				t.Fatal(s.Err, s.QueueErr, s.RecentErr)
			}
			last = s
		}
		synctest.Wait()
		if len(last.Runs) != 22 || len(last.Recent) < 1900 {
			t.Errorf("%d runs and %d recent builds are shown", len(last.Runs), len(last.Recent))
		}
		if n := w.minutes[0].requests["/computer"]; n != 30 {
			t.Errorf("%d refreshes in the first minute", n)
		}
		requests, down := 0, 0
		for i, m := range w.minutes {
			t.Logf("minute %2d: %d requests, %5.1f KB received, %5.1f KB sent, %v", i+1, m.all, float64(m.down)/1000,
				float64(m.up)/1000, m.requests)
			if m.all >= 45 || m.down >= 85_000 {
				t.Errorf("%d requests and %.1f KB in minute %d", m.all, float64(m.down)/1000, i+1)
			}
			requests, down = requests+m.all, down+m.down
		}
		if down >= 60_000*minutes {
			t.Errorf("%.1f KB a minute on average", float64(down)/1000/minutes)
		}
		t.Logf("on average %.1f requests and %.1f KB a minute", float64(requests)/minutes, float64(down)/1000/minutes)
	})
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	go c.wire.add(c.at, n) // the reader may hold the lock: gzip reads its header in RoundTrip
	return n, err
}
