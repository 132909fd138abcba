package tui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// acting drives a screen whose controller does nothing but remember.
func acting(t *testing.T, w, h int, change ...func(*kit.Options)) (*driver, *kittest.Actor) {
	t.Helper()
	actor := &kittest.Actor{
		Defined: []action.Parameter{
			{Name: "TARGET", Kind: action.String, Default: "staging", HasDefault: true, Description: "Where it is deployed to"},
			{Name: "DRY_RUN", Kind: action.Boolean, Default: "true", HasDefault: true},
			{Name: "LEVEL", Kind: action.Choice, Default: "low", HasDefault: true, Choices: []string{"low", "mid", "high"}},
			{Name: "DEPLOY_PASSWORD", Kind: action.Password, Secret: true, Note: "left out, its default is used, which Jenkins does not tell"},
			{Name: "NOTES", Kind: action.Text, Default: "line one\nline two", HasDefault: true},
		},
		Open: []action.Input{{ID: "Ship", Message: "Ship 2.14.0 to production?", OK: "Ship it", Submitter: "release-team",
			Parameters: []action.Parameter{{Name: "REGION", Kind: action.Choice, Choices: []string{"eu", "us"}, Default: "eu", HasDefault: true}}}},
		Stages: []string{"Build", "Test"}, Failed: "Test",
	}
	o := testOptions()
	o.Controllers[0].Actor = actor
	for _, c := range change {
		c(&o)
	}
	d := drive(t, o, w, h)
	plainPanes(d)
	s := sampleSnapshot(time.Now())
	s.Recent[0].Pipeline = true
	d.send(s)
	return d, actor
}

// TestActScreens draws the dialogs over the screen.
func TestActScreens(t *testing.T) {
	states := []struct {
		name string
		set  func(d *driver)
	}{
		{"build-form", func(d *driver) { d.press("j", "j", "B") }},
		{"build-form-text", func(d *driver) { d.press("j", "j", "B", "tab", "tab", "tab", "tab") }},
		{"again", func(d *driver) { d.selectJob("shop/cart/main"); d.press("B") }},
		{"stop", func(d *driver) { d.press("X") }},
		{"stop-protected", func(d *driver) { d.m.opts.Controllers[0].Protected = true; d.press("X") }},
		{"stop-marked", func(d *driver) { d.press("space", "space", "space", "X") }},
		{"marked", func(d *driver) { d.press("space", "space") }},
		{"input", func(d *driver) { d.press("j", "i") }},
		{"input-form", func(d *driver) { d.press("j", "i", "enter") }},
		{"act", func(d *driver) { d.selectJob("shop/cart/main"); d.press("!") }},
		{"odd-name", func(d *driver) { d.send(oddSnapshot(time.Now())); d.press("G", "k", "k", "X") }},
	}
	for _, s := range states {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}} {
			t.Run(fmt.Sprintf("%s/%dx%d", s.name, size[0], size[1]), func(t *testing.T) {
				kittest.InBubble(t, func(t *testing.T) {
					d, _ := acting(t, size[0], size[1])
					s.set(d)
					golden.RequireEqual(t, trimRight(d.screen()))
				})
			})
		}
	}
}

func TestDialogsFitTheSmallestScreens(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		for _, size := range [][2]int{{20, 5}, {30, 8}, {40, 60}, {1, 1}, {200, 6}} {
			for _, keys := range [][]string{{"B", "tab", "tab", "tab", "tab", "tab"}, {"X"}, {"j", "i", "enter"}, {"!"}, {"space", "space", "X"}} {
				d, actor := acting(t, size[0], size[1])
				for _, k := range keys {
					d.press(k)
					d.frame()
				}
				if len(actor.Done()) > 0 {
					t.Errorf("%v does %v", keys, actor.Done())
				}
			}
		}
	})
}

// TestNothingIsDoneByAccident presses keys as a paste without brackets, a key that repeats or a cat would, pastes text and
// clicks: whatever is open, nothing may reach Jenkins.
func TestNothingIsDoneByAccident(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		keys := []string{"X", "B", "i", "!", "y", "enter", "space", "j", "tab", "ctrl+s", "left", "esc", "a", "1", "2", ".", "ctrl+e", "ctrl+o", "down"}
		for seed := range uint64(60) {
			rnd := rand.New(rand.NewPCG(seed, 7))
			d, actor := acting(t, 80, 24)
			for range 80 {
				switch rnd.IntN(12) {
				case 0:
					d.send(tea.PasteMsg{Content: "y\nX\ny\nci\n"})
				case 1:
					d.send(tea.MouseClickMsg{X: rnd.IntN(80), Y: rnd.IntN(24), Button: tea.MouseLeft})
				default:
					d.press(keys[rnd.IntN(len(keys))])
				}
				time.Sleep(time.Duration(rnd.IntN(90)) * time.Millisecond)
			}
			if done := actor.Done(); len(done) > 0 {
				t.Fatalf("seed %d: %v", seed, done)
			}
		}
	})
}

// TestNoClickSaysYes clicks everywhere while a question is open, the words of the footer included.
func TestNoClickSaysYes(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, actor := acting(t, 80, 24)
		for y := range 24 {
			for x := 0; x < 80; x += 2 {
				if d.m.popups.top == nil {
					d.press("X")
				}
				if !strings.Contains(d.screen(), "leave it") {
					t.Fatalf("no question is open:\n%s", d.screen())
				}
				time.Sleep(time.Second) // no guard against haste
				d.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
			}
		}
		if done := actor.Done(); len(done) > 0 {
			t.Errorf("a click did %v", done)
		}
	})
}

