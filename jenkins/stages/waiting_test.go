package stages

import (
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestTheStageThatWaitsForANode(t *testing.T) {
	t.Parallel()
	on := func(name, node string) Stage { return Stage{Name: name, State: Running, Kind: Branch, Node: node} }
	around := func(s ...Stage) []Stage {
		return []Stage{{Name: "Prepare", State: Success}, {Name: "Test", State: Running, Node: "agent-1", Children: s}}
	}
	for name, c := range map[string]struct {
		source Source
		stages []Stage
		want   string
	}{
		"the only one":      {WFAPI, []Stage{{Name: "Build", State: Running}}, "Build"},
		"the only branch":   {GraphView, around(on("unit", ""), Stage{Name: "e2e", State: Success}), "unit"},
		"one without node":  {GraphView, around(on("unit", "agent-1"), on("e2e", "")), "e2e"},
		"two without node":  {GraphView, around(on("unit", ""), on("e2e", "")), ""},
		"nodes not told of": {FlowNodes, around(on("unit", ""), on("e2e", "")), ""},
		"before any":        {GraphView, nil, ""},
	} {
		tree := Tree{Source: c.source, Stages: c.stages}
		got := ""
		if s := tree.Waiting(&jenkins.Run{Status: jenkins.Running, Why: "Waiting for next available executor"}); s != nil {
			got = s.Name
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if s := tree.Waiting(&jenkins.Run{Status: jenkins.Running}); s != nil {
			t.Errorf("%s: %s waits without a queue item", name, s.Name)
		}
	}
}
