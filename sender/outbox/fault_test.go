package outbox

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// quick retries at once, so that a test waits for nothing.
var quick = sender.Retry{Base: sender.Duration(time.Millisecond), Cap: sender.Duration(2 * time.Millisecond)}

// maxRequests ends a retry rule that does not end.
const maxRequests = 2000

// failing answers the first n requests with fail and the rest with 200.
func failing(t *testing.T, n int64, fail http.HandlerFunc) (e *sender.Endpoint, requests *atomic.Int64) {
	t.Helper()
	requests = new(atomic.Int64)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch count := requests.Add(1); {
		case count > maxRequests:
			t.Errorf("%d requests: retrying does not end", count)
			w.WriteHeader(http.StatusGone)
		case count <= n:
			io.Copy(io.Discard, r.Body) // only then does the server notice that the client has gone
			fail(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	e = adHoc(srv.URL + "/hook")
	e.Retry = quick
	return e, requests
}

// runRelay runs a relay until the test ends.
func runRelay(t *testing.T, r *Relay) {
	t.Helper()
	ended := make(chan error, 1)
	ctx := t.Context() // is done just before Cleanup
	go func() { ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func addAndWait(t *testing.T, o *Outbox, n sender.Notification) sender.Delivery {
	t.Helper()
	d, err := o.Add(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	// Longer than any retry rule in the tests, in a bubble; outside of one, other limits come first.
	if d, err = waitEnded(t, o, d.ID, 48*time.Hour); err != nil {
		t.Fatalf("%v: %+v", err, d)
	}
	return d
}

// waitEnded waits for the end of a delivery, but not forever.
func waitEnded(t *testing.T, o *Outbox, id string, limit time.Duration) (sender.Delivery, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return o.Wait(ctx, id)
}

func TestFailuresThatPassAreRetriedUntilDelivered(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Error(w, "not now", code) }
	}
	for name, fail := range map[string]http.HandlerFunc{
		"408": status(408), "425": status(425), "429": status(429), "500": status(500), "503": status(503),
		"connection cut before the answer": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"connection cut within the request": func(w http.ResponseWriter, r *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				c.Close()
			}
		},
		"hang": func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &Outbox{DB: openTemp(t)}
			runRelay(t, &Relay{Outbox: o})
			e, requests := failing(t, 2, fail)
			e.Timeout = sender.Duration(150 * time.Millisecond)
			d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")})
			if d.State != sender.Delivered || d.HTTPStatus != 200 || d.LastError != "" {
				t.Errorf("%+v", d)
			}
			attempts, err := o.Attempts(t.Context(), d.ID)
			if err != nil || len(attempts) != d.Attempts || requests.Load() < 3 || attempts[0].Error == "" {
				t.Errorf("%d requests, attempts %+v, %v", requests.Load(), attempts, err)
			}
		})
	}
}

// TestEndpointThatIsBackGetsAtOnceWhatWaitedForIt has two wait for hours for an endpoint that is away, and a third that it
// answered with an error. When a fourth gets through, be it in the next life, the two follow it.
func TestEndpointThatIsBackGetsAtOnceWhatWaitedForIt(t *testing.T) {
	t.Parallel()
	for _, restarted := range []bool{false, true} {
		var healthy atomic.Bool
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			switch {
			case strings.Contains(string(body), "refused"):
				w.WriteHeader(http.StatusInternalServerError)
			case healthy.Load():
			case strings.Contains(string(body), "proxy"):
				w.WriteHeader(http.StatusBadGateway)
			default:
				panic(http.ErrAbortHandler)
			}
		}))
		t.Cleanup(srv.Close)
		e := adHoc(srv.URL)
		e.Retry = sender.Retry{Base: sender.Duration(10 * time.Hour), Cap: sender.Duration(10 * time.Hour)}
		o := &Outbox{DB: openTemp(t)}
		waits := make(chan string, 10)
		ended := make(chan error)
		live := func() (stop func()) {
			ctx, cancel := context.WithCancel(t.Context())
			relay := &Relay{Outbox: o, OnDelivery: func(d sender.Delivery) {
				if d.State == sender.Retrying {
					waits <- d.ID
				}
			}}
			go func() { ended <- relay.Run(ctx) }()
			return func() {
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}
		}
		stop := live()
		ids := map[string]string{}
		for _, text := range []string{"cut", "proxy", "refused"} {
			d, err := o.Add(t.Context(), sender.Notification{AdHoc: e, Body: new(text)})
			if err != nil {
				t.Fatal(err)
			}
			ids[text] = d.ID
			<-waits
		}
		if restarted {
			stop()
			stop = live()
		}
		healthy.Store(true)
		addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("through")})
		for _, text := range []string{"cut", "proxy"} {
			if d, err := waitEnded(t, o, ids[text], 30*time.Second); err != nil || d.State != sender.Delivered {
				t.Errorf("%s: %+v, %v", text, d, err)
			}
		}
		if d, err := o.Get(t.Context(), ids["refused"]); err != nil || d.State != sender.Retrying {
			t.Errorf("what was answered with an error: %+v, %v", d, err)
		}
		stop()
	}
}

