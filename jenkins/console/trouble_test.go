package console

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestConsoleThatDoesNotAnswerIsTimedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			<-req.Context().Done()
			return nil
		}))
		began := time.Now()
		_, err := c.LogSize(t.Context(), someRun)
		if !jenkins.IsKind(err, jenkins.TimedOut) || time.Since(began) != 15*time.Second {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
}

// stalling sends a little and then nothing until the request is given up.
type stalling struct{ ctx context.Context }

func (s stalling) Read([]byte) (int, error) { <-s.ctx.Done(); return 0, s.ctx.Err() }
func (s stalling) Close() error             { return nil }

func TestConsoleThatFallsSilentIsTimedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			w := httptest.NewRecorder()
			w.Header().Set("X-Text-Size", "100")
			resp := w.Result()
			resp.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(strings.NewReader("begin\r\n"), stalling{req.Context()}), stalling{}}
			return resp
		}))
		_, err := c.Log(t.Context(), someRun, 0, 1000)
		if !jenkins.IsKind(err, jenkins.TimedOut) {
			t.Errorf("got %v", err)
		}
	})
}

// TestConsoleIsFollowedThroughARestart: nothing of it is lost, nothing comes twice, whatever happens between two answers
// and in the middle of one.
func TestConsoleIsFollowedThroughARestart(t *testing.T) {
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
			cut := recorded.Func(func(req *http.Request) *http.Response {
				resp := recorded.Must(l.RoundTrip(req))
				body, _ := io.ReadAll(resp.Body)
				resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(string(body[:rnd.IntN(len(body)+1)])), brokenOff{}))
				return resp
			})
			broken := func(err error) http.RoundTripper {
				return recorded.Failing(func(*http.Request) error { return err })
			}
			restart := []http.RoundTripper{l, l, cut, broken(syscall.ECONNREFUSED), recorded.Page(503, "", "<title>Starting Jenkins</title>"),
				recorded.Page(401, `WWW-Authenticate: Basic realm="Jenkins"`, ""), cut, recorded.Page(429, "Retry-After: 3", ""),
				broken(syscall.ECONNRESET), recorded.Page(200, "", "<title>Log in</title>")}
			var text strings.Builder
			said := 0
			w := &jenkins.Waiter{Say: func(error) { said++ }}
			c := reading(roundTrip(func(req *http.Request) (*http.Response, error) {
				if len(restart) == 0 {
					return l.RoundTrip(req)
				}
				now := restart[0]
				restart = restart[1:]
				return now.RoundTrip(req)
			}))
			for chunk, err := range c.Follow(t.Context(), someRun, 0) {
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
			if said%2 != 0 || said > 4 {
				t.Errorf("seed %d: it spoke %d times", seed, said)
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// brokenOff is a body whose connection is gone.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
