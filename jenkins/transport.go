package jenkins

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// transport stands between gojenkins and the network: it alone decides what is asked (exact target, credentials) and
// what counts as an answer, since gojenkins looks neither at the status nor at what it reads.
type transport struct {
	client *Client
	base   http.RoundTripper
}

const maxRedirects = 3

// RoundTrip answers with a 2xx whose body is guarded, or with an *Error.
func (t *transport) RoundTrip(given *http.Request) (*http.Response, error) {
	q, ok := given.Context().Value(questionKey{}).(*question)
	if !ok {
		return nil, errors.New("jenkins: a request without its question")
	}
	target, err := url.Parse(t.client.base() + "/" + q.target())
	if err != nil {
		return nil, &Error{Kind: Refused, Op: q.op, Path: q.path, Err: err}
	}
	for range maxRedirects + 1 {
		resp, err := t.send(given, q, target)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode/100 != 3 {
			return t.accept(resp, q)
		}
		_ = drain(resp.Body)
		if target, err = t.follow(resp, q, target); err != nil {
			return nil, err
		}
	}
	return nil, &Error{Kind: Refused, Op: q.op, Path: q.path, Status: http.StatusFound,
		Err: fmt.Errorf("more than %d redirects", maxRedirects)}
}

func (t *transport) send(given *http.Request, q *question, target *url.URL) (*http.Response, error) {
	c := t.client
	var body io.Reader
	if q.form != nil {
		body = strings.NewReader(q.form.Encode())
	}
	req, err := http.NewRequestWithContext(given.Context(), cmp.Or(q.method, http.MethodGet), target.String(), body)
	if err != nil {
		return nil, &Error{Kind: Refused, Op: q.op, Path: q.path, Err: err}
	}
	req.Header.Set("User-Agent", "jenkwatch")
	// Else Jenkins speaks the language of the machine that it runs on: reasons, causes and stages that it named itself.
	req.Header.Set("Accept-Language", "en")
	if q.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if user, token := c.credentials(); user != "" {
		req.SetBasicAuth(user, token)
	}
	c.requests.Add(1)
	count(given.Context())
	sent := time.Now()
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		e := &Error{Kind: kindOf(err), Op: q.op, Path: q.path, Err: err}
		if below, ok := errors.AsType[*Error](err); ok { // of a transport that knows better
			e.Kind, e.Err = below.Kind, below.Err
		}
		if !errors.Is(err, context.Canceled) {
			c.outage.begin()
		}
		return nil, e
	}
	c.skew.note(resp.Header.Get("Date"), sent, time.Now())
	c.stages.restarted(resp.Header.Get("X-Jenkins-Session"))
	if v := resp.Header.Get("X-Jenkins"); v != "" && v != c.Version() {
		v = CleanLine(v)
		c.version.Store(&v)
	}
	return resp, nil
}

// credentials are User and Token, or what stands in the URL in their place.
func (c *Client) credentials() (user, token string) {
	if c.User == "" && c.URL.User != nil {
		password, _ := c.URL.User.Password()
		return c.URL.User.Username(), password
	}
	return c.User, c.Token
}

// follow says where a redirect leads, if it stays on the controller and is not a login.
func (t *transport) follow(resp *http.Response, q *question, from *url.URL) (*url.URL, error) {
	e := &Error{Kind: NotAllowed, Op: q.op, Path: q.path, Status: resp.StatusCode}
	to, err := from.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" {
		e.Kind, e.Err = Refused, errors.New("a redirect that leads nowhere")
		return nil, e
	}
	e.Location = CleanLine(to.Scheme + "://" + to.Host + to.EscapedPath())
	below, inside := strings.CutPrefix(to.String(), t.client.base()+"/")
	switch {
	case inside && !isLogin(below):
		return to, nil
	case !inside && to.Hostname() == from.Hostname() && !isLogin(strings.TrimPrefix(to.EscapedPath(), "/")):
		e.Kind, e.Err = Refused, fmt.Errorf("%w: %s", errElsewhere, e.Location)
	}
	return nil, e
}