func TestFailuresThatStayAreDeadWithTheirAnswer(t *testing.T) {
	t.Parallel()
	for _, code := range []int{400, 401, 403, 404, 410, 413, 304} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			o := &Outbox{DB: openTemp(t)}
			runRelay(t, &Relay{Outbox: o})
			e, requests := failing(t, 100, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(code)
				io.WriteString(w, "go away")
			})
			d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")})
			if d.State != sender.Dead || d.HTTPStatus != code || !d.HasPayload || requests.Load() != 1 {
				t.Errorf("%d requests, %+v", requests.Load(), d)
			}
			attempts, err := o.Attempts(t.Context(), d.ID)
			if err != nil || len(attempts) != 1 || code != 304 && attempts[0].Answer != "go away" {
				t.Errorf("%+v, %v", attempts, err)
			}
		})
	}
}

func TestRefusedConnectionIsNamed(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	proxied := adHoc("https://h/")
	proxied.Proxy = sender.Literal(closed.URL)
	for want, e := range map[string]*sender.Endpoint{"connection refused": adHoc(closed.URL), "the proxy: connection refused": proxied} {
		o := &Outbox{DB: openTemp(t)}
		d := deliver(t, o, sender.Notification{AdHoc: e, Body: new("x")})
		attempts, err := o.Attempts(t.Context(), d.ID)
		if err != nil || len(attempts) != 1 || attempts[0].Error != want || attempts[0].HTTPStatus != 0 {
			t.Errorf("%+v, %v, want %q", attempts, err, want)
		}
	}
}

func TestDeadDeliveryIsRetriedOnRequest(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	runRelay(t, &Relay{Outbox: o})
	e, _ := failing(t, 1, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) })
	d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")})
	if d.State != sender.Dead {
		t.Fatalf("%+v", d)
	}
	if _, err := o.Retry(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	if d, err := waitEnded(t, o, d.ID, 30*time.Second); err != nil || d.State != sender.Delivered || d.Attempts != 2 {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := o.Retry(t.Context(), d.ID); !sender.IsKind(err, sender.NotPossible) {
		t.Errorf("retrying a delivered one: %v", err)
	}
}

func TestEndlessAnswerCostsAFewKilobytes(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	runRelay(t, &Relay{Outbox: o})
	var written atomic.Int64
	cutOff := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(cutOff)
		block := []byte(strings.Repeat("0123456789abcdef", 4096))
		for written.Load() < 1<<30 {
			n, err := w.Write(block)
			written.Add(int64(n))
			if err != nil {
				return
			}
		}
	}))
	defer srv.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	d := addAndWait(t, o, sender.Notification{AdHoc: adHoc(srv.URL), Body: new("x")})
	runtime.ReadMemStats(&after)
	<-cutOff
	if d.State != sender.Delivered || written.Load() > 64<<20 {
		t.Errorf("%d bytes were taken, %+v", written.Load(), d)
	}
	attempts, err := o.Attempts(t.Context(), d.ID)
	if err != nil || len(attempts[0].Answer) != 4<<10 {
		t.Errorf("%d bytes of the answer are kept, %v", len(attempts[0].Answer), err)
	}
}

