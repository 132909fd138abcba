package jenkins

import (
	"context"
	"database/sql"
)

// Copies keeps the environments of runs that were looked at, received or synced.
type Copies struct {
	DB *sql.DB
}

func (c *Copies) Env(ctx context.Context, ref Ref) (Env, error) { return Env{}, errStub }
func (c *Copies) Keep(ctx context.Context, e Env) error         { return nil }
