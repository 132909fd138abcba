package sender

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatience has one attempt cut off by its time, one by its relay, and those between not at all.
func TestPatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		parent, stop := context.WithCancel(t.Context())
		p := &patience{parent: parent}
		defer p.close()
		for range 3 {
			ctx := p.begin(time.Second)
			time.Sleep(900 * time.Millisecond)
			if p.end(); ctx.Err() != nil {
				t.Fatal("cut off before its time: what attempts before it took was counted", context.Cause(ctx))
			}
			time.Sleep(time.Minute) // between attempts no time runs
		}
		ctx := p.begin(time.Second)
		<-ctx.Done()
		if p.end(); !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			t.Error(context.Cause(ctx))
		}
		ctx = p.begin(time.Second)
		if ctx.Err() != nil {
			t.Error("one that was cut off takes the next with it")
		}
		p.cut()
		if p.end(); ctx.Err() == nil || p.begin(time.Second).Err() != nil {
			t.Error("cut tells nobody, or the next one too")
		}
		p.end()
		ctx = p.begin(time.Second)
		stop()
		if p.end(); !errors.Is(context.Cause(ctx), context.Canceled) {
			t.Error(context.Cause(ctx))
		}
	})
}
