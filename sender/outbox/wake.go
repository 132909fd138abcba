package outbox

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// broadcast wakes all that wait in this process. The zero value is ready.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait returns a channel that is closed at the next send. Get it before looking for changes, so that none is missed.
func (b *broadcast) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) send() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}

// Wait waits until a delivery has ended, and returns it. When ctx ends first it returns the delivery as it is, with
// ctx's error.
func (o *Outbox) Wait(ctx context.Context, id string) (sender.Delivery, error) {
	tick := time.NewTicker(250 * time.Millisecond) // for results of other processes
	defer tick.Stop()
	for {
		news := o.news.wait()
		d, err := o.Get(context.WithoutCancel(ctx), id)
		if err != nil || d.State.Ended() {
			return d, err
		}
		select {
		case <-news:
		case <-tick.C:
		case <-ctx.Done():
			return d, ctx.Err()
		}
	}
}

// Changes yields whenever something in the outbox may have changed: through this process, or, while a relay runs here,
// through another one. The first comes at once. Many changes may be one.
func (o *Outbox) Changes(ctx context.Context) func(yield func(struct{}) bool) {
	return func(yield func(struct{}) bool) {
		for {
			news := o.news.wait()
			if !yield(struct{}{}) {
				return
			}
			select {
			case <-news:
			case <-ctx.Done():
				return
			}
		}
	}
}

// peers notices what other processes write to the database.
type peers struct {
	db      *sql.DB   // nil: in memory, so there are none
	conn    *sql.Conn // data_version is a connection's own
	version int64
}

func newPeers(db *sql.DB) peers {
	if DatabaseFile(db) == "" {
		return peers{}
	}
	p := peers{db: db}
	p.wrote()
	return p
}

// wrote reports whether another connection has committed since the last call, or that is not known.
func (p *peers) wrote() bool {
	if p.db == nil {
		return false
	}
	if p.conn == nil {
		conn, err := p.db.Conn(context.Background())
		if err != nil {
			return true
		}
		p.conn = conn
	}
	var version int64
	if err := p.conn.QueryRowContext(context.Background(), "PRAGMA data_version").Scan(&version); err != nil {
		p.close() // the next call takes another connection
		return true
	}
	changed := version != p.version
	p.version = version
	return changed
}

func (p *peers) close() {
	if p.conn != nil {
		p.conn.Close()
		p.conn = nil
	}
}
