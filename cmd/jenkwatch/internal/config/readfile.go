package config

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"
)

// ExpandHome reads a leading ~/ as the user's home.
func ExpandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return home + "/" + rest
		}
	}
	return path
}

// FileTimeout bounds the wait for a file: a FIFO without a writer, or one on a dead mount.
const FileTimeout = 10 * time.Second

var ErrNoContent = errors.New("no content within ten seconds: nothing writes to it, or its mount is dead")

// Await returns what f returns, or ctx's error when that ends first. What f waits for then may be a FIFO without a writer,
// writes to, a dead mount or a keyring that asks a person: it cannot be interrupted, and is left behind.
func Await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// ReadFile reads a file of the program's own start.
func ReadFile(ctx context.Context, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, FileTimeout, ErrNoContent)
	defer cancel()
	return Await(ctx, func() ([]byte, error) { return os.ReadFile(path) })
}

// ReadInput reads what a person hands over, which may be a pipe from a slow command: only its opening is bounded.
func ReadInput(ctx context.Context, path string) ([]byte, error) {
	opening, cancel := context.WithTimeoutCause(ctx, FileTimeout, ErrNoContent)
	defer cancel()
	f, err := Await(opening, func() (*os.File, error) { return os.Open(path) })
	if err != nil {
		return nil, err
	}
	return Await(ctx, func() ([]byte, error) {
		defer f.Close()
		return io.ReadAll(f)
	})
}
