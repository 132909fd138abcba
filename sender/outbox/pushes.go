package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// PushLimits bounds the pushes that are kept: the oldest are removed. Zero fields take their defaults.
type PushLimits struct {
	Count int   // default 10,000
	Bytes int64 // of their texts, more or less an eighth; default 256 MiB
}

// ErrKeyReused is why a push is not stored that differs from the one that was stored with its Idempotency-Key.
var ErrKeyReused = errors.New("another push came with this Idempotency-Key")

// StorePush stores a push that came as this text and accepts the notifications that forward it, in one transaction: both
// or neither. It sets the push's Seq and, once that is committed, calls stored, in the order of the places. A push whose
// Key is stored already is not stored again.
func (o *Outbox) StorePush(ctx context.Context, p *sender.Push, text string, forward []sender.Notification, keep PushLimits,
	stored func()) error {
	row, err := newPushRow(p, text)
	if err != nil {
		return err
	}
	for _, n := range forward {
		rec, err := o.prepare(n)
		if err != nil {
			return err
		}
		row.forward = append(row.forward, rec)
	}
	err = o.commitThen(ctx, "store the push", func(tx *sql.Tx) error { return o.insertPush(ctx, tx, row, keep) }, func() {
		if row.stored {
			stored()
		}
	})
	switch {
	case err != nil:
		return err
	case row.differs:
		return ErrKeyReused
	case row.stored && len(row.forward) > 0:
		o.changed()
	}
	return nil
}

// pushRow is a push as it is stored.
type pushRow struct {
	*sender.Push
	text    string // the JSON that came, without the values that are masked
	masked  string // the names of those, as a JSON array; empty: none
	forward []*record
	stored  bool // false: its key was stored before
	differs bool // another push was stored with its key
}

// newPushRow returns the row of a push that came as this text. The text is rewritten where it is a query or holds
// values that are masked.
func newPushRow(p *sender.Push, text string) (*pushRow, error) {
	row := &pushRow{Push: p, text: text}
	var masked []string
	for _, v := range p.Variables {
		if v.Secret || v.Password {
			masked = append(masked, v.Name)
		}
	}
	if p.Method != "GET" && masked == nil {
		return row, nil
	}
	decode := sender.DecodeJSON
	if p.Method == "GET" {
		decode = sender.DecodeQuery
	}
	payload, err := decode(text)
	if err != nil {
		return nil, err
	}
	for i := range payload {
		if slices.Contains(masked, payload[i].Key) && !namesBuild(payload[i].Key) {
			payload[i].Value = ""
		}
	}
	row.text = string(payload.JSON())
	if masked != nil {
		names, err := json.Marshal(masked)
		if err != nil {
			return nil, err
		}
		row.masked = string(names)
	}
	return row, nil
}

func (o *Outbox) insertPush(ctx context.Context, tx *sql.Tx, row *pushRow, keep PushLimits) error {
	res, err := tx.ExecContext(ctx, `INSERT INTO pushes (received_at, method, key, is_repeat, masked, job, number, build_url, text)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) WHERE key <> '' DO NOTHING`, row.ReceivedAt.UnixMilli(), row.Method, row.Key,
		row.Repeat, row.masked, row.Job, row.Number, row.BuildURL, row.text)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if row.stored = n > 0; err != nil {
		return err
	}
	if !row.stored {
		before, err := scanPush(tx.QueryRowContext(ctx, "SELECT "+pushColumns+" FROM pushes WHERE key = ?", row.Key))
		row.differs = err == nil && !row.SameContent(&before)
		return err
	}
	if row.Seq, err = res.LastInsertId(); err != nil {
		return err
	}
	for _, rec := range row.forward {
		if err := rec.insert(ctx, tx); err != nil {
			return err
		}
	}
	o.pushRoom -= int64(len(row.text))
	return o.prunePushes(ctx, tx, row.Seq, keep)
}

// prunePushes removes the oldest pushes: those beyond a number, and now and then those beyond a size.
func (o *Outbox) prunePushes(ctx context.Context, tx *sql.Tx, last int64, keep PushLimits) error {
	cut := last - int64(cmp.Or(keep.Count, 10_000))
	if o.pushRoom <= 0 {
		most := cmp.Or(keep.Bytes, 256<<20)
		o.pushRoom = most / 8
		var large int64
		if err := tx.QueryRowContext(ctx, `SELECT ifnull(max(seq), 0) FROM
			(SELECT seq, sum(octet_length(text)) OVER (ORDER BY seq DESC) AS size FROM pushes) WHERE size > ?`, most).Scan(&large); err != nil {
			return err
		}
		cut = max(cut, large)
	}
	if cut <= 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM pushes WHERE seq <= ?", cut)
	return err
}

// namesBuild reports whether a push is found by this variable: it is not masked on disk.
func namesBuild(name string) bool {
	return name == "JOB_NAME" || name == "BUILD_NUMBER" || name == "BUILD_URL"
}

const pushColumns = "seq, received_at, method, key, is_repeat, masked, text"

func scanPush(row interface{ Scan(...any) error }) (sender.Push, error) {
	var (
		seq, at                   int64
		method, key, masked, text string
		repeat                    bool
		names                     []string
	)
	if err := row.Scan(&seq, &at, &method, &key, &repeat, &masked, &text); err != nil {
		return sender.Push{}, err
	}
	if masked != "" {
		if err := json.Unmarshal([]byte(masked), &names); err != nil {
			return sender.Push{}, err
		}
	}
	payload, err := sender.DecodeJSON(text)
	if err != nil {
		return sender.Push{}, err
	}
	p := sender.TakeApart(method, payload)
	p.Seq, p.ReceivedAt, p.Key, p.Repeat = seq, time.UnixMilli(at), key, repeat
	for i := range p.Variables {
		if v := &p.Variables[i]; slices.Contains(names, v.Name) {
			v.Value, v.Secret = "", true
		}
	}
	return p, nil
}

// Pushes returns stored pushes that came after the one at this place (0: all), oldest first, at most limit (0: 100). Values
// that were marked are empty, and their variables Secret.
func (o *Outbox) Pushes(ctx context.Context, after int64, limit int) ([]sender.Push, error) {
	return o.pushes(ctx, "seq > ? ORDER BY seq LIMIT ?", after, cmp.Or(limit, 100))
}

// BuildPushes returns the stored pushes that claim to be of this build, oldest first, from whatever controller: the path of
// BuildURL shows which. Those from before it began are of a build that had its number before: its job was deleted since.
func (o *Outbox) BuildPushes(ctx context.Context, job string, number int, began time.Time) ([]sender.Push, error) {
	return o.pushes(ctx, "job = ? AND number = ? AND received_at >= ? ORDER BY seq", job, number, millis(began))
}

// PushesBelow returns the stored pushes whose BUILD_URL ends with this path, oldest first: those of a build of which a
// parameter has replaced JOB_NAME or BUILD_NUMBER. As with BuildPushes, none is older than the build.
func (o *Outbox) PushesBelow(ctx context.Context, path string, began time.Time) ([]sender.Push, error) {
	return o.pushes(ctx, "seq IN (SELECT seq FROM pushes WHERE substr(build_url, -length(?1)) = ?1) AND received_at >= ?2 ORDER BY seq",
		path, millis(began))
}

func (o *Outbox) pushes(ctx context.Context, where string, args ...any) ([]sender.Push, error) {
	scan := func(rows *sql.Rows) (sender.Push, error) { return scanPush(rows) }
	return query(ctx, o.DB, "read the pushes", scan, "SELECT "+pushColumns+" FROM pushes WHERE "+where, args...)
}
