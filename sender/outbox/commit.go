package outbox

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/sourcegraph/conc/panics"
)

// committer commits changes in groups: those that are requested while a transaction is under way share the next one, and
// so one sync of the disk. The zero value is ready.
type committer struct {
	writing sync.Mutex // held while a group is committed
	mu      sync.Mutex
	waiting []*change
}

type change struct {
	do   func(*sql.Tx) error
	then func() // after the commit, in the order of the changes; may be nil
	err  error
	done bool // guarded by writing
}

// maxGroup bounds one transaction, so that other processes get their turn.
const maxGroup = 256

// run returns when the change is on disk or has failed. Its do may run more than once, each time on a clean slate, and in
// another goroutine. Once queued it is carried out whatever becomes of ctx: the result must say what is on disk.
func (c *committer) run(ctx context.Context, db *sql.DB, ch *change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	c.waiting = append(c.waiting, ch)
	c.mu.Unlock()

	c.writing.Lock()
	for !ch.done {
		commitGroup(db, c.next())
	}
	c.writing.Unlock()
	if p, ok := errors.AsType[*panics.ErrRecovered](ch.err); ok {
		panic(&p.Recovered) // in the caller that requested it; others in the group are not affected
	}
	return ch.err
}

func (c *committer) next() []*change {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(c.waiting), maxGroup)
	group := c.waiting[:n:n]
	c.waiting = c.waiting[n:]
	return group
}

// commitGroup tries all changes in one transaction. If one of them fails, each gets a transaction of its own, so that an
// error reaches only the caller that caused it.
func commitGroup(db *sql.DB, group []*change) {
	failed := false
	err := inTx(db, func(tx *sql.Tx) error {
		for _, ch := range group {
			failed = true
			if err := ch.do(tx); err != nil {
				return err
			}
			failed = false
		}
		return nil
	})
	for _, ch := range group {
		if ch.err = err; failed && len(group) > 1 {
			ch.err = inTx(db, ch.do)
		}
		if ch.done = true; ch.err == nil && ch.then != nil {
			ch.then()
		}
	}
}

func inTx(db *sql.DB, fn func(*sql.Tx) error) (err error) {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	if p := panics.Try(func() { err = fn(tx) }); p != nil {
		err = p.AsError()
	}
	if err == nil {
		err = tx.Commit()
	}
	if err == nil {
		return nil
	}
	if undo := tx.Rollback(); !errors.Is(undo, sql.ErrTxDone) {
		err = errors.Join(err, undo)
	}
	return err
}
