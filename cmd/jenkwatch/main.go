// Command jenkwatch watches Jenkins builds from a terminal and tells others about them.
//
// Every command is one file. Nothing that a command does not need is done at its start: the config is one small file,
// while keyring, database and terminal are opened when they are first asked for.
//
//go:debug updatemaxprocs=0
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run())
}

// run is main with an exit code, so that deferred calls are not skipped and tests can call it as a program.
func run() int {
	ctx, stop := untilSignal(context.Background())
	defer stop()
	log.SetOutput(io.Discard) // net/http logs there, over the screen, and may quote an answer
	return newApp(os.Stdin, os.Stdout, os.Stderr).execute(ctx, os.Args[1:])
}

// signalled is why a context ended: the signal that asked the program to end.
type signalled struct{ os.Signal }

func (s signalled) Error() string { return fmt.Sprintf("stopped by %s", s.Signal) }

// exitCode is what a shell reports of a program that this signal ended.
func (s signalled) exitCode() int {
	if n, ok := s.Signal.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return exitFailed
}

// untilSignal ends with the first signal that asks the program to end. The second one ends the program at once: whoever
// repeats Ctrl-C does not want to wait.
func untilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(signalled{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}
