package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
)

// rootCommand returns the whole command line. Names, flags and JSON keys are an interface that scripts depend on.
func (a *app) rootCommand() *cobra.Command {
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
		ValidArgsFunction: complete.Builds(a.App),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				if err := a.mistyped(cmd.Context(), cmd, args[0]); err != nil {
					return err
				}
			}
			return a.open(cmd.Context(), args)
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
	_ = root.RegisterFlagCompletionFunc("controller", complete.Controllers(a.App))

	root.AddCommand(a.runsCommand(), a.watchCommand(), a.statusCommand(), a.whyCommand(), a.testsCommand(), a.artifactsCommand(),
		a.changesCommand(), a.envCommand(), a.logCommand(), a.historyCommand(), a.nodesCommand(), a.demoCommand(),
		a.buildCommand(), a.rerunCommand(), a.restartCommand(), a.replayCommand(), a.stopCommand(), a.cancelCommand(), a.inputCommand(),
		a.keepCommand(), a.describeCommand(), a.deleteCommand(), a.enableCommand(false), a.enableCommand(true), a.nodeCommand(),
		a.sendCommand(), a.outboxCommand(), a.syncCommand(), a.listenCommand(),
		a.initCommand(), a.doctorCommand(), manCommand(), versionCommand())
	return root
}

// mistyped complains of a word that is close to a command's name and names no job: `jenkwatch rnus`.
func (a *app) mistyped(ctx context.Context, root *cobra.Command, word string) error {
	if strings.ContainsAny(word, "/#:") {
		return nil
	}
	meant := help.NearCommand(root, word)
	if meant == "" || find.IsJob(ctx, a.App, word) {
		return nil
	}
	return exit.Usage("did you mean `jenkwatch "+meant+"`? A job of that name is opened with "+word+"#last",
		"there is no command %q", word)
}
