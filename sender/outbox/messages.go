package outbox

import (
	"context"
	"database/sql"
	"time"
)

// keptMessages is how many earlier messages are kept.
const keptMessages = 200

// Message is a text that a person sent before.
type Message struct {
	Text   string
	UsedAt time.Time // last
	Uses   int
}

func remember(ctx context.Context, tx *sql.Tx, text string, at int64) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO messages (text, used_at, uses) VALUES (?, ?, 1)
		ON CONFLICT (text) DO UPDATE SET used_at = max(used_at, excluded.used_at), uses = uses + 1`, text, at); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM messages WHERE text IN
		(SELECT text FROM messages ORDER BY used_at DESC LIMIT -1 OFFSET ?)`, keptMessages)
	return err
}

// Messages returns the texts that were sent with Remember, the last used first.
func (o *Outbox) Messages(ctx context.Context) ([]Message, error) {
	scan := func(rows *sql.Rows) (m Message, err error) {
		var at int64
		err = rows.Scan(&m.Text, &at, &m.Uses)
		m.UsedAt = time.UnixMilli(at)
		return m, err
	}
	return query(ctx, o.DB, "read earlier messages", scan, "SELECT text, used_at, uses FROM messages ORDER BY used_at DESC")
}

// Forget removes an earlier message.
func (o *Outbox) Forget(ctx context.Context, text string) error {
	return o.commit(ctx, "forget the message", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM messages WHERE text = ?", text)
		return err
	})
}
