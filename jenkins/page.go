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
	err := c.get(ctx, c.pageBelow(ref, op, page, query), &body)
	return body, err
}

// TextPage is Page for a page of plain text, of which it returns at most max bytes.
func (c *Client) TextPage(ctx context.Context, ref Ref, op, page, query string, max int64) (string, error) {
	q := c.pageBelow(ref, op, page, query)
	q.text = true
	if err := c.usable(&q); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	req, err := http.NewRequestWithContext(asking{ctx, &q}, http.MethodGet, c.base(), nil)
	if err != nil {
		return "", c.judge(ctx, &q, err)
	}
	resp, err := c.client().Do(req)
	if err != nil {
		return "", c.judge(ctx, &q, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, max))
	if err != nil {
		return "", c.judge(ctx, &q, err)
	}
	return string(text), nil
}

func (c *Client) pageBelow(ref Ref, op, page, query string) question {
	return question{op: op + " of " + CleanLine(BuildSpec{Job: ref.Job, Number: ref.Number}.String()),
		path: c.path(ref.Job) + strconv.Itoa(ref.Number) + "/" + page, query: query, limit: 4 * mega}
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
