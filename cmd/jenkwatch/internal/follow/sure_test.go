package follow

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

// TestTextOfAnotherBuildIsNotTakenForMoreOfTheLog: after an outage, where the log is shorter, and at its end at the latest.
func TestTextOfAnotherBuildIsNotTakenForMoreOfTheLog(t *testing.T) {
	t.Parallel()
	away := &jenkins.Error{Kind: jenkins.Unreachable}
	missing := &jenkins.Error{Kind: jenkins.NotFound, Status: 404}
	type piece struct {
		text string
		cut  bool
		err  error
	}
	for name, c := range map[string]struct {
		pieces []piece
		other  bool
		want   string
	}{
		"the same after an outage":    {[]piece{{text: "a"}, {err: away}, {text: "b"}}, false, "ab"},
		"another after an outage":     {[]piece{{text: "a"}, {err: away}, {err: away}, {text: "b"}, {text: "c"}}, true, "a"},
		"another where it is shorter": {[]piece{{text: "a"}, {cut: true}, {text: "b"}}, true, "a"},
		"the same, cut by its owner":  {[]piece{{text: "a"}, {cut: true}, {text: "b"}}, false, "ab"},
		"another in place of a step":  {[]piece{{text: "a"}, {err: missing}, {text: "b"}}, true, "a"},
		"seen at the end":             {[]piece{{text: "a"}, {text: "b"}}, true, "ab"},
	} {
		synctest.Test(t, func(t *testing.T) {
			run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 3}, StartedAt: time.UnixMilli(1000)}
			on := played(func(string) (int, string) {
				if c.other {
					return http.StatusOK, fmt.Sprintf(`{"timestamp":%d}`, 999000)
				}
				return http.StatusOK, `{"timestamp":1000}`
			})
			chunks := iter.Seq2[console.Chunk, error](func(yield func(console.Chunk, error) bool) {
				for _, p := range c.pieces {
					if !yield(console.Chunk{Text: []byte(p.text), Cut: p.cut}, p.err) {
						return
					}
				}
			})
			got, start := "", time.Now()
			var err error
			w := &jenkins.Waiter{}
			w.Succeeded()
			for chunk, failed := range Sure(t.Context(), on.Client, run, chunks, w) {
				if err = failed; err == nil {
					got += string(chunk.Text)
				}
			}
			if got != c.want || errors.Is(err, jenkins.ErrOtherBuild) != c.other || !c.other && err != nil || time.Since(start) > time.Second {
				t.Errorf("%s: %q, %v, after %s", name, got, err, time.Since(start))
			}
		})
	}
}
