package outbox

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"

	"github.com/klauspost/compress/s2"
	"modernc.org/sqlite"

	"github.com/jenkwatch/jenkwatch/sender"
)

// Migrations are the statements that build this package's tables, oldest first; a database remembers how many of them
// it has had. Times are milliseconds since 1970.
//
// What lies on disk: a payload, the values of its secret variables (to mask them in answers) and an endpoint given ad
// hoc lie in payloads until the notification is delivered or dropped, then the row is removed. Header values of configured
// endpoints are never stored.
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
	ended_at     INTEGER NOT NULL DEFAULT 0, -- 0 in the states queued, delivering and retrying
	http_status  INTEGER NOT NULL DEFAULT 0,
	duration_ms  INTEGER NOT NULL DEFAULT 0,
	last_error   TEXT NOT NULL DEFAULT '',
	size         INTEGER NOT NULL
);
-- Beside outbox, because a row here is written once and removed once, while those there change with every attempt.
CREATE TABLE payloads (
	seq     INTEGER PRIMARY KEY REFERENCES outbox (seq),
	payload BLOB NOT NULL,
	secrets TEXT, -- JSON array
	adhoc   TEXT  -- JSON of an endpoint given ad hoc
);
-- What a claim looks for. Rows that have ended are in neither index, so a long history costs nothing.
CREATE INDEX outbox_due ON outbox (lane, due_at, seq)
	WHERE held = 0 AND ended_at = 0;
CREATE INDEX outbox_order ON outbox (order_key, seq)
	WHERE order_key <> '' AND ended_at = 0;

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
);`, `
-- What sync has announced. It outlives the outbox's history.
CREATE TABLE ledger (
	controller TEXT NOT NULL,
	job        TEXT NOT NULL,
	number     INTEGER NOT NULL,
	status     TEXT NOT NULL,
	at         INTEGER NOT NULL,
	PRIMARY KEY (controller, job, number, status)
) WITHOUT ROWID;
CREATE INDEX ledger_at ON ledger (at);

-- The number up to which a job's builds need no more announcing.
CREATE TABLE watermarks (
	controller TEXT NOT NULL,
	job        TEXT NOT NULL,
	number     INTEGER NOT NULL,
	PRIMARY KEY (controller, job)
) WITHOUT ROWID;

