package jenkins

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Kind is what kind of trouble an [*Error] tells of.
type Kind string

const (
	Unreachable    Kind = "unreachable"     // no connection, no name, connection cut before an answer, 502, 504
	TimedOut       Kind = "timed out"       // no answer within the deadline
	BadCertificate Kind = "bad certificate" // TLS said no
	NotAllowed     Kind = "not allowed"     // 401, 403, a redirect to a login
	NotFound       Kind = "not found"       // 404: no such job or build, or no right to see it
	NotJenkins     Kind = "not Jenkins"     // HTML or anything else where JSON was due
	Starting       Kind = "starting up"     // 503, and the 401 that follows it for a moment
	CutShort       Kind = "cut short"       // the answer ended early, or an empty 200
	TooLarge       Kind = "too large"       // more bytes than we are willing to hold
	Refused        Kind = "refused"         // any other status, 500 among them
	Unusable       Kind = "unusable"        // what its config refers to cannot be had, so that it was not asked; Err says what
)

// Error is why a question got no answer. It never holds a secret.
type Error struct {
	Kind       Kind
	Op         string // what was asked, as in net.OpError: "ask Jenkins for the running builds"
	Path       string // below the controller's URL, without the query
	Status     int    // HTTP status, 0 when there was none
	User       string // who Jenkins took us for, when it said so
	Permission string // the right that is missing, when Jenkins named it: "hudson.model.Item.Build"
	Location   string // where a redirect pointed to
	Err        error  // the cause beneath, or nil

	small bool // the error's page is a short one, as Jenkins sends when a page is missing below something that exists
}

func (e *Error) Unwrap() error { return e.Err }

// Passing tells whether asking again may help by itself.
func (e *Error) Passing() bool {
	switch e.Kind {
	case Unreachable, TimedOut, Starting, CutShort:
		return true
	}
	return false
}

// Error says what happened in one line.
func (e *Error) Error() string {
	what := e.what()
	if e.Op == "" {
		return what
	}
	return e.Op + ": " + what
}

func (e *Error) what() string {
	it := "it"
	if e.Op == "" { // which names Jenkins
		it = "Jenkins"
	}
	switch e.Kind {
	case Unreachable:
		if e.Status != 0 {
			return fmt.Sprintf("the proxy in front of %s cannot reach it (HTTP %d)", it, e.Status)
		}
		return it + " cannot be reached" + e.because()
	case TimedOut:
		return it + " did not answer in time"
	case BadCertificate:
		return e.badCertificate(it)
	case NotAllowed:
		return e.notAllowed()
	case NotFound:
		return "there is no such thing, or no right to see it (HTTP 404)"
	case NotJenkins:
		return "the answer is not from Jenkins' API" + e.because()
	case Starting:
		return fmt.Sprintf("Jenkins is starting up (HTTP %d)", e.Status)
	case CutShort:
		return "the answer ended early" + e.because()
	case TooLarge:
		return "the answer is too large" + e.because()
	case Unusable:
		return it + " cannot be asked" + e.because()
	}
	if e.Status == http.StatusTooManyRequests {
		return "too many requests (HTTP 429)"
	}
	return fmt.Sprintf("Jenkins refused (HTTP %d)", e.Status) + e.because()
}

func (e *Error) badCertificate(it string) string {
	if _, ok := errors.AsType[tls.RecordHeaderError](e.Err); ok {
		return it + " does not speak TLS" + e.because()
	}
	if isAlert(e.Err) {
		return it + " refused the TLS connection" + e.because()
	}
	return "the certificate is not trusted" + e.because()
}

func (e *Error) notAllowed() string {
	switch {
	case errors.Is(e.Err, errScriptOff):
		return e.Err.Error()
	case e.Location != "":
		return "it redirects to a login (" + e.Location + ")"
	case e.Permission != "":
		return fmt.Sprintf("user %s lacks the right %s (HTTP %d)", orSomebody(e.User), e.Permission, e.Status)
	case e.Status == 401:
		return "the user or token was not accepted (HTTP 401)"
	case e.Status == 407:
		return "the proxy wants a login (HTTP 407)"
	}
	return fmt.Sprintf("not allowed (HTTP %d)", e.Status)
}

