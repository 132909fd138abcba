package sender

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"
)

const pushColumns = "seq, received_at, method, status, job, number, build_url, body, variables, masked, key, is_repeat"

// Pushes gives stored pushes that came after the one at this place (0: all), oldest first, at most limit (0: 100). Values
// that [Receiver.Mark] marked are empty, and their variables Secret.
func (o *Outbox) Pushes(ctx context.Context, after int64, limit int) ([]Push, error) {
	return o.queryPushes(ctx, "SELECT "+pushColumns+" FROM pushes WHERE seq > ? ORDER BY seq LIMIT ?",
		after, cmp.Or(limit, 100))
}

// BuildPushes gives the stored pushes that claim to be of this build, oldest first, from whatever controller: BuildURL's
// path tells which.
func (o *Outbox) BuildPushes(ctx context.Context, job string, number int) ([]Push, error) {
	return o.queryPushes(ctx, "SELECT "+pushColumns+" FROM pushes WHERE job = ? AND number = ? ORDER BY seq", job, number)
}

// PushesBelow gives the stored pushes whose BUILD_URL ends with this path, oldest first: those of a build of which a
// parameter has replaced JOB_NAME or BUILD_NUMBER.
func (o *Outbox) PushesBelow(ctx context.Context, path string) ([]Push, error) {
	return o.queryPushes(ctx, "SELECT "+pushColumns+" FROM pushes WHERE substr(build_url, -length(?1)) = ?1 ORDER BY seq", path)
}

func (o *Outbox) queryPushes(ctx context.Context, query string, args ...any) ([]Push, error) {
	rows, err := o.DB.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, StoreError("read the pushes", err)
	}
	defer rows.Close()
	var out []Push
	for rows.Next() {
		var (
			p            Push
			at           int64
			vars, masked string
		)
		if err := rows.Scan(&p.Seq, &at, &p.Method, &p.Status, &p.Job, &p.Number, &p.BuildURL, &p.Body, &vars, &masked,
			&p.Key, &p.Repeat); err != nil {
			return nil, StoreError("read the pushes", err)
		}
		p.ReceivedAt = time.UnixMilli(at)
		pairs, err := decodeJSON(vars)
		if err != nil {
			return nil, StoreError("read the pushes", err)
		}
		var names []string
		if masked != "" {
			if err := json.Unmarshal([]byte(masked), &names); err != nil {
				return nil, StoreError("read the pushes", err)
			}
		}
		for _, v := range pairs {
			p.Variables = append(p.Variables, Variable{Name: v.Key, Value: v.Value, Secret: slices.Contains(names, v.Key)})
		}
		out = append(out, p)
	}
	return out, StoreError("read the pushes", rows.Err())
}
