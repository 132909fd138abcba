package request

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Kind is what kind of trouble an [*Error] is about. A caller that only reports errors need not look at it.
type Kind string

const (
	Unreachable    Kind = "unreachable"     // no connection, no such host, or a proxy in front that does not reach it; ask again later
	TimedOut       Kind = "timed out"       // no answer within the deadline; ask again later
	BadCertificate Kind = "bad certificate" // no TLS connection; a person has to correct a certificate or the config
	NotAllowed     Kind = "not allowed"     // 401, 403 or a login; a person has to correct user and token, or get a right
	NotFound       Kind = "not found"       // 404: no such job or build, or no right to see it
	NotJenkins     Kind = "not Jenkins"     // HTML or anything else where JSON was due; a person has to correct the URL
	Starting       Kind = "starting up"     // 503, and the 401 that follows it for a moment; ask again soon
	CutShort       Kind = "cut short"       // the answer ended early, or an empty 200; ask again
	TooLarge       Kind = "too large"       // more bytes than we are willing to hold; ask for less
	Refused        Kind = "refused"         // any other status, 429 and 500 among them; ask again later if it is Passing
	Unusable       Kind = "unusable"        // what its config refers to cannot be had, so that it was not asked; Err says what
)

// Error is why a question got no answer. A caller shows Error and, on a line of its own, Hint; it may ask again if the
// error is Passing, and not before RetryAfter is over. It never holds a secret.
type Error struct {
	Kind       Kind
	Op         string        // what was asked, as in net.OpError: "ask Jenkins for the running builds"
	Path       string        // below the controller's URL, without the query
	Status     int           // HTTP status, 0 when there was none
	Sent       string        // the user whose credentials were sent; empty: none were
	User       string        // who Jenkins took us for, when it said so
	Permission string        // the right that is missing, when Jenkins named it, as its pages call it: "Job/Build"
	Said       string        // Jenkins' own sentence, when its page has one: "Replay is not allowed when ..."
	Unclear    bool          // of a [Controller.Post]: it is not known whether Jenkins did what it was asked
	Location   string        // where a redirect pointed to
	RetryAfter time.Duration // how long the answer asks us to wait before the next question
	Err        error         // the cause beneath, or nil

	url     string // the controller's, without credentials
	noToken bool   // Sent went without a token
	Direct  bool   // the answer is known to be Jenkins' own, not that of something in front of it
	small   bool   // the error's page is a short one, as Jenkins sends when a page is missing below something that exists
}

// Cause is an Err that says by itself all there is to say, whatever the Kind.
type Cause struct {
	What string
	Do   string // what a person can do about it
}

func (c *Cause) Error() string { return c.What }

func (e *Error) Unwrap() error { return e.Err }

// Passing reports whether the error may pass by itself; one that waits asks again.
func (e *Error) Passing() bool {
	switch e.Kind {
	case NotAllowed:
		return e.isLogin()
	case Refused:
		return e.Status == http.StatusTooManyRequests || e.Status == http.StatusTooEarly || e.Status >= 500
	case NotFound, TooLarge, Unusable:
		return false
	}
	return !errors.Is(e.Err, errNoURL)
}

// MayComeUp reports whether it is worth waiting for a controller that has not answered yet: what is wrong is not its
// address, a certificate or a login.
func (e *Error) MayComeUp() bool {
	switch e.Kind {
	case Unreachable:
		name, ok := errors.AsType[*net.DNSError](e.Err)
		return e.Passing() && (!ok || !name.IsNotFound) && !strings.Contains(errorText(e.Err), "malformed HTTP")
	case TimedOut, Starting, CutShort, Refused:
		return e.Passing()
	}
	return false
}

// Host returns the controller's host, and its port if the URL has one.
func (e *Error) Host() string {
	_, host, _ := strings.Cut(e.url, "://")
	host, _, _ = strings.Cut(host, "/")
	return clean.Line(host)
}

// isLogin reports whether a login answered in Jenkins' place.
func (e *Error) isLogin() bool {
	return e.Kind == NotAllowed && (e.Location != "" || errors.Is(e.Err, errLoginPage))
}

// Error says what happened in one line.
func (e *Error) Error() string {
	what, _ := e.explain()
	if e.Op == "" {
		return what
	}
	return e.Op + ": " + what
}

// Hint says in one line what a person can do about it.
func (e *Error) Hint() string {
	_, hint := e.explain()
	return hint
}