-- Pushes that were received. Values that the receiver masks are not here.
CREATE TABLE pushes (
	seq         INTEGER PRIMARY KEY AUTOINCREMENT,
	received_at INTEGER NOT NULL,
	method      TEXT NOT NULL,
	status      TEXT NOT NULL,
	job         TEXT NOT NULL,
	number      INTEGER NOT NULL,
	build_url   TEXT NOT NULL,
	body        TEXT, -- NULL: none
	variables   TEXT NOT NULL, -- a flat JSON object
	masked      TEXT NOT NULL, -- names of those whose values are not here, as a JSON array; empty: none
	key         TEXT NOT NULL, -- Idempotency-Key
	is_repeat   INTEGER NOT NULL
);
CREATE INDEX pushes_build ON pushes (job, number);
CREATE UNIQUE INDEX pushes_key ON pushes (key) WHERE key <> '';`, `
-- Up to when sync has known all jobs of a controller: builds of a job that turns up later, and that ended before, are old.
CREATE TABLE synced (
	controller TEXT PRIMARY KEY,
	at         INTEGER NOT NULL
) WITHOUT ROWID;`, `
-- A replay (sync --since) that has not come to its end: what was announced since it began is part of it.
CREATE TABLE replays (
	controller TEXT PRIMARY KEY,
	name       TEXT NOT NULL, -- what was asked for
	since      INTEGER NOT NULL,
	begun      INTEGER NOT NULL
) WITHOUT ROWID;`, `
-- When the latest build that a mark covers began: a build of a covered number that began later is of a job made anew. Of
-- marks that are there already, all builds began before now.
ALTER TABLE watermarks ADD COLUMN began INTEGER NOT NULL DEFAULT 0;
UPDATE watermarks SET began = strftime('%s', 'now') * 1000;`, `
-- What may be kept of a request: see shape. Those about one job are alike, so an attempt only names its one.
CREATE TABLE shapes (
	id      INTEGER PRIMARY KEY, -- a hash of the text
	text    TEXT NOT NULL,
	used_at INTEGER NOT NULL -- last written
);
ALTER TABLE attempts ADD COLUMN shape INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN answer_headers TEXT NOT NULL DEFAULT '';
-- Outlines of payloads that are in no shape: with a message that is kept, of a template's output, of what was dropped.
CREATE TABLE outlines (
	seq  INTEGER PRIMARY KEY REFERENCES outbox (seq),
	text TEXT NOT NULL
);`, `
-- Whether anybody waits at all: hardly ever, and to look for who does costs something for each delivery.
CREATE INDEX outbox_held ON outbox (order_key) WHERE held = 1;`, `
-- When the build began, by the controller's clock, 0: not known. It identifies a build of a job that was renamed since.
ALTER TABLE ledger ADD COLUMN began INTEGER NOT NULL DEFAULT 0;`, `
CREATE INDEX ledger_began ON ledger (began, number) WHERE status = 'START' AND began > 0;`, `
-- Pushes that were received. Those that were stored together are one row: what a row costs is most of what storing a push
-- costs. Values that the receiver masks are not here.
CREATE TABLE packs (
	seq    INTEGER PRIMARY KEY, -- the place of its first push; the others follow
	count  INTEGER NOT NULL,
	pushes BLOB NOT NULL -- see storedPush
);
-- What its pushes claim to be about. Beside packs, so that a look through all of them reads little.
CREATE TABLE pack_builds (
	seq    INTEGER PRIMARY KEY REFERENCES packs (seq),
	builds BLOB NOT NULL -- see claimLine
);
CREATE TABLE push_keys (
	seq INTEGER PRIMARY KEY, -- the push's place
	key TEXT NOT NULL UNIQUE -- Idempotency-Key
);
INSERT INTO packs SELECT seq, 1, CAST(json_object('at', received_at, 'method', method, 'key', key,
		'repeat', json(iif(is_repeat, 'true', 'false')), 'masked', json(nullif(masked, '')), 'size', octet_length(text)) ||
		char(10) || text || char(10) AS BLOB)
	FROM (SELECT *, json_patch(variables, json_object('jobExecuteStatus', nullif(status, ''), 'body', body,
		'buildNo', CAST(nullif(number, 0) AS TEXT))) AS text FROM pushes);
INSERT INTO pack_builds SELECT seq, CAST(char(10) || job || '#' || number || ' ' || build_url || char(10) AS BLOB) FROM pushes;
INSERT INTO push_keys SELECT seq, key FROM pushes WHERE key <> '';
DROP TABLE pushes;`, `
-- Pushes that were received, without the values that the receiver masks.
CREATE TABLE pushes (
	seq         INTEGER PRIMARY KEY AUTOINCREMENT,
	received_at INTEGER NOT NULL,
	method      TEXT NOT NULL,
	key         TEXT NOT NULL, -- Idempotency-Key
	is_repeat   INTEGER NOT NULL,
	masked      TEXT NOT NULL, -- names of the variables whose values are not in the text, as a JSON array; empty: none
	job         TEXT NOT NULL,
	number      INTEGER NOT NULL,
	build_url   TEXT NOT NULL,
	text        TEXT NOT NULL -- a flat JSON object
);
CREATE INDEX pushes_build ON pushes (job, number);
CREATE INDEX pushes_url ON pushes (build_url);
CREATE UNIQUE INDEX pushes_key ON pushes (key) WHERE key <> '';
INSERT INTO pushes SELECT packs.seq + p.key, p.value ->> 'at', p.value ->> 'method',
	ifnull((SELECT k.key FROM push_keys k WHERE k.seq = packs.seq + p.key), ''), p.value ->> 'repeat',
	ifnull(p.value ->> 'masked', ''), p.value ->> 'job', p.value ->> 'number', p.value ->> 'build_url', p.value ->> 'text'
	FROM packs, json_each(unpack_pushes(packs.pushes)) p;
