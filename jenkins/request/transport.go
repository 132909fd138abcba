package request

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// exchange is the RoundTripper of one question. It alone decides what counts as an answer (gojenkins looks neither at
// the status nor at what it reads): it follows redirects that stay on the controller, and yields a 2xx whose body is
// guarded, or an *Error.
type exchange struct {
	controller *Controller
	q          *Question
}

const maxRedirects = 3

// RoundTrip implements [http.RoundTripper].
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	target := *req.URL
	target.RawQuery = strings.ReplaceAll(target.RawQuery, "%2C", ",") // a tree is full of them
	var cookies []*http.Cookie                                        // some proxies redirect to the same address until their cookie comes back
	for range maxRedirects + 1 {
		resp, err := x.send(req.Context(), req.Method, &target, cookies)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode/100 != 3 {
			resp, err := x.accept(resp)
			if e, ok := errors.AsType[*Error](err); ok && !x.controller.isOwn(&target) { // it knows nothing of our user and token
				e.Kind, e.Sent, e.User, e.Err = Refused, "", "", fmt.Errorf("%s, where Jenkins keeps its files, refuses it", clean.Line(target.Host))
			}
			return resp, err
		}
		_ = drain(resp.Body)
		next, err := x.follow(resp, &target)
		if err != nil {
			return nil, err
		}
		if x.controller.isOwn(next) {
			cookies = append(cookies, resp.Cookies()...)
		} else {
			cookies = nil
		}
		target = *next
	}
	e := x.controller.newError(x.q, Refused, errCircle)
	e.Status = http.StatusFound
	return nil, e
}

func (x *exchange) send(ctx context.Context, method string, target *url.URL, cookies []*http.Cookie) (*http.Response, error) {
	c, q := x.controller, x.q
	req, err := http.NewRequestWithContext(ctx, method, target.String(), strings.NewReader(q.Body))
	if err != nil {
		return nil, c.newError(q, Refused, err)
	}
	maps.Copy(req.Header, q.Header)
	for _, cookie := range cookies {
		req.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	req.Header.Set("User-Agent", "jenkwatch")
	// Else Jenkins speaks the language of the machine that it runs on: reasons, causes and stages that it named itself.
	req.Header.Set("Accept-Language", "en")
	own := x.controller.isOwn(target)
	if user, token := c.credentials(); user != "" && own {
		req.SetBasicAuth(user, token)
	}
	if q.File {
		req.Header.Set("Accept-Encoding", "identity") // else its length is not known, nor can it be requested from the middle
	}
	c.State.requests.Add(1)
	countRequest(ctx)
	sent := time.Now()
	resp, err := c.transport().RoundTrip(req)
	if err != nil {
		if errors.Is(context.Cause(ctx), errSilent) {
			err = os.ErrDeadlineExceeded // not canceled: nobody gave up
		}
		e := c.newError(q, kindOf(err), err)
		if below, ok := errors.AsType[*Error](err); ok { // of a transport that knows better
			e.Kind, e.Err = below.Kind, below.Err
		}
		if !errors.Is(err, context.Canceled) {
			c.State.outage.begin()
		}
		return nil, e
	}
	if !own {
		return resp, nil
	}
	c.State.skew.note(resp.Header.Get("Date"), sent, time.Now())
	if s := resp.Header.Get("X-Jenkins-Session"); s != "" {
		if before := c.State.session.Swap(&s); before != nil && *before != s {
			now := time.Now()
			c.State.restart.Store(&now)
		}
	}
	if v := resp.Header.Get("X-Jenkins"); v != "" && v != c.State.Version() {
		v = clean.Line(v)
		c.State.version.Store(&v)
	}
	return resp, nil
}

// follow says where a redirect leads, if it stays on the controller and is not a login.
func (x *exchange) follow(resp *http.Response, from *url.URL) (*url.URL, error) {
	e := x.controller.newError(x.q, NotAllowed, nil)
	e.Status = resp.StatusCode
	to, err := from.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" {
		e.Kind, e.Err = Refused, errors.New("a redirect without a valid target")
		return nil, e
	}
	e.Location = clean.Line(to.Scheme + "://" + to.Host + to.EscapedPath())
	below, inside := strings.CutPrefix(to.String(), x.controller.Base()+"/")
	switch {
	case inside && !isLogin(below):
		return to, nil
	case x.q.File && !x.controller.isOwn(to) && (to.Scheme == "https" || to.Scheme == "http" && from.Scheme == "http") &&
		!isLogin(strings.TrimPrefix(to.EscapedPath(), "/")):
		to.User = nil
		return to, nil
	case !inside && !isLogin(strings.TrimPrefix(to.EscapedPath(), "/")) &&
		(to.Hostname() == from.Hostname() || strings.HasSuffix(to.EscapedPath(), "/"+x.q.Path)):
		e.Kind, e.Err = Refused, fmt.Errorf("%w: %s", errElsewhere, e.Location)
	}
	return nil, e
}

