package watch

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sourcegraph/conc/panics"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// brokenTrees panics where the tree of all jobs is asked for, which a helper of the loop does.
type brokenTrees struct{ fakeAsker }

func (*brokenTrees) LastBuilds(context.Context) ([]jenkins.Job, error) {
	panic("as ordered by the test")
}

func TestWhatPanicsInAHelperPanicsInTheLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if p, ok := recover().(*panics.Recovered); !ok || p.Value != "as ordered by the test" || !strings.Contains(p.String(), "LastBuilds") {
				t.Errorf("the loop panics with %v", p)
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for range (&Watcher{asker: &brokenTrees{}}).Snapshots(ctx) {
		}
	})
}
