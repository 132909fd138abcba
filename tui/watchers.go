package tui

import "github.com/jenkwatch/jenkwatch/tui/kit"

// poke has controllers asked now: the one with this name, or all of them without a name. It never blocks.
func poke(cs []kit.Controller, name string) {
	for i := range cs {
		if c := &cs[i]; c.Watcher != nil && (name == "" || c.Name == name) {
			c.Watcher.Poke()
		}
	}
}

// setPace says whether anybody waits for what the controllers say: otherwise they are asked rarely.
func setPace(sh *kit.Shared, on bool) {
	for i := range sh.Opts.Controllers {
		if w := sh.Opts.Controllers[i].Watcher; w != nil {
			w.SetFocused(on)
		}
	}
}
