package failure

import (
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
)

// TestTheCardOfAnAbortedBuild says who aborted it once, though the console ends with that, too, and how long it took as all
// commands do.
func TestTheCardOfAnAbortedBuild(t *testing.T) {
	t.Parallel()
	r := reading(demo.New().Transport())
	run, err := r.Client.Build(t.Context(), jenkins.BuildSpec{Job: "tools/bench", Permalink: "last"})
	if err != nil {
		t.Fatal(err)
	}
	run.Duration = 185e9
	card, err := r.Card(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(card.Lines(0), "\n")
	if strings.Count(text, "Aborted by tom") != 1 || !strings.Contains(text, "Last lines of the console") ||
		!strings.HasPrefix(text, "tools/bench #5 ABORTED after 3m05s\n") {
		t.Error(text)
	}
}
