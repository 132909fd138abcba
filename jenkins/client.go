package jenkins

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// Client asks one controller. It is safe for concurrent use.
type Client struct {
	Name  string   // the controller's name in the config; goes into every Ref
	URL   *url.URL // the address by which we reach it, with its path prefix
	User  string
	Token string       // an API token, or a password
	HTTP  *http.Client // nil: http.DefaultTransport below our own RoundTripper
}

var errStub = errors.New("not built yet")

// Running asks for every running build with one request to /computer/api/json.
func (c *Client) Running(ctx context.Context) ([]Run, []Node, error) { return nil, nil, errStub }

// Queue asks for the queue items that wait, as runs with status Queued.
func (c *Client) Queue(ctx context.Context) ([]Run, error) { return nil, errStub }

// LastBuilds asks for the last build of every job with one request (three levels of folders; deeper ones are asked for
// once more). The second value says whether some level was cut.
func (c *Client) LastBuilds(ctx context.Context) ([]Job, error) { return nil, errStub }

// Jobs asks for every job by name and colour only: what the job picker shows.
func (c *Client) Jobs(ctx context.Context) ([]Job, error) { return nil, errStub }

// Build asks for one build. spec may name a permalink instead of a number.
func (c *Client) Build(ctx context.Context, spec BuildSpec) (Run, error) { return Run{}, errStub }

// History asks for a page of a job's builds, newest first: n builds from the from-th (0 is the newest).
func (c *Client) History(ctx context.Context, job string, from, n int) ([]Run, error) {
	return nil, errStub
}

// Stages asks for the stages of a pipeline run from the best source that the controller has.
func (c *Client) Stages(ctx context.Context, run Run) (Stages, error) { return Stages{}, errStub }

// Env asks for what the API tells about a run's environment and merges it, in at most two requests.
func (c *Client) Env(ctx context.Context, run Run) (Env, error) { return Env{}, errStub }

// LogSize asks how long a run's console is, in bytes of the raw log.
func (c *Client) LogSize(ctx context.Context, ref Ref) (LogChunk, error) { return LogChunk{}, errStub }

// Log asks for a part of a run's console: from start (raw bytes), at most max bytes.
func (c *Client) Log(ctx context.Context, ref Ref, start int64, max int) (LogChunk, error) {
	return LogChunk{}, errStub
}

// WhoAmI asks who we are to the controller.
func (c *Client) WhoAmI(ctx context.Context) (User, error) { return User{}, errStub }

// User is who we are to the controller.
type User struct {
	ID        string
	Anonymous bool
	Version   string // of the controller, from X-Jenkins
}

// LogChunk is a part of a run's console. Text has LF line ends and no console notes; colours are still in it.
type LogChunk struct {
	Ref   Ref
	Start int64 // raw offset at which Text begins
	Next  int64 // raw offset at which the next chunk begins
	Size  int64 // of the raw log as it was when this was read
	More  bool  // it still grows
	Text  []byte
}
