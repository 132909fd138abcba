package sender

// Migrations are the statements that build this package's tables, oldest first; a database remembers how many of them
// it has had. Times are milliseconds since 1970.
//
// What lies on disk: a payload, the values of its secret variables (to mask them in answers) and an endpoint given ad
// hoc lie in outbox until the notification is delivered or dropped, then they are set to NULL. Header values of
// configured endpoints are never stored.
var Migrations = []string{`
CREATE TABLE outbox (
	seq          INTEGER PRIMARY KEY AUTOINCREMENT, -- order of acceptance
	id           TEXT NOT NULL UNIQUE,
	lane         TEXT NOT NULL, -- the endpoint's name, or "@host" of one given ad hoc: what shares workers and pauses
	order_key    TEXT NOT NULL, -- empty: no order
	held         INTEGER NOT NULL, -- 1 while an earlier delivery with the same order_key has not ended
	controller   TEXT NOT NULL,
	job          TEXT NOT NULL,
	number       INTEGER NOT NULL,
	status       TEXT NOT NULL,
	method       TEXT NOT NULL,
	url          TEXT NOT NULL, -- masked: for people, not for sending
	content_type TEXT NOT NULL, -- empty: none
	state        TEXT NOT NULL,
	due_at       INTEGER NOT NULL, -- next attempt; while delivering, the end of the lease
	owner        TEXT NOT NULL DEFAULT '', -- which relay holds the lease
	attempts     INTEGER NOT NULL DEFAULT 0,
	created_at   INTEGER NOT NULL,
	tries_from   INTEGER NOT NULL, -- when its time began: acceptance, or a person's retry after it was dead
	tries_base   INTEGER NOT NULL DEFAULT 0, -- attempts that do not count any more
	ended_at     INTEGER NOT NULL DEFAULT 0,
	http_status  INTEGER NOT NULL DEFAULT 0,
	duration_ms  INTEGER NOT NULL DEFAULT 0,
	last_error   TEXT NOT NULL DEFAULT '',
	size         INTEGER NOT NULL,
	payload      BLOB,
	secrets      TEXT, -- JSON array
	adhoc        TEXT  -- JSON of an endpoint given ad hoc
);
-- What a claim looks for. Rows that have ended are in neither index, so a long history costs nothing.
CREATE INDEX outbox_due ON outbox (lane, due_at, seq)
	WHERE held = 0 AND state IN ('queued', 'delivering', 'retrying');
CREATE INDEX outbox_order ON outbox (order_key, seq)
	WHERE order_key <> '' AND state IN ('queued', 'delivering', 'retrying');
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at > 0;

CREATE TABLE attempts (
	seq         INTEGER NOT NULL REFERENCES outbox (seq),
	n           INTEGER NOT NULL,
	started_at  INTEGER NOT NULL,
	duration_ms INTEGER NOT NULL,
	http_status INTEGER NOT NULL,
	answer      TEXT NOT NULL,
	error       TEXT NOT NULL,
	PRIMARY KEY (seq, n)
) WITHOUT ROWID;

-- Texts that a person sent, to be used again. Only what was sent with Remember, and never one that holds a secret.
CREATE TABLE messages (
	text    TEXT PRIMARY KEY,
	used_at INTEGER NOT NULL,
	uses    INTEGER NOT NULL
);`,
}
