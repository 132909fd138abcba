package screen

import (
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
)

// TestRulesOfAReadOnlySessionOnlyRing: they send nothing and run nothing.
func TestRulesOfAReadOnlySessionOnlyRing(t *testing.T) {
	t.Parallel()
	cfg := &config.Config{Rules: []config.Rule{{Name: "r", On: []string{"broken"}, Bell: true, Endpoint: "chat", Command: []string{"touch", "file"}}}}
	for _, readOnly := range []bool{false, true} {
		a := cli.New(nil, nil, nil)
		a.StateDir, a.Flags.ReadOnly = t.TempDir(), readOnly
		a.LoadOnce.Do(func() { a.Cfg = cfg })
		s := &screen{App: a, messages: newInbox(), deliveries: deliver.NewBackground(a)}
		e := s.newRules()
		if e == nil || len(e.Rules) != 1 {
			t.Fatal("there are no rules")
		}
		if r := e.Rules[0]; !r.Bell || (r.Endpoint == "") != readOnly || (r.Command == nil) != readOnly {
			t.Errorf("read-only %v: %+v", readOnly, r)
		}
	}
}
