package tui

import (
	"cmp"
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/sourcegraph/conc"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// builtMsg answers openBuild.
type builtMsg struct {
	target kit.Target
	run    jenkins.Run
	copied bool // Jenkins no longer has it: run is from the local copy
	err    error
}

// openBuild asks for a build and puts it above the list. Of several targets, each on another controller that may have it,
// the first that is there is opened.
func openBuild(sh *kit.Shared, targets ...kit.Target) tea.Cmd {
	var asks []func(context.Context) builtMsg
	for _, t := range targets {
		if c := sh.EnvOf(t.Controller); c != nil {
			asks = append(asks, func(ctx context.Context) builtMsg { return built(ctx, sh, c, t) })
		}
	}
	if len(asks) == 0 {
		return nil
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(sh.Context(), kit.AskFor)
		defer cancel()
		answers := make([]builtMsg, len(asks))
		var helpers conc.WaitGroup
		for i, ask := range asks {
			helpers.Go(func() { answers[i] = ask(ctx) })
		}
		helpers.Wait()
		return slices.MinFunc(answers, func(x, y builtMsg) int { return cmp.Compare(x.rank(), y.rank()) })
	}
}

// rank orders the answers of several controllers: builds first, then the error that says most.
func (b *builtMsg) rank() int {
	_, bare := b.err.(*jenkins.Error) //nolint:errorlint // one that is wrapped says more
	switch {
	case b.err == nil:
		return 0
	case !kit.IsGone(b.err):
		return 1
	case !bare:
		return 2
	}
	return 3
}

func built(ctx context.Context, sh *kit.Shared, c *env.Client, t kit.Target) builtMsg {
	run, err := c.Build(ctx, t.BuildSpec)
	if kit.IsGone(err) && t.Number > 0 && c.Copies != nil {
		gone := jenkins.Run{Ref: jenkins.Ref{Controller: c.Name, Job: t.Job, Number: t.Number}}
		if kept, none := c.Copies.Env(ctx, gone); none == nil {
			return builtMsg{t, kept.Run, true, nil}
		}
	}
	if kit.IsGone(err) && sh.Opts.Absent != nil {
		err = sh.Opts.Absent(ctx, t, err)
	}
	return builtMsg{t, run, false, err}
}
