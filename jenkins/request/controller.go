package request

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Controller is how one controller is reached. It is made anew for each request; what lasts is in State.
type Controller struct {
	URL   *url.URL // the address by which we reach it, with its path prefix
	User  string
	Token string // an API token, or a password
	// HTTP provides the Transport (see [NewTransport]); nil, or a nil Transport: a clone of http.DefaultTransport, which
	// obeys the proxy variables of the environment.
	HTTP *http.Client
	// Timeout is how long one answer may take, body included; 0 is [DefaultTimeout]. For an answer that is streamed it is how
	// long each part of it may take to come.
	Timeout  time.Duration
	ReadOnly bool   // Post refuses whatever changes Jenkins
	State    *State // never nil
}

// State is what requests to one controller share, and what its answers have shown of it. The zero value is ready for use; it
// is safe for concurrent use and must not be copied once used.
type State struct {
	once     sync.Once
	base     http.RoundTripper
	requests atomic.Int64
	version  atomic.Pointer[string]
	session  atomic.Pointer[string]
	restart  atomic.Pointer[time.Time] // when it was first seen to have started anew
	outage   outage
	skew     skew
}

const (
	Mega           = 1 << 20
	DefaultTimeout = 15 * time.Second
)

// Requests returns how many requests have been made so far.
func (s *State) Requests() int64 { return s.requests.Load() }

// Version returns the controller's version from its last answers (X-Jenkins), empty before the first.
func (s *State) Version() string {
	if v := s.version.Load(); v != nil {
		return *v
	}
	return ""
}

// Session identifies the controller's current start (X-Jenkins-Session), with its version: when it changes, plugins may
// have come or gone. It is empty until an answer names it.
func (s *State) Session() string {
	if id := s.session.Load(); id != nil {
		return *id + " " + s.Version()
	}
	return ""
}

// Restarted returns when the controller was seen to have started anew, zero if it was not: when X-Jenkins-Session had
// changed.
func (s *State) Restarted() time.Time {
	if at := s.restart.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// Ahead returns how far the controller's clock is ahead of ours, by the Date of its answers.
func (s *State) Ahead() time.Duration { return s.skew.get() }

// Base returns the controller's URL without credentials and without a slash at its end; empty when there is none.
func (c *Controller) Base() string {
	if c.URL == nil {
		return ""
	}
	u := *c.URL
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return strings.TrimRight(u.String(), "/")
}

// transport returns the caller's transport, or a clone of the default one.
func (c *Controller) transport() http.RoundTripper {
	s := c.State
	s.once.Do(func() {
		if c.HTTP != nil {
			s.base = c.HTTP.Transport
		}
		if s.base == nil {
			s.base = defaultTransport()
		}
	})
	return s.base
}

// credentials are User and Token, or what stands in the URL in their place.
func (c *Controller) credentials() (user, token string) {
	if c.User == "" && c.URL != nil && c.URL.User != nil {
		password, _ := c.URL.User.Password()
		return c.URL.User.Username(), password
	}
	return c.User, c.Token
}

// isOwn reports whether a URL belongs to the controller, which alone gets credentials.
func (c *Controller) isOwn(u *url.URL) bool {
	return u.Scheme == c.URL.Scheme && strings.EqualFold(u.Host, c.URL.Host)
}

func (c *Controller) timeoutOf(q *Question) time.Duration {
	return cmp.Or(q.Timeout, max(0, c.Timeout), DefaultTimeout)
}

// usable says what is missing before a request can be made at all.
func (c *Controller) usable(q *Question) error {
	if c.URL == nil || c.URL.Host == "" || (c.URL.Scheme != "http" && c.URL.Scheme != "https") {
		return c.newError(q, Unreachable, errNoURL)
	}
	return nil
}

var errNoURL = errors.New("the controller's URL is missing or not an http(s) address")