func TestReadOnlyRefusesWithAWordAndHidesTheKeys(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, actor := acting(t, 120, 40, func(o *kit.Options) { o.ReadOnly = true })
		if s := d.screen(); strings.Contains(s, "X stop") || strings.Contains(s, "B build") {
			t.Errorf("the footer offers what is refused:\n%s", s)
		}
		for _, key := range []string{"X", "B", "i", "!"} {
			d.press(key)
			if s := d.screen(); d.m.popups.top != nil || !strings.Contains(s, "read-only") {
				t.Errorf("%s: not a word:\n%s", key, s)
			}
		}
		d.press(":")
		d.write("delete build")
		d.press("enter")
		if !strings.Contains(d.screen(), "read-only") || len(actor.Done()) > 0 {
			t.Errorf("the palette does %v:\n%s", actor.Done(), d.screen())
		}
	})
}

func TestThePaletteHasEveryAction(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, _ := acting(t, 120, 40)
		for _, name := range []string{"stop build", "answer input", "rerun build", "restart build", "replay build", "keep build", "describe build",
			"delete build", "disable job", "enable job", "take node offline", "bring node online", "build job"} {
			d.press(":")
			d.write(name)
			if s := d.screen(); !strings.Contains(s, kit.Sentence(name)) {
				t.Errorf("%s:\n%s", name, s)
			}
			d.press("esc")
		}
	})
}

func TestTheFooterOffersOnlyWhatIsPossible(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, _ := acting(t, 120, 40)
		footer := func() string { ls := strings.Split(d.screen(), "\n"); return ls[len(ls)-1] }
		if f := footer(); !strings.Contains(f, "X stop") || strings.Contains(f, "i answer") {
			t.Errorf("of a running build: %q", f)
		}
		d.press("j")
		if f := footer(); !strings.Contains(f, "i answer") {
			t.Errorf("of a paused one: %q", f)
		}
		d.selectJob("shop/cart/main")
		if f := footer(); strings.Contains(f, "X stop") || !strings.Contains(f, "B build") {
			t.Errorf("of an ended one: %q", f)
		}
	})
}

// TestABuildThatWasStartedIsOfferedAndNeverMovesTheCursor follows one to the key that goes to it.
func TestABuildThatWasStartedIsOfferedAndNeverMovesTheCursor(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, actor := acting(t, 120, 40)
		started := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/cart/main", Number: 1204}, Status: jenkins.Running, StartedAt: time.Now()}
		actor.Progress = action.Progress{Started: true, Run: started}
		d.press(".")
		if !strings.Contains(d.screen(), "nothing was started") {
			t.Errorf("the key says nothing:\n%s", d.screen())
		}
		d.selectJob("shop/cart/main")
		was := d.m.runs.List.Selected
		d.press("B", "enter")
		time.Sleep(time.Second)
		d.press("y")
		if len(actor.Done()) != 1 || actor.Done()[0].Kind != action.Restart {
			t.Fatalf("done: %v", actor.Done())
		}
		s := d.screen()
		if d.m.runs.List.Selected != was || !strings.Contains(s, "Started shop/cart/main #1204 - . goes to it") || !strings.Contains(s, ". started") {
			t.Errorf("selected %v:\n%s", d.m.runs.List.Selected, s)
		}
		d.press(".")
		if r := d.m.runs.Current(); r == nil || r.Number != 1204 {
			t.Errorf("the key leads to %v", r)
		}
	})
}

func TestMarksStayWithTheirRunsAndEscTakesThemAway(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, actor := acting(t, 120, 40)
		began := time.Now()
		d.send(sampleSnapshot(began))
		d.press("space", "space")
		marked := d.m.runs.Marked()
		if len(marked) != 2 || !strings.Contains(d.screen(), "2 marked") {
			t.Fatalf("marked %v", marked)
		}
		s := sampleSnapshot(began)
		slices.Reverse(s.Runs)
		d.send(s)
		if got := d.m.runs.Marked(); len(got) != 2 || got[0].Ref != marked[1].Ref {
			t.Errorf("after a refresh %v", got)
		}
		d.press("/")
		d.write("hello")
		d.press("enter")
		if n := len(d.m.runs.Marked()); n != 0 {
			t.Errorf("%d marks count that nobody sees", n)
		}
		d.press("esc", "esc", "X")
		time.Sleep(time.Second)
		if d.press("y"); len(actor.Done()) != 1 {
			t.Errorf("without marks it does %v", actor.Done())
		}
		d.press("g", "space", "space", "X")
		time.Sleep(time.Second)
		if d.press("y"); len(actor.Done()) != 3 || len(d.m.runs.Marked()) != 0 {
			t.Errorf("with marks it does %v, and %d are left", actor.Done(), len(d.m.runs.Marked()))
		}
	})
}

// TestASlowActionIsNeitherWaitedForNorCutOff works on while a slow action is under way, and quits.
func TestASlowActionIsNeitherWaitedForNorCutOff(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, actor := acting(t, 80, 24)
		d.press("X")
		time.Sleep(time.Second)
		actor.Gate = make(chan struct{})
		d.press("y", "j", "k")
		if !strings.Contains(d.screen(), "asking Jenkins to stop infra/nightly images #902") {
			t.Errorf("it does not show what is under way:\n%s", d.screen())
		}
		d.press("ctrl+c")
		if !slices.ContainsFunc(d.out, func(m tea.Msg) bool { _, ok := m.(tea.QuitMsg); return ok }) {
			t.Error("ctrl+c does not quit")
		}
		close(actor.Gate)
		time.Sleep(time.Second)
		if len(actor.Done()) != 1 {
			t.Errorf("done %v", actor.Done())
		}
	})
}
