package sender

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jenkwatch/jenkwatch/internal/crew"
)

// committer runs changes in transactions. Changes that are asked for while another transaction is under way share the
// next one, so that many callers pay for one sync of the disk together. It returns after the commit: what it reports as
// done is on disk. One process writes through one committer, and so never waits for itself in SQLite.
type committer struct {
	turns turns[*change]
	texts prepared
}

type change struct {
	do   func(*transaction) error
	err  error
	done chan struct{}
}

// do commits what fn changes. fn may be run more than once (each time on a clean slate) and by another goroutine. Once
// queued it is carried out whatever becomes of ctx: the answer must tell what is on disk.
func (c *committer) do(ctx context.Context, db *sql.DB, fn func(*transaction) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ch := &change{do: fn, done: make(chan struct{})}
	c.turns.add(ch, func(batch []*change) {
		c.commitShared(db, batch)
		c.texts.prepare(db)
	}, func(batch []*change) {
		for _, ch := range batch {
			close(ch.done)
		}
	})
	<-ch.done
	if p := panicOf(ch.err); p != nil {
		panic(p)
	}
	return ch.err
}

// panicOf is the panic of a change. It panics again where the change was asked for: whoever shares its transaction, or
// lends it a goroutine, is none the worse.
func panicOf(err error) *crew.Panic {
	p, _ := errors.AsType[*crew.Panic](err)
	return p
}

var errShared = errors.New("a change in the shared transaction failed")

// commitShared tries all changes in one transaction. If one of them fails, each gets a transaction of its own, so that
// nobody pays for another's error.
func (c *committer) commitShared(db *sql.DB, batch []*change) {
	err := c.inTx(db, func(tx *transaction) error {
		for _, ch := range batch {
			if err := ch.do(tx); err != nil {
				if len(batch) == 1 {
					return err
				}
				return errShared
			}
		}
		return nil
	})
	if errors.Is(err, errShared) || panicOf(err) != nil && len(batch) > 1 {
		for _, ch := range batch {
			ch.err = c.inTx(db, ch.do)
		}
		return
	}
	for _, ch := range batch {
		ch.err = err
	}
}

func (c *committer) inTx(db *sql.DB, fn func(*transaction) error) (err error) {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = errors.Join(crew.Caught(p), ignoreDone(tx.Rollback()))
		}
	}()
	if err := fn(c.texts.in(tx)); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
