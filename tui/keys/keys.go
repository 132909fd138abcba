// Package keys is the key map: which key asks for what, where, and when it is possible. Footer, help, palette, lookup and the
// table of docs/keys.md are made of it.
package keys

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Scope is where a binding holds. A key is looked up in the focused pane's scope first, then everywhere.
type Scope string

const (
	Everywhere Scope = "everywhere"
	Runs       Scope = "runs"
	Status     Scope = "status"
	Env        Scope = "env"
	Log        Scope = "log"
	Sent       Scope = "sent"
	Compose    Scope = "compose"
)

var paneScopes = [kit.PaneCount]Scope{kit.PaneRuns: Runs, kit.PaneStatus: Status, kit.PaneEnv: Env, kit.PaneLog: Log, kit.PaneSent: Sent,
	kit.PaneCompose: Compose}

// ScopeOf returns the scope of a pane.
func ScopeOf(pane kit.PaneID) Scope { return paneScopes[pane] }

// Binding ties keys to an intent.
type Binding struct {
	Intent kit.Intent
	Scope  Scope
	Keys   []string
	Short  string // its word in the footer; empty: not in the footer
	Desc   string // for help, palette and docs/keys.md
	Fixed  bool   // not to be remapped

	whyNot func(Facts) string // why it is not possible, empty if it is; nil: always possible
	shown  func(Facts) bool   // in the footer, besides; nil: always
}

// On reports whether the binding is possible now.
func (b *Binding) On(f Facts) bool { return b.WhyNot(f) == "" }

// WhyNot says why the binding is not possible now, empty if it is.
func (b *Binding) WhyNot(f Facts) string {
	if b.whyNot == nil {
		return ""
	}
	return b.whyNot(f)
}

// Label returns the first key as it is written for people.
func (b *Binding) Label() string {
	if len(b.Keys) == 0 {
		return ""
	}
	return kit.KeyLabel(b.Keys[0])
}

// Shown reports whether the binding may stand in the footer now.
func (b *Binding) Shown(f Facts) bool { return b.shown == nil || b.shown(f) }

// Labels writes all keys of a binding; a run of digits is shortened.
func (b *Binding) Labels() string {
	keys := b.Keys
	if len(keys) == 9 && keys[0] == "1" && keys[8] == "9" {
		return "1-9"
	}
	labels := make([]string, len(keys))
	for i, k := range keys {
		labels[i] = kit.KeyLabel(k)
	}
	return strings.Join(labels, " ")
}

// Map looks intents up by scope and key.
type Map struct {
	Bindings []Binding
	byKey    map[Scope]map[string][]int // indices into Bindings
}

// New returns the key map with the keys of the config (intent to keys) and its commands. A key of the config is taken from what has
// it by default.
func New(own map[string][]string, commands ...kit.Command) *Map {
	k := &Map{Bindings: bindings(own, commands), byKey: map[Scope]map[string][]int{}}
	for i := range k.Bindings {
		b := &k.Bindings[i]
		if k.byKey[b.Scope] == nil {
			k.byKey[b.Scope] = map[string][]int{}
		}
		for _, key := range b.Keys {
			k.byKey[b.Scope][key] = append(k.byKey[b.Scope][key], i)
		}
	}
	return k
}

// Find returns the enabled binding of a key, the focused scope's before the one that holds everywhere.
func (k *Map) Find(f Facts, s Scope, key string) *Binding {
	if b := k.FindIn(f, s, key); b != nil {
		return b
	}
	return k.FindIn(f, Everywhere, key)
}

// FindIn returns the enabled binding of a key in one scope.
func (k *Map) FindIn(f Facts, s Scope, key string) *Binding {
	for _, i := range k.byKey[s][key] {
		if b := &k.Bindings[i]; b.On(f) {
			return b
		}
	}
	return nil
}

// Of returns the binding of an intent.
func (k *Map) Of(in kit.Intent) *Binding {
	for i := range k.Bindings {
		if b := &k.Bindings[i]; b.Intent == in {
			return b
		}
	}
	panic("no binding for " + in)
}

// ByIntent returns the keys of each intent.
func (k *Map) ByIntent() map[kit.Intent][]string {
	keys := map[kit.Intent][]string{}
	for i := range k.Bindings {
		keys[k.Bindings[i].Intent] = k.Bindings[i].Keys
	}
	return keys
}

// Nothing says that a key does nothing now, and where it would do something.
func (k *Map) Nothing(f Facts, focused Scope, key string) string {
	label := kit.KeyLabel(key)
	for _, s := range []Scope{focused, Everywhere} {
		for _, i := range k.byKey[s][key] {
			if b := &k.Bindings[i]; !b.On(f) {
				return label + " (" + b.Desc + "): " + b.WhyNot(f)
			}
		}
	}
	for _, s := range paneScopes {
		if is := k.byKey[s][key]; len(is) > 0 {
			if k.Bindings[is[0]].Intent == kit.IntentSend {
				return label + " sends what is written or filled in: nothing is, here"
			}
			return label + " (" + k.Bindings[is[0]].Desc + ") works in " + string(s) + ", not here"
		}
	}
	return label + " does nothing here; " + k.Of(kit.IntentHelp).Label() + " shows the keys"
}
