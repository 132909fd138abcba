package main

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

// found is a build and the controller that has it.
type found struct {
	on  *cli.Controller
	run jenkins.Run
}

// findBuild looks a build up by what a person typed: JOB, JOB#N, JOB#PERMALINK or a URL. Where there are several
// controllers all are asked, and exactly one must have it.
func (a *app) findBuild(ctx context.Context, arg string) (found, error) {
	return findOn(ctx, a, arg, func(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) (jenkins.Run, error) {
		return c.Client.Build(ctx, spec)
	}, func(c *cli.Controller, run jenkins.Run) found { return found{c, run} })
}

// findOn asks each controller that may own what arg names, and returns the answer of the only one that knows it.
func findOn[A, T any](ctx context.Context, a *app, arg string, ask func(context.Context, *cli.Controller,
	jenkins.BuildSpec) (A, error), pack func(*cli.Controller, A) T) (T, error) {
	var none T
	cs, err := a.ControllersFor(ctx, arg)
	if err != nil {
		return none, err
	}
	cs, specs, err := buildOwners(ctx, cs, arg)
	if err != nil {
		return none, err
	}
	known := ask
	ask = func(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) (A, error) {
		answer, err := known(ctx, c, spec)
		return answer, absent(ctx, c, spec, err)
	}
	if len(cs) == 1 {
		answer, err := ask(ctx, cs[0], specs[cs[0]])
		return pack(cs[0], answer), err
	}
	type reply struct {
		on     *cli.Controller
		answer A
		err    error
	}
	replies, _ := cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) (reply, error) {
		answer, err := ask(ctx, c, specs[c])
		return reply{c, answer, err}, nil
	})
	var have []reply
	var names []string
	var errs []error
	for _, r := range replies {
		if r.err == nil {
			have = append(have, r)
			names = append(names, r.on.Name)
		} else {
			errs = append(errs, of(r.on, r.err))
		}
	}
	switch len(have) {
	case 0:
		return none, worst(errs)
	case 1:
		return pack(have[0].on, have[0].answer), nil
	}
	return none, exit.Usage("choose one with --controller NAME", "%q is on several controllers: %s", arg, strings.Join(names, ", "))
}

// jobOf is the job of the build that arg names.
func (a *app) jobOf(ctx context.Context, arg string) (string, error) {
	cs, err := a.ControllersFor(ctx, arg)
	if err != nil {
		return "", err
	}
	cs, specs, err := buildOwners(ctx, cs, arg)
	if err != nil {
		return "", err
	}
	return specs[cs[0]].Job, nil
}

// rootPatience is how long a controller is waited for that is to say under which address it goes.
const rootPatience = 5 * time.Second

// buildOwners are the controllers that may have what arg names, with its reading for each. A URL that begins with none
// of their addresses may begin with one that Jenkins has for itself, as links in its mails and its own pages do.
func buildOwners(ctx context.Context, cs []*cli.Controller, arg string) ([]*cli.Controller, map[*cli.Controller]jenkins.BuildSpec, error) {
	have, specs, err := readBuild(cs, arg)
	if err == nil || !strings.Contains(arg, "://") {
		return have, specs, err
	}
	ctx, cancel := context.WithTimeout(ctx, rootPatience)
	defer cancel()
	_, _ = cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) (string, error) { return c.Client.Root(ctx) })
	return readBuild(cs, arg)
}

// readBuild reads arg as each controller would.
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

// of names the controller that an error is of, unless it only does not have what was asked for.
func of(c *cli.Controller, err error) error {
	if exit.CodeOf(err) == exit.CodeNotFound {
		return err
	}
	return fmt.Errorf("controller %q: %w", c.Name, err)
}

// worst is the most useful of several errors: all trouble, and of those who have no such thing the one who knows what
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
		if _, told := errors.AsType[*exit.Error](err); told {
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
