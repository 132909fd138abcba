package act

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

func TestHintsNameKeysInsteadOfCommands(t *testing.T) {
	for command, want := range map[string]string{
		"stop shop/web#1":       "Do it (X).",
		"keep shop/web#1 --off": "Do it (: keep build).",
		"enable shop/web":       "Do it (: enable job).",
		"unheard of":            "Do it.",
		"":                      "Do it.",
	} {
		a := newScreen(t).acts
		err := &action.Error{Op: "delete", What: "it still runs", Fix: "do it", Command: strings.Fields(command)}
		if got := kit.HintOf(fmt.Errorf("follow: %w", a.local(err))); got != want {
			t.Errorf("for %q it says %q, want %q", command, got, want)
		}
		if got := a.local(err).Error(); got != err.Error() {
			t.Errorf("the error became %q", got)
		}
	}
	if got := (&action.Error{Fix: "stop it first", Command: []string{"stop", "shop/web#1"}}).Hint(); got != "stop it first: jenkwatch stop shop/web#1" {
		t.Errorf("in the shell it says %q", got)
	}
}
