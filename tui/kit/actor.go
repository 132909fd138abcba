package kit

import (
	"context"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// Actor acts on one controller, and asks it what can be done. It is called from commands only.
type Actor interface {
	Do(ctx context.Context, a action.Action) (action.Result, error)
	// Follow returns when the build that came of a has started, or will not.
	Follow(ctx context.Context, a action.Action, r action.Result) (action.Progress, error)
	Build(ctx context.Context, spec jenkins.BuildSpec) (jenkins.Run, error)
	Parameters(ctx context.Context, job string) ([]action.Parameter, error)
	Inputs(ctx context.Context, r jenkins.Run) ([]action.Input, error)
	// Restartable returns the stages from which a build can be restarted, and which of them failed; empty: none did.
	Restartable(ctx context.Context, r jenkins.Run) (stages []string, failed string, err error)
	Script(ctx context.Context, r jenkins.Run) (action.Script, error)
	CheckScript(ctx context.Context, r jenkins.Run, s action.Script) ([]action.Problem, error)
	Nodes(ctx context.Context) ([]jenkins.Node, error)
	State(ctx context.Context, r jenkins.Run) (action.State, error)
	JobDisabled(ctx context.Context, job string) (bool, error)
}

// ActorOf returns what acts on the controller with this name, nil if there is no such controller.
func (s *Shared) ActorOf(controller string) Actor {
	for i := range s.Opts.Controllers {
		c := &s.Opts.Controllers[i]
		switch {
		case c.Name != controller:
		case c.Actor != nil:
			return c.Actor
		case c.Client != nil:
			return client{c.Client, s.StagesOf(controller), s.Opts.Do}
		}
	}
	return nil
}

// client is the [Actor] of a controller that is asked itself.
type client struct {
	*jenkins.Client
	stages *stages.Reader
	do     func(context.Context, *jenkins.Client, action.Action) (action.Result, error)
}

func (c client) Do(ctx context.Context, a action.Action) (action.Result, error) {
	if c.do != nil {
		return c.do(ctx, c.Client, a)
	}
	return action.Do(ctx, c.Client, a)
}

func (c client) Follow(ctx context.Context, a action.Action, r action.Result) (action.Progress, error) {
	return action.Follow(ctx, c.Client, &jenkins.Waiter{}, a, r, nil)
}

func (c client) Parameters(ctx context.Context, job string) ([]action.Parameter, error) {
	return action.Parameters(ctx, c.Client, job)
}

func (c client) Inputs(ctx context.Context, r jenkins.Run) ([]action.Input, error) {
	return action.Inputs(ctx, c.Client, r)
}

func (c client) Restartable(ctx context.Context, r jenkins.Run) ([]string, string, error) {
	list, err := action.Restartable(ctx, c.Client, r)
	if err != nil || len(list) == 0 {
		return nil, "", err
	}
	tree, err := c.stages.Tree(ctx, r)
	if err != nil { // which of them failed is worth knowing, and no more
		return list, "", nil //nolint:nilerr // the stages are known all the same
	}
	if f, ok := tree.Failed(r.Status); ok {
		for _, s := range f.Path {
			for _, name := range list {
				if s.Name == name {
					return list, name, nil
				}
			}
		}
	}
	return list, "", nil
}

func (c client) Script(ctx context.Context, r jenkins.Run) (action.Script, error) {
	return action.ScriptOf(ctx, c.Client, r)
}

func (c client) CheckScript(ctx context.Context, r jenkins.Run, s action.Script) ([]action.Problem, error) {
	return action.CheckScript(ctx, c.Client, r, s)
}

func (c client) State(ctx context.Context, r jenkins.Run) (action.State, error) {
	return action.StateOf(ctx, c.Client, r)
}

func (c client) JobDisabled(ctx context.Context, job string) (bool, error) {
	return action.JobDisabled(ctx, c.Client, job)
}

func (c client) Nodes(ctx context.Context) ([]jenkins.Node, error) {
	_, nodes, err := c.Running(ctx)
	return nodes, err
}
