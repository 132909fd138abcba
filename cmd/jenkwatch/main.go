// Command jenkwatch watches Jenkins builds from a terminal and notifies others about them.
//
// Every command is one file of internal/command. Nothing that a command does not need is done at its start: the config is one
// small file, while keyring, database and terminal are opened when they are first asked for.
package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
)

func boolFlag(cmd *cobra.Command, name string) bool {
	f := cmd.Flags().Lookup(name)
	return f != nil && f.Value.String() == "true"
}

func main() {
	os.Exit(run())
}

// run is main with an exit code, so that deferred calls are not skipped and tests can call it as a program.
func run() int {
	ctx, stop := untilSignal(context.Background())
	defer stop()
	log.SetOutput(io.Discard) // net/http logs there, over the screen, and may quote an answer
	return execute(ctx, cli.New(os.Stdin, os.Stdout, os.Stderr), os.Args[1:])
}

// untilSignal ends with the first signal that asks the program to end. The second one ends the program at once:
// a repeated Ctrl-C means now.
func untilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(exit.Signal{Signal: s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}

// execute runs the command that args name and returns the exit code.
func execute(ctx context.Context, a *cli.App, args []string) int {
	a.Ctx = ctx
	root := rootCommand(a)
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.ErrOut)
	if slices.Contains(args, "completion") { // which cobra adds late, so that no help but its own names it
		help.FixCompletion(root)
	}
	var unwritten error
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { unwritten = help.Show(ctx, root, cmd, a.Out) })
	cmd, err := root.ExecuteContextC(ctx)
	err = cmp.Or(err, unwritten)
	if cause, ok := errors.AsType[exit.Signal](context.Cause(ctx)); ok && errors.Is(err, context.Canceled) {
		err = cause
	}
	if cerr := a.Close(); err == nil {
		err = cerr
	}
	return report(a, cmd, err)
}

// report prints an error as two lines, what and what to do, and returns the exit code.
func report(a *cli.App, cmd *cobra.Command, err error) int {
	code := exit.CodeOf(err)
	if err == nil {
		return 0
	}
	if _, silent := errors.AsType[exit.Code](err); silent || code > exit.CodeSignal {
		return code
	}
	asJSON := cmd != nil && (boolFlag(cmd, "json") || cmd.Flags().Changed("jq"))
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range several.Unwrap() {
			output.PrintError(a.ErrOut, e, asJSON)
		}
		return code
	}
	output.PrintError(a.ErrOut, err, asJSON)
	return code
}
