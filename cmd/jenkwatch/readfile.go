package main

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/jenkwatch/jenkwatch/internal/crew"
)

// fileTimeout bounds the wait for a file: a FIFO that nobody writes to, or one on a dead mount.
const fileTimeout = 10 * time.Second

var errNoContent = errors.New("it gave no content in ten seconds: nobody writes to it, or its mount is dead")

// readFile reads a file of the program's own start.
func readFile(ctx context.Context, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, fileTimeout, errNoContent)
	defer cancel()
	return crew.Await(ctx, func() ([]byte, error) { return os.ReadFile(path) })
}

// readInput reads what a person hands over, which may be a pipe from a slow command: only its opening is bounded.
func readInput(ctx context.Context, path string) ([]byte, error) {
	opening, cancel := context.WithTimeoutCause(ctx, fileTimeout, errNoContent)
	defer cancel()
	f, err := crew.Await(opening, func() (*os.File, error) { return os.Open(path) })
	if err != nil {
		return nil, err
	}
	return crew.Await(ctx, func() ([]byte, error) {
		defer f.Close()
		return io.ReadAll(f)
	})
}
