package cli

import (
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// SQLite refuses all but the one that switches a new database to write-ahead logging, without waiting.
func TestMakingTheDatabaseTogether(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 30 {
		path := filepath.Join(dir, strconv.Itoa(i)+".db")
		var g errgroup.Group
		for range 8 {
			g.Go(func() error {
				db, err := outbox.Open(path)
				if err != nil {
					return err
				}
				defer db.Close()
				return prepare(t.Context(), db)
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatalf("database %d: %v", i, err)
		}
	}
}
