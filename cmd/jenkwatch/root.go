package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/command/act"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/command/notify"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/command/setup"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/command/show"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
)

// rootCommand returns the whole command line. Names, flags and JSON keys are an interface that scripts depend on.
func rootCommand(a *cli.App) *cobra.Command {
	root := &cobra.Command{
		Use:   "jenkwatch [BUILD|JOB|URL]",
		Short: "Watch Jenkins builds from a terminal and notify others about them",
		Long: "jenkwatch shows what runs on your Jenkins controllers, with its progress, environment and console,\n" +
			"and sends notifications in the wire format of the plugin \"Environment Variables Status Sync\".\n" +
			"Without a command it opens the screen, the terminal UI.",
		Example: "  jenkwatch demo\n" +
			"  jenkwatch --url https://ci.example.com/jenkins\n" +
			"  jenkwatch --listen 127.0.0.1:9099\n" +
			"  jenkwatch runs --recent --status FAILURE\n" +
			"  jenkwatch env shop/checkout/main#412 --diff '#lastSuccessful'",
		Version:           programVersion(),
		SilenceUsage:      true,
		SilenceErrors:     true,
		Args:              help.Args(cobra.MaximumNArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				if err := mistyped(cmd.Context(), a, cmd, args[0]); err != nil {
					return err
				}
			}
			return open(cmd.Context(), a, args)
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return exit.Usage("see `"+cmd.CommandPath()+" --help`", "%w", err)
	})
	p := root.PersistentFlags()
	p.StringVar(&a.Flags.Config, "config", "", "read the config from FILE (default: jenkwatch/config.toml in the XDG config folder)")
	p.StringVar(&a.Flags.Controller, "controller", "", "only the controller with this NAME in the config")
	p.StringVar(&a.Flags.URL, "url", "", "the controller's URL (environment: JENKINS_URL)")
	p.StringVar(&a.Flags.User, "user", "", "the user's NAME (environment: JENKINS_USER_ID)")
	p.StringVar(&a.Flags.TokenFile, "token-file", "", "read the API token from FILE (environment: JENKINS_API_TOKEN)")
	p.BoolVar(&a.Flags.ReadOnly, "read-only", false, "refuse everything that changes Jenkins or sends something")
	p.StringVar(&a.Flags.Debug, "debug", "", "write requests and their answers' status to FILE")

	root.Flags().StringVar(&a.ListenOn, "listen", "", "also receive pushes on this loopback HOST:PORT")
	_ = root.RegisterFlagCompletionFunc("controller", complete.Controllers(a))

	root.AddCommand(show.RunsCommand(a), show.WatchCommand(a), show.StatusCommand(a), show.WhyCommand(a), show.TestsCommand(a),
		show.ArtifactsCommand(a), show.ChangesCommand(a), show.EnvCommand(a), show.LogCommand(a), show.HistoryCommand(a), show.NodesCommand(a))
	root.AddCommand(act.BuildCommand(a), act.RerunCommand(a), act.RestartCommand(a), act.ReplayCommand(a), act.StopCommand(a),
		act.CancelCommand(a), act.InputCommand(a), act.KeepCommand(a), act.DescribeCommand(a), act.DeleteCommand(a),
		act.DisableCommand(a), act.EnableCommand(a), act.NodeCommand(a))
	root.AddCommand(notify.SendCommand(a), notify.OutboxCommand(a), notify.SyncCommand(a), notify.ListenCommand(a))
	root.AddCommand(setup.InitCommand(a), setup.DoctorCommand(a), demoCommand(a), manCommand(), versionCommand())
	return root
}

// mistyped complains of a word that is close to a command's name and names no job: `jenkwatch rnus`.
func mistyped(ctx context.Context, a *cli.App, root *cobra.Command, word string) error {
	if strings.ContainsAny(word, "/#:") {
		return nil
	}
	meant := help.NearCommand(root, word)
	if meant == "" || find.IsJob(ctx, a, word) {
		return nil
	}
	return exit.Usage("did you mean `jenkwatch "+meant+"`? A job of that name is opened with "+word+"#last",
		"there is no command %q", word)
}
