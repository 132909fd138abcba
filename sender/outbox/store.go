package outbox

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// Open opens the database at path, which must be absolute, so that all that this package promises holds. The disk must be
// a local one: WAL does not work on network file systems. What is returned has not touched the disk yet.
func Open(path string) (*sql.DB, error) {
	// What is synced is what SQLite syncs everywhere else: the data and the size, not the times. A commit waits half as
	// long. Where the system has no such call nothing changes.
	_, _ = sqlite.Fdatasync(true)
	return sql.Open("sqlite", dsn(path))
}

// dsn says that a commit is on disk (synchronous FULL), that several processes take turns (WAL, a busy timeout, and
// immediate transactions: one that reads before it writes would fail as soon as another writes), and that what is removed
// is overwritten (secure_delete): a payload that was delivered does not linger in free pages. The page cache may hold what
// a relay has under way, so that a page is read once and not when it is claimed and again when it is recorded.
func dsn(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/... on Windows
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: "_txlock=immediate&_pragma=busy_timeout(5000)" +
		"&_pragma=cache_size(-8000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)"}).String()
}
