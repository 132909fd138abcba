package follow

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

// Sure yields the pieces of a console that is followed, and waits for what passes. A job may be deleted and created again while
// Jenkins is away, or between two pieces: it ends with an error where the console is seen to be another build's than run's.
func Sure(ctx context.Context, c *jenkins.Client, run jenkins.Run, chunks iter.Seq2[console.Chunk, error], waiter *jenkins.Waiter) iter.Seq2[console.Chunk, error] {
	replaced := func() error {
		if err := c.StillIs(ctx, run); errors.Is(err, jenkins.ErrOtherBuild) {
			return err
		}
		return nil
	}
	still := func() (other error) {
		err := waiter.Until(ctx, pause, func(ctx context.Context) (bool, error) {
			err := c.StillIs(ctx, run)
			if errors.Is(err, jenkins.ErrOtherBuild) {
				other, err = err, nil // which does not pass
			}
			return true, err
		})
		return cmp.Or(other, err)
	}
	return func(yield func(console.Chunk, error) bool) {
		away := false
		for chunk, err := range chunks {
			if err != nil {
				var lasts error
				if jenkins.IsKind(err, jenkins.NotFound) {
					lasts = replaced()
				}
				if lasts == nil {
					_, lasts = waiter.Failed(err)
				}
				if lasts != nil {
					yield(chunk, lasts)
					return
				}
				away = true
				continue
			}
			waiter.Succeeded()
			if away || chunk.Cut {
				err = still()
			}
			away = false
			if !yield(chunk, err) || err != nil {
				return
			}
		}
		if err := replaced(); err != nil {
			yield(console.Chunk{}, err)
		}
	}
}
