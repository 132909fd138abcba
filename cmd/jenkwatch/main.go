// Command jenkwatch watches Jenkins builds from a terminal and tells others about them.
//
// Every command is one file. Nothing that a command does not need is done at its start: the config is one small file,
// while keyring, database and terminal are opened when they are first asked for.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run())
}

// run is main with an exit code, so that deferred calls are not skipped and tests can call it as a program.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// A second signal ends the program at once: whoever repeats Ctrl-C does not want to wait.
	context.AfterFunc(ctx, stop)
	return newApp(os.Stdin, os.Stdout, os.Stderr).execute(ctx, os.Args[1:])
}
