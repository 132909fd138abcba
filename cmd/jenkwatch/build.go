package main

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

func (a *app) buildCommand() *cobra.Command {
	var o actOptions
	var given []string
	var from string
	cmd := &cobra.Command{
		Use:   "build JOB",
		Short: "Start a build",
		Long: "Start a build of a job. Parameters that are left out have their defaults, or with --from the values of an earlier build.\n" +
			"Values are checked against the job's own definitions before anything is sent. -p NAME=@FILE takes the value from a file\n" +
			"and -p NAME=- from standard input, so that it is not in the list of processes; NAME=@@X is the text @X. A file parameter\n" +
			"takes NAME=@FILE. " + exitCodesOfWait,
		Example: "  jenkwatch build shop/checkout/main\n" +
			"  jenkwatch build deploy/service -p VERSION=2.14 -p REGION=us -p API_KEY=@key.txt --wait --log\n" +
			"  jenkwatch build deploy/service --from '#lastSuccessful' -p DRY_RUN=false --dry-run",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Jobs(a.App),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.prepare(); err != nil {
				return err
			}
			return a.build(cmd.Context(), args[0], given, from, &o)
		},
	}
	cmd.Flags().StringArrayVarP(&given, "parameter", "p", nil, "a parameter, as NAME=VALUE, NAME=@FILE or NAME=- (again for more)")
	cmd.Flags().StringVar(&from, "from", "", "begin with the values of BUILD: a number, '#lastSuccessful' or a whole name")
	_ = cmd.RegisterFlagCompletionFunc("parameter", complete.Parameters(a.App))
	o.addWaiting(cmd)
	return cmd
}

// jobFound is a job that a person named, with the parameters that it defines.
type jobFound struct {
	on         *cli.Controller
	name       string
	parameters []action.Parameter
}

func (a *app) findJob(ctx context.Context, arg string, parameters bool) (jobFound, error) {
	return find.On(ctx, a.App, arg, func(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) (jobFound, error) {
		job, err := c.Client.Job(ctx, spec.Job)
		if err == nil && job.Folder {
			err = find.NotAJob(spec.Job)
		}
		found := jobFound{on: c, name: job.Name}
		if err == nil && parameters {
			found.parameters, err = action.Parameters(ctx, c.Client, job.Name)
		}
		return found, err
	})
}

func (a *app) build(ctx context.Context, arg string, given []string, from string, o *actOptions) error {
	job, err := a.findJob(ctx, arg, true)
	if err != nil {
		return err
	}
	values, err := a.readValues(ctx, given, job.parameters)
	if err != nil {
		return err
	}
	if from != "" {
		if values, err = job.valuesFrom(ctx, from, values); err != nil {
			return err
		}
	}
	act, err := action.StartBuild(job.on.Name, job.name, job.parameters, values)
	if err != nil {
		return badAction(err)
	}
	return a.start(ctx, job.on, act, o)
}

// valuesFrom adds the values of an earlier build to those that were given. What Jenkins does not tell has to be given.
func (j *jobFound) valuesFrom(ctx context.Context, from string, given []action.Value) ([]action.Value, error) {
	if !strings.Contains(from, "://") && (!strings.Contains(from, "#") || strings.HasPrefix(from, "#")) {
		from = jenkins.Argument(j.name) + "#" + strings.TrimPrefix(from, "#")
	}
	spec, err := j.on.Client.ParseBuildSpec(from)
	if err != nil {
		return nil, exit.Usage(exit.HintOf(err), "--from: %w", err)
	}
	run, err := j.on.Client.Build(ctx, spec)
	if err != nil {
		return nil, find.Absent(ctx, j.on, spec, err)
	}
	isGiven := func(name string) bool {
		return slices.ContainsFunc(given, func(v action.Value) bool { return v.Name == name })
	}
	filled, untold := action.From(j.parameters, run)
	for _, name := range untold {
		if !isGiven(name) {
			name = clean.Line(name)
			return nil, exit.Usage("give it: -p "+name+"=@FILE; or leave out --from and give the others", "--from: Jenkins does not tell the value of %s of %s", name, spec)
		}
	}
	for _, v := range action.Defaults(filled) {
		if !isGiven(v.Name) {
			given = append(given, v)
		}
	}
	return given, nil
}

// maxValue bounds what is read as one value, a file among them.
const maxValue = 64 << 20

// readValues reads what -p gave. Of a parameter that is no file the content of a file is the text, without one line end.
func (a *app) readValues(ctx context.Context, given []string, parameters []action.Parameter) ([]action.Value, error) {
	var values []action.Value
	stdin := false
	for _, g := range given {
		name, text, ok := strings.Cut(g, "=")
		if !ok || name == "" {
			return nil, exit.Usage("write -p NAME=VALUE, -p NAME=@FILE or -p NAME=-", "-p %q has no value", clean.Line(name))
		}
		var known *action.Parameter
		if at := slices.IndexFunc(parameters, func(p action.Parameter) bool { return p.Name == name }); at >= 0 {
			known = &parameters[at]
		}
		v := action.Value{Name: name, Text: text}
		switch {
		case text == "-":
			if stdin {
				return nil, exit.Usage("take the others from files: -p NAME=@FILE", "only one value comes from standard input")
			}
			stdin = true
			b, err := config.Await(ctx, func() ([]byte, error) { return readAtMost(a.In, maxValue) })
			if err != nil {
				return nil, exit.Failure("send the value to standard input, or take it from a file", "-p %s: read standard input: %w", clean.Line(name), err)
			}
			v = content(name, "stdin", b, known)
		case strings.HasPrefix(text, "@@"):
			v.Text = text[1:]
		case strings.HasPrefix(text, "@"):
			b, err := config.ReadInput(ctx, config.ExpandHome(text[1:]))
			if err != nil {
				return nil, exit.Usage("name a file that can be read; a text that begins with @ is written with @@", "-p %s: %w", clean.Line(name), err)
			}
			v = content(name, filepath.Base(text[1:]), b, known)
		case known != nil && known.Secret:
			output.Note(a.ErrOut, "jenkwatch: the value of %s can be seen in the list of processes: use -p %s=@FILE", clean.Line(name), clean.Line(name))
		}
		if size := len(v.Text); size > maxValue || v.File != nil && len(v.File.Content) > maxValue {
			return nil, exit.Usage("give less than 64 MB", "-p %s: the value is too long", clean.Line(name))
		}
		values = append(values, v)
	}
	return values, nil
}

// content is a value that was read: a file, or a text without the line end of its last line.
func content(name, file string, b []byte, p *action.Parameter) action.Value {
	switch {
	case p != nil && p.Kind == action.FileContent:
		return action.Value{Name: name, File: &action.File{Name: file, Content: b}}
	case p == nil || p.Kind != action.Text:
		b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	}
	return action.Value{Name: name, Text: string(b)}
}
