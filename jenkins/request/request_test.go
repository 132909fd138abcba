package request

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// reading returns a controller below a prefix that this transport plays.
func reading(rt http.RoundTripper) *Controller {
	return &Controller{URL: recorded.Must(url.Parse("http://ci.example/jenkins")), HTTP: &http.Client{Transport: rt}, State: new(State)}
}

// queue asks for a list, one value at a time.
func queue(ctx context.Context, c *Controller) error {
	q, any := Question{Op: "ask Jenkins for its queue", Path: "queue/api/json", Tree: "items[id]", Limit: 16 * Mega}, false
	err := c.Stream(ctx, q, func(s *Stream) error {
		return s.Object(func(key string) (err error) {
			if key != "items" {
				return s.Skip()
			}
			any, err = s.List(s.Skip)
			return err
		})
	})
	if err == nil && !any {
		return q.Lacks("items")
	}
	return err
}

func queueError(t *testing.T, c *Controller) *Error {
	t.Helper()
	err := queue(t.Context(), c)
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got %v, want an *Error", err)
	}
	if strings.ContainsAny(e.Error(), "\n\x1b") || e.Hint() == "" || strings.Contains(e.Error()+e.Hint(), "secret-token") {
		t.Errorf("error %q, hint %q", e, e.Hint())
	}
	return e
}
