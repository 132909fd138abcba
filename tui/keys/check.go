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

// Check returns what is wrong with a key map of the config (intent to keys): an intent that does not exist or keeps its key, a key
// that is none, and a key that the config gives to two intents in one scope.
func Check(own map[string][]string) []error {
	known := map[string]*Binding{}
	defaults := defaultBindings()
	for i := range defaults {
		known[string(defaults[i].Intent)] = &defaults[i]
	}
	names := slices.Sorted(maps.Keys(known))
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(own)) {
		switch b := known[name]; {
		case b == nil:
			errs = append(errs, &Error{fmt.Sprintf("read the key map: there is no %q", name),
				kit.DidYouMean(name, names) + "The names are: " + strings.Join(names, ", ") + "."})
		case b.Fixed:
			errs = append(errs, &Error{fmt.Sprintf("read the key map: %q keeps its key", name), "Remove it from the config."})
		}
		for _, key := range own[name] {
			if err := checkKey(key); err != nil {
				errs = append(errs, &Error{fmt.Sprintf("read the key map: %s: %v", name, err), err.hint})
			}
		}
	}
	return append(errs, New(own).conflicts()...)
}

// CheckCommands returns what is wrong with commands of the config beside a key map: each needs a command, and a name and a key that
// neither another command nor the key map of the config has.
func CheckCommands(own map[string][]string, commands []kit.Command) (errs []error) {
	for i, c := range commands {
		of := fmt.Sprintf("command %d", i+1)
		if c.Name != "" {
			of = fmt.Sprintf("command %q", c.Name)
		}
		same := func(o kit.Command) bool { return o.Name == c.Name || o.Key == c.Key }
		switch err := checkKey(c.Key); {
		case c.Name == "" || c.Command == "" || c.Key == "":
			errs = append(errs, &Error{of + " needs key, name and command", `Write key = "ctrl+t", name = "tickets", command = "...".`})
		case err != nil:
			errs = append(errs, &Error{fmt.Sprintf("%s: %v", of, err), err.hint})
		case slices.ContainsFunc(commands[:i], same):
			errs = append(errs, &Error{of + " has the key or the name of another", "Give each its own."})
		default:
			if b := holder(own, c.Key); b != nil {
				errs = append(errs, &Error{fmt.Sprintf("%s: %q means %q already", of, c.Key, b.Intent), "Give one of them another key."})
			}
		}
	}
	return errs
}

// holder returns the binding that a command may not take the key from: it is fixed, or the config gave it the key.
func holder(own map[string][]string, key string) *Binding {
	k := New(own)
	for i := range k.Bindings {
		b := &k.Bindings[i]
		if b.Scope != Compose && (b.Fixed || own[string(b.Intent)] != nil) && slices.Contains(b.Keys, key) {
			return b
		}
	}
	return nil
}

// Overridden says of each default key that the config gives to something else what it means now, and what it meant.
func Overridden(own map[string][]string, commands []kit.Command) (said []string) {
	k := New(own, commands...)
	for _, d := range defaultBindings() {
		b := k.Of(d.Intent)
		if _, ok := own[string(b.Intent)]; ok {
			continue
		}
		for _, key := range d.Keys {
			if slices.Contains(b.Keys, key) {
				continue
			}
			for _, o := range k.Bindings {
				if o.takesFrom(b) && slices.Contains(o.Keys, key) {
					said = append(said, fmt.Sprintf("%q means %q, no longer %q", key, o.Intent, b.Intent))
				}
			}
		}
	}
	return said
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

// conflicts returns an error for each key that has two meanings in one scope.
func (k *Map) conflicts() (errs []error) {
	for _, s := range slices.Sorted(maps.Keys(k.byKey)) {
		for _, key := range slices.Sorted(maps.Keys(k.byKey[s])) {
			if is := k.byKey[s][key]; len(is) > 1 {
				a, b := k.Bindings[is[0]].Intent, k.Bindings[is[1]].Intent
				errs = append(errs, &Error{fmt.Sprintf("read the key map: %q means both %q and %q", key, a, b),
					"Give one of them another key."})
			}
		}
	}
	return errs
}
