package sender

import (
	"context"
	"time"
)

// patience is the context of a worker's attempts, one after the other: a new one is made when one has been cut off. To
// make one for each would cost more than the rest of the worker's part.
type patience struct {
	parent context.Context
	ctx    context.Context
	cutOff context.CancelCauseFunc
	timer  *time.Timer
}

// begin gives the context for an attempt that may take so long. Its cause is context.DeadlineExceeded then.
func (p *patience) begin(limit time.Duration) context.Context {
	if p.ctx != nil && p.ctx.Err() == nil {
		p.timer.Reset(limit)
		return p.ctx
	}
	ctx, cutOff := context.WithCancelCause(p.parent)
	p.ctx, p.cutOff = ctx, cutOff
	p.timer = time.AfterFunc(limit, func() { cutOff(context.DeadlineExceeded) })
	return ctx
}

// end is called after every begin.
func (p *patience) end() {
	if !p.timer.Stop() {
		p.close() // it is being cut off just now
	}
}

func (p *patience) cut() { p.cutOff(context.DeadlineExceeded) }

// close is called when there are no more attempts.
func (p *patience) close() {
	if p.ctx != nil {
		p.timer.Stop()
		p.cutOff(nil)
		p.ctx = nil
	}
}
