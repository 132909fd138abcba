package sender

import (
	"errors"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// Kind is the kind of an [*Error].
type Kind string

const (
	BadEndpoint     Kind = "bad endpoint"     // its configuration cannot work
	UnknownEndpoint Kind = "unknown endpoint" // no endpoint of that name is configured
	Unresolved      Kind = "unresolved"       // a reference has no value in this process
	Unreachable     Kind = "unreachable"      // nothing answers at its address
	BadPayload      Kind = "bad payload"      // the payload cannot be made: template, size, bad bytes
	NoSuchDelivery  Kind = "no such delivery" // no record with that id
	NotPossible     Kind = "not possible"     // the delivery's state does not allow it
	StoreLocked     Kind = "store locked"     // another process holds the database for too long
	StoreFull       Kind = "store full"       // no space on the disk
	StoreCorrupt    Kind = "store corrupt"    // the file is not a sound database
	StoreReadOnly   Kind = "store read-only"  // no right to write the file or its folder
	StoreFailed     Kind = "store failed"     // any other trouble with the database
)

// Error is an error that a person can do something about. Nothing has been accepted or changed.
type Error struct {
	Kind Kind
	What string // one line: what went wrong
	Fix  string // one line: what to do
	Err  error  // the cause; may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.What
	}
	return e.What + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint returns what a person can do.
func (e *Error) Hint() string { return e.Fix }

// IsKind reports whether err is an [*Error] of this kind.
func IsKind(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}

// StoreError returns a database error as an [*Error]; op is what was tried ("open the outbox"). It returns nil for nil, and
// an [*Error] as it is.
func StoreError(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	db, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return &Error{Kind: StoreFailed, What: op, Err: err, Fix: "try again; `jenkwatch doctor` checks the store"}
	}
	code := db.Code()
	if code == sqlitelib.SQLITE_IOERR_SHMSIZE { // the first thing that a full disk has no room for
		code = sqlitelib.SQLITE_FULL
	}
	switch code & 0xff { // extended codes carry the primary one in their low byte
	case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED:
		return &Error{Kind: StoreLocked, What: op + ": another process holds the database", Err: err,
			Fix: "wait for the other jenkwatch to finish, or stop it, then try again"}
	case sqlitelib.SQLITE_FULL:
		return &Error{Kind: StoreFull, What: op + ": no space left", Err: err,
			Fix: "free a megabyte on the disk of the state folder and try again, or set JENKWATCH_STATE to another folder"}
	case sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB:
		return &Error{Kind: StoreCorrupt, What: op + ": the database is damaged", Err: err,
			Fix: "move the database file away and start again; what it held can be read with `sqlite3 FILE .recover`"}
	case sqlitelib.SQLITE_READONLY, sqlitelib.SQLITE_CANTOPEN, sqlitelib.SQLITE_PERM, sqlitelib.SQLITE_AUTH:
		return &Error{Kind: StoreReadOnly, What: op + ": the database cannot be written", Err: err,
			Fix: "give yourself the right to write the state folder, or set JENKWATCH_STATE to another one"}
	}
	return &Error{Kind: StoreFailed, What: op, Err: err, Fix: "`jenkwatch doctor` checks the store"}
}

// IsTransient reports whether a database error may be gone at the next try: another process holds the database, or one was
// killed and its write-ahead log is being recovered.
func IsTransient(err error) bool {
	db, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch db.Code() & 0xff {
	case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED, sqlitelib.SQLITE_PROTOCOL, sqlitelib.SQLITE_SCHEMA:
		return true
	case sqlitelib.SQLITE_IOERR:
		return db.Code() == sqlitelib.SQLITE_IOERR_SHORT_READ
	}
	return false
}
