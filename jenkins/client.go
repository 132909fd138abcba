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

	"github.com/jenkwatch/jenkwatch/jenkins/request"
)

// Client asks one controller. It is safe for concurrent use and must not be copied once used.
type Client struct {
	Name  string   // the controller's name in the config; goes into every Ref
	URL   *url.URL // the address by which we reach it, with its path prefix
	User  string
	Token string // an API token, or a password
	// HTTP provides the Transport (see [request.NewTransport]); nil, or a nil Transport: a clone of http.DefaultTransport, which
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

	state   request.State
	rootURL atomic.Pointer[string]
	depth   atomic.Int64 // levels of folders that the trees over all jobs name
	paths   sync.Map     // job name -> path, for jobs whose path does not follow from their name
	labels  labelMemory
	inputs  inputAsking
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
