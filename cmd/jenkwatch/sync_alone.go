package main

import (
	"errors"
	"io"
	"net/url"
	"path/filepath"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
)

// errTaken says that another process holds a lock.
var errTaken = errors.New("another process holds the lock")

// alone wants that nobody else announces the builds of these controllers from this state folder: what one announces or
// passes over, with its jobs and endpoints, the other would not announce any more. The locks end with the process.
func (a *app) alone(cs []*cli.Controller) (release func(), err error) {
	folder, err := a.StateFolder()
	if err != nil {
		return nil, err
	}
	var held []io.Closer
	release = func() {
		for _, l := range held {
			_ = l.Close()
		}
	}
	for _, c := range cs {
		l, err := lockFile(filepath.Join(folder, "sync-"+url.PathEscape(c.Name)+".lock"))
		if errors.Is(err, errTaken) {
			release()
			return nil, exit.Failure("stop that one, or give this one a state folder of its own with JENKWATCH_STATE",
				"another sync announces the builds of %q from %s", c.Name, folder)
		}
		if err != nil {
			release()
			return nil, exit.Failure("give yourself the right to write in the state folder", "lock %s: %w", folder, err)
		}
		held = append(held, l)
	}
	return release, nil
}