// isLogin knows the addresses at which Jenkins and its single sign-on plugins begin a login.
func isLogin(path string) bool {
	path = strings.ToLower(path)
	for _, mark := range []string{"login", "securityrealm", "sign_in", "signin", "sign-in", "saml", "oauth", "openid", "oidc", "/sso", "/cas/"} {
		if strings.Contains(strings.SplitN(path, "?", 2)[0], mark) {
			return !strings.HasPrefix(path, "job/")
		}
	}
	return false
}

// accept judges the status and puts the guard before the body.
func (x *exchange) accept(resp *http.Response) (*http.Response, error) {
	if resp.StatusCode/100 != 2 {
		// Measured: 230 bytes for a page missing below a build, 86 KB for an unknown job.
		page, _ := io.ReadAll(io.LimitReader(resp.Body, 2<<10))
		_ = resp.Body.Close()
		return nil, x.refusal(resp, string(page))
	}
	x.controller.State.outage.end()
	resp.Header.Del("X-Error") // gojenkins would take it for the answer
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	var e *Error
	switch {
	case kind == "text/html" && !x.q.Page && (!x.q.File || !isPage(x.q.Path)):
		page, _ := io.ReadAll(io.LimitReader(resp.Body, 16<<10))
		e = x.controller.pageError(x.q, string(page))
	case x.q.Text, x.q.File:
		return resp, nil
	case resp.ContentLength > x.q.Limit:
		e = x.controller.newError(x.q, TooLarge, tooLarge(x.q.Limit))
	default:
		resp.Body = &guard{body: resp.Body, controller: x.controller, q: x.q}
		return resp, nil
	}
	e.Status = resp.StatusCode
	_ = resp.Body.Close() // it may be endless: the connection goes with it
	return nil, e
}

// isPage reports whether a file of this name is a web page, so that one is no login in its place.
func isPage(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".htm") || strings.HasSuffix(name, ".xhtml")
}

func tooLarge(limit int64) error { return fmt.Errorf("more than %d MB", limit/Mega) }

var (
	titlePattern = lazy.Regexp(`(?is)<title[^>]*>\s*(.{1,80}?)\s*</title>`)
	loginPattern = lazy.Regexp(`(?i)type=["']?password|<title[^>]*>[^<]*(log ?in|sign ?in|log ?on|anmeld|single sign)|kc-login|okta-sign|oauth2/(start|sign_in)|cdn-cgi/access/login|SAMLRequest`)
)

// pageError returns the error of a web page that came with a 200: a login, or any other.
func (c *Controller) pageError(q *Question, page string) *Error {
	title := ""
	if m := titlePattern().FindStringSubmatch(page); m != nil {
		title = fmt.Sprintf(" (%q)", clean.Line(html.UnescapeString(m[1])))
	}
	if loginPattern().MatchString(page) {
		return c.newError(q, NotAllowed, fmt.Errorf("%w in its place%s", errLoginPage, title))
	}
	return c.newError(q, NotJenkins, errors.New("a web page instead of JSON"+title))
}

