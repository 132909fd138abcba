package keys

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Error is a key map or a command of the config that cannot be used.
type Error struct {
	What string
	hint string
}

func (e *Error) Error() string { return e.What }

// Hint says what to do about it.
func (e *Error) Hint() string { return e.hint }

// Check returns an error unless a key map of the config (intent to keys) can be used: every intent exists and may be remapped,
// every key is one, and no two intents in one scope have the same key.
func Check(own map[string][]string) error {
	known := map[string]*Binding{}
	defaults := defaultBindings()
	for i := range defaults {
		known[string(defaults[i].Intent)] = &defaults[i]
	}
	names := slices.Sorted(maps.Keys(known))
	for _, name := range slices.Sorted(maps.Keys(own)) {
		switch b := known[name]; {
		case b == nil:
			return &Error{fmt.Sprintf("read the key map: there is no %q", name),
				kit.DidYouMean(name, names) + "The names are: " + strings.Join(names, ", ") + "."}
		case b.Fixed:
			return &Error{fmt.Sprintf("read the key map: %q keeps its key", name), "Remove it from the config."}
		}
		for _, key := range own[name] {
			if err := checkKey(key); err != nil {
				return &Error{fmt.Sprintf("read the key map: %s: %v", name, err), err.hint}
			}
		}
	}
	return New(own).conflict()
}

// CheckCommands returns an error unless commands of the config can be used beside a key map: each has a name of its own, a command
// and a key that means nothing else anywhere.
func CheckCommands(own map[string][]string, commands []kit.Command) error {
	k := New(own)
	for i, c := range commands {
		of := fmt.Sprintf("command %d", i+1)
		if c.Name != "" {
			of = fmt.Sprintf("command %q", c.Name)
		}
		same := func(o kit.Command) bool { return o.Name == c.Name || o.Key == c.Key }
		switch err := checkKey(c.Key); {
		case c.Name == "" || c.Command == "" || c.Key == "":
			return &Error{of + " needs key, name and command", `Write key = "ctrl+t", name = "tickets", command = "...".`}
		case err != nil:
			return &Error{fmt.Sprintf("%s: %v", of, err), err.hint}
		case slices.ContainsFunc(commands[:i], same):
			return &Error{of + " has the key or the name of another", "Give each its own."}
		}
		for _, s := range slices.Sorted(maps.Keys(k.byKey)) {
			if is := k.byKey[s][c.Key]; len(is) > 0 {
				b := &k.Bindings[is[0]]
				return &Error{fmt.Sprintf("%s: %q means %q already, in %s", of, c.Key, b.Intent, s),
					"Give it another key, or the other one in [ui.keys]."}
			}
		}
	}
	return nil
}

// namedKeys are the keys that have names, as Bubble Tea writes them.
var namedKeys = []string{"enter", "esc", "tab", "space", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "backspace",
	"delete", "insert", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12"}

// checkKey returns an error unless a key is written as one: a letter or sign, or a name, with ctrl+, alt+ or shift+ in front.
func checkKey(key string) *Error {
	bare := key
	for _, mod := range []string{"ctrl+", "alt+", "shift+"} {
		bare = strings.TrimPrefix(bare, mod)
	}
	if utf8.RuneCountInString(bare) == 1 || slices.Contains(namedKeys, bare) {
		return nil
	}
	hint := kit.DidYouMean(bare, namedKeys)
	if low := strings.NewReplacer("-", "+", "control", "ctrl", "^", "ctrl+", " ", "").Replace(strings.ToLower(key)); low != key && checkKey(low) == nil {
		hint = fmt.Sprintf("Did you mean %q? ", low)
	}
	return &Error{fmt.Sprintf("%q is not a key", key), hint + "Keys are letters, signs and names such as enter, f5, ctrl+r or alt+x."}
}

// conflict returns an error for a key that has two meanings in one scope.
func (k *Map) conflict() error {
	for _, s := range slices.Sorted(maps.Keys(k.byKey)) {
		for _, key := range slices.Sorted(maps.Keys(k.byKey[s])) {
			if is := k.byKey[s][key]; len(is) > 1 {
				a, b := k.Bindings[is[0]].Intent, k.Bindings[is[1]].Intent
				return &Error{fmt.Sprintf("read the key map: %q means both %q and %q", key, a, b),
					"Give one of them another key."}
			}
		}
	}
	return nil
}
