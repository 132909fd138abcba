package env

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

// AsPushedAt is the env as the plugin pushes it with a status: at its START a run has no workspace and is called by its
// number, whatever it is called later; that of a pipeline has an executor, a node and the machine's own variables, which
// no later push of it has. builtInLabels are those of the controller's own node, where pipelines start; nil: only its name.
func (e Env) AsPushedAt(status jenkins.Status, builtInLabels []string) []Variable {
	parameter := func(v Variable) bool { return v.Source == Param }
	vars := slices.DeleteFunc(e.AsPushed(), func(v Variable) bool {
		if parameter(v) {
			return false
		}
		if status == jenkins.Start {
			return slices.Contains(ofWorkspace, v.Name)
		}
		return e.Run.Pipeline && slices.Contains(ofPipelineStart, v.Name)
	})
	if status != jenkins.Start {
		return vars
	}
	set := func(name, value string, instead bool) {
		i := slices.IndexFunc(vars, func(v Variable) bool { return foldName(v.Name) == foldName(name) })
		switch {
		case i < 0:
			vars = append(vars, Variable{Name: name, Value: value, Source: Derived, Known: true})
		case instead && !parameter(vars[i]):
			vars[i].Value = value
		}
	}
	set("BUILD_DISPLAY_NAME", "#"+strconv.Itoa(e.Ref.Number), true)
	if e.Run.Pipeline {
		set("EXECUTOR_NUMBER", "-1", true)
		set("NODE_NAME", builtIn, false)
		set("NODE_LABELS", cmp.Or(strings.Join(builtInLabels, " "), builtIn), false)
	}
	SortByName(vars)
	return vars
}

var (
	ofWorkspace     = []string{"WORKSPACE", "WORKSPACE_TMP"}
	ofPipelineStart = []string{"EXECUTOR_NUMBER", "HOME", "LANG", "NODE_LABELS", "NODE_NAME", "PATH"}
)

// EnvTold is the environment of a run as far as it follows from what is known of the run already. It asks nothing: it is
// for a build that Jenkins has discarded before anybody could ask.
func (c *Client) EnvTold(run jenkins.Run) Env {
	root := c.Base() + "/"
	if r := c.RootURL.Load(); r != nil {
		root = *r
	}
	number := strconv.Itoa(run.Number)
	f := facts{Job: run.Job, Number: run.Number, ID: number, URL: root + jenkins.Path(run.Job) + number + "/",
		DisplayName: cmp.Or(run.DisplayName, "#"+number), Freestyle: !run.Pipeline && len(run.Nodes) > 0,
		Ended: run.Status.Ended(), Executor: run.Executor, Labels: run.NodeLabels}
	if f.Freestyle {
		f.BuiltOn = run.Nodes[0]
	}
	return Env{Ref: run.Ref, Run: run, Own: c.Own}.With(ofRun(f, run, nil, c.Own))
}

// Workspace is where a run on one node is built, as the first lines of its console tell; nothing while they do not.
func (c *Client) Workspace(ctx context.Context, ref jenkins.Ref) ([]Variable, error) {
	head, err := (&console.Client{Client: c.Client}).Log(ctx, ref, 0, consoleHead)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(ScanConsole(jenkins.Run{Ref: ref}, 0, head.Text), func(v Variable) bool { return v.Source == Printed }), nil
}

// consoleHead is how much of a console is searched for the workspace, in bytes.
const consoleHead = 8 << 10

// Claims tells which build of this controller a build's URL names, whatever host it names: the controller may be known
// to itself by another one. Only the path counts: the controller's own prefix, then the job.
func (c *Client) Claims(buildURL string) (jenkins.Ref, bool) {
	at := jenkins.Locate(buildURL)
	if at.Job == "" || at.Number == 0 {
		return jenkins.Ref{}, false
	}
	claimed, err := url.Parse(at.Root)
	if err != nil {
		return jenkins.Ref{}, false
	}
	roots := []string{c.Base()}
	if r := c.RootURL.Load(); r != nil {
		roots = append(roots, *r)
	}
	for _, root := range roots {
		if own, err := url.Parse(root); err == nil && strings.Trim(own.Path, "/") == strings.Trim(claimed.Path, "/") {
			return jenkins.Ref{Controller: c.Name, Job: at.Job, Number: at.Number}, true
		}
	}
	return jenkins.Ref{}, false
}

// Hosts tells whether a URL names the host by which this controller is reached, or the one that it reports.
func (c *Client) Hosts(rawURL string) bool {
	u, err := url.Parse(rawURL)
	return err == nil && c.Owns(u)
}
