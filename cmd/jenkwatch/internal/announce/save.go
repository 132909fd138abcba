package announce

import (
	"context"
)

// saveSoon has the marks written.
func (a *Announcer) saveSoon() {
	if a.saved.soon || a.ended {
		return
	}
	a.saved.soon = true
	a.after(saveAfter, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.saved.soon = false
		if a.ended {
			return // stop does
		}
		a.spawn(func() {
			if err := a.save(a.ctx); err != nil && a.ctx.Err() == nil {
				a.Log.Warn("the ledger could not be written; what was announced may be asked for again", "controller", a.Controller, "error", err)
			}
		})
	})
}

// save writes how far announcing has come.
func (a *Announcer) save(ctx context.Context) error {
	a.mu.Lock()
	marks, at := a.progress.marks(), a.seen.knownAt.Add(margin)
	write := a.seen.based && at.Sub(a.saved.synced) >= synEvery
	a.mu.Unlock()
	if err := a.Ledger.Advance(ctx, a.Controller, marks); err != nil {
		a.mu.Lock()
		a.progress.unsaved(marks)
		a.mu.Unlock()
		return err
	}
	if !write {
		return nil
	}
	if err := a.Ledger.MarkSynced(ctx, a.Controller, at); err != nil {
		return err
	}
	a.mu.Lock()
	a.saved.synced = at
	a.mu.Unlock()
	return nil
}

// saveBase is save, the first time and whenever a controller's builds were met for the first time.
func (a *Announcer) saveBase(ctx context.Context) error {
	a.mu.Lock()
	unsaved := a.saved.behind
	a.mu.Unlock()
	if !unsaved {
		return nil
	}
	if err := a.save(ctx); err != nil {
		return err
	}
	a.mu.Lock()
	a.saved.behind = false
	a.mu.Unlock()
	return nil
}
