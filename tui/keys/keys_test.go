package keys

import (
	"errors"
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
	if err := New(nil).conflict(); err != nil {
		t.Error(err)
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
		"space": "mark what is under the cursor", "ctrl+p": "earlier, as in a shell, where text is written",
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

func TestCheckKeysSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		own  map[string][]string
		want string
	}{
		{nil, ""},
		{map[string][]string{"quit": {"ctrl+q"}, "open": {"O", "enter"}, "enter": {"l"}}, ""},
		{map[string][]string{"refresh": {}}, ""},
		{map[string][]string{"qiut": {"q"}}, `there is no "qiut"`},
		{map[string][]string{"quit at once": {"x"}}, `"quit at once" keeps its key`},
		{map[string][]string{"refresh": {"q"}}, `"q" means both "refresh" and "quit"`},
		{map[string][]string{"refresh": {"ctrl+c"}}, `"ctrl+c" means both`},
	} {
		err := Check(c.own)
		if c.want == "" {
			if err != nil {
				t.Errorf("%v: %v", c.own, err)
			}
			continue
		}
		k, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(k.Error(), c.want) || k.Hint() == "" {
			t.Errorf("%v: %v, want %s and a hint", c.own, err, c.want)
		}
	}
}

func TestCheckCommandsSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := kit.Command{Key: "ctrl+g", Name: "a", Command: "true"}
	with := func(change func(*kit.Command)) []kit.Command {
		c := good
		change(&c)
		return []kit.Command{c}
	}
	for want, c := range map[string][]kit.Command{
		"":                                   {good},
		"needs key, name and command":        with(func(c *kit.Command) { c.Command = "" }),
		`"Ctrl-G" is not a key`:              with(func(c *kit.Command) { c.Key = "Ctrl-G" }),
		`"e" means "next error" already`:     with(func(c *kit.Command) { c.Key = "e" }),
		"has the key or the name of another": {good, good},
	} {
		err := CheckCommands(nil, c)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || kit.HintOf(err) == "") {
			t.Errorf("%+v: %v, want %s", c, err, want)
		}
	}
	if err := CheckCommands(map[string][]string{"next error": {"ctrl+n"}}, with(func(c *kit.Command) { c.Key = "e" })); err != nil {
		t.Error(err)
	}
	for own, want := range map[string]string{"refersh": `Did you mean "refresh"?`, "Ctrl+R": `Did you mean "ctrl+r"?`} {
		m := map[string][]string{own: {"f9"}}
		if own == "Ctrl+R" {
			m = map[string][]string{"refresh": {own}}
		}
		k, ok := errors.AsType[*Error](Check(m))
		if !ok || !strings.Contains(k.Hint(), want) {
			t.Errorf("%v: %v", m, k)
		}
	}
}
