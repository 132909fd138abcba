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

// transaction is a transaction in which the statements that have been prepared are at hand.
type transaction struct {
	*sql.Tx
	texts *prepared
	bound map[string]*sql.Stmt // to this transaction
}

func (p *prepared) in(tx *sql.Tx) *transaction {
	return &transaction{Tx: tx, texts: p, bound: map[string]*sql.Stmt{}}
}

// run executes a statement. Its text is what it is known by: use it for constant texts only.
func (t *transaction) run(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if stmt := t.statement(ctx, text); stmt != nil {
		return stmt.ExecContext(ctx, args...)
	}
	return t.ExecContext(ctx, text, args...)
}

// ask queries with a statement, as run executes one.
func (t *transaction) ask(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if stmt := t.statement(ctx, text); stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return t.QueryContext(ctx, text, args...)
}

// value asks for one number.
func (t *transaction) value(ctx context.Context, into *int64, text string, args ...any) error {
	rows, err := t.ask(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(into); err != nil {
			return err
		}
	}
	return rows.Err()
}

// statement is nil for one that has not been prepared.
func (t *transaction) statement(ctx context.Context, text string) *sql.Stmt {
	if stmt := t.bound[text]; stmt != nil {
		return stmt
	}
	stmt := t.texts.find(text)
	if stmt != nil {
		stmt = t.StmtContext(ctx, stmt)
		t.bound[text] = stmt
	}
	return stmt
}

func (p *prepared) find(text string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	stmt, known := p.made[text]
	if !known {
		p.wanted = append(p.wanted, text)
	}
	return stmt
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
