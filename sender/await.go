package sender

import (
	"context"

	"github.com/sourcegraph/conc/panics"
)

// await returns what f returns, or ctx's error when that ends first. f may wait for a FIFO without a
// writer, a dead mount or a keyring that asks a person: it cannot be interrupted, and its goroutine is left behind.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value    T
		err      error
		panicked *panics.Recovered
	}
	done := make(chan result, 1)
	go func() {
		var r result
		r.panicked = panics.Try(func() { r.value, r.err = f() })
		done <- r
	}()
	select {
	case r := <-done:
		if r.panicked != nil {
			panic(r.panicked)
		}
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
