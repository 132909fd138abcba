package outbox

import (
	"os"
	"sync"

	"github.com/jenkwatch/jenkwatch/sender"
)

// storeFile is the database file as it was when it was first used. SQLite goes on with a file that has been removed, in
// which nobody would find what was accepted.
type storeFile struct {
	once sync.Once
	path string
	info os.FileInfo // nil: in memory
}

// check returns an error if the database file has been removed or replaced.
func (f *storeFile) check(path func() string) error {
	f.once.Do(func() {
		if f.path = path(); f.path != "" {
			f.info, _ = os.Stat(f.path)
		}
	})
	if f.info == nil {
		return nil
	}
	if info, err := os.Stat(f.path); err == nil && os.SameFile(info, f.info) {
		return nil
	}
	return &sender.Error{Kind: sender.StoreFailed, What: "the database file " + f.path + " was removed or replaced while it was open",
		Fix: "put it back, or start jenkwatch again"}
}

func (o *Outbox) checkFile() error { return o.file.check(func() string { return DatabaseFile(o.DB) }) }
