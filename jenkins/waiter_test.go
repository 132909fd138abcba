package jenkins

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

var (
	refusedConnection = failing(func(*http.Request) error { return syscall.ECONNREFUSED })
	resetConnection   = failing(func(*http.Request) error { return syscall.ECONNRESET })
	noAnswer          = failing(func(req *http.Request) error { <-req.Context().Done(); return req.Context().Err() })
	starting          = page(503, "", "<title>Starting Jenkins</title>")
	bad401            = page(401, `WWW-Authenticate: Basic realm="Jenkins"`, "")
)

// troubled is a controller that is in trouble at times.
type troubled struct {
	http.RoundTripper
	now http.RoundTripper // nil: none
}

func (c *troubled) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.now != nil {
		return c.now.RoundTrip(req)
	}
	return c.RoundTripper.RoundTrip(req)
}

// said collects what a waiter says.
func said(w *Waiter) *[]string {
	var lines []string
	w.Say = func(err error) { lines = append(lines, fmt.Sprint(err)) }
	return &lines
}

// TestAWaitingCommandOutlivesWhatPasses puts a controller into one trouble after the other, for a minute each.
func TestAWaitingCommandOutlivesWhatPasses(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]http.RoundTripper{
		"429": page(429, "", ""), "500": page(500, "X-Jenkins: 2", ""), "501": page(501, "", ""),
		"502": page(502, "", ""), "503": starting, "503 of a proxy": page(503, "", ""), "522": page(522, "", ""),
		"refused": refusedConnection, "reset": resetConnection, "no answer": noAnswer,
		"a login page": page(200, "", "<title>Sign in</title>"), "a login": page(302, "Location: https://sso.example/", ""),
		"a captive portal": page(200, "", "<title>WiFi</title>"), "empty": page(200, "Content-Type: application/json", ""),
		"cut": answering(func(req *http.Request) *http.Response { return reply(req, `{"items":[{"id":`) }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt := &troubled{RoundTripper: answering(func(req *http.Request) *http.Response { return reply(req, `{"items":[]}`) })}
				c, w := reading(rt), &Waiter{}
				lines := said(w)
				began := time.Now()
				err := w.Until(t.Context(), 2*time.Second, func(ctx context.Context) (bool, error) {
					rt.now = nil
					if age := time.Since(began); age > 5*time.Second && age < time.Minute {
						rt.now = now
					} else if age > 2*time.Minute {
						return true, nil
					}
					_, err := c.Queue(ctx)
					return false, err
				})
				if err != nil || len(*lines) != 2 || (*lines)[1] != "<nil>" {
					t.Errorf("it ended with %v and said %q", err, *lines)
				}
			})
		})
	}
}

// TestA401AfterARestartIsOutlived: it takes a moment until a starting Jenkins knows its users.
func TestA401AfterARestartIsOutlived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		steps := []http.RoundTripper{nil, refusedConnection, starting, bad401, page(404, "", "404 page not found"), nil}
		rt := &troubled{RoundTripper: answering(func(req *http.Request) *http.Response { return reply(req, `{"items":[]}`) })}
		c, w := reading(rt), &Waiter{}
		lines := said(w)
		err := w.Until(t.Context(), time.Second, func(ctx context.Context) (bool, error) {
			rt.now, steps = steps[0], steps[1:]
			_, err := c.Queue(ctx)
			return len(steps) == 0, err
		})
		if err != nil || len(*lines) != 2 {
			t.Errorf("it ended with %v and said %q", err, *lines)
		}
	})
}

func TestAWaitingCommandGivesUpOnALastingRefusal(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 404} {
		synctest.Test(t, func(t *testing.T) {
			rt := &troubled{RoundTripper: answering(func(req *http.Request) *http.Response { return reply(req, `{"items":[]}`) })}
			c, w := reading(rt), &Waiter{}
			lines := said(w)
			var began time.Time
			err := w.Until(t.Context(), time.Second, func(ctx context.Context) (bool, error) {
				_, err := c.Queue(ctx)
				if err == nil {
					began, rt.now = time.Now(), page(status, "", "")
				}
				return false, err
			})
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Status != status || !strings.HasPrefix(err.Error(), "gave up after 3") || len(*lines) != 1 {
				t.Errorf("%d: it ended with %v and said %q", status, err, *lines)
			}
			if took := time.Since(began); took < lasting || took > 2*lasting {
				t.Errorf("%d: it gave up after %s", status, took)
			}
		})
	}
	refused := &Error{Kind: NotAllowed, Status: 401}
	if _, err := new(Waiter).Failed(refused); !errors.Is(err, refused) {
		t.Errorf("at the very first answer: %v", err)
	}
	if _, err := new(Waiter).Failed(io.ErrShortWrite); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("what is no answer at all: %v", err)
	}
}

func TestAWaitingCommandObeysRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked []time.Time
		c, w := reading(answering(func(req *http.Request) *http.Response {
			asked = append(asked, time.Now())
			if len(asked) == 1 {
				return page(429, "Retry-After: 90", "")(req)
			}
			return reply(req, `{"items":[]}`)
		})), &Waiter{}
		err := w.Until(t.Context(), time.Second, func(ctx context.Context) (bool, error) {
			_, err := c.Queue(ctx)
			return true, err
		})
		if err != nil || len(asked) != 2 || asked[1].Sub(asked[0]) < 90*time.Second {
			t.Errorf("asked at %v, %v", asked, err)
		}
	})
}

// TestAConsoleIsFollowedThroughARestart: nothing of it is lost, nothing comes twice, whatever happens between two answers
// and in the middle of one.
func TestAConsoleIsFollowedThroughARestart(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			raw := randomLog(rnd, 3000, "\n")
			l := &rawLog{raw: raw[:1000], more: true}
			l.grow = func(l *rawLog) {
				l.raw = raw[:min(len(raw), len(l.raw)+rnd.IntN(60_000))]
				l.more = len(l.raw) < len(raw)
			}
			cut := answering(func(req *http.Request) *http.Response {
				resp := must(l.RoundTrip(req))
				body, _ := io.ReadAll(resp.Body)
				resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(string(body[:rnd.IntN(len(body)+1)])), brokenOff{}))
				return resp
			})
			rt := &troubled{RoundTripper: l}
			restart := []http.RoundTripper{cut, refusedConnection, starting, bad401, cut, page(429, "Retry-After: 3", ""), resetConnection,
				page(200, "", "<title>Log in</title>"), nil}
			var text strings.Builder
			w := &Waiter{}
			lines := said(w)
			asks := 0
			c := reading(answering(func(req *http.Request) *http.Response {
				if asks++; asks > 2 && len(restart) > 0 {
					rt.now, restart = restart[0], restart[1:]
				}
				resp, err := rt.RoundTrip(req)
				if err != nil {
					resp = httptest.NewRecorder().Result()
					resp.Body = io.NopCloser(brokenOff{})
				}
				return resp
			}))
			for chunk, err := range (&console.Client{Client: c}).Follow(t.Context(), someRun, 0) {
				if err == nil {
					w.Succeeded()
				} else if _, err := w.Failed(err); err != nil {
					t.Fatal(err)
				}
				text.Write(chunk.Text)
			}
			if text.String() != wholeText(raw) {
				t.Errorf("seed %d: got %d of %d bytes of text", seed, text.Len(), len(wholeText(raw)))
			}
			if len(*lines)%2 != 0 || len(*lines) > 4 {
				t.Errorf("seed %d: it said %q", seed, *lines)
			}
		})
	}
}

// brokenOff is a body whose connection is gone.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