// explain returns what an error says and hints at. Both follow from all that is known of the exchange (what was sent, who
// answered, the cause beneath), never from the status alone.
func (e *Error) explain() (what, hint string) {
	it := "it"
	if e.Op == "" { // which names Jenkins
		it = "Jenkins"
	}
	if cause, ok := errors.AsType[*Cause](e.Err); ok {
		return e.Err.Error(), cause.Do
	}
	switch e.Kind {
	case Unreachable:
		return e.explainUnreachable(it)
	case TimedOut:
		return e.explainTimeout(it)
	case BadCertificate:
		return explainTLS(e.Err, it)
	case NotAllowed:
		return e.explainNotAllowed(it)
	case NotFound:
		return e.explainNotFound()
	case NotJenkins:
		if start := startPage(e.url); start != "" {
			return "the answer is not from Jenkins' API" + e.because(), tooDeep(start)
		}
		return "the answer is not from Jenkins' API" + e.because(),
			"check the controller's url; a login page or a proxy may answer in its place"
	case Starting:
		return fmt.Sprintf("Jenkins is starting up (HTTP %d)", e.Status), "wait until it is ready"
	case CutShort:
		return "the answer ended early" + e.because(), "see whether the connection or a proxy cuts answers short"
	case TooLarge:
		return "the answer is too large" + e.because(),
			"something is wrong with the controller or a proxy in front of it: no sane answer is so long"
	case Unusable:
		hint = "correct its section of the config"
		if h, ok := errors.AsType[interface {
			error
			Hint() string
		}](e.Err); ok {
			hint = h.Hint()
		}
		return it + " cannot be asked" + e.because(), hint
	}
	return e.explainRefused()
}

func (e *Error) explainRefused() (what, hint string) {
	who, verb := "Jenkins", "refused"
	if e.Status != 0 && !e.Direct {
		who = "the server or a proxy in front of it"
	}
	if e.Status >= 500 {
		verb = "failed"
	}
	what = fmt.Sprintf("%s %s (HTTP %d)", who, verb, e.Status) + e.because()
	switch {
	case e.Status == http.StatusTooManyRequests:
		return "too many requests (HTTP 429)",
			"ask less often: max_requests_per_minute in its section of the config sets a limit of your own"
	case errors.Is(e.Err, errCircle):
		return what, "a proxy in front of it sends requests in circles, or wants a browser that keeps its cookies: ask for a way past it"
	case errors.Is(e.Err, errElsewhere):
		return what, "set the controller's url to the address it redirects to, if you trust it"
	case e.Status == http.StatusBadRequest && !e.Direct && strings.HasPrefix(e.url, "http:"):
		return what, "check the controller's url: it may have to begin with https://"
	case e.Status == 0:
		return "Jenkins was not asked" + e.because(), "check the controller's url"
	case e.Said != "":
		return what, "that is what Jenkins says; it knows no more"
	case !e.Direct:
		return what, "look at the logs of the proxy in front of it and of the controller, and check the controller's url"
	}
	return what, "look at the controller's own log for the reason"
}

func (e *Error) explainNotFound() (what, hint string) {
	what = "there is no such thing, or no right to see it (HTTP 404)"
	job := strings.HasPrefix(e.Path, "job/")
	if !e.Direct && !job && e.Status != 0 {
		what = "there is no Jenkins at this address (HTTP 404)"
	}
	switch start := startPage(e.url); {
	case start != "":
		return what, tooDeep(start)
	case !job:
		return what, "check the controller's url: its path prefix (such as /jenkins) may be missing"
	}
	return what, "check the name (folders with /, branches as Jenkins has them), or ask for the right to see it"
}

// pages are the first parts of the addresses of pages that people copy in place of the start page's.
var pages = []string{"job", "view", "login", "loginError", "signup", "securityRealm", "manage", "computer", "queue", "user", "me",
	"blue", "whoAmI", "api", "script", "asynchPeople", "my-views", "newJob", "builds"}

// startPage returns the address of the start page, if u is that of a page below it; else it is empty.
func startPage(u string) string {
	root, path, ok := strings.Cut(u, "://")
	if !ok {
		return ""
	}
	parts := strings.Split(path, "/")
	for i := 1; i < len(parts); i++ {
		for _, page := range pages {
			if strings.EqualFold(parts[i], page) {
				return root + "://" + strings.Join(parts[:i], "/") + "/"
			}
		}
	}
	return ""
}

