package jenkins

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

var (
	refusedConnection = recorded.Failing(func(*http.Request) error { return syscall.ECONNREFUSED })
	resetConnection   = recorded.Failing(func(*http.Request) error { return syscall.ECONNRESET })
	noAnswer          = recorded.Failing(func(req *http.Request) error { <-req.Context().Done(); return req.Context().Err() })
	starting          = recorded.Page(503, "", "<title>Starting Jenkins</title>")
	bad401            = recorded.Page(401, `WWW-Authenticate: Basic realm="Jenkins"`, "")
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

// TestWaitingCommandOutlivesWhatPasses puts a controller into one trouble after the other, for a minute each.
func TestWaitingCommandOutlivesWhatPasses(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]http.RoundTripper{
		"429": recorded.Page(429, "", ""), "500": recorded.Page(500, "X-Jenkins: 2", ""), "501": recorded.Page(501, "", ""),
		"502": recorded.Page(502, "", ""), "503": starting, "503 of a proxy": recorded.Page(503, "", ""), "522": recorded.Page(522, "", ""),
		"refused": refusedConnection, "reset": resetConnection, "no answer": noAnswer,
		"a login page": recorded.Page(200, "", "<title>Sign in</title>"), "a login": recorded.Page(302, "Location: https://sso.example/", ""),
		"a captive portal": recorded.Page(200, "", "<title>WiFi</title>"), "empty": recorded.Page(200, "Content-Type: application/json", ""),
		"cut": recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, `{"items":[{"id":`) }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt := &troubled{RoundTripper: recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, `{"items":[]}`) })}
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
		steps := []http.RoundTripper{nil, refusedConnection, starting, bad401, recorded.Page(404, "", "404 page not found"), nil}
		rt := &troubled{RoundTripper: recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, `{"items":[]}`) })}
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

func TestWaitingCommandGivesUpOnALastingRefusal(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 404} {
		synctest.Test(t, func(t *testing.T) {
			rt := &troubled{RoundTripper: recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, `{"items":[]}`) })}
			c, w := reading(rt), &Waiter{}
			lines := said(w)
			var began time.Time
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour) // never to give up must fail, not hang
			defer cancel()
			err := w.Until(ctx, time.Second, func(ctx context.Context) (bool, error) {
				_, err := c.Queue(ctx)
				if err == nil {
					began, rt.now = time.Now(), recorded.Page(status, "", "")
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

func TestWaitingCommandObeysRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked []time.Time
		c, w := reading(recorded.Func(func(req *http.Request) *http.Response {
			asked = append(asked, time.Now())
			if len(asked) == 1 {
				return recorded.Page(429, "Retry-After: 90", "")(req)
			}
			return recorded.JSON(req, `{"items":[]}`)
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

// TestControllerThatHasNotAnsweredYetIsWaitedFor unless what is wrong does not pass by itself.
func TestControllerThatHasNotAnsweredYetIsWaitedFor(t *testing.T) {
	t.Parallel()
	failing := func(err error) http.RoundTripper { return recorded.Failing(func(*http.Request) error { return err }) }
	for name, c := range map[string]struct {
		first http.RoundTripper
		waits bool
	}{
		"refused":               {refusedConnection, true},
		"reset":                 {resetConnection, true},
		"no answer":             {noAnswer, true},
		"starting":              {starting, true},
		"502":                   {recorded.Page(502, "", ""), true},
		"429":                   {recorded.Page(429, "", ""), true},
		"no name server":        {failing(&net.DNSError{Err: "i/o timeout", IsTimeout: true}), true},
		"no such host":          {failing(&net.DNSError{Err: "no such host", IsNotFound: true}), false},
		"untrusted certificate": {failing(x509.UnknownAuthorityError{}), false},
		"no TLS there":          {failing(http.ErrSchemeMismatch), false},
		"not HTTP":              {failing(errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0"`)), false},
		"a login page":          {recorded.Page(200, "", "<title>Sign in</title>"), false},
		"another page":          {recorded.Page(200, "", "<title>WiFi</title>"), false},
		"401":                   {bad401, false},
		"404":                   {recorded.Page(404, "", ""), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt := &troubled{RoundTripper: recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, `{"items":[]}`) })}
				client, w, began := reading(rt), &Waiter{}, time.Now()
				lines := said(w)
				err := w.Until(t.Context(), time.Second, func(ctx context.Context) (bool, error) {
					if rt.now = c.first; time.Since(began) > 5*time.Minute {
						rt.now = nil
					}
					_, err := client.Queue(ctx)
					return true, err
				})
				switch {
				case c.waits && (err != nil || len(*lines) != 2):
					t.Errorf("it ended with %v and said %q", err, *lines)
				case !c.waits && (err == nil || len(*lines) != 0 || time.Since(began) > 0):
					t.Errorf("it ended with %v after %v and said %q", err, time.Since(began), *lines)
				}
			})
		})
	}
}

// TestRefusalsAreCountedAnewAfterARestart: two short ones with a restart between them are not one that lasts.
func TestRefusalsAreCountedAnewAfterARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt := &troubled{RoundTripper: recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, `{"items":[]}`) })}
		c, w := reading(rt), &Waiter{}
		began := time.Now()
		err := w.Until(t.Context(), time.Second, func(ctx context.Context) (bool, error) {
			age := time.Since(began)
			switch {
			case age < 2*time.Second || age > 2*time.Minute:
				rt.now = nil
			case age < 20*time.Second || age > 100*time.Second:
				rt.now = bad401
			default:
				rt.now = starting
			}
			_, err := c.Queue(ctx)
			return age > 2*time.Minute, err
		})
		if err != nil {
			t.Errorf("after %v it ended with %v", time.Since(began), err)
		}
	})
}

// TestARefusalLastsOnlyIfNothingElseComesBetween: while a controller restarts, refusals and other errors take turns.
func TestARefusalLastsOnlyIfNothingElseComesBetween(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refused, busy := &Error{Kind: NotAllowed, Status: 403}, &Error{Kind: Refused, Status: 500}
		var w Waiter
		w.Succeeded()
		for _, err := range []error{refused, busy, refused, busy, refused} {
			if _, lasts := w.Failed(err); lasts != nil {
				t.Fatalf("gave up: %v", lasts)
			}
			time.Sleep(lasting - time.Second)
		}
		time.Sleep(time.Second)
		if _, lasts := w.Failed(refused); lasts == nil {
			t.Error("a refusal that lasts is waited for")
		}
	})
}
