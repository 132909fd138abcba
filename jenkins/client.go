package jenkins

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bndr/gojenkins"
)

// Client asks one controller. It is safe for concurrent use and must not be copied once used.
type Client struct {
	Name  string   // the controller's name in the config; goes into every Ref
	URL   *url.URL // the address by which we reach it, with its path prefix
	User  string
	Token string // an API token, or a password
	// HTTP lends its Transport (see [NewTransport]); nil, or a nil Transport: a clone of http.DefaultTransport, which
	// obeys the proxy variables of the environment. Our own RoundTripper is put on top of it.
	HTTP *http.Client
	// Timeout is how long one answer may take, body included. Default 15 s; twice that for the trees over all jobs.
	// For a console it is how long each part of it may take to come.
	Timeout time.Duration
	// Own is the user's own patterns of what is secret, see [SecretPatterns].
	Own []*regexp.Regexp
	// Revisions has the refresh tell what git checked out for the running builds, which makes its answer longer.
	Revisions bool

	once         sync.Once
	http         *http.Client
	RequestCount atomic.Int64
	version      atomic.Pointer[string]
	RootURL      atomic.Pointer[string]
	depth        atomic.Int64 // levels of folders that the trees over all jobs name
	paths        sync.Map     // job name -> path, for jobs whose path does not follow from their name
	outage       outage
	session      atomic.Pointer[string]
	Labels       labelMemory
	inputs       inputAsking
	skew         skew
}

const (
	Mega           = 1 << 20
	defaultTimeout = 15 * time.Second
)

// Question is one GET of JSON.
type Question struct {
	Op     string        // "ask Jenkins for the running builds"
	Path   string        // below the controller's URL, escaped, without a slash in front
	Tree   string        // unescaped; empty: none
	Query  string        // escaped; instead of tree
	Limit  int64         // bytes of the unpacked answer
	within time.Duration // 0: the client's Timeout
	Text   bool          // the answer is a console: neither JSON nor limited here
	Method string        // default GET
	Form   url.Values    // of a POST
}

// lacks is the error for JSON that is not Jenkins' own: a key is not in it that always is, even with an empty list.
func (q *Question) lacks(key string) error {
	return &Error{Kind: NotJenkins, Op: q.Op, Path: q.Path, Status: http.StatusOK, Err: errors.New("it has no " + key)}
}

// treeEscape escapes what a tree= holds and a URL must not. Jenkins takes commas and colons as they are.
var treeEscape = strings.NewReplacer("[", "%5B", "]", "%5D", "{", "%7B", "}", "%7D", " ", "%20")

// target is what stands in the request line below the controller's URL.
func (q *Question) target() string {
	switch {
	case q.Tree != "":
		return q.Path + "?tree=" + treeEscape.Replace(q.Tree)
	case q.Query != "":
		return q.Path + "?" + q.Query
	}
	return q.Path
}

// Asking carries the question down to the RoundTripper. It also hides the context value on which gojenkins dumps
// answers to the log and ends the process when it cannot.
type Asking struct {
	context.Context
	Q *Question
}

type questionKey struct{}

func (a Asking) Value(key any) any {
	switch key {
	case questionKey{}:
		return a.Q
	case "debug":
		return nil
	}
	return a.Context.Value(key)
}

// Get asks q and decodes the answer into a fresh value. Fields of an unexpected type (some plugin's) are skipped.
func (c *Client) Get(ctx context.Context, q Question, into any) error {
	if err := c.Usable(&q); err != nil {
		return err
	}
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(q.within, c.RequestTimeout()))
	defer cancel()
	// Whatever gojenkins makes of the path (a slash more, "api/json"), our RoundTripper asks for the question's own target.
	r := &gojenkins.Requester{Base: c.Base(), Client: c.HTTPClient()}
	_, err := r.GetJSON(Asking{ctx, &q}, "/"+strings.TrimSuffix(q.Path, "api/json"), into, nil)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return nil
	}
	return c.Judge(outer, &q, err)
}

func (c *Client) RequestTimeout() time.Duration { return cmp.Or(max(0, c.Timeout), defaultTimeout) }

// Usable says what is missing before a request can be made at all.
func (c *Client) Usable(q *Question) error {
	if c.URL == nil || c.URL.Host == "" || (c.URL.Scheme != "http" && c.URL.Scheme != "https") {
		return c.NewError(q, Unreachable, ErrNoURL)
	}
	return nil
}

var ErrNoURL = errors.New("the controller's URL is missing or not an http(s) address")

// Client is the HTTP client with our RoundTripper on top of what the caller gave.
func (c *Client) HTTPClient() *http.Client {
	c.once.Do(func() {
		var base http.RoundTripper
		if c.HTTP != nil {
			base = c.HTTP.Transport
		}
		if base == nil {
			base = defaultTransport()
		}
		c.http = &http.Client{
			Transport: &transport{client: c, base: base},
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse // the RoundTripper decides about redirects
			},
		}
	})
	return c.http
}

// Base is the controller's URL without credentials and without a slash at its end; empty when there is none.
func (c *Client) Base() string {
	if c.URL == nil {
		return ""
	}
	u := *c.URL
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return strings.TrimRight(u.String(), "/")
}

// Requests is how many requests this client has made so far.
func (c *Client) Requests() int64 { return c.RequestCount.Load() }

// Version is the controller's version as its last answers told (X-Jenkins), empty before the first.
func (c *Client) Version() string {
	if v := c.version.Load(); v != nil {
		return *v
	}
	return ""
}

// Root is the root URL that the controller reports of itself, with a slash at its end. It may differ from the address
// by which we reach it; derived variables (BUILD_URL and the like) are built on it.
func (c *Client) Root(ctx context.Context) (string, error) {
	if r := c.RootURL.Load(); r != nil {
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
	c.RootURL.Store(&root)
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

// Drain reads what little is left of a body, so that its connection can be used again, and closes it.
func Drain(body io.ReadCloser) error {
	_, _ = io.CopyN(io.Discard, body, 4<<10)
	return body.Close()
}
