package jenkins

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// Page asks for a page of JSON below a build, such as a plugin's, and returns it undecoded. op begins the error:
// "ask Jenkins for the stages". query is escaped, and may be empty.
func (c *Client) Page(ctx context.Context, ref Ref, op, page, query string) (json.RawMessage, error) {
	var body json.RawMessage
	err := c.Get(ctx, c.pageBelow(ref, op, page, query), &body)
	return body, err
}

// TextPage is Page for a page of plain text, of which it returns at most max bytes.
func (c *Client) TextPage(ctx context.Context, ref Ref, op, page, query string, max int64) (string, error) {
	q := c.pageBelow(ref, op, page, query)
	q.Text = true
	if err := c.Usable(&q); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, c.RequestTimeout())
	defer cancel()
	req, err := http.NewRequestWithContext(Asking{ctx, &q}, http.MethodGet, c.Base(), nil)
	if err != nil {
		return "", c.Judge(ctx, &q, err)
	}
	resp, err := c.HTTPClient().Do(req)
	if err != nil {
		return "", c.Judge(ctx, &q, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, max))
	if err != nil {
		return "", c.Judge(ctx, &q, err)
	}
	return string(text), nil
}

func (c *Client) pageBelow(ref Ref, op, page, query string) Question {
	return Question{Op: op + " of " + CleanLine(BuildSpec{Job: ref.Job, Number: ref.Number}.String()),
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
