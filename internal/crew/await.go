package crew

import "context"

// Await returns what f returns, or ctx's error when that ends first. What f waits for then may be a FIFO that nobody
// writes to, a dead mount or a keyring that asks a person: it cannot be interrupted, and is left behind.
func Await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	var helper Crew
	helper.Go(func() {
		v, err := f()
		done <- result{v, err}
	})
	select {
	case r := <-done:
		return r.value, r.err
	case <-helper.Broke():
		helper.Raise()
	case <-ctx.Done():
	}
	var none T
	return none, context.Cause(ctx)
}
