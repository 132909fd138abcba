package outbox

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// PushRow is a push as it is stored.
type PushRow struct {
	*sender.Push
	Text    string    // the JSON that came, without the values that are masked
	Masked  string    // the names of those, as a JSON array; empty: none
	Copies  []*record // what is forwarded
	Stored  bool      // false: its key was stored before
	Differs bool      // another push was stored with its key
}

// NewPushRow returns the row of a push that came as this text. The text is written anew where it is a query or holds what
// is masked.
func NewPushRow(p *sender.Push, text string) (*PushRow, error) {
	row := &PushRow{Push: p, Text: text}
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
	row.Text = string(payload.JSON())
	if masked != nil {
		names, err := json.Marshal(masked)
		if err != nil {
			return nil, err
		}
		row.Masked = string(names)
	}
	return row, nil
}

// namesBuild reports whether a push is found by this variable: it is not masked on disk.
func namesBuild(name string) bool {
	return name == "JOB_NAME" || name == "BUILD_NUMBER" || name == "BUILD_URL"
}

const PushColumns = "seq, received_at, method, key, is_repeat, masked, text"

func ScanPush(row interface{ Scan(...any) error }) (sender.Push, error) {
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
// that [Receiver.Mark] marked are empty, and their variables Secret.
func (o *Outbox) Pushes(ctx context.Context, after int64, limit int) ([]sender.Push, error) {
	return o.pushes(ctx, "seq > ? ORDER BY seq LIMIT ?", after, cmp.Or(limit, 100))
}

// BuildPushes returns the stored pushes that claim to be of this build, oldest first, from whatever controller: the path of
// BuildURL says which. Those from before it began are of a build that had its number before: its job was deleted since.
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
	const op = "read the pushes"
	rows, err := o.DB.QueryContext(ctx, "SELECT "+PushColumns+" FROM pushes WHERE "+where, args...)
	if err != nil {
		return nil, sender.StoreError(op, err)
	}
	defer rows.Close()
	var out []sender.Push
	for rows.Next() {
		p, err := ScanPush(rows)
		if err != nil {
			return nil, sender.StoreError(op, err)
		}
		out = append(out, p)
	}
	return out, sender.StoreError(op, rows.Err())
}
