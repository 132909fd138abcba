package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/jenkwatch/jenkwatch/sender"
)

// writeOutline keeps one that is there: a template's, or one with a message.
func writeOutline(ctx context.Context, tx *sql.Tx, seq int64, text string) error {
	_, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO outlines (seq, text) VALUES (?, ?)", seq, text)
	return err
}

// replaceByOutline removes a payload and keeps its outline.
func replaceByOutline(ctx context.Context, tx *sql.Tx, seq int64) error {
	text, err := outlineOf(tx.QueryRowContext(ctx, askOutline, seq), false)
	if err != nil {
		return err
	}
	if err := removePayloads(ctx, tx, []int64{seq}); err != nil || text == "" { // first: the disk may be full
		return err
	}
	return writeOutline(ctx, tx, seq, text)
}

const askOutline = `SELECT (SELECT text FROM outlines t WHERE t.seq = o.seq), p.payload, p.secrets, o.method
	FROM outbox o LEFT JOIN payloads p ON p.seq = o.seq WHERE o.seq = ?`

// outlineOf returns an outline that is kept, or of a payload that is still there.
func outlineOf(row *sql.Row, message bool) (string, error) {
	var (
		kept, secrets sql.NullString
		payload       []byte
		method        string
		known         []string
	)
	if err := row.Scan(&kept, &payload, &secrets, &method); err != nil || kept.Valid || payload == nil {
		return kept.String, err
	}
	if secrets.Valid {
		if err := json.Unmarshal([]byte(secrets.String), &known); err != nil {
			return "", err
		}
	}
	return sender.Outline(payload, method == "GET", message, sender.MaskOf(known)), nil
}

// Sent returns the request of a delivery as far as it may be shown: in its body most values are hidden. It stays when the
// payload has been removed, but for a message that is not kept. Headers are those of the last attempt; before there was
// one, as they are configured now.
func (o *Outbox) Sent(ctx context.Context, id string) (sender.Request, error) {
	d, err := o.Get(ctx, id)
	if err != nil {
		return sender.Request{}, err
	}
	attempts, err := o.Attempts(ctx, d.ID)
	if err != nil {
		return sender.Request{}, err
	}
	var (
		seq         int64
		contentType string
		adhoc       sql.NullString
	)
	row := o.DB.QueryRowContext(ctx, `SELECT o.seq, content_type, p.adhoc FROM outbox o LEFT JOIN payloads p ON p.seq = o.seq
		WHERE id = ?`, d.ID)
	if err := row.Scan(&seq, &contentType, &adhoc); err != nil {
		return sender.Request{}, sender.StoreError("read the outbox", err)
	}
	text, err := outlineOf(o.DB.QueryRowContext(ctx, askOutline, seq), true)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return sender.Request{}, sender.StoreError("read the outbox", err)
	}
	r := sender.Request{Method: d.Method, URL: d.URL, Size: d.Size}
	for _, a := range slices.Backward(attempts) {
		if r.Headers = a.Headers; text == "" {
			text = a.Outline
		}
		if len(r.Headers) > 0 {
			break
		}
	}
	switch {
	case text == "": // nothing is known of it
	case d.Method == "GET":
		r.URL += "?" + text
	default:
		r.Body = []byte(text)
	}
	if len(r.Headers) > 0 {
		return r, nil
	}
	e, err := o.endpoint(d.Endpoint)
	if d.AdHoc {
		e, err = sender.DecodeEndpoint(adhoc.String)
	}
	if err == nil { // else it is no longer configured
		r.Headers = e.ShownHeaders(contentType, d.ID)
	}
	return r, nil
}
