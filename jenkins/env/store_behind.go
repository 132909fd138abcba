package env

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// behind holds the environments that wait to be kept together.
type behind struct {
	mu      sync.Mutex
	on      bool
	waiting map[copyKey]*Env
	several bool // runs were looked at
	more    chan struct{}
}

const (
	behindEvery = time.Second
	behindMost  = 2000 // environments; beyond them, new ones are let go
)

// WriteBehind has copies be kept in the background until ctx is done: while it runs, Keep returns at once, and what it
// was given is written together, once a second. So nobody waits for the disk, and a wave of builds is one transaction.
// A single environment that Jenkins tells again is no reason to make a database, or to write to one for as long as it
// changes: the first one waits for a second one, or for the end.
func (c *Copies) WriteBehind(ctx context.Context) error {
	b := &c.behind
	b.mu.Lock()
	b.on, b.more = true, make(chan struct{}, 1)
	b.mu.Unlock()
	for ctx.Err() == nil {
		select {
		case <-b.more:
			select {
			case <-time.After(behindEvery):
			case <-ctx.Done():
			}
			_ = c.flush(context.WithoutCancel(ctx)) // a copy is a convenience: what cannot be kept now is asked for again
		case <-ctx.Done():
		}
	}
	b.mu.Lock()
	b.on = false
	b.mu.Unlock()
	return c.flush(context.WithoutCancel(ctx))
}

// later takes an environment to be kept, unless nobody writes behind. What was received for an earlier one stays.
func (c *Copies) later(e Env) bool {
	b := &c.behind
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.on {
		return false
	}
	if before, ok := b.waiting[keyOf(&e)]; ok {
		e = e.With(toldOnce(before.Variables))
	} else if len(b.waiting) >= behindMost {
		return true
	}
	if b.waiting == nil {
		b.waiting = map[copyKey]*Env{}
	}
	b.waiting[keyOf(&e)] = &e
	pushed := slices.ContainsFunc(e.Variables, func(v Variable) bool { return v.Source == Received })
	if len(b.waiting) == 1 && !b.several && (c.none() || !pushed) {
		return true
	}
	b.several = true
	select {
	case b.more <- struct{}{}:
	default:
	}
	return true
}

func (b *behind) writes() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.on
}

// of is the environment of a run that waits to be kept.
func (b *behind) of(run *jenkins.Run) (e Env, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e, ok := b.waiting[copyKey{run.Ref, startMillis(run)}]; ok {
		return *e, true
	}
	for key, waits := range b.waiting {
		if run.StartedAt.IsZero() && key.ref == run.Ref && (!ok || waits.Run.StartedAt.After(e.Run.StartedAt)) {
			e, ok = *waits, true
		}
	}
	return e, ok
}

// flush writes what waits. While it is being written it can still be read.
func (c *Copies) flush(ctx context.Context) error {
	b := &c.behind
	b.mu.Lock()
	taken := maps.Clone(b.waiting)
	b.mu.Unlock()
	var entries []copyEntry
	var err error
	for _, e := range taken {
		entry, changed, bad := c.entry(ctx, *e)
		if bad != nil {
			err = bad
		} else if changed {
			entries = append(entries, entry)
		}
	}
	if len(entries) > 0 {
		if bad := c.write(ctx, entries...); bad != nil {
			err = bad
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, e := range taken {
		if b.waiting[key] == e { // else a newer one came meanwhile
			delete(b.waiting, key)
		}
	}
	return err
}
