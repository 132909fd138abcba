package sender

import (
	"context"
	"database/sql"
	"sync"
)

// prepared keeps the statements that run for every notification: parsing one costs as much as running it. The zero value
// is ready.
type prepared struct {
	mu     sync.Mutex
	made   map[string]*sql.Stmt
	wanted []string
}

// exec runs a statement in tx. Its text is the key: use it for constant texts only.
func (p *prepared) exec(ctx context.Context, tx *sql.Tx, text string, args ...any) (sql.Result, error) {
	p.mu.Lock()
	stmt, known := p.made[text]
	if !known {
		p.wanted = append(p.wanted, text)
	}
	p.mu.Unlock()
	if stmt == nil {
		return tx.ExecContext(ctx, text, args...)
	}
	return tx.StmtContext(ctx, stmt).ExecContext(ctx, args...)
}

// prepare makes what was missed. It is called outside of any transaction: it may need a connection, and the pool may
// have only one. What cannot be prepared goes on being parsed each time.
func (p *prepared) prepare(db *sql.DB) {
	p.mu.Lock()
	wanted := p.wanted
	p.wanted = nil
	p.mu.Unlock()
	for _, text := range wanted {
		p.mu.Lock()
		_, known := p.made[text]
		p.mu.Unlock()
		if known {
			continue
		}
		stmt, err := db.Prepare(text)
		if err != nil {
			continue
		}
		p.mu.Lock()
		if p.made == nil {
			p.made = map[string]*sql.Stmt{}
		}
		p.made[text] = stmt
		p.mu.Unlock()
	}
}
