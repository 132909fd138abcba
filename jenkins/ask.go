package jenkins

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/request"
)

// What is asked, what comes back and why nothing came are values of package request.
type (
	Question = request.Question
	Answer   = request.Answer
	Error    = request.Error
	Kind     = request.Kind
)

// The kinds of an [*Error]; see [request.Kind].
const (
	Unreachable    = request.Unreachable
	TimedOut       = request.TimedOut
	BadCertificate = request.BadCertificate
	NotAllowed     = request.NotAllowed
	NotFound       = request.NotFound
	NotJenkins     = request.NotJenkins
	Starting       = request.Starting
	CutShort       = request.CutShort
	TooLarge       = request.TooLarge
	Refused        = request.Refused
	Unusable       = request.Unusable
)

const Mega = request.Mega

// ErrReadOnly says that nothing is to be changed.
var ErrReadOnly = request.ErrReadOnly

// IsKind reports whether an error is an [Error] of this kind.
func IsKind(err error, kind Kind) bool { return request.IsKind(err, kind) }

// CountRequests returns a context under which every request is counted. Most questions take one; the trees over all jobs
// take two where folders lie deep, and a redirect is a request too.
func CountRequests(ctx context.Context) (context.Context, *atomic.Int64) {
	return request.Count(ctx)
}

// controller is how requests reach the controller, by the fields as they are now.
func (c *Client) controller() *request.Controller {
	return &request.Controller{URL: c.URL, User: c.User, Token: c.Token, HTTP: c.HTTP, Timeout: c.Timeout, ReadOnly: c.ReadOnly,
		State: &c.state}
}

// Get asks Jenkins' own API, whose paths end with "api/json", and decodes the answer into a fresh value. Fields of an
// unexpected type (some plugin's) are skipped.
func (c *Client) Get(ctx context.Context, q Question, into any) error {
	return c.controller().Get(ctx, q, into)
}

// Fetch returns the whole of an answer. Of JSON, more than q.Limit is an error; of a text, the rest is left out.
func (c *Client) Fetch(ctx context.Context, q Question) ([]byte, error) {
	return c.controller().Fetch(ctx, q)
}

// Open returns an answer with status 2xx, whose body the caller reads and closes. Its errors, and those of the body, are
// [*Error]; where ctx was canceled they wrap [context.Canceled].
func (c *Client) Open(ctx context.Context, q Question) (*http.Response, error) {
	return c.controller().Open(ctx, q)
}

// Post sends a request that changes something, once: it follows no redirect and is never repeated. An [*Error] that is
// Unclear leaves open whether Jenkins did it.
func (c *Client) Post(ctx context.Context, q Question) (Answer, error) {
	return c.controller().Post(ctx, q)
}

// Base returns the controller's URL without credentials and without a slash at its end; empty when there is none.
func (c *Client) Base() string { return c.controller().Base() }

// Requests returns how many requests this client has made so far.
func (c *Client) Requests() int64 { return c.state.Requests() }

// Version returns the controller's version from its last answers, empty before the first.
func (c *Client) Version() string { return c.state.Version() }

// Session identifies the controller's current start, with its version: when it changes, plugins may have come or gone. It is
// empty until an answer names it.
func (c *Client) Session() string { return c.state.Session() }

// Restarted returns when the controller was seen to have started anew, zero if it was not.
func (c *Client) Restarted() time.Time { return c.state.Restarted() }

// Page asks for a page of JSON below a build, such as a plugin's, and returns it undecoded. op begins the error:
// "ask Jenkins for the stages". query is escaped, and may be empty.
func (c *Client) Page(ctx context.Context, ref Ref, op, page, query string) ([]byte, error) {
	return c.Fetch(ctx, c.PageBelow(ref, op, page, query))
}

// PageBelow returns the question for a page below a build; see [Client.Page].
func (c *Client) PageBelow(ref Ref, op, page, query string) Question {
	return Question{Op: op + " of " + clean.Line(BuildSpec{Job: ref.Job, Number: ref.Number}.String()),
		Path: c.BuildPath(ref) + page, Query: query, Limit: 4 * Mega}
}
