package service

import (
	"errors"
	"net/url"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
)

// Lock keeps others from announcing the builds of these controllers from this state folder: what one announces or
// passes over, with its jobs and endpoints, the other would no longer announce. The locks end with the process. Where
// the disk knows no locks it does nothing.
func Lock(a *cli.App, cs []*cli.Controller) (release func(), err error) {
	folder, err := a.StateFolder()
	if err != nil {
		return nil, err
	}
	var held []*flock.Flock
	release = func() {
		for _, l := range held {
			_ = l.Close()
		}
	}
	for _, c := range cs {
		l := flock.New(filepath.Join(folder, "sync-"+url.PathEscape(c.Name)+".lock"))
		held = append(held, l)
		locked, err := l.TryLock()
		switch {
		case err != nil && !errors.Is(err, errors.ErrUnsupported):
			release()
			return nil, exit.Failure("make the state folder writable", "lock %s: %w", folder, err)
		case err == nil && !locked:
			release()
			return nil, exit.Failure("stop that one, or give this one a state folder of its own with JENKWATCH_STATE",
				"another sync announces the builds of %q from %s", c.Name, folder)
		}
	}
	return release, nil
}
