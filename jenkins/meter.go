package jenkins

import (
	"context"
	"sync/atomic"
)

// meter counts the requests that one question takes. Most take one; the trees over all jobs take two when folders lie
// deep, and a redirect is a request too.
type meter struct{ Requests atomic.Int64 }

type meterKey struct{}

// Metered gives a context under which every request is counted.
func Metered(ctx context.Context) (context.Context, *meter) {
	m := &meter{}
	return context.WithValue(ctx, meterKey{}, m), m
}

// count notes one request made under ctx.
func count(ctx context.Context) {
	if m, ok := ctx.Value(meterKey{}).(*meter); ok {
		m.Requests.Add(1)
	}
}
