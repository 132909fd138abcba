package act

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// BuildCommand returns `jenkwatch build`.
func BuildCommand(a *cli.App) *cobra.Command {
	var o perform.Options
	var given []string
	var from string
	cmd := &cobra.Command{
		Use:   "build JOB",
		Short: "Start a build",
		Long: "Start a build of a job. Parameters that are left out have their defaults, or with --from the values of an earlier build.\n" +
			"Values are checked against the job's own definitions before anything is sent. -p NAME=@FILE takes the value from a file\n" +
			"and -p NAME=- from standard input, so that it is not in the list of processes; NAME=@@X is the text @X. A file parameter\n" +
			"takes NAME=@FILE. " + perform.ExitCodes,
		Example: "  jenkwatch build shop/checkout/main\n" +
			"  jenkwatch build deploy/service -p VERSION=2.14 -p REGION=us -p API_KEY=@key.txt --wait --log\n" +
			"  jenkwatch build deploy/service --from '#lastSuccessful' -p DRY_RUN=false --dry-run",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Jobs(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(a, cmd, args); err != nil {
				return err
			}
			return startBuild(cmd.Context(), a, args[0], given, from, &o)
		},
	}
	cmd.Flags().StringArrayVarP(&given, "parameter", "p", nil, "a parameter, as NAME=VALUE, NAME=@FILE or NAME=- (again for more)")
	cmd.Flags().StringVar(&from, "from", "", "begin with the values of BUILD: a number, '#lastSuccessful' or a whole name")
	_ = cmd.RegisterFlagCompletionFunc("parameter", complete.Parameters(a))
	o.AddWaiting(cmd)
	return cmd
}

func startBuild(ctx context.Context, a *cli.App, arg string, given []string, from string, o *perform.Options) error {
	job, err := findJob(ctx, a, arg, true)
	if err != nil {
		return err
	}
	values, err := perform.Values(ctx, a, given, job.parameters)
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
		return perform.UsageError(err)
	}
	return perform.Start(ctx, a, job.on, act, o)
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
	var missing []string
	for _, name := range untold {
		if !isGiven(name) {
			missing = append(missing, clean.Line(name))
		}
	}
	if len(missing) > 0 {
		return nil, exit.Usage("give it: -p "+strings.Join(missing, "=@FILE -p ")+"=@FILE; or leave out --from and give the others",
			"--from: Jenkins does not tell the value of %s of %s", strings.Join(missing, ", "), spec)
	}
	for _, v := range action.Defaults(filled) {
		if !isGiven(v.Name) {
			given = append(given, v)
		}
	}
	return given, nil
}
