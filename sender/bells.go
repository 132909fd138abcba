package sender

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// bells wake the relays of other processes without anybody polling. Every relay owns a FIFO in a folder beside the
// database and blocks in a read of it, which costs nothing while nothing happens; whoever commits something writes a
// byte into each FIFO that it finds there. A FIFO that nobody reads refuses the open: its process died, and what it held
// comes back at once.
// Where there are no FIFOs (Windows, some file systems) a relay looks at PRAGMA data_version once a second instead.
type bells struct {
	dir  string // empty: no file, so no other process
	own  string // this process's FIFO, never rung by itself
	mu   sync.Mutex
	last time.Time // of the last soft ring
}

const bellSuffix = ".bell"

// openBells finds the folder from the database's own file.
func (o *Outbox) openBells() {
	o.opened.Do(func() {
		if file := databaseFile(o.DB); file != "" {
			o.bells.dir = file + "-bells"
		}
	})
}

func databaseFile(db *sql.DB) string {
	var file string
	if err := db.QueryRow("SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file); err != nil {
		return ""
	}
	return file
}

// ring wakes all relays of other processes, says how many there were, and which are dead.
func (b *bells) ring() (n int, dead []string) {
	if b.dir == "" {
		return 0, nil
	}
	b.mu.Lock()
	own := b.own
	b.mu.Unlock()
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return 0, nil // no folder: nobody has ever listened
	}
	for _, e := range entries {
		path := filepath.Join(b.dir, e.Name())
		if !strings.HasSuffix(path, bellSuffix) || path == own {
			continue
		}
		switch err := ringBell(path); {
		case err == nil:
			n++
		case errors.Is(err, errDead):
			dead = append(dead, path)
		}
	}
	return n, dead
}

var errDead = errors.New("nobody reads the bell")

// quiet tells whether it is too early for another soft ring: results are news for others, but nobody waits for each of
// them, so five times a second is enough.
func (b *bells) quiet() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Since(b.last) <= 200*time.Millisecond {
		return true
	}
	b.last = time.Now()
	return false
}

// ring wakes the relays of other processes and says how many there are.
func (o *Outbox) ring() int {
	o.openBells()
	n, dead := o.bells.ring()
	back := false
	for _, path := range dead {
		got, err := o.takeBack(strings.TrimSuffix(filepath.Base(path), bellSuffix))
		if err != nil {
			continue // the lease ends by itself, and the bell is still there for the next who rings
		}
		os.Remove(path)
		back = back || got
	}
	if back {
		o.adds.send()
		o.bells.ring()
	}
	return n
}

// takeBack makes what a dead relay held due now.
func (o *Outbox) takeBack(owner string) (bool, error) {
	var n int64
	err := o.commit(context.Background(), "take back what a process held", func(tx *transaction) error {
		res, err := tx.Exec("UPDATE outbox SET due_at = ? WHERE "+claimable+" AND state = 'delivering' AND owner = ?",
			time.Now().UnixMilli(), owner)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n > 0, err
}

// OtherRelays says how many other processes run a relay at this moment; it wakes them. Where there are no FIFOs it is
// always 0.
func (o *Outbox) OtherRelays() int { return o.ring() }
