package jenkinstest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// try asks for the root, in process and over a socket, and returns the status, the bytes that came and the error.
func try(t *testing.T, rt http.RoundTripper, base string) (status int, n int64, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/api/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	as(Admin)(req)
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	n, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, n, err
}

// played returns a controller with a job at its root and one in a folder.
func played(o Options) *Controller {
	c := New(o)
	script := func(*Build) Script { return Script{Takes: time.Minute, Log: Lines(20, "line %d")} }
	c.AddFreestyle("data/import", Job{Script: script})
	c.EndedAt(c.AddFreestyle("hello-free", Job{Script: script}), time.Now().Add(-time.Hour), byAdmin)
	return c
}

// builds returns the builds that the executors of a controller run.
func builds(t *testing.T, c *Controller) map[string]bool {
	t.Helper()
	type executors []struct{ CurrentExecutable *struct{ URL string } }
	var got struct {
		Computer []struct{ OneOffExecutors, Executors executors }
	}
	ask(t, c, computerTree, &got)
	urls := map[string]bool{}
	for _, n := range got.Computer {
		for _, e := range append(n.OneOffExecutors, n.Executors...) {
			if e.CurrentExecutable != nil {
				urls[e.CurrentExecutable.URL] = true
			}
		}
	}
	return urls
}

const computerTree = "/computer/api/json?tree=computer[oneOffExecutors[progress,currentExecutable[url,timestamp,estimatedDuration]]," +
	"executors[progress,currentExecutable[url,timestamp,estimatedDuration]]]"

func TestFaultsLookTheSameInProcessAndOverASocket(t *testing.T) {
	t.Parallel()
	c := played(Options{})
	server := httptest.NewServer(c)
	defer server.Close()
	for _, f := range append(Faults, Healthy) {
		if f == Slow {
			continue
		}
		c.Fault(f)
		status, n, err := try(t, c.Transport(), server.URL)
		status2, n2, err2 := try(t, http.DefaultTransport, server.URL)
		if status != status2 || n != n2 || (err == nil) != (err2 == nil) {
			t.Errorf("%s: %d, %d bytes, %v in process, but %d, %d bytes, %v over a socket", f, status, n, err, status2, n2, err2)
		}
		want := map[Fault]int{Unauthorized: 401, Forbidden: 403, NotFound: 404, ServerError: 500, Starting: 503, LoginPage: 302,
			RateLimited: 429, BadGateway: 502, Down: 0}
		if code, ok := want[f]; ok && status != code || !ok && status != http.StatusOK {
			t.Errorf("%s: status %d", f, status)
		}
		if (f == Down || f == CutShort) != (err != nil) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestSlowAnswersComeLateAndObeyTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := played(Options{})
		c.Slow(30 * time.Second)
		begin := time.Now()
		if status, _, err := try(t, c.Transport(), "http://jenkins"); status != http.StatusOK || err != nil || time.Since(begin) != 30*time.Second {
			t.Errorf("status %d after %v: %v", status, time.Since(begin), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://jenkins/api/json", nil)
		if err != nil {
			t.Fatal(err)
		}
		begin = time.Now()
		resp, err := c.Transport().RoundTrip(req)
		if err == nil {
			resp.Body.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

func TestFaultMayConcernOnePathAlone(t *testing.T) {
	t.Parallel()
	c := played(Options{})
	c.FaultAt(ServerError, "/queue/")
	if status, _, err := try(t, c.Transport(), "http://jenkins"); status != http.StatusOK || err != nil {
		t.Errorf("the root is %d, %v", status, err)
	}
	if b := body(t, c, "/queue/api/json"); b[0] != '<' {
		t.Errorf("the queue answers %s", b)
	}
}

func TestErrorPagesAreAsLargeAsTheRealOnes(t *testing.T) {
	t.Parallel()
	c := played(Options{})
	for uri, want := range map[string]int{
		"/job/no-such/api/json": 86 << 10, "/nonsense": 86 << 10, "/job/hello-free/999/api/json": 86 << 10,
		"/job/hello-free/lastBuild/wfapi/describe": 240, "/job/hello-free/lastBuild/injectedEnvVars/api/json": 240,
	} {
		if n := len(body(t, c, uri)); n < want*9/10 || n > want*11/10 {
			t.Errorf("%s: %d bytes, want about %d", uri, n, want)
		}
	}
}

func TestRequestsAreCounted(t *testing.T) {
	t.Parallel()
	c := played(Options{})
	n := len(body(t, c, "/queue/api/json?tree=items[id]"))
	body(t, c, "/nonsense")
	got := c.Requests()
	if len(got) != 2 || got[0].URI != "/queue/api/json?tree=items[id]" || got[0].Bytes != int64(n) || got[0].Status != http.StatusOK ||
		got[1].Status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
	c.ForgetRequests()
	if len(c.Requests()) != 0 {
		t.Error("not forgotten")
	}
}

func TestControllerBelowAPrefixReportsItsOwnRoot(t *testing.T) {
	t.Parallel()
	c := played(Options{Prefix: "/jenkins/", RootURL: "https://inside.example/jenkins/"})
	var got struct{ Jobs []struct{ URL string } }
	ask(t, c, "/jenkins/api/json?tree=jobs[url]", &got)
	if got.Jobs[0].URL != "https://inside.example/jenkins/job/data/" {
		t.Error(got.Jobs[0].URL)
	}
	if b := body(t, c, "/api/json"); b[0] != '<' {
		t.Errorf("outside of the prefix: %s", b)
	}
}

func TestConsolePiecesMakeTheWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		c.AddFreestyle("log", Job{Script: func(*Build) Script { return Script{Takes: time.Minute, Log: Lines(300, "line %d — ünïcode")} }})
		b := c.Start(c.Job("log"), byAdmin)
		var got []byte
		for at, more := 0, true; more; time.Sleep(7 * time.Second) {
			h, text := page(t, c, "/job/log/1/logText/progressiveText?start="+strconv.Itoa(at))
			size, err := strconv.Atoi(h.Get("X-Text-Size"))
			if err != nil {
				t.Fatal(err)
			}
			at, more, got = size, h.Get("X-More-Data") == "true", append(got, text...)
		}
		h, whole := page(t, c, "/job/log/1/logText/progressiveText?start=0")
		if string(got) != string(whole) || !b.Ended() {
			t.Errorf("%d bytes in pieces, %d at once", len(got), len(whole))
		}
		size, _ := strconv.Atoi(h.Get("X-Text-Size"))
		for start, want := range map[int]int{size: 0, size + 1: len(whole), -5: 0} {
			if _, text := page(t, c, "/job/log/1/logText/progressiveText?start="+strconv.Itoa(start)); len(text) != want {
				t.Errorf("from %d of %d: %d bytes, want %d", start, size, len(text), want)
			}
		}
	})
}

func TestLargeControllerKeepsItsBuildsRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := Large(2000, 50)
		if n := len(c.Jobs()); n != 2000 {
			t.Errorf("%d jobs", n)
		}
		for range 20 {
			if running := len(builds(t, c)); running != 50 {
				t.Errorf("%d builds run at %v", running, time.Now())
			}
			time.Sleep(3 * time.Minute)
		}
	})
}

func TestLargeControllersOfOneMomentAreEqual(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if one, two := body(t, Large(300, 40), computerTree), body(t, Large(300, 40), computerTree); string(one) != string(two) {
			t.Error("they differ")
		}
	})
}
