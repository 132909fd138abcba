// Package find looks up the build that a person named, on the controllers that may have it, and waits for it.
package find

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Build is a build that was found.
type Build struct {
	On       *cli.Controller // which has it
	Run      jenkins.Run
	FromCopy bool // Jenkins has discarded it: this is the local copy
}

// One looks a build up by what a person typed: JOB, JOB#N, JOB#PERMALINK or a URL. Where there are several
// controllers all are asked, and exactly one must have it.
func One(ctx context.Context, a *cli.App, arg string) (Build, error) {
	return On(ctx, a, arg, func(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) (Build, error) {
		run, err := c.Client.Build(ctx, spec)
		return Build{On: c, Run: run}, err
	})
}

// OneOrCopy is One, but a build that Jenkins has discarded may still be among the local copies.
func OneOrCopy(ctx context.Context, a *cli.App, arg string) (Build, error) {
	return On(ctx, a, arg, func(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) (Build, error) {
		run, err := c.Client.Build(ctx, spec)
		if exit.CodeOf(err) == exit.CodeNotFound && spec.Number > 0 && c.Env.Copies != nil {
			gone := jenkins.Run{Ref: jenkins.Ref{Controller: c.Name, Job: spec.Job, Number: spec.Number}}
			if e, kerr := c.Env.Copies.Env(ctx, gone); kerr == nil {
				return Build{On: c, Run: e.Run, FromCopy: true}, nil
			}
		}
		return Build{On: c, Run: run}, err
	})
}

// On asks each controller that may own what arg names, and returns the answer of the only one that knows it.
func On[T any](ctx context.Context, a *cli.App, arg string,
	ask func(context.Context, *cli.Controller, jenkins.BuildSpec) (T, error)) (T, error) {
	var none T
	cs, err := a.ControllersFor(ctx, arg)
	if err != nil {
		return none, err
	}
	cs, specs, err := Owners(ctx, cs, arg)
	if err != nil {
		return none, err
	}
	if len(cs) == 1 {
		c, spec := cs[0], specs[cs[0]]
		answer, err := ask(ctx, c, spec)
		return answer, Absent(ctx, c, spec, err)
	}
	type reply struct {
		on     *cli.Controller
		answer T
		err    error
	}
	replies, _ := cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) (reply, error) {
		answer, err := ask(ctx, c, specs[c])
		return reply{c, answer, Absent(ctx, c, specs[c], err)}, nil
	})
	var have []T
	var names []string
	var errs []error
	for _, r := range replies {
		if r.err == nil {
			have = append(have, r.answer)
			names = append(names, r.on.Name)
		} else {
			errs = append(errs, OnController(r.on, r.err))
		}
	}
	switch len(have) {
	case 0:
		return none, worst(errs)
	case 1:
		return have[0], nil
	}
	return none, exit.Usage("choose one with --controller NAME", "%q is on several controllers: %s", arg, strings.Join(names, ", "))
}

// Job returns the name of the job of the build that arg names.
func Job(ctx context.Context, a *cli.App, arg string) (string, error) {
	spec, err := specOf(ctx, a, arg)
	return spec.Job, err
}

// rootTimeout bounds the question to a controller for the address that Jenkins has for itself.
const rootTimeout = 5 * time.Second

// Owners returns the controllers that may have what arg names, with its reading for each. A URL that begins with none
// of their addresses may begin with one that Jenkins has for itself, as links in its mails and its own pages do.
func Owners(ctx context.Context, cs []*cli.Controller, arg string) ([]*cli.Controller, map[*cli.Controller]jenkins.BuildSpec, error) {
	have, specs, err := readBuild(cs, arg)
	if err == nil || !strings.Contains(arg, "://") {
		return have, specs, err
	}
	ctx, cancel := context.WithTimeout(ctx, rootTimeout)
	defer cancel()
	_, _ = cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) (string, error) { return c.Client.Root(ctx) })
	return readBuild(cs, arg)
}

// readBuild parses arg as each controller would.
func readBuild(cs []*cli.Controller, arg string) ([]*cli.Controller, map[*cli.Controller]jenkins.BuildSpec, error) {
	var have []*cli.Controller
	var first error
	specs := map[*cli.Controller]jenkins.BuildSpec{}
	for _, c := range cs {
		spec, err := c.Client.ParseBuildSpec(arg)
		if err != nil {
			first = errors.Join(first, err)
			continue
		}
		specs[c] = spec
		have = append(have, c)
	}
	if len(have) == 0 && len(cs) > 1 && strings.Contains(arg, "://") {
		names := make([]string, len(cs))
		for i, c := range cs {
			names[i] = c.Name
		}
		return nil, nil, exit.Usage("if you trust it, name its controller with --url, or add it with `jenkwatch init`",
			"read %q: it is on none of the controllers %s", arg, strings.Join(names, ", "))
	}
	if len(have) == 0 {
		return nil, nil, specError(first)
	}
	return have, specs, nil
}

// specError makes a name that cannot be read a usage error; of several controllers' complaints the first will do.
func specError(err error) error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		err = several.Unwrap()[0]
	}
	return exit.Usage(exit.HintOf(err), "%w", err)
}

// OnController adds the controller's name to an error, unless the controller merely has no such thing.
func OnController(c *cli.Controller, err error) error {
	if exit.CodeOf(err) == exit.CodeNotFound {
		return err
	}
	return fmt.Errorf("controller %q: %w", c.Name, err)
}

// worst returns the most useful of several errors: all trouble, and of those who have no such thing the one who knows what
// was meant, then the one who knows the job. With trouble a mere "no such job" says nothing.
func worst(errs []error) error {
	var trouble []error
	var absent error
	rank := func(err error) int {
		if err == nil {
			return -1
		}
		if _, job := errors.AsType[*jenkins.Error](err); !job {
			return 2
		}
		if _, explained := errors.AsType[*exit.Error](err); explained {
			return 1
		}
		return 0
	}
	for _, err := range errs {
		if exit.CodeOf(err) != exit.CodeNotFound {
			trouble = append(trouble, err)
		} else if rank(err) > rank(absent) {
			absent = err
		}
	}
	switch {
	case len(trouble) == 0:
		return absent
	case rank(absent) > 0:
		trouble = append(trouble, absent)
	}
	if len(trouble) == 1 {
		return trouble[0]
	}
	return errors.Join(trouble...)
}
