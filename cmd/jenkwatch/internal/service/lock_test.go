package service

import (
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
)

// TestTwoSyncsDoNotAnnounceOneController: each would pass over what the other has announced. One that is refused keeps no
// lock of the other controllers.
func TestTwoSyncsDoNotAnnounceOneController(t *testing.T) {
	t.Parallel()
	a := cli.New(nil, nil, nil)
	a.StateDir = t.TempDir()
	on := func(names ...string) (cs []*cli.Controller) {
		for _, name := range names {
			cs = append(cs, &cli.Controller{Controller: config.Controller{Name: name}})
		}
		return cs
	}
	release, err := Lock(a, on("ci/a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(a, on("c", "b")); err == nil || !strings.Contains(err.Error(), `another sync announces the builds of "b"`) {
		t.Errorf("a second sync of b: %v", err)
	}
	other, err := Lock(a, on("c"))
	if err != nil {
		t.Errorf("c is locked by one that was refused: %v", err)
	} else {
		other()
	}
	release()
	again, err := Lock(a, on("b", "ci/a"))
	if err != nil {
		t.Fatal("after the first has ended:", err)
	}
	again()
}
