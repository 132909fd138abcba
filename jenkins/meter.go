package jenkins

import (
	"context"
	"sync/atomic"
)

type counterKey struct{}

// CountRequests returns a context under which every request is counted. Most questions take one; the trees over all jobs
// take two where folders lie deep, and a redirect is a request too.
func CountRequests(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, counterKey{}, n), n
}

func countRequest(ctx context.Context) {
	if n, ok := ctx.Value(counterKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
}
