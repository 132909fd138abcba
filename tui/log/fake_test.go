package log

import (
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/tui/env"
)

// doAll is do with two deeds more: "on:NAME" moves to a variable, "choose:LABEL" takes an entry of the menu.
func (d *paneDriver) doAll(t *testing.T, p *env.Pane, keys []string) {
	t.Helper()
	for _, k := range keys {
		if name, ok := strings.CutPrefix(k, "on:"); ok {
			p.on(t, name)
		} else if label, ok := strings.CutPrefix(k, "choose:"); ok {
			d.choose(label)
		} else {
			d.do(k)
		}
	}
}