DROP TABLE pack_builds;
DROP TABLE push_keys;
DROP TABLE packs;`, `
-- What may be kept of a request: see requestSummary. Those about one job are alike, so an attempt only names its one.
CREATE TABLE request_summaries (
	id   INTEGER PRIMARY KEY, -- a hash of the text
	text TEXT NOT NULL
);
INSERT INTO request_summaries SELECT id, text FROM shapes;
DROP TABLE shapes;
ALTER TABLE attempts RENAME COLUMN shape TO summary;`, `
-- When due_at was decided: a time in the future means that the clock has been set back since.
ALTER TABLE outbox ADD COLUMN due_set INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET due_set = min(due_at, CAST(strftime('%s', 'now') AS INTEGER) * 1000) WHERE ended_at = 0;
CREATE INDEX outbox_due_set ON outbox (due_set) WHERE ended_at = 0;`, `
-- When a build began is a part of what it is called: a job that is deleted and made again gives its numbers to other builds.
CREATE TABLE ledger_new (
	controller TEXT NOT NULL,
	job        TEXT NOT NULL,
	number     INTEGER NOT NULL,
	began      INTEGER NOT NULL, -- by the controller's clock; 0: not known
	status     TEXT NOT NULL,
	at         INTEGER NOT NULL,
	PRIMARY KEY (controller, job, number, began, status)
) WITHOUT ROWID;
INSERT INTO ledger_new SELECT controller, job, number, began, status, at FROM ledger;
DROP TABLE ledger;
ALTER TABLE ledger_new RENAME TO ledger;
CREATE INDEX ledger_at ON ledger (at);
CREATE INDEX ledger_began ON ledger (began, number) WHERE status = 'START' AND began > 0;`, `
-- The first line of the message, of one that is kept.
ALTER TABLE outbox ADD COLUMN message TEXT NOT NULL DEFAULT '';`, `
-- What rules have done, each once for a transition of a build, whichever process was first.
CREATE TABLE applied_rules (
	rule       TEXT NOT NULL,
	controller TEXT NOT NULL,
	job        TEXT NOT NULL,
	number     INTEGER NOT NULL,
	began      INTEGER NOT NULL, -- by the controller's clock; 0: not known
	transition TEXT NOT NULL,
	at         INTEGER NOT NULL,
	PRIMARY KEY (rule, controller, job, number, began, transition)
) WITHOUT ROWID;
CREATE INDEX applied_rules_at ON applied_rules (at);`,
}

// Earlier versions stored pushes that came together in one compressed row, a pack. A migration unpacks them with this SQL
// function: it returns a JSON array of what a row of the table pushes holds.
func init() {
	sqlite.MustRegisterDeterministicScalarFunction("unpack_pushes", 1,
		func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			pack, _ := args[0].([]byte)
			pushes, err := json.Marshal(unpack(pack))
			return string(pushes), err
		})
}

// packedPush is what stands before each push of a pack. Its text follows on the next line and has Size bytes.
type packedPush struct {
	At     int64    `json:"at"`
	Method string   `json:"method"`
	Key    string   `json:"key"`
	Repeat bool     `json:"repeat"`
	Masked []string `json:"masked"`
	Size   int      `json:"size"`

	Job      string `json:"job"`
	Number   int    `json:"number"`
	BuildURL string `json:"build_url"`
	Text     string `json:"text"`
}

// unpack returns the pushes of a pack up to the first that is damaged.
func unpack(pack []byte) []packedPush {
	pushes := []packedPush{}              // never null in JSON
	if len(pack) > 0 && pack[0] >= 0x80 { // compressed: its length comes first, with the highest bit set
		var err error
		if pack, err = s2.Decode(nil, pack); err != nil {
			return pushes
		}
	}
	for len(pack) > 0 {
		line, rest, _ := bytes.Cut(pack, []byte{'\n'})
		var p packedPush
		if json.Unmarshal(line, &p) != nil || p.Size < 0 || p.Size >= len(rest) {
			break
		}
		p.Text, pack = string(rest[:p.Size]), rest[p.Size+1:]
		payload, err := sender.DecodeJSON(p.Text)
		if err != nil {
			break
		}
		of := sender.TakeApart(p.Method, payload)
		p.Job, p.Number, p.BuildURL = of.Job, of.Number, of.BuildURL
		pushes = append(pushes, p)
	}
	return pushes
}
