package request

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bndr/gojenkins"
)

// Question is one request to the controller.
type Question struct {
	Op     string      // begins the error: "ask Jenkins for the running builds"
	Method string      // default GET
	Path   string      // below the controller's URL, escaped, without a slash in front
	Tree   string      // of Jenkins' API; not escaped
	Query  string      // escaped; instead of Tree
	Header http.Header // beside what every request has
	Body   string
	Text   bool // the answer is not JSON
	Page   bool // with Text: it is a web page
	Events bool // the answer is a stream of events, in which nothing may come for any time
	// File is set where the answer is a file that a build keeps: it is unpacked by nobody, may be a web page, and may be kept
	// on another host, to which a redirect leads and no credentials are sent.
	File  bool
	Limit int64 // bytes of the unpacked answer
	Asks  bool  // a POST that changes nothing, so that [Controller.ReadOnly] lets it pass

	Timeout time.Duration // of the whole answer; 0: the controller's
}

// Lacks returns the error for JSON that is not Jenkins' own: a key is not in it that always is, even with an empty list.
func (q *Question) Lacks(key string) error {
	return &Error{Kind: NotJenkins, Op: q.Op, Path: q.Path, Status: http.StatusOK, Err: errors.New("it has no " + key)}
}

// Get asks Jenkins' own API, whose paths end with "api/json", and decodes the answer into a fresh value. Fields of an
// unexpected type (some plugin's) are skipped.
func (c *Controller) Get(ctx context.Context, q Question, into any) error {
	if err := c.usable(&q); err != nil {
		return err
	}
	var query map[string]string
	if q.Tree != "" {
		query = map[string]string{"tree": q.Tree}
	}
	within, cancel := context.WithTimeout(ctx, c.timeoutOf(&q))
	defer cancel()
	r := &gojenkins.Requester{Base: c.Base(), Client: &http.Client{Transport: &exchange{controller: c, q: &q}}}
	_, err := r.GetJSON(within, "/"+strings.TrimSuffix(q.Path, "api/json"), into, query)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); err == nil || ok && wrong.Field != "" {
		return nil
	}
	return c.judge(ctx, &q, err)
}

// Fetch returns the whole of an answer. Of JSON, more than q.Limit is an error; of a text, the rest is left out.
func (c *Controller) Fetch(ctx context.Context, q Question) ([]byte, error) {
	within, cancel := context.WithTimeout(ctx, c.timeoutOf(&q))
	defer cancel()
	resp, err := c.Open(within, q)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	from := io.Reader(resp.Body)
	if q.Text {
		from = io.LimitReader(from, q.Limit)
	}
	answer, err := io.ReadAll(from)
	if err != nil {
		return nil, c.judge(ctx, &q, err)
	}
	return answer, nil
}

// Open returns an answer with status 2xx, whose body the caller reads and closes. Its errors, and those of the body, are
// [*Error]; where ctx was canceled they wrap [context.Canceled].
func (c *Controller) Open(ctx context.Context, q Question) (*http.Response, error) {
	if err := c.usable(&q); err != nil {
		return nil, err
	}
	target := c.Base() + "/" + q.Path
	switch {
	case q.Tree != "":
		target += "?tree=" + url.QueryEscape(q.Tree)
	case q.Query != "":
		target += "?" + q.Query
	}
	b := &body{controller: c, q: &q, outer: ctx}
	b.ctx, b.cancel = context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(b.ctx, cmp.Or(q.Method, http.MethodGet), target, nil)
	if err != nil {
		return nil, b.judge(err)
	}
	b.late = time.AfterFunc(c.timeoutOf(&q), func() { b.cancel(errSilent) })
	resp, err := (&exchange{controller: c, q: &q}).RoundTrip(req)
	if err != nil {
		err = b.judge(err)
		_ = b.Close()
		return nil, err
	}
	if q.Events {
		b.late.Stop()
	}
	b.from, resp.Body = resp.Body, b
	return resp, nil
}

// body is the body of an answer that the caller reads. There is a deadline for each read, none for all of them.
type body struct {
	controller *Controller
	q          *Question
	from       io.ReadCloser
	outer      context.Context // the caller's
	ctx        context.Context // ours
	cancel     context.CancelCauseFunc
	late       *time.Timer
}

var errSilent = errors.New("nothing was received for too long")

func (b *body) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if !b.q.Events {
		b.late.Reset(b.controller.timeoutOf(b.q))
	}
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	err = b.judge(err)
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Unreachable {
		e.Kind = CutShort // it had begun to answer
	}
	return n, err
}

func (b *body) judge(err error) error {
	// The caller's own deadline may pass at the same instant, before or after ours is noticed.
	if !errors.Is(b.outer.Err(), context.Canceled) && errors.Is(context.Cause(b.ctx), errSilent) {
		return b.controller.newError(b.q, TimedOut, os.ErrDeadlineExceeded)
	}
	return b.controller.judge(b.outer, b.q, err)
}

func (b *body) Close() error {
	if b.late != nil {
		b.late.Stop()
	}
	if b.from != nil {
		_ = b.from.Close()
	}
	b.cancel(context.Canceled)
	return nil
}

// PageMissing reports whether a build exists that lacks the page, as when a plugin is not installed, unlike a build that
// does not exist.
func (e *Error) PageMissing() bool { return e.Kind == NotFound && e.small }

type counterKey struct{}

// Count returns a context under which every request is counted. Most questions take one; the trees over all jobs
// take two where folders lie deep, and a redirect is a request too.
func Count(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, counterKey{}, n), n
}

func countRequest(ctx context.Context) {
	if n, ok := ctx.Value(counterKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
}
