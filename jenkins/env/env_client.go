package env

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/jenkins"
)

// envTree asks one build for everything its environment is told by or derived from.
const envTree = "id," + jenkins.BuildTree

// branchTree asks a pipeline's job whether it is a branch, and of what. The metadata actions are scm-api's.
const branchTree = "property[_class],actions[_class,objectUrl,objectDisplayName," +
	"contributor,contributorDisplayName,contributorEmail]"

type envBuild struct {
	jenkins.Build
	ID string
}

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

// Client asks one controller for the environments of its builds.
type Client struct {
	*jenkins.Client
	// AllowScript lets [EnvClient.ScriptEnv] use the script console.
	AllowScript bool
	// Copies, when set, keeps every environment that was asked for and answers for builds that Jenkins has discarded.
	Copies *Copies

	memory injectedMemory
}

// Env asks for what the API tells about a run's environment, derives what follows from it and merges all, in at most
// two requests: one for the build, one for its job (pipelines) or its injected variables (all others). The labels of a
// node that no refresh has told cost one more, once. A build that Jenkins does not have any more is read from the
// local copies, if there are any.
func (c *Client) Env(ctx context.Context, run jenkins.Run) (Env, error) {
	if run.Number == 0 {
		return Env{Ref: run.Ref, Run: run, Own: c.Own}.With(given(run)), nil // a queue item has only its parameters
	}
	e, err := c.askEnv(ctx, run)
	if c.Copies == nil {
		return e, err
	}
	if err == nil {
		run = e.Run
	}
	kept, noCopy := c.Copies.Env(ctx, run)
	if asked, ok := errors.AsType[*jenkins.Error](err); ok && asked.Kind == jenkins.NotFound && noCopy == nil {
		kept.Own = c.Own // they may be younger than the copy
		return kept.With(), nil
	}
	if err != nil {
		return e, err
	}
	e = e.With(slices.DeleteFunc(toldOnce(kept.Variables), func(v Variable) bool {
		return v.Source == FromScript // it was true then; who may ask, asks again
	}))
	c.Keep(ctx, e)
	return e, nil
}

// Keep keeps a local copy of an environment that knows more than [Client.Env] told: what the console printed, what a
// script answered. What Jenkins told is no less true when it cannot be kept, so nothing is said then.
func (c *Client) Keep(ctx context.Context, e Env) {
	if c.Copies != nil {
		_ = c.Copies.Keep(ctx, e)
	}
}

// askEnv asks the controller alone.
func (c *Client) askEnv(ctx context.Context, run jenkins.Run) (Env, error) {
	ctx, cancel := context.WithCancel(ctx)
	var helper crew.Crew
	defer helper.Wait()
	defer cancel() // the second question is not worth waiting for when the first has failed
	var also secondAnswer
	told := run.URL != "" // it came from the controller, so Pipeline is true to it and both questions can go out at once
	if told {
		helper.Go(func() { also = c.askSecond(ctx, run.Ref, run.Pipeline) })
	}
	var b envBuild
	path := c.Path(run.Job)
	name := jenkins.CleanLine(jenkins.DisplayName(run.Job)) + " #" + strconv.Itoa(run.Number)
	q := jenkins.Question{Op: "ask Jenkins for the environment of " + name, Limit: 8 * jenkins.Mega,
		Path: path + strconv.Itoa(run.Number) + "/api/json", Tree: envTree}
	if err := c.Get(ctx, q, &b); err != nil {
		return Env{}, err
	}
	b.Number = run.Number
	c.Learn(jenkins.Place{Root: jenkins.Locate(b.URL).Root})
	now := c.Run(&b.Build, jenkins.Place{Job: run.Job, Path: path})
	if !jenkins.SameBuild(&jenkins.Run{Ref: now.Ref, StartedAt: run.StartedAt}, &now) {
		return Env{}, &jenkins.Error{Kind: jenkins.NotFound, Op: q.Op, Path: q.Path, Status: http.StatusOK, Err: errOtherBuild}
	}
	if len(now.Nodes) == 0 || slices.Equal(now.Nodes, run.Nodes) { // the refresh alone knows what a pipeline holds
		now.Nodes, now.NodeLabels = run.Nodes, run.NodeLabels
	}
	now.Stages = run.Stages
	helper.Wait()
	if !told || run.Pipeline != now.Pipeline {
		also = c.askSecond(ctx, now.Ref, now.Pipeline)
	}
	if also.err != nil {
		return Env{}, also.err
	}
	f := also.facts
	f.Job, f.Number, f.ID, f.URL, f.DisplayName = run.Job, run.Number, b.ID, b.URL, b.DisplayName
	f.Ended, f.Freestyle, f.Executor = now.Status.Ended(), b.BuiltOn != nil, now.Executor
	f.DisplayURL = slices.ContainsFunc(b.Actions, func(a jenkins.Action) bool {
		return strings.HasSuffix(a.Class, ".RunDisplayAction")
	})
	if f.Freestyle {
		f.BuiltOn = *b.BuiltOn
		if f.Labels = now.NodeLabels; len(f.Labels) == 0 {
			f.Labels = c.labelsOf(ctx, now.Nodes[0])
		}
		now.NodeLabels = f.Labels
	}
	return Env{Ref: now.Ref, Run: now, Own: c.Own}.With(ofRun(f, now, also.change, c.Own), also.injected), nil
}

