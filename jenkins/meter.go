package jenkins

import (
	"context"
	"sync/atomic"
)

// meter counts the requests that one question takes. Most take one; the trees over all jobs take two when folders lie
// deep, and a redirect is a request too.
type meter struct{ requests atomic.Int64 }

type meterKey struct{}

// metered gives a context under which every request is counted.
func metered(ctx context.Context) (context.Context, *meter) {
	m := &meter{}
	return context.WithValue(ctx, meterKey{}, m), m
}

// count notes one request made under ctx.
func count(ctx context.Context) {
	if m, ok := ctx.Value(meterKey{}).(*meter); ok {
		m.requests.Add(1)
	}
}