func tooDeep(start string) string {
	return "there is too much path in the controller's url: give the start page, " + clean.Line(start)
}

// tokenPage is where a person makes a token.
const tokenPage = "Jenkins > your name > Security > Add new token"

func (e *Error) explainNotAllowed(it string) (what, hint string) {
	status := fmt.Sprintf(" (HTTP %d)", e.Status)
	login := ""
	switch {
	case e.Location != "":
		login = it + " redirects to a login (" + e.Location + ")"
	case e.isLogin():
		login = e.Err.Error()
	}
	switch {
	case e.Status == http.StatusProxyAuthRequired:
		return "the proxy wants a login" + status, "put user and password into the proxy's URL"
	case isProxy(e.Err):
		return "the proxy refused to connect to " + it + status, "ask whoever runs the proxy to allow it, or add its host to NO_PROXY"
	case errors.Is(e.Err, errCrumb):
		return "Jenkins wants a crumb" + status, "use an API token in place of the password: " + tokenPage
	case e.Permission != "":
		return fmt.Sprintf("user %s lacks the right %s", orSomebody(e.User), e.Permission) + status,
			"ask the controller's administrator for this right"
	case e.Sent == "":
		what = "not allowed" + status
		if e.Status == http.StatusUnauthorized {
			what = "a user and an API token are needed" + status
		}
		if login != "" {
			what = login
		}
		return what, "set a user and an API token: JENKINS_USER_ID and JENKINS_API_TOKEN, or run: jenkwatch init"
	}
	return e.explainSent(login, status)
}

// explainSent is explainNotAllowed where credentials were sent.
func (e *Error) explainSent(login, status string) (what, hint string) {
	user := fmt.Sprintf("user %q", clean.Line(e.Sent))
	what = "the token of " + user + " was not accepted"
	switch {
	case e.noToken:
		return user + " was sent without a token" + status, "set its API token: JENKINS_API_TOKEN, or token in the config"
	case e.User == "anonymous":
		return "Jenkins takes " + user + " for anonymous" + status,
			"a proxy in front of it drops the Authorization header, or a single sign-on takes no API tokens: ask whoever runs it"
	case e.User != "":
		return fmt.Sprintf("user %q is not allowed", clean.Line(e.User)) + status, "ask the controller's administrator for the right to see this"
	case login != "":
		what += ": " + login
	case e.Status == http.StatusUnauthorized && e.Direct:
		return what + status, "check the user's name, or make a new token: " + tokenPage
	default:
		what += status
	}
	return what, "check user and token (" + tokenPage + "); a single sign-on in front of Jenkins takes no API tokens"
}

func (e *Error) because() string {
	switch {
	case e.Err == nil && e.Said != "":
		return ": " + e.Said
	case e.Err == nil, e.Kind == CutShort && errors.Is(e.Err, io.ErrUnexpectedEOF):
		return ""
	case errors.Is(e.Err, io.EOF):
		return ": it closed the connection"
	}
	return ": " + clean.Line(e.Err.Error())
}

func orSomebody(user string) string {
	if user == "" {
		return "?"
	}
	return clean.Line(user)
}

var (
	// errElsewhere marks a redirect that leaves the controller's address; it is not followed.
	errElsewhere = errors.New("it redirects to another address")
	// errCircle marks redirects that do not end.
	errCircle = fmt.Errorf("more than %d redirects", maxRedirects)
	// errLoginPage marks a web page that is a login.
	errLoginPage = errors.New("a login page answers")
	// errCrumb marks a POST that was refused for want of a crumb, which API tokens do not need.
	errCrumb = errors.New("no valid crumb")
)

// judge turns whatever came back instead of an answer into an *Error. When the caller gave up itself, its own context's
// error is kept.
func (c *Controller) judge(ctx context.Context, q *Question, err error) error {
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", q.Op, ctx.Err())
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	// The URL of a *url.Error may hold what a log should not: keep only what is inside.
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return c.newError(q, kindOf(err), err)
}

// newError returns the error of a question to this controller.
func (c *Controller) newError(q *Question, kind Kind, err error) *Error {
	user, token := c.credentials()
	e := &Error{Kind: kind, Op: q.Op, Path: q.Path, Sent: user, Err: err, url: c.Base(), noToken: user != "" && token == ""}
	if p, ok := errors.AsType[*proxyRefusal](err); ok {
		e.Status = p.status
	}
	return e
}

// IsKind reports whether an error is an [Error] of this kind.
func IsKind(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}
