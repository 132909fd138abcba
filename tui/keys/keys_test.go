package keys

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/tui/act"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// everything is possible.
var everything = Facts{Change: true, Compose: true, Sent: true, Sync: true, Zoom: true, Turn: true, Line: true, Lines: true, Stages: true, Why: true, Run: true,
	Build: true, Stop: true, Answer: true, Started: true, Follow: true}

func TestNoKeyMeansTwoThingsInOneScope(t *testing.T) {
	t.Parallel()
	if errs := New(nil).conflicts(); len(errs) > 0 {
		t.Error(errs)
	}
}

func TestEveryBindingIsDescribedAndCanBePressed(t *testing.T) {
	t.Parallel()
	k := New(nil)
	seen := map[kit.Intent]Scope{}
	for i := range k.Bindings {
		b := &k.Bindings[i]
		rare := act.Is(b.Intent) || slices.Contains([]kit.Intent{kit.IntentFollowNext, kit.IntentFollowMine, kit.IntentFollow, kit.IntentStatus, kit.IntentMark}, b.Intent)
		if b.Desc == "" || len(b.Keys) == 0 && !rare { // of what is done rarely there is only the name
			t.Errorf("%q has no description or no key", b.Intent)
		}
		if s, ok := seen[b.Intent]; ok {
			t.Errorf("%q is bound in %s and in %s: the config could not tell them apart", b.Intent, s, b.Scope)
		}
		seen[b.Intent] = b.Scope
		for _, key := range b.Keys {
			if got := k.Find(everything, b.Scope, key); got != b {
				t.Errorf("%q in %s leads to %v", key, b.Scope, got)
			}
			if kittest.KeyPress(key).String() != key {
				t.Errorf("%q is not how a key press is written: %q", key, kittest.KeyPress(key).String())
			}
		}
	}
}

// TestAKeyMeansOneThing wherever it is bound in several panes: the same thing, of what the pane shows.
func TestAKeyMeansOneThing(t *testing.T) {
	t.Parallel()
	same := map[string]string{
		"S": "choose a stage", ">": "next stage", "<": "previous stage", "F": "group", "y": "copy", "c": "send", "X": "stop",
		"space": "mark what is under the cursor",
	}
	where := map[string]map[Scope]bool{}
	for _, b := range New(nil).Bindings {
		for _, key := range b.Keys {
			if where[key] == nil {
				where[key] = map[Scope]bool{}
			}
			where[key][b.Scope] = true
		}
	}
	for key, scopes := range where {
		if len(scopes) > 1 && same[key] == "" {
			t.Errorf("%s is bound in %v", key, slices.Collect(maps.Keys(scopes)))
		}
	}
}

// TestTheConfigsKeysWin over the defaults, which stay in help and palette.
func TestTheConfigsKeysWin(t *testing.T) {
	t.Parallel()
	own := map[string][]string{"refresh": {"q", "f5"}, "timestamps": {"e"}}
	commands := []kit.Command{{Key: "O", Name: "tickets", Command: "true"}, {Key: "H", Name: "logs", Command: "true"}, {Key: "ctrl+s", Name: "save", Command: "true"}}
	k := New(own, commands...)
	for _, c := range []struct {
		scope Scope
		key   string
		want  kit.Intent
	}{
		{Runs, "O", "command: tickets"}, {Runs, "q", kit.IntentRefresh}, {Runs, "H", "command: logs"}, {Runs, "b", kit.IntentHistory},
		{Log, "e", kit.IntentTimes}, {Log, "E", kit.IntentPrevError}, {Runs, "ctrl+s", "command: save"}, {Compose, "ctrl+s", kit.IntentSend}, {Runs, "ctrl+c", kit.IntentAbandon},
	} {
		if b := k.Find(everything, c.scope, c.key); b == nil || b.Intent != c.want {
			t.Errorf("%s in %s leads to %v, want %s", c.key, c.scope, b, c.want)
		}
	}
	if b := k.Of(kit.IntentSort); len(b.Keys) > 0 || b.Desc == "" {
		t.Errorf("%v is still on a key, or gone", b)
	}
	want := []string{
		`"O" means "command: tickets", no longer "sort"`, `"e" means "timestamps", no longer "next error"`,
		`"H" means "command: logs", no longer "builds"`, `"q" means "refresh", no longer "quit"`,
	}
	if got := Overridden(own, commands); !slices.Equal(got, want) {
		t.Errorf("it says\n%s", strings.Join(got, "\n"))
	}
	if errs := append(Check(own), CheckCommands(own, commands)...); len(errs) > 0 {
		t.Error(errs)
	}
}

func TestCheckKeysSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		own  map[string][]string
		want []string
		hint string
	}{
		{own: map[string][]string{"quit": {"ctrl+q"}, "open": {"O", "enter"}, "enter": {"l"}}},
		{own: map[string][]string{"refresh": {}}},
		{own: map[string][]string{"quit at once": {"x"}}, want: []string{`"quit at once" keeps its key`}},
		{own: map[string][]string{"refresh": {"q"}, "quit": {"q"}}, want: []string{`"q" means both "refresh" and "quit"`}},
		{own: map[string][]string{"refresh": {"ctrl+c"}}, want: []string{`"ctrl+c" means both`}},
		{own: map[string][]string{"refersh": {"f9"}}, want: []string{`there is no "refersh"`}, hint: `Did you mean "refresh"?`},
		{own: map[string][]string{"refresh": {"Ctrl+R"}}, want: []string{`"Ctrl+R" is not a key`}, hint: `Did you mean "ctrl+r"?`},
		{own: map[string][]string{"qiut": {"q"}, "refresh": {"Ctrl+R", "ctrl+z"}, "wrap": {"later"}},
			want: []string{`no "qiut"`, `refresh: "Ctrl+R" is not a key`, `wrap: "later" is not a key`, `"ctrl+z" means both`}},
	} {
		checkErrors(t, Check(c.own), c.hint, c.want...)
	}
}

func TestCheckCommandsSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	a, b := kit.Command{Key: "ctrl+g", Name: "a", Command: "true"}, kit.Command{Key: "ctrl+o", Name: "b", Command: "true"}
	keyed := func(key string) kit.Command { return kit.Command{Key: key, Name: "c", Command: "true"} }
	own := map[string][]string{"next error": {"ctrl+n"}}
	for _, c := range []struct {
		commands []kit.Command
		want     []string
	}{
		{[]kit.Command{a, b, keyed("e")}, nil},
		{[]kit.Command{{Key: "ctrl+g", Name: "a"}, {Key: "Ctrl-G", Name: "b", Command: "true"}, keyed("ctrl+n")}, []string{
			"needs key, name and command", `"Ctrl-G" is not a key`, `"ctrl+n" means "next error" already`}},
		{[]kit.Command{a, a, keyed("ctrl+c")}, []string{"has the key or the name of another", `"ctrl+c" means "quit at once" already`}},
	} {
		checkErrors(t, CheckCommands(own, c.commands), "", c.want...)
	}
}

// checkErrors compares errors with what they say, each with a hint.
func checkErrors(t *testing.T, errs []error, hint string, want ...string) {
	t.Helper()
	if len(errs) != len(want) {
		t.Errorf("%q, want %q", errs, want)
		return
	}
	for i, err := range errs {
		if got := kit.HintOf(err); !strings.Contains(err.Error(), want[i]) || got == "" || !strings.Contains(got, hint) {
			t.Errorf("%v (%s), want %s (%s)", err, got, want[i], hint)
		}
	}
}
