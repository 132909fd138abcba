package main

import (
	"context"
	"time"
)

// saveSoon has the marks written.
func (a *announcer) saveSoon() {
	if a.saving || a.ended {
		return
	}
	a.saving = true
	time.AfterFunc(saveAfter, a.working.Guard(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.saving = false
		if a.ended {
			return // stop does
		}
		a.working.Go(func() {
			if err := a.save(a.ctx); err != nil && a.ctx.Err() == nil {
				a.log.Warn("the ledger could not be written; what was announced may be asked for again", "controller", a.name, "error", err)
			}
		})
	}))
}

// save writes how far announcing has come.
func (a *announcer) save(ctx context.Context) error {
	a.mu.Lock()
	marks, at := a.progress.Marks(), a.knownAt.Add(margin)
	write := a.based && at.Sub(a.synced) >= synEvery
	a.mu.Unlock()
	if err := a.ledger.Advance(ctx, a.name, marks); err != nil {
		a.mu.Lock()
		a.progress.Unsaved(marks)
		a.mu.Unlock()
		return err
	}
	if !write {
		return nil
	}
	if err := a.ledger.MarkSynced(ctx, a.name, at); err != nil {
		return err
	}
	a.mu.Lock()
	a.synced = at
	a.mu.Unlock()
	return nil
}

// saveBase is save, the first time and whenever a controller's builds were met for the first time.
func (a *announcer) saveBase(ctx context.Context) error {
	a.mu.Lock()
	unsaved := a.unsaved
	a.mu.Unlock()
	if !unsaved {
		return nil
	}
	if err := a.save(ctx); err != nil {
		return err
	}
	a.mu.Lock()
	a.unsaved = false
	a.mu.Unlock()
	return nil
}
