package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestFilterIsSavedAsAListAndFoundAfterARestart(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		var kept kit.Prefs
		o.SavePrefs = func(p kit.Prefs) error { kept = p; return nil }
		o.PrefsFile = "/home/alice/.local/state/jenkwatch/prefs.json"
		d := drive(t, o, 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("L")
		if d.m.popups.top != nil || !strings.Contains(d.screen(), "nothing narrows this list") {
			t.Errorf("with nothing to save:\n%s", d.screen())
		}
		d.press("/")
		d.write("@me job:shop/*")
		d.press("enter", "L")
		if s := d.screen(); !strings.Contains(s, "Keep @me job:shop/* as a list?") || !strings.Contains(s, o.PrefsFile) {
			t.Errorf("it asks:\n%s", s)
		}
		d.write("My shop")
		time.Sleep(time.Second)
		d.press("enter")
		time.Sleep(time.Second)
		d.press("enter")
		if got := listedJobs(d); !slices.Equal(got, []string{"shop/checkout/main"}) || !strings.Contains(d.screen(), "4 My shop 1") ||
			d.m.runs.Search.Filter.Text() != "" {
			t.Errorf("saved, it lists %v:\n%s", got, d.screen())
		}
		d.send(savePrefsMsg{})

		o.Prefs = kept
		d = drive(t, o, 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("1", "4")
		if got := listedJobs(d); !slices.Equal(got, []string{"shop/checkout/main"}) {
			t.Errorf("after a restart it lists %v", got)
		}
		d.press("L", "down", "enter")
		if s := d.screen(); strings.Contains(s, "My shop") || d.m.runs.Lists.Tab != 0 {
			t.Errorf("removed, it is there:\n%s", s)
		}
	})
}

func TestWhatIsTypedIsCompletedAndCorrected(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("/")
		d.write("node:ag")
		if s := d.screen(); !strings.Contains(s, "/node:ag▏ent-7") || !strings.Contains(s, "tab node:agent-7  node:agent-9") {
			t.Errorf("while it is typed:\n%s", s)
		}
		if got := len(listedJobs(d)); got != 11 {
			t.Errorf("a term that is not complete lists %d", got)
		}
		d.press("tab")
		if got := listedJobs(d); d.m.runs.Search.Filter.Text() != "node:agent-7" || !slices.Equal(got, []string{"shop/checkout/main"}) {
			t.Errorf("tab makes it %q, which lists %v", d.m.runs.Search.Filter.Text(), got)
		}
		d.write(" older:2x")
		d.press("enter")
		if s := d.screen(); !d.m.runs.Search.Typed || !strings.Contains(s, "older:2x needs a duration such as 2h") {
			t.Errorf("a mistake is kept:\n%s", s)
		}
		d.press("backspace")
		d.write("m")
		d.press("enter")
		if d.m.runs.Search.Typed {
			t.Error("corrected, it is not kept")
		}
	})
}

// TestAMistakeInTheFilterIsSaidInOneLine with what there is instead, and without the key that would not keep it.
func TestAMistakeInTheFilterIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		for _, w := range []int{60, 80, 120, 200} {
			d := drive(t, testOptions(), w, 24)
			d.send(sampleSnapshot(time.Now()))
			for typed, want := range map[string]string{
				"status:foo": "success", "status:failed": "failure?", "foo:bar": "job: status:", "older:2x": "needs a duration such as 2h", "is:foo": "is:foo is not known",
				"node:": "needs a node such as agent-9",
			} {
				d.press("/")
				d.write(typed)
				d.press("enter")
				lines := strings.Split(d.screen(), "\n")
				last := strings.TrimSpace(lines[len(lines)-1])
				if !strings.Contains(last, want) || strings.Contains(last, "keep") || w >= 80 && strings.HasSuffix(last, "…") {
					t.Errorf("at %d, %s: %q", w, typed, last)
				}
				d.press("esc")
			}
		}
	})
}

// TestWhatATermCanBeIsNotCut: of what does not fit the last is left out, never the way out.
func TestWhatATermCanBeIsNotCut(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		for _, w := range []int{60, 80, 120} {
			d := drive(t, testOptions(), w, 24)
			d.send(sampleSnapshot(time.Now()))
			for _, typed := range []string{"", "status:", "node:", "job:", "s"} {
				d.press("/")
				d.write(typed)
				lines := strings.Split(d.screen(), "\n")
				last := strings.TrimSpace(lines[len(lines)-1])
				if !strings.Contains(last, "enter keep  esc drop") || strings.HasSuffix(last, "…") {
					t.Errorf("at %d, %q: %q", w, typed, last)
				}
				d.press("esc")
			}
		}
	})
}

func TestFailingIsWhatFailsNow(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		s := sampleSnapshot(time.Now())
		older, fixed := s.Recent[0], s.Recent[1]
		older.Number--
		fixed.Number, fixed.Status = 3, s.Recent[0].Status // #4 succeeded
		s.Recent = append(s.Recent, older, fixed)
		d.send(s)
		d.press("3")
		if got := listedJobs(d); !slices.Equal(got, []string{"shop/cart/main", "lib/parser/main"}) {
			t.Errorf("failing are %v", got)
		}
		if s := d.screen(); !strings.Contains(s, "─ 2 ended ─") {
			t.Errorf("the border counts something else:\n%s", s)
		}
	})
}

func TestWhatAFilterFindsIsMarkedWhereItStands(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 200, 60)
		d.send(sampleSnapshot(time.Now()))
		d.press("/")
		d.write("node:agent-7 @alice job:shop/*")
		st := d.m.sh.Styles
		for _, want := range []string{"agent-7", "alice"} {
			if f := d.frame(); !strings.Contains(f, st.Match.Render(want)) {
				t.Errorf("%s is not marked:\n%s", want, d.screen())
			}
		}
	})
}