var errOtherBuild = errors.New("the build of this number is another one: the job was deleted and made again")

// secondAnswer is what the second question of an environment brought.
type secondAnswer struct {
	facts    facts
	change   []Variable
	injected []Variable
	err      error
}

// askSecond asks a pipeline's job whether it is a branch, or any other build for its injected variables. That the page
// is not there, or not for us, is no error: then there is nothing to tell.
func (c *Client) askSecond(ctx context.Context, ref jenkins.Ref, pipeline bool) secondAnswer {
	var a secondAnswer
	path := c.Path(ref.Job)
	if pipeline {
		var job branchJob
		a.err = c.Get(ctx, jenkins.Question{Op: "ask Jenkins for the branch " + jenkins.CleanLine(jenkins.DisplayName(ref.Job)),
			Path: path + "api/json", Tree: branchTree, Limit: jenkins.Mega}, &job)
		a.facts.Branch = slices.ContainsFunc(job.Property, func(p struct {
			Class string `json:"_class"`
		}) bool {
			return strings.HasSuffix(p.Class, ".BranchJobProperty")
		})
		a.facts.Primary = slices.ContainsFunc(job.Actions, func(a branchAction) bool {
			return strings.HasSuffix(a.Class, ".PrimaryInstanceMetadataAction")
		})
		if a.facts.Branch {
			a.change = changeOf(ref.Job, job.Actions)
		}
	} else if !c.memory.lacksInjected(c.Session()) {
		a.injected, a.err = c.askInjected(ctx, ref)
	}
	if asked, ok := errors.AsType[*jenkins.Error](a.err); ok && (asked.Kind == jenkins.NotFound || asked.Kind == jenkins.NotAllowed) {
		a.err = nil
	}
	return a
}

// askInjected asks EnvInject. Its answer is a snapshot at the start: passwords are starred out in it.
func (c *Client) askInjected(ctx context.Context, ref jenkins.Ref) ([]Variable, error) {
	var answer struct{ EnvMap map[string]string }
	err := c.Get(ctx, jenkins.Question{Op: "ask Jenkins for injected variables", Limit: 8 * jenkins.Mega,
		Path: c.Path(ref.Job) + strconv.Itoa(ref.Number) + "/injectedEnvVars/api/json"}, &answer)
	if asked, ok := errors.AsType[*jenkins.Error](err); ok && asked.Kind == jenkins.NotFound {
		c.memory.lackInjected(c.Session())
	}
	vars := make([]Variable, 0, len(answer.EnvMap))
	for name, value := range answer.EnvMap {
		v := Variable{Name: name, Value: value, Source: Injected, Known: true}
		if masked().MatchString(value) {
			v = Variable{Name: name, Source: Injected, Secret: true, Whole: true}
		}
		vars = append(vars, v)
	}
	return vars, err
}

// labels is a node's labels as the last refresh told them, or as the node tells them now; none when it is gone.
func (c *Client) labelsOf(ctx context.Context, node string) []string {
	if labels, ok := c.Client.Labels.Of(node); ok {
		return labels
	}
	names := []string{node}
	if node == builtIn {
		names = []string{"(" + builtIn + ")", "(master)"} // the latter before Jenkins 2.307
	}
	var n struct{ AssignedLabels []jenkins.Label }
	var err error
	for _, name := range names {
		var path strings.Builder
		path.WriteString("computer/")
		jenkins.Escape(&path, name)
		path.WriteString("/api/json")
		err = c.Get(ctx, jenkins.Question{Op: "ask Jenkins for the node " + jenkins.CleanLine(node), Path: path.String(),
			Tree: "assignedLabels[name]", Limit: jenkins.Mega}, &n)
		if !jenkins.IsKind(err, jenkins.NotFound) {
			break
		}
	}
	if err != nil {
		return nil // a cloud's agent is gone when its build is: then the labels are not known
	}
	told := jenkins.Node{Name: node, Labels: jenkins.NamesOf(n.AssignedLabels)}
	c.Labels.Keep([]jenkins.Node{told})
	return told.Labels
}

// injectedMemory remembers that a controller has no injected variables.
type injectedMemory struct {
	mu      sync.Mutex
	lacks   time.Time // when the controller last had no injected variables
	session string    // its start then: plugins come with a restart
}

// lackPeriod is how long "no injected variables" holds: builds older than the plugin have none either.
const lackPeriod = 10 * time.Minute

func (m *injectedMemory) lackInjected(session string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lacks, m.session = time.Now(), session
}

func (m *injectedMemory) lacksInjected(session string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.lacks.IsZero() && m.session == session && time.Since(m.lacks) < lackPeriod
}
