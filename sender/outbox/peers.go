package outbox

import (
	"context"
	"database/sql"
)

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

// wrote reports whether another connection has committed since the last call, or there is trouble: whoever looks meets it.
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

// DatabaseFile is the path of a database; empty: it is in memory.
func DatabaseFile(db *sql.DB) string {
	var file string
	if err := db.QueryRow("SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file); err != nil {
		return ""
	}
	return file
}
