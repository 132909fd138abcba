package jenkins

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/request"
)

// BuildFacts is what a build's environment is derived from.
type BuildFacts struct {
	Run         Run
	ID          string // as the API has it: a timestamp for builds older than Jenkins 1.597, else the number
	URL         string // as the controller reports it: only its root is to be trusted, it repeats our spelling of the path
	DisplayName string // raw
	OneNode     bool   // it runs on one node from start to end, as freestyle, matrix and Maven builds do
	BuiltOn     string // the raw name of that node; "" is the controller
	DisplayURL  bool   // the plugin display-url-api is installed
}

// ErrOtherBuild is the error for a build in whose place there is another one.
var ErrOtherBuild error = &request.Cause{What: "the build of this number is another one: the job was deleted and created again",
	Do: "look at the job's builds again"}

// BuildFacts asks for one build. Of run it keeps what only a refresh knows: the nodes and stages of a pipeline. Where the
// build of run's number did not start when run did, the error's kind is [NotFound].
func (c *Client) BuildFacts(ctx context.Context, run Run) (BuildFacts, error) {
	var b struct {
		buildAnswer
		ID string
	}
	q := Question{Op: "ask Jenkins for the environment of " + run.Title(), Path: c.BuildPath(run.Ref) + "api/json", Tree: "id," + buildTree, Limit: 8 * Mega}
	if err := c.Get(ctx, q, &b); err != nil {
		return BuildFacts{}, err
	}
	b.Number = run.Number
	c.learn(Place{Root: Locate(b.URL).Root})
	now := b.run(c, Place{Job: run.Job, Path: c.Path(run.Job)})
	if !SameBuild(&Run{Ref: now.Ref, StartedAt: run.StartedAt}, &now) {
		return BuildFacts{}, &Error{Kind: NotFound, Op: q.Op, Path: q.Path, Status: http.StatusOK, Err: ErrOtherBuild}
	}
	if len(now.Nodes) == 0 || slices.Equal(now.Nodes, run.Nodes) {
		now.Nodes, now.NodeLabels = run.Nodes, run.NodeLabels
	}
	now.Stages = run.Stages
	f := BuildFacts{Run: now, ID: b.ID, URL: b.URL, DisplayName: b.DisplayName, OneNode: b.BuiltOn != nil}
	if f.OneNode {
		f.BuiltOn = *b.BuiltOn
	}
	f.DisplayURL = slices.ContainsFunc(b.Actions, func(a action) bool { return strings.HasSuffix(a.Class, ".RunDisplayAction") })
	return f, nil
}

// StillIs asks whether the build of run's number is still run, and returns nil if it is. Pages below a build, such as its tests or its
// console, do not tell which build they are of: the job may have been deleted and created again meanwhile. Where another
// build has the number, or none, the error's kind is [NotFound].
func (c *Client) StillIs(ctx context.Context, run Run) error {
	if run.Number == 0 || run.StartedAt.IsZero() {
		return nil
	}
	var b struct{ Timestamp int64 }
	q := Question{Op: "ask Jenkins for " + run.Title(), Path: c.BuildPath(run.Ref) + "api/json", Tree: "timestamp", Limit: Mega}
	if err := c.Get(ctx, q, &b); err != nil {
		return err
	}
	if now := (Run{Ref: run.Ref, StartedAt: TimeOf(b.Timestamp)}); !SameBuild(&run, &now) {
		return &Error{Kind: NotFound, Op: q.Op, Path: q.Path, Status: http.StatusOK, Err: ErrOtherBuild}
	}
	return nil
}

// NodeLabels returns a node's labels as the last refresh had them, or else as the node has them now; none when it is gone,
// as a cloud's agent is when its build is.
func (c *Client) NodeLabels(ctx context.Context, node string) []string {
	if labels, ok := c.labels.of(node); ok {
		return labels
	}
	names := []string{node}
	if node == builtOnName("") {
		names = []string{"(built-in)", "(master)"} // the latter before Jenkins 2.307
	}
	for _, name := range names {
		var path strings.Builder
		path.WriteString("computer/")
		escape(&path, name)
		path.WriteString("/api/json")
		var n struct{ AssignedLabels []label }
		err := c.Get(ctx, Question{Op: "ask Jenkins for the node " + clean.Line(node), Path: path.String(),
			Tree: "assignedLabels[name]", Limit: Mega}, &n)
		if err == nil {
			labels := namesOf(n.AssignedLabels)
			c.labels.keep([]Node{{Name: node, Labels: labels}})
			return labels
		}
		if !IsKind(err, NotFound) {
			break
		}
	}
	return nil
}

// KnownRoot returns the root URL that the controller has reported of itself, or the address by which we reach it, with a
// slash at its end. Unlike [Client.Root] it asks nothing.
func (c *Client) KnownRoot() string {
	if r := c.rootURL.Load(); r != nil {
		return *r
	}
	return c.Base() + "/"
}

// Claims returns the build of this controller that a build's URL names, whatever host the URL has: the controller may know
// itself by another one. Only the path counts: the controller's own prefix, then the job.
func (c *Client) Claims(buildURL string) (Ref, bool) {
	at := Locate(buildURL)
	claimed, err := url.Parse(at.Root)
	if err != nil || at.Job == "" || at.Number == 0 {
		return Ref{}, false
	}
	for _, root := range []string{c.Base(), c.KnownRoot()} {
		if own, err := url.Parse(root); err == nil && strings.Trim(own.Path, "/") == strings.Trim(claimed.Path, "/") {
			return Ref{Controller: c.Name, Job: at.Job, Number: at.Number}, true
		}
	}
	return Ref{}, false
}

// labelMemory remembers the labels of the nodes that the last answers named.
type labelMemory struct {
	mu     sync.Mutex
	byNode map[string][]string
}

func (l *labelMemory) keep(nodes []Node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byNode == nil || len(l.byNode) > 10*len(nodes)+100 { // nodes of a cloud come and go
		l.byNode = make(map[string][]string, len(nodes))
	}
	for _, n := range nodes {
		l.byNode[n.Name] = n.Labels
	}
}

func (l *labelMemory) of(node string) ([]string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	labels, ok := l.byNode[node]
	return labels, ok
}
