package env

import (
	"maps"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// detail is what the user did to single variables of a run, by their folded names.
type detail struct {
	picked   map[string]bool // chosen to be copied
	revealed map[string]bool
	unfolded map[string]int // which form of the value is unfolded, from 1
}

func newDetail() detail {
	return detail{picked: map[string]bool{}, revealed: map[string]bool{}, unfolded: map[string]int{}}
}

func (d *detail) clear() {
	clear(d.picked)
	clear(d.revealed)
	clear(d.unfolded)
}

// pick chooses a variable, or drops it again.
func (d *detail) pick(name string) {
	if d.picked[name] {
		delete(d.picked, name)
	} else {
		d.picked[name] = true
	}
}

// unfold goes to the next of so many forms of a value, after the last one it is folded again.
func (d *detail) unfold(name string, forms int) {
	if d.unfolded[name]++; d.unfolded[name] > forms {
		delete(d.unfolded, name)
	}
}

// pins are the variables that stand at the top, by their folded names: those of the config, but for those that were
// pinned or unpinned by hand.
type pins struct {
	config, toggled map[string]bool
}

func newPins(config []string) pins {
	p := pins{config: map[string]bool{}, toggled: map[string]bool{}}
	for _, name := range config {
		p.config[kit.Fold(name)] = true
	}
	return p
}

func (p *pins) has(name string) bool { return p.config[name] != p.toggled[name] }

func (p *pins) toggle(name string) {
	if p.toggled[name] {
		delete(p.toggled, name)
	} else {
		p.toggled[name] = true
	}
}

// text returns the names that were toggled, as they are kept for the next start: one a line.
func (p *pins) text() string { return strings.Join(slices.Sorted(maps.Keys(p.toggled)), "\n") }

func (p *pins) setText(s string) {
	clear(p.toggled)
	for name := range strings.SplitSeq(s, "\n") {
		if name != "" {
			p.toggled[name] = true
		}
	}
}