func (e *Error) because() string {
	switch {
	case e.Err == nil, e.Kind == CutShort && errors.Is(e.Err, io.ErrUnexpectedEOF):
		return ""
	case errors.Is(e.Err, io.EOF):
		return ": it closed the connection"
	}
	return ": " + CleanLine(e.Err.Error())
}

func orSomebody(user string) string {
	if user == "" {
		return "?"
	}
	return CleanLine(user)
}

// Hint says what a person can do about it.
func (e *Error) Hint() string {
	switch e.Kind {
	case Unreachable:
		if errors.Is(e.Err, errNoURL) {
			return "give --url, set JENKINS_URL, or run: jenkwatch init"
		}
		return "check the controller's url, the network and the proxy settings"
	case TimedOut:
		return "see whether the controller is slow or the network is"
	case BadCertificate:
		if isAlert(e.Err) {
			return "the controller may want a client certificate: set client_cert and client_key in its section of the config"
		}
		if _, ok := errors.AsType[tls.RecordHeaderError](e.Err); ok {
			return "there is no TLS at this address: use http:// in the controller's url, or another port"
		}
		return "if the controller uses a private CA, set ca_file in its section of the config"
	case NotAllowed:
		return e.hintNotAllowed()
	case NotFound:
		if !strings.HasPrefix(e.Path, "job/") {
			return "check the controller's url: its path prefix (such as /jenkins) may be missing"
		}
		return "check the name (folders with /, branches as Jenkins has them), or ask for the right to see it"
	case NotJenkins:
		return "check the controller's url; a login page or a proxy may answer in its place"
	case Starting:
		return "wait until it is ready"
	case CutShort:
		return "see whether the connection or a proxy cuts answers short"
	case TooLarge:
		return "something is wrong with the controller or a proxy in front of it: no sane answer is so long"
	case Unusable:
		if h, ok := errors.AsType[interface {
			error
			Hint() string
		}](e.Err); ok {
			return h.Hint()
		}
		return "mend its section of the config"
	}
	switch {
	case e.Status == http.StatusTooManyRequests:
		return "ask less often: max_requests_per_minute in its section of the config sets a limit of your own"
	case e.Status == http.StatusBadRequest && !strings.HasPrefix(e.Path, "job/"):
		return "check the controller's url: it may have to begin with https://"
	case errors.Is(e.Err, errElsewhere):
		return "set the controller's url to the address it redirects to, if you trust it"
	}
	return "look at the controller's own log for the reason"
}

func (e *Error) hintNotAllowed() string {
	if errors.Is(e.Err, errScriptOff) {
		return "set allow_script_console = true in the controller's section of the config: docs/script-console.md"
	}
	switch {
	case e.Status == 407:
		return "put user and password into the proxy's URL"
	case e.Permission != "":
		return "ask the controller's administrator for this right"
	case e.Status == 401 || e.User == "":
		return "set a user and an API token: JENKINS_USER_ID and JENKINS_API_TOKEN, or run: jenkwatch init"
	}
	return "ask the controller's administrator for the right to see this"
}

// errElsewhere marks a redirect that leaves the controller's address; it is not followed.
var errElsewhere = errors.New("it redirects to another address")

// judge turns whatever came back instead of an answer into an *Error. When the caller gave up itself, its own context's
// error is kept.
func (c *Client) judge(ctx context.Context, q *question, err error) error {
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", q.op, ctx.Err())
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	// The URL of a *url.Error may hold what a log should not: keep only what is inside.
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return &Error{Kind: kindOf(err), Op: q.op, Path: q.path, Err: err}
}

func kindOf(err error) Kind {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return TimedOut
	}
	if isCertificate(err) {
		return BadCertificate
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return CutShort
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return NotJenkins
	}
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return NotJenkins
	}
	return Unreachable
}

func isCertificate(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	return isAlert(err)
}

// isAlert tells whether the other side ended the TLS connection with an alert, of which crypto/tls shows no type. One that
// wants a client certificate says so only once the first answer is read.
func isAlert(err error) bool {
	for {
		op, ok := errors.AsType[*net.OpError](err)
		if !ok || op.Op == "remote error" {
			return ok
		}
		err = op.Err
	}
}

// IsKind reports whether an error is an [Error] of this kind.
func IsKind(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}
