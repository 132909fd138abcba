package keys

import (
	"fmt"
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Table returns the key map as a Markdown table, for docs/keys.md.
func Table() string {
	k := New(nil)
	var b strings.Builder
	b.WriteString("| key | where | does | name in the config |\n|---|---|---|---|\n")
	for i := range k.Bindings {
		x := &k.Bindings[i]
		name := "`" + string(x.Intent) + "`"
		if x.Fixed {
			name = "(fixed)"
		}
		keys := markdownKeys(x)
		if keys == "" {
			keys = "in " + markdownKeys(k.Of(kit.IntentPalette))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", keys, x.Scope, x.Desc, name)
	}
	return b.String()
}

func markdownKeys(b *Binding) string {
	quoted := make([]string, 0, len(b.Keys))
	for _, k := range strings.Fields(b.Labels()) {
		quoted = append(quoted, "`"+k+"`")
	}
	return strings.Join(quoted, " ")
}
