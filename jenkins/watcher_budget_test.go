package jenkins_test

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
)

// wire counts what goes over the network as a real connection would carry it: answers packed, heads and all. It takes
// the place of http.Transport, which asks for packed answers and unpacks them by itself.
type wire struct {
	below    http.RoundTripper
	mu       sync.Mutex
	requests map[string]int // by the part of the controller that was asked
	up, down int            // bytes
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
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.requests == nil {
		w.requests = map[string]int{}
	}
	if strings.Contains(what, "/job/") {
		what = "/job"
	}
	w.requests[what]++
	w.up += len(head)
	w.down += len(answer)
	resp.Body = &counted{resp.Body, w}
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
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	go c.wire.add(n) // the reader may hold the lock: gzip reads its header in RoundTrip
	return n, err
}

func (w *wire) add(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down += n
}

func (w *wire) total() (requests, down, up int, by map[string]int) {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.requests {
		requests += n
	}
	down, up, by = w.down, w.up, w.requests
	w.requests, w.down, w.up = nil, 0, 0
	return requests, down, up, by
}

// TestTheListStaysWithinItsBudget holds the list to fewer than 45 requests and 60 KB a minute at a refresh every two
// seconds, on a controller with 2,000 jobs and 22 running builds, the first minute, which reads every job's last build, among them.
func TestTheListStaysWithinItsBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		controller := jenkinstest.Large(2000, 22)
		w := &wire{below: controller.Transport()}
		u, _ := url.Parse("http://ci.example:8080/")
		watcher := &jenkins.Watcher{Client: &jenkins.Client{Name: "ci", URL: u, HTTP: &http.Client{Transport: w},
			User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token}}
		const minutes = 40
		ctx, cancel := context.WithTimeout(t.Context(), minutes*time.Minute)
		defer cancel()
		began := time.Now()
		minute, requests, down := 0, 0, 0
		count := func() {
			n, d, u, by := w.total()
			t.Logf("minute %2d: %d requests, %5.1f KB received, %5.1f KB sent, %v", minute, n, float64(d)/1000,
				float64(u)/1000, by)
			if n >= 45 {
				t.Errorf("%d requests in minute %d", n, minute)
			}
			if minute == 1 && d >= 60_000 {
				t.Errorf("%.1f KB in the first minute", float64(d)/1000)
			}
			if minute > 1 {
				requests, down = requests+n, down+d
			}
		}
		var last jenkins.Snapshot
		for s := range watcher.Snapshots(ctx) {
			if s.Err != nil || s.QueueErr != nil || s.RecentErr != nil {
				t.Fatal(s.Err, s.QueueErr, s.RecentErr)
			}
			if m := int(time.Since(began)/time.Minute) + 1; m != minute {
				if minute > 0 {
					count()
				}
				minute = m
			}
			last = s
		}
		count()
		if len(last.Runs) != 22 || len(last.Recent) < 1900 {
			t.Errorf("%d runs and %d recent builds are shown", len(last.Runs), len(last.Recent))
		}
		if requests >= 45*(minutes-1) {
			t.Errorf("%.1f requests a minute", float64(requests)/(minutes-1))
		}
		if down >= 60_000*(minutes-1) {
			t.Errorf("%.1f KB a minute", float64(down)/1000/(minutes-1))
		}
		t.Logf("on average %.1f requests and %.1f KB a minute", float64(requests)/(minutes-1), float64(down)/1000/(minutes-1))
	})
}