// refusal returns the error that a status stands for.
func (x *exchange) refusal(resp *http.Response, page string) *Error {
	e := x.controller.newError(x.q, Refused, nil)
	e.Status, e.small = resp.StatusCode, len(page) < 2<<10
	e.User = resp.Header.Get("X-You-Are-Authenticated-As")
	e.Permission = permissionName(clean.Line(resp.Header.Get("X-Required-Permission")))
	e.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	e.Direct = isJenkins(resp.Header, page)
	e.judgeStatus(page)
	if e.Status == http.StatusUnauthorized && x.controller.State.outage.excuses401() {
		e.Kind = Starting
	} else if e.Kind == Starting || e.Kind == Unreachable {
		x.controller.State.outage.begin()
	}
	return e
}

// judgeStatus gives the error the kind that its status and its page stand for.
func (e *Error) judgeStatus(page string) {
	switch e.Status {
	case http.StatusForbidden:
		if strings.Contains(page, "No valid crumb") {
			e.Err = errCrumb
		}
		e.Kind = NotAllowed
	case http.StatusUnauthorized, http.StatusProxyAuthRequired:
		e.Kind = NotAllowed
	case http.StatusNotFound:
		e.Kind = NotFound
	case http.StatusRequestTimeout:
		e.Kind = TimedOut
	case http.StatusBadRequest:
		if strings.Contains(page, "SSL certificate") { // nginx
			e.Kind, e.Err = BadCertificate, errClientCert
		}
	case http.StatusServiceUnavailable:
		e.Kind = Unreachable
		if e.Direct {
			e.Kind = Starting
		}
	case http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusNetworkAuthenticationRequired:
		e.Kind = Unreachable
	}
	if e.Status >= 520 && e.Status <= 530 { // Cloudflare's own
		e.Kind = Unreachable
	}
}

// isJenkins reports whether an answer that is no success is Jenkins' own. What the servlet container answers itself, a 401
// among it, has no X-Jenkins, nor has the page that is shown during the start.
func isJenkins(h http.Header, page string) bool {
	if h.Get("X-Jenkins") != "" || h.Get("X-Hudson") != "" || strings.Contains(h.Get("WWW-Authenticate"), `realm="Jenkins"`) {
		return true
	}
	for _, mark := range []string{"Powered by Jetty", "getting ready to work", "Starting Jenkins", "Restarting Jenkins", "- Jenkins</title>",
		"<title>Jenkins"} {
		if strings.Contains(page, mark) {
			return true
		}
	}
	return false
}

// longestRetryAfter bounds what an answer may ask for.
const longestRetryAfter = time.Hour

// retryAfter reads a Retry-After header: seconds, or an HTTP date. It is 0 where there is none.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if s, err := strconv.ParseInt(value, 10, 32); err == nil {
		return min(time.Duration(max(0, s))*time.Second, longestRetryAfter)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(0, at.Sub(now)), longestRetryAfter)
	}
	return 0
}

// outage remembers that the controller was away: while it starts, Jenkins answers 401 to a valid token for a moment.
type outage struct {
	mu       sync.Mutex
	away     bool
	first401 time.Time
}

// startPeriod is how long a 401 after an outage is taken for a part of the start. Measured: 0.3 s.
const startPeriod = 10 * time.Second

func (o *outage) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away, o.first401 = true, time.Time{}
}

func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away = false
}

func (o *outage) excuses401() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away && o.first401.IsZero() {
		o.first401 = time.Now()
	}
	return o.away && time.Since(o.first401) < startPeriod
}

// drain reads what little is left of a body, so that its connection can be used again, and closes it.
func drain(body io.ReadCloser) error {
	_, _ = io.CopyN(io.Discard, body, 4<<10)
	return body.Close()
}
