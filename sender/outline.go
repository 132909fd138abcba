package sender

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An outline is what may still be told of a payload that has been removed: its keys in their order, and the values of
// those variables that Jenkins itself computes. A value that is known as a secret is masked in these, too. The message is
// in it if it is kept for reuse anyway.

const (
	outlineKeys    = 40   // whose values are hidden; of more only the number is told
	outlineValue   = 256  // bytes of a value
	outlineMessage = 2000 // bytes of the message, or of a template's output
	outlineHidden  = "•••"
)

// toldKeys are the keys whose values an outline has.
var toldKeys = []string{"jobexecutestatus", "job_execute_status", "buildno", "build_number", "build_id",
	"build_url", "build_tag", "job_name", "job_base_name", "job_url", "branch_name", "jenkins_url"}

func told(key []byte) bool {
	for _, k := range toldKeys {
		if len(k) == len(key) && bytes.EqualFold([]byte(k), key) {
			return true
		}
	}
	return false
}

// outline is a payload's outline, in the encoding in which it was sent. It is empty for what is no payload of the plugin's
// kind.
func outline(payload []byte, query, message bool, mask func(string) string) string {
	return string(appendOutline(nil, payload, query, message, mask))
}

func appendOutline(b, payload []byte, query, message bool, mask func(string) string) []byte {
	start := len(b)
	next, before, between, after, comma := nextJSON, `"`, `":"`, `"`, byte(',')
	text := payload
	if query {
		next, before, between, after, comma = nextQuery, "", "=", "", '&'
	} else {
		if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
			return b
		}
		text = text[1 : len(text)-1]
		b = append(b, '{')
	}
	hidden, first := 0, true
	for len(text) > 0 {
		key, value, rest, ok := next(text)
		if !ok {
			return b[:start]
		}
		text = rest
		shown := outlineHidden
		switch {
		case told(key):
			shown = shorten(mask(string(value)), outlineValue)
		case bytes.EqualFold(key, []byte("body")):
			if message {
				shown = shorten(mask(string(value)), outlineMessage)
			}
		default:
			if hidden++; hidden > outlineKeys {
				continue
			}
		}
		if !first {
			b = append(b, comma)
		}
		first = false
		b = append(b, before...)
		if len(key) > outlineValue {
			key = []byte(shorten(string(key), outlineValue))
		}
		b = append(append(b, key...), between...)
		b = append(append(b, shown...), after...)
	}
	if !query {
		b = append(b, '}')
	}
	if more := hidden - outlineKeys; more > 0 {
		b = fmt.Appendf(b, " and %d more", more)
	}
	return b
}

// nextJSON takes the first pair off the inside of an object as Payload.JSON writes it. What is escaped stays so.
func nextJSON(text []byte) (key, value, rest []byte, ok bool) {
	if key, rest, ok = quoted(text); !ok || len(rest) == 0 || rest[0] != ':' {
		return nil, nil, nil, false
	}
	if value, rest, ok = quoted(rest[1:]); !ok {
		return nil, nil, nil, false
	}
	if len(rest) == 0 {
		return key, value, nil, true
	}
	return key, value, rest[1:], rest[0] == ','
}

func quoted(text []byte) (inside, rest []byte, ok bool) {
	if len(text) == 0 || text[0] != '"' {
		return nil, nil, false
	}
	for at := 1; ; {
		i := bytes.IndexByte(text[at:], '"')
		if i < 0 {
			return nil, nil, false
		}
		end := at + i
		slashes := 0
		for text[end-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return text[1:end], text[end+1:], true
		}
		at = end + 1
	}
}

func nextQuery(text []byte) (key, value, rest []byte, ok bool) {
	pair, rest, _ := bytes.Cut(text, []byte{'&'})
	key, value, ok = bytes.Cut(pair, []byte{'='})
	return key, value, rest, ok
}

// shorten keeps the first bytes of an encoded text, and whole characters and escapes.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = strings.ToValidUTF8(s[:most], "")
	if i := strings.LastIndexAny(s, `\%`); i >= 0 && len(s)-i < len(`\u001b`) {
		s = s[:i]
	}
	return s + "…"
}

// templateOutline is the outline of a template's output: what it gives when every value that may not be told is hidden.
func (e Endpoint) templateOutline(n Notification, secrets []string) string {
	mask := maskOf(secrets)
	if n.Body != nil && !n.kept() {
		n.Body = new(outlineHidden)
	}
	b, err := e.encode(n, func(v Variable) string {
		if !v.Password && !v.Secret && told([]byte(v.Name)) {
			return mask(v.Value)
		}
		return outlineHidden
	})
	if err != nil {
		return ""
	}
	return shorten(mask(string(b)), outlineMessage)
}

// maskOf masks these secrets in texts; the means to do so are made when there is one to mask in.
func maskOf(secrets []string) func(string) string {
	if !slices.ContainsFunc(secrets, func(s string) bool { return s != "" }) {
		return func(text string) string { return text }
	}
	secrets = slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return s == "" })
	var set secretSet
	return func(text string) string {
		if set.r == nil {
			set = newSecretSet(secrets)
		}
		return set.mask(text)
	}
}

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

// outlineOf is an outline that is kept, or of a payload that is still there.
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
	return outline(payload, method == "GET", message, maskOf(known)), nil
}

// Sent is the request of a delivery as far as it may be shown: in its body most values are hidden. It stays when the
// payload has been removed, but for a message that is not kept. Headers are those of the last attempt; before there was
// one, as they are configured now.
func (o *Outbox) Sent(ctx context.Context, id string) (Request, error) {
	d, err := o.Get(ctx, id)
	if err != nil {
		return Request{}, err
	}
	attempts, err := o.Attempts(ctx, d.ID)
	if err != nil {
		return Request{}, err
	}
	var (
		seq         int64
		contentType string
		adhoc       sql.NullString
	)
	row := o.DB.QueryRowContext(ctx, `SELECT o.seq, content_type, p.adhoc FROM outbox o LEFT JOIN payloads p ON p.seq = o.seq
		WHERE id = ?`, d.ID)
	if err := row.Scan(&seq, &contentType, &adhoc); err != nil {
		return Request{}, StoreError("read the outbox", err)
	}
	text, err := outlineOf(o.DB.QueryRowContext(ctx, askOutline, seq), true)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Request{}, StoreError("read the outbox", err)
	}
	r := Request{Method: d.Method, URL: d.URL, Size: d.Size}
	for _, a := range slices.Backward(attempts) {
		if r.Headers = a.Headers; text == "" {
			text = a.outline
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
		e, err = loadEndpoint(adhoc.String)
	}
	if err == nil { // else it is not configured any more
		r.Headers = e.shownHeaders(contentType, d.ID)
	}
	return r, nil
}
