package request

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// Answer is what Jenkins answered to a request that changes something: a 2xx or a redirect, which is not followed.
type Answer struct {
	Status   int
	Location string // where a 201 or a redirect points to, as Jenkins gave it
	Body     []byte
	HTML     bool // it is a web page
}

// ErrReadOnly says that nothing is to be changed.
var ErrReadOnly = errors.New("nothing is changed in read-only mode")

// postTimeout is longer than that of a question: giving up leaves open what was done.
const postTimeout = time.Minute

// Post sends a request that changes something, once: it follows no redirect and is never repeated. An [*Error] that is
// Unclear leaves open whether Jenkins did it.
func (c *Controller) Post(ctx context.Context, q Question) (Answer, error) {
	if err := c.usable(&q); err != nil {
		return Answer{}, err
	}
	if c.ReadOnly && !q.Asks {
		return Answer{}, c.newError(&q, Refused, ErrReadOnly)
	}
	header, cookies, err := c.crumb(ctx, q.Op)
	if err != nil {
		return Answer{}, err
	}
	maps.Copy(header, q.Header)
	q.Header = header
	target, err := url.Parse(c.Base() + "/" + q.Path)
	if err != nil {
		return Answer{}, c.newError(&q, Refused, err)
	}
	target.RawQuery = q.Query
	within, cancel := context.WithTimeout(ctx, max(postTimeout, c.timeoutOf(&q)))
	defer cancel()
	// The transport reports when it looks for a connection and when it has one: before that nothing was sent.
	var looked, connected atomic.Bool
	within = httptrace.WithClientTrace(within, &httptrace.ClientTrace{
		GetConn: func(string) { looked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	x := &exchange{controller: c, q: &q}
	if err := ctx.Err(); err != nil {
		return Answer{}, c.newError(&q, Unreachable, err)
	}
	resp, err := x.send(within, http.MethodPost, target, cookies)
	if err != nil {
		e, _ := errors.AsType[*Error](err)
		if errors.Is(ctx.Err(), context.Canceled) { // the transport names its cause instead: a signal
			e.Err = context.Canceled
		}
		e.Unclear = e.Kind != Unusable && e.Kind != BadCertificate && (connected.Load() || !looked.Load())
		return Answer{}, e
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 > 3 {
		return Answer{}, x.refused(resp)
	}
	return x.done(resp, target)
}

// done reads a 2xx or a redirect. What a login or something in front of Jenkins redirects, Jenkins has not done.
func (x *exchange) done(resp *http.Response, from *url.URL) (Answer, error) {
	a := Answer{Status: resp.StatusCode, Location: resp.Header.Get("Location")}
	if a.Status/100 == 3 && a.Status != http.StatusSeeOther {
		to, err := from.Parse(a.Location)
		if err != nil || a.Location == "" {
			e := x.controller.newError(x.q, Refused, errors.New("a redirect that leads nowhere"))
			e.Status, e.Unclear = a.Status, true
			return a, e
		}
		below, inside := strings.CutPrefix(to.String(), x.controller.Base()+"/")
		e := x.controller.newError(x.q, NotAllowed, nil)
		e.Status, e.Location = a.Status, clean.Line(to.Scheme+"://"+to.Host+to.EscapedPath())
		switch {
		case isLogin(strings.TrimPrefix(to.EscapedPath(), "/")) && !strings.Contains(to.EscapedPath(), "/job/"), inside && isLogin(below):
			return a, e
		case a.Status != http.StatusFound, to.EscapedPath() == from.EscapedPath() && to.String() != from.String():
			e.Kind, e.Err = Refused, errElsewhere
			return a, e
		}
	}
	x.controller.State.outage.end()
	body, err := io.ReadAll(io.LimitReader(resp.Body, max(x.q.Limit, 1)))
	if err != nil {
		e := x.controller.newError(x.q, CutShort, err)
		e.Status, e.Unclear = a.Status, true
		return a, e
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	a.Body, a.HTML = body, kind == "text/html"
	if a.HTML && a.Status/100 == 2 && loginPattern().Match(body) {
		e := x.controller.pageError(x.q, string(body))
		e.Status = a.Status
		return a, e
	}
	return a, nil
}

// longestPage is how much of a page is read for its sentence, which stands behind everything that Jenkins puts around it.
// Measured: 88 KB for an administrator.
const longestPage = 512 << 10

// refused returns the error that a status of 400 or more stands for, with Jenkins' own sentence.
func (x *exchange) refused(resp *http.Response) *Error {
	page, _ := io.ReadAll(io.LimitReader(resp.Body, longestPage))
	e := x.refusal(resp, string(page))
	e.Said = sentence(string(page))
	if e.Said == "" {
		e.Said = clean.Line(resp.Header.Get("X-Error"))
	}
	e.Unclear = e.Status >= 500 && e.Kind != Starting || e.Status == http.StatusRequestTimeout
	return e
}

// sentences are where Jenkins' pages say why, before a comment that follows them: its own refusals, a missing right, and the pages of its servlet container.
var sentences = []func() *regexp.Regexp{
	lazy.Regexp(`(?s)<h1>Error</h1>\s*<p>(.{1,1000}?)(?:<!--|</p>)`),
	lazy.Regexp(`(?s)<p class="error">(.{1,1000}?)(?:<!--|</p>)`),
	lazy.Regexp(`(?s)<tr><th>MESSAGE:</th><td>(.{1,1000}?)</td>`),
}

var tags = lazy.Regexp(`(?s)<[^>]{0,400}>`)

// sentence returns what an error page says in Jenkins' own words, cleaned; empty where it says nothing.
func sentence(page string) string {
	for _, s := range sentences {
		if m := s().FindStringSubmatch(page); m != nil {
			return clean.Line(strings.Join(strings.Fields(html.UnescapeString(tags().ReplaceAllString(m[1], " "))), " "))
		}
	}
	return ""
}

// apiToken is what an API token looks like: 34 hexadecimal digits, or 32 before 2018.
var apiToken = lazy.Regexp(`^(?:1[0-9a-f]{33}|[0-9a-f]{32})$`)

// crumb asks for the crumb that a request needs which comes with a password, and for the cookies of its session. It is
// asked for anew each time: requests that change something are rare. One with an API token needs none, nor does a
// controller without an issuer of crumbs.
func (c *Controller) crumb(ctx context.Context, op string) (http.Header, []*http.Cookie, error) {
	header := http.Header{}
	if _, token := c.credentials(); apiToken().MatchString(token) {
		return header, nil, nil
	}
	within, cancel := context.WithTimeout(ctx, DefaultTimeout)
	defer cancel()
	q := Question{Op: op, Path: "crumbIssuer/api/json", Tree: "crumb,crumbRequestField", Limit: Mega}
	resp, err := c.Open(within, q)
	if IsKind(err, NotFound) {
		return header, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	var answer struct{ Crumb, CrumbRequestField string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, nil, c.judge(ctx, &q, err)
	}
	if !isHeaderName(answer.CrumbRequestField) {
		return header, nil, nil
	}
	header.Set(answer.CrumbRequestField, clean.Line(answer.Crumb))
	return header, resp.Cookies(), nil
}

// isHeaderName reports whether s may stand as a header's name.
func isHeaderName(s string) bool {
	return s != "" && strings.Trim(s, "-.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// permissionName returns a right as Jenkins' pages call it: "Job/Build" for "hudson.model.Item.Build".
func permissionName(id string) string {
	for _, group := range [][2]string{{"hudson.model.Item.", "Job/"}, {"hudson.model.Run.", "Run/"}, {"hudson.model.Computer.", "Agent/"},
		{"hudson.model.Hudson.", "Overall/"}, {"hudson.model.View.", "View/"}, {"hudson.scm.SCM.", "SCM/"}} {
		if name, ok := strings.CutPrefix(id, group[0]); ok {
			return group[1] + name
		}
	}
	return id
}
