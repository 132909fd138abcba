package sender

import "net/url"

// DSN is how to open the database at path with driver "sqlite" ([modernc.org/sqlite]), so that all that this package
// promises holds: a commit is on disk (synchronous FULL), several processes take turns (WAL, immediate transactions, a
// busy timeout), and what is removed is overwritten (secure_delete). The disk must be a local one: WAL does not work on
// network file systems.
func DSN(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=immediate&_pragma=busy_timeout(5000)" +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)"
}