// isLogin knows the addresses at which Jenkins and its single sign-on plugins begin a login.
func isLogin(path string) bool {
	path = strings.ToLower(path)
	for _, mark := range []string{"login", "securityrealm", "saml", "oauth", "openid", "oidc", "/sso", "/cas/"} {
		if strings.Contains(strings.SplitN(path, "?", 2)[0], mark) {
			return !strings.HasPrefix(path, "job/")
		}
	}
	return false
}

// accept judges the status and puts the guard before the body.
func (t *transport) accept(resp *http.Response, q *question) (*http.Response, error) {
	if e := t.refusal(resp, q); e != nil {
		// Measured: 230 bytes for a page missing below a build, 86 KB for an unknown job.
		page, _ := io.ReadAll(io.LimitReader(resp.Body, 2<<10))
		e.small = len(page) < 2<<10
		_ = resp.Body.Close()
		return nil, e
	}
	t.client.outage.end()
	resp.Header.Del("X-Error") // gojenkins would take it for the answer
	if q.text {
		return resp, nil
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	e := &Error{Op: q.op, Path: q.path, Status: resp.StatusCode}
	switch {
	case kind == "text/html":
		e.Kind, e.Err = NotJenkins, errors.New("a web page instead of JSON")
	case resp.ContentLength > q.limit:
		e.Kind, e.Err = TooLarge, tooLarge(q.limit)
	default:
		resp.Body = &guard{body: resp.Body, q: q}
		return resp, nil
	}
	_ = resp.Body.Close() // it may be endless: the connection goes with it
	return nil, e
}

func tooLarge(limit int64) error { return fmt.Errorf("more than %d MB", limit/mega) }

// refusal is the error that a status stands for, or nil.
func (t *transport) refusal(resp *http.Response, q *question) *Error {
	status := resp.StatusCode
	if status/100 == 2 {
		return nil
	}
	e := &Error{Kind: Refused, Op: q.op, Path: q.path, Status: status}
	e.User = resp.Header.Get("X-You-Are-Authenticated-As")
	e.Permission = CleanLine(resp.Header.Get("X-Required-Permission"))
	switch status {
	case http.StatusUnauthorized:
		e.Kind = NotAllowed
		if t.client.outage.excuses401() {
			e.Kind = Starting
		}
	case http.StatusForbidden, http.StatusProxyAuthRequired:
		e.Kind = NotAllowed
	case http.StatusNotFound:
		e.Kind = NotFound
	case http.StatusServiceUnavailable:
		e.Kind = Starting
		t.client.outage.begin()
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		e.Kind = Unreachable
		t.client.outage.begin()
	}
	return e
}

// outage remembers that the controller was away: while it starts, Jenkins answers 401 to a valid token for a moment.
type outage struct {
	mu       sync.Mutex
	away     bool
	first401 time.Time
}

// patience is how long a 401 after an outage is taken for a part of the start. Measured: 0.3 s.
const patience = 10 * time.Second

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
	return o.away && time.Since(o.first401) < patience
}

// guard lets only JSON of a bearable length through.
type guard struct {
	body io.ReadCloser
	q    *question
	read int64
	seen bool // something other than white space came
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.body.Read(p[:min(int64(len(p)), g.q.limit-g.read+1)])
	g.read += int64(n)
	e := &Error{Op: g.q.op, Path: g.q.path, Status: http.StatusOK}
	if g.read > g.q.limit {
		e.Kind, e.Err = TooLarge, tooLarge(g.q.limit)
		return 0, e
	}
	if !g.seen {
		if start := strings.TrimLeft(string(p[:min(n, 64)]), " \t\r\n\ufeff"); start != "" {
			g.seen = true
			if start[0] != '{' && start[0] != '[' {
				e.Kind, e.Err = NotJenkins, errors.New("something other than JSON")
				return 0, e
			}
		}
	}
	if errors.Is(err, io.EOF) && !g.seen {
		e.Kind, e.Err = CutShort, errors.New("it is empty")
		return 0, e
	}
	if err != nil && !errors.Is(err, io.EOF) {
		e.Kind, e.Err = kindOf(err), err
		if e.Kind == Unreachable {
			e.Kind = CutShort
		}
		return n, e
	}
	return n, err
}

func (g *guard) Close() error { return drain(g.body) }
