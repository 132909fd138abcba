package jenkins

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Client asks one controller. It is safe for concurrent use and must not be copied once used.
type Client struct {
	Name  string   // the controller's name in the config; goes into every Ref
	URL   *url.URL // the address by which we reach it, with its path prefix
	User  string
	Token string // an API token, or a password
	// HTTP provides the Transport (see [NewTransport]); nil, or a nil Transport: a clone of http.DefaultTransport, which
	// obeys the proxy variables of the environment.
	HTTP *http.Client
	// Timeout is how long one answer may take, body included. Default 15 s; twice that for the trees over all jobs.
	// For an answer that is streamed it is how long each part of it may take to come.
	Timeout time.Duration
	// SecretPatterns are the user's own patterns of what is secret, see package secrets.
	SecretPatterns []*regexp.Regexp
	// ReadOnly has [Client.Post] refuse whatever changes Jenkins.
	ReadOnly bool
	// Protected has an action refused unless the controller's name was typed for it.
	Protected bool
	// Revisions has the refresh tell what git checked out for the running builds, which makes its answer longer.
	Revisions bool

	once     sync.Once
	base     http.RoundTripper
	requests atomic.Int64
	version  atomic.Pointer[string]
	rootURL  atomic.Pointer[string]
	depth    atomic.Int64 // levels of folders that the trees over all jobs name
	paths    sync.Map     // job name -> path, for jobs whose path does not follow from their name
	outage   outage
	session  atomic.Pointer[string]
	restart  atomic.Pointer[time.Time] // when it was first seen to have started anew
	labels   labelMemory
	inputs   inputAsking
	skew     skew
}

const (
	Mega           = 1 << 20
	defaultTimeout = 15 * time.Second
)

// transport returns the caller's transport, or a clone of the default one.
func (c *Client) transport() http.RoundTripper {
	c.once.Do(func() {
		if c.HTTP != nil {
			c.base = c.HTTP.Transport
		}
		if c.base == nil {
			c.base = defaultTransport()
		}
	})
	return c.base
}

// Base returns the controller's URL without credentials and without a slash at its end; empty when there is none.
func (c *Client) Base() string {
	if c.URL == nil {
		return ""
	}
	u := *c.URL
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return strings.TrimRight(u.String(), "/")
}

// Requests returns how many requests this client has made so far.
func (c *Client) Requests() int64 { return c.requests.Load() }

// Version returns the controller's version from its last answers (X-Jenkins), empty before the first.
func (c *Client) Version() string {
	if v := c.version.Load(); v != nil {
		return *v
	}
	return ""
}

// Root returns the root URL that the controller reports of itself, with a slash at its end. It may differ from the address
// by which we reach it; derived variables (BUILD_URL and the like) are built on it.
func (c *Client) Root(ctx context.Context) (string, error) {
	if r := c.rootURL.Load(); r != nil {
		return *r, nil
	}
	var answer struct {
		URL         string
		PrimaryView struct{ URL string }
	}
	q := Question{Op: "ask Jenkins for its root URL", Path: "api/json", Tree: "url,primaryView[url]", Limit: Mega}
	if err := c.Get(ctx, q, &answer); err != nil {
		return "", err
	}
	root := cmp.Or(answer.URL, answer.PrimaryView.URL)
	if root == "" {
		return c.Base() + "/", nil // no root URL is set: Jenkins answers by whatever name it was asked
	}
	root = strings.TrimRight(root, "/") + "/"
	c.rootURL.Store(&root)
	return root, nil
}

// WhoAmI asks who we are to the controller.
func (c *Client) WhoAmI(ctx context.Context) (User, error) {
	var answer struct {
		Name      string
		Anonymous bool
	}
	q := Question{Op: "ask Jenkins who we are", Path: "whoAmI/api/json", Limit: Mega}
	if err := c.Get(ctx, q, &answer); err != nil {
		return User{}, err
	}
	return User{ID: answer.Name, Anonymous: answer.Anonymous, Version: c.Version()}, nil
}

// User is who we are to the controller.
type User struct {
	ID        string
	Anonymous bool
	Version   string // of the controller, from X-Jenkins
}
