package env

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sourcegraph/conc"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

// Client asks one controller for the environments of its builds.
type Client struct {
	*jenkins.Client
	// AllowScript lets [Client.ScriptEnv] use the script console.
	AllowScript bool
	// Copies, when set, keeps every environment that was asked for and answers for builds that Jenkins has discarded.
	Copies *Copies

	missing missingPlugin
}

// Env asks for what the API says of a run's environment, derives what follows from it and merges all, in at most two
// requests: one for the build, one for its job (pipelines) or its injected variables (all others). The labels of a node that
// no refresh has named cost one more, once. A build that Jenkins has discarded is read from the local copies, if there are
// any.
func (c *Client) Env(ctx context.Context, run jenkins.Run) (Env, error) {
	if run.Number == 0 {
		return Env{Ref: run.Ref, Run: run, SecretPatterns: c.SecretPatterns}.With(given(run)), nil // a queue item has only its parameters
	}
	e, err := c.ask(ctx, run)
	if c.Copies == nil {
		return e, err
	}
	if err == nil {
		run = e.Run
	}
	kept, noCopy := c.Copies.Env(ctx, run)
	if jenkins.IsKind(err, jenkins.NotFound) && noCopy == nil {
		kept.SecretPatterns = c.SecretPatterns // they may be younger than the copy
		return kept.With(), nil
	}
	if err != nil {
		return e, err
	}
	e = e.With(slices.DeleteFunc(saidOnce(kept.Variables), func(v Variable) bool {
		return v.Source == FromScript // it was true then; who may ask, asks again
	}))
	c.Keep(ctx, e)
	return e, nil
}

// Keep keeps a local copy of an environment that knows more than [Client.Env] returned: what the console printed, what a
// script answered. An error is dropped: the environment is as true without a copy.
func (c *Client) Keep(ctx context.Context, e Env) {
	if c.Copies != nil {
		_ = c.Copies.Keep(ctx, e)
	}
}

// ask asks the controller alone.
func (c *Client) ask(ctx context.Context, run jenkins.Run) (Env, error) {
	ctx, cancel := context.WithCancel(ctx)
	var wg conc.WaitGroup
	defer wg.Wait()
	defer cancel() // the second question is not worth waiting for when the first has failed
	var second secondAnswer
	listed := run.URL != "" // it came from the controller, so Pipeline is known and both questions can go out at once
	if listed {
		wg.Go(func() { second = c.askSecond(ctx, run.Ref, run.Pipeline) })
	}
	build, err := c.BuildFacts(ctx, run)
	if err != nil {
		return Env{}, err
	}
	wg.Wait()
	now := &build.Run
	if !listed || run.Pipeline != now.Pipeline {
		second = c.askSecond(ctx, now.Ref, now.Pipeline)
	}
	if second.err != nil {
		return Env{}, second.err
	}
	if build.OneNode && len(now.NodeLabels) == 0 {
		now.NodeLabels = c.NodeLabels(ctx, now.Nodes[0])
	}
	f := facts{BuildFacts: build, Branch: second.branch, Primary: second.primary}
	return Env{Ref: now.Ref, Run: *now, SecretPatterns: c.SecretPatterns}.With(ofRun(f, second.change, c.SecretPatterns), second.injected), nil
}

// Known returns the environment of a run as far as it follows from the run. It asks nothing: it is for a build that Jenkins
// has discarded before anybody could ask.
func (c *Client) Known(run jenkins.Run) Env {
	number := strconv.Itoa(run.Number)
	f := facts{BuildFacts: jenkins.BuildFacts{Run: run, ID: number, URL: c.KnownRoot() + jenkins.Path(run.Job) + number + "/",
		DisplayName: run.DisplayName, OneNode: !run.Pipeline && len(run.Nodes) > 0}}
	if f.DisplayName == "" {
		f.DisplayName = "#" + number
	}
	if f.OneNode {
		f.BuiltOn = run.Nodes[0]
	}
	return Env{Ref: run.Ref, Run: run, SecretPatterns: c.SecretPatterns}.With(ofRun(f, nil, c.SecretPatterns))
}