func TestAnswerThatTricklesDoesNotUndoIts200(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	runRelay(t, &Relay{Outbox: o})
	e, requests := failing(t, 1, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "begun")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	e.Timeout = sender.Duration(200 * time.Millisecond)
	d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")})
	if d.State != sender.Delivered || requests.Load() != 1 {
		t.Errorf("%d requests, %+v", requests.Load(), d)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var stolen atomic.Int64
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	defer thief.Close()
	mux := http.NewServeMux()
	var home atomic.Int64
	mux.HandleFunc("/home", func(w http.ResponseWriter, r *http.Request) {
		if b, _ := io.ReadAll(r.Body); r.Method == "POST" && string(b) == `{"body":"x"}` && r.Header.Get("X-Token") == "t" {
			home.Add(1)
		}
	})
	for path, to := range map[string]string{"/same": "/home", "/loop": "/loop", "/away": thief.URL} {
		for _, code := range []int{302, 307, 308} {
			mux.Handle(fmt.Sprintf("%s%d", path, code), http.RedirectHandler(strings.Replace(to, "/loop", path+fmt.Sprint(code), 1), code))
		}
	}
	srv := httptest.NewServer(mux)
	defer srv.Close()
	for path, want := range map[string]sender.State{
		"/same307": sender.Delivered, "/same308": sender.Delivered, "/same302": sender.Dead, "/loop307": sender.Dead, "/away307": sender.Dead, "/away308": sender.Dead,
		"/away302": sender.Dead,
	} {
		o := &Outbox{DB: openTemp(t)}
		e := adHoc(srv.URL + path)
		e.Headers = []sender.Header{{Name: "X-Token", Value: sender.Literal("t")}}
		if d := deliver(t, o, sender.Notification{AdHoc: e, Body: new("x")}); d.State != want {
			t.Errorf("%s: %+v", path, d)
		} else if want == sender.Dead && !strings.Contains(d.LastError, "redirects") {
			t.Errorf("%s: %s", path, d.LastError)
		}
	}
	if home.Load() != 2 || stolen.Load() != 0 {
		t.Errorf("%d arrived whole, %d at another host", home.Load(), stolen.Load())
	}
}

func TestHangingEndpointHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	runRelay(t, &Relay{Outbox: o, Workers: 2, Grace: time.Millisecond})
	hang, _ := failing(t, 1000, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for range 100 {
		if _, err := o.Add(t.Context(), sender.Notification{AdHoc: hang, Body: new("x")}); err != nil {
			t.Fatal(err)
		}
	}
	good, _ := failing(t, 0, nil)
	if d := addAndWait(t, o, sender.Notification{AdHoc: good, Body: new("x")}); d.State != sender.Delivered {
		t.Errorf("%+v", d)
	}
}

func TestRetryingDeliveryHoldsThoseBehindItAndADeadOneDoesNot(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	var order []string
	var tries atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		p, _ := sender.DecodePush("POST", "", b)
		switch {
		case p.Status == "START" && tries.Add(1) < 5:
			w.WriteHeader(500)
		case p.Status == "RUNNING":
			w.WriteHeader(400)
		default:
			order = append(order, p.Status) // one at a time: they are in order
		}
	}))
	defer srv.Close()
	e := adHoc(srv.URL)
	e.Retry = quick
	var last sender.Delivery
	for _, status := range []string{"START", "RUNNING", "SUCCESS"} {
		var err error
		if last, err = o.Add(t.Context(), sender.Notification{AdHoc: e, Job: "j", Number: 1, Status: status}); err != nil {
			t.Fatal(err)
		}
	}
	runRelay(t, &Relay{Outbox: o})
	if d, err := waitEnded(t, o, last.ID, 30*time.Second); err != nil || d.State != sender.Delivered {
		t.Fatalf("%+v, %v", d, err)
	}
	if got := strings.Join(order, " "); got != "START SUCCESS" {
		t.Errorf("arrived: %s", got)
	}
	counts, err := o.Counts(t.Context())
	if err != nil || counts[sender.Dead] != 1 || counts[sender.Delivered] != 2 {
		t.Errorf("%v, %v", counts, err)
	}
}
