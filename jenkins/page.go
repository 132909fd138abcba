package jenkins

import (
	"context"
	"strconv"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Page asks for a page of JSON below a build, such as a plugin's, and returns it undecoded. op begins the error:
// "ask Jenkins for the stages". query is escaped, and may be empty.
func (c *Client) Page(ctx context.Context, ref Ref, op, page, query string) ([]byte, error) {
	return c.Fetch(ctx, c.pageBelow(ref, op, page, query))
}

// TextPage is Page for a page of plain text, of which it returns at most max bytes.
func (c *Client) TextPage(ctx context.Context, ref Ref, op, page, query string, max int64) (string, error) {
	q := c.pageBelow(ref, op, page, query)
	q.Text, q.Limit = true, max
	text, err := c.Fetch(ctx, q)
	return string(text), err
}

func (c *Client) pageBelow(ref Ref, op, page, query string) Question {
	return Question{Op: op + " of " + clean.Line(BuildSpec{Job: ref.Job, Number: ref.Number}.String()),
		Path: c.Path(ref.Job) + strconv.Itoa(ref.Number) + "/" + page, Query: query, Limit: 4 * Mega}
}

// Session identifies the controller's current start (X-Jenkins-Session), with its version: when it changes, plugins may
// have come or gone. It is empty until an answer names it.
func (c *Client) Session() string {
	if s := c.session.Load(); s != nil {
		return *s + " " + c.Version()
	}
	return ""
}

// PageMissing reports whether a build exists that lacks the page, as when a plugin is not installed, unlike a build that
// does not exist.
func (e *Error) PageMissing() bool { return e.Kind == NotFound && e.small }