// consoleHead is how much of a console is searched for the workspace, in bytes.
const consoleHead = 8 << 10

// Workspace returns where a run on one node is built, as the first lines of its console say; nothing while they do not.
func (c *Client) Workspace(ctx context.Context, ref jenkins.Ref) ([]Variable, error) {
	head, err := (&console.Client{Client: c.Client}).Log(ctx, ref, 0, consoleHead)
	if err != nil {
		return nil, err
	}
	return scanWorkspace(head.Text, ref.Job), nil
}

// branchTree asks a pipeline's job whether it is a branch, and of what. The metadata actions are scm-api's.
const branchTree = "property[_class],actions[_class,objectUrl,objectDisplayName," +
	"contributor,contributorDisplayName,contributorEmail]"

type branchJob struct {
	Property []struct {
		Class string `json:"_class"`
	}
	Actions []branchAction
}

type branchAction struct {
	Class                  string `json:"_class"`
	ObjectURL              string
	ObjectDisplayName      string
	Contributor            string
	ContributorDisplayName string
	ContributorEmail       string
}

// secondAnswer is the answer to the second question about an environment.
type secondAnswer struct {
	branch, primary  bool
	change, injected []Variable
	err              error
}

// askSecond asks a pipeline's job whether it is a branch, or any other build for its injected variables. That the page does
// not exist, or that we may not see it, is not an error.
func (c *Client) askSecond(ctx context.Context, ref jenkins.Ref, pipeline bool) secondAnswer {
	var a secondAnswer
	if pipeline {
		var job branchJob
		a.err = c.Get(ctx, jenkins.Question{Op: "ask Jenkins for the branch " + jenkins.DisplayName(ref.Job),
			Path: c.Path(ref.Job) + "api/json", Tree: branchTree, Limit: jenkins.Mega}, &job)
		for _, p := range job.Property {
			a.branch = a.branch || strings.HasSuffix(p.Class, ".BranchJobProperty")
		}
		for _, action := range job.Actions {
			a.primary = a.primary || strings.HasSuffix(action.Class, ".PrimaryInstanceMetadataAction")
		}
		if a.branch {
			a.change = changeOf(ref.Job, job.Actions)
		}
	} else if !c.missing.known(c.Session()) {
		a.injected, a.err = c.askInjected(ctx, ref)
	}
	if jenkins.IsKind(a.err, jenkins.NotFound) || jenkins.IsKind(a.err, jenkins.NotAllowed) {
		a.err = nil
	}
	return a
}

// askInjected asks EnvInject. Its answer is a snapshot at the start: passwords are starred out in it.
func (c *Client) askInjected(ctx context.Context, ref jenkins.Ref) ([]Variable, error) {
	var answer struct{ EnvMap map[string]string }
	err := c.Get(ctx, jenkins.Question{Op: "ask Jenkins for injected variables", Limit: 8 * jenkins.Mega,
		Path: c.BuildPath(ref) + "injectedEnvVars/api/json"}, &answer)
	if jenkins.IsKind(err, jenkins.NotFound) {
		c.missing.note(c.Session())
	}
	vars := make([]Variable, 0, len(answer.EnvMap))
	for name, value := range answer.EnvMap {
		vars = append(vars, maybeMasked(name, value, Injected))
	}
	return vars, err
}

// missingPlugin remembers that a controller has no injected variables.
type missingPlugin struct {
	mu      sync.Mutex
	at      time.Time // when they were last found missing
	session string    // the controller's start then: plugins come with a restart
}

// missingFor is how long "no injected variables" holds: builds older than the plugin have none either.
const missingFor = 10 * time.Minute

func (m *missingPlugin) note(session string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at, m.session = time.Now(), session
}

func (m *missingPlugin) known(session string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.at.IsZero() && m.session == session && time.Since(m.at) < missingFor
}
