package sender

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// bells wake the relays of other processes without anybody polling. Every relay owns a FIFO in a folder beside the
// database and blocks in a read of it, which costs nothing while nothing happens; whoever commits something writes a
// byte into each FIFO that it finds there. A FIFO that nobody reads (its process died) refuses the open and is removed.
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

// ring wakes all relays of other processes and says how many there were.
func (b *bells) ring() int {
	if b.dir == "" {
		return 0
	}
	b.mu.Lock()
	own := b.own
	b.mu.Unlock()
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return 0 // no folder: nobody has ever listened
	}
	n := 0
	for _, e := range entries {
		path := filepath.Join(b.dir, e.Name())
		if !strings.HasSuffix(path, bellSuffix) || path == own {
			continue
		}
		if ringBell(path) {
			n++
		}
	}
	return n
}

// softRing rings at most five times a second: results are news for others, but nobody waits for each of them.
func (b *bells) softRing() {
	b.mu.Lock()
	due := time.Since(b.last) > 200*time.Millisecond
	if due {
		b.last = time.Now()
	}
	b.mu.Unlock()
	if due {
		b.ring()
	}
}

// OtherRelays says how many other processes run a relay at this moment; it wakes them. Where there are no FIFOs it is
// always 0.
func (o *Outbox) OtherRelays() int {
	o.openBells()
	return o.bells.ring()
}
