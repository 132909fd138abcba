package kittest

import (
	"context"
	"sync"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// Actor is a [kit.Actor] that does nothing: it remembers what it was to do.
type Actor struct {
	mu   sync.Mutex
	done []action.Action

	Gate      chan struct{} // Do waits for it to be closed; nil: it does not wait
	Err       error         // of Do
	Errs      map[int]error // of Do for builds with these numbers
	Result    action.Result
	Progress  action.Progress
	FollowErr error
	Run       jenkins.Run // of Build
	Defined   []action.Parameter
	Open      []action.Input
	Stages    []string
	Failed    string
	Pipeline  action.Script
	Problems  []action.Problem
	NodeList  []jenkins.Node
	Now       action.State
	Disabled  bool
	AskErr    error // of every question
	Checked   []action.Script
}

// Done returns what was to be done, in order.
func (a *Actor) Done() []action.Action {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]action.Action(nil), a.done...)
}

func (a *Actor) Do(_ context.Context, what action.Action) (action.Result, error) {
	if a.Gate != nil {
		<-a.Gate
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.done = append(a.done, what)
	r := a.Result
	if r.Message == "" {
		r.Message = "did: " + what.Op()
	}
	if err := a.Errs[what.Target.Number]; err != nil {
		return r, err
	}
	return r, a.Err
}

func (a *Actor) Follow(context.Context, action.Action, action.Result) (action.Progress, error) {
	return a.Progress, a.FollowErr
}

func (a *Actor) Build(context.Context, jenkins.BuildSpec) (jenkins.Run, error) {
	return a.Run, a.AskErr
}

func (a *Actor) Parameters(context.Context, string) ([]action.Parameter, error) {
	return a.Defined, a.AskErr
}

func (a *Actor) Inputs(context.Context, jenkins.Run) ([]action.Input, error) {
	return a.Open, a.AskErr
}

func (a *Actor) Restartable(context.Context, jenkins.Run) ([]string, string, error) {
	return a.Stages, a.Failed, a.AskErr
}

func (a *Actor) Script(context.Context, jenkins.Run) (action.Script, error) {
	return a.Pipeline, a.AskErr
}

func (a *Actor) CheckScript(_ context.Context, _ jenkins.Run, s action.Script) ([]action.Problem, error) {
	a.Checked = append(a.Checked, s)
	return a.Problems, a.AskErr
}

func (a *Actor) Nodes(context.Context) ([]jenkins.Node, error) { return a.NodeList, a.AskErr }

func (a *Actor) State(context.Context, jenkins.Run) (action.State, error) { return a.Now, a.AskErr }

func (a *Actor) JobDisabled(context.Context, string) (bool, error) { return a.Disabled, a.AskErr }
