package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/browser"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/layout"
)

// plainPane records what the root sends to a pane; it stands for the env and the log where they are not what is tested.
type plainPane struct {
	kit.Base
	name   string
	shows  []jenkins.Ref
	hidden int
	got    []tea.Msg
	types  bool
}

func (p *plainPane) Show(r jenkins.Run) tea.Cmd { p.shows = append(p.shows, r.Ref); return nil }
func (p *plainPane) Resize(int, int)            {}
func (p *plainPane) Hide()                      { p.hidden++ }
func (p *plainPane) Update(msg tea.Msg) tea.Cmd { p.got = append(p.got, msg); return nil }
func (p *plainPane) View(w, h int) string {
	return kit.Block(" "+p.name+" is drawn here", w, h)
}
func (p *plainPane) Title(int) string { return p.name }
func (p *plainPane) Hint() string     { return "" }
func (p *plainPane) Typing() bool     { return p.types }
func (p *plainPane) Back() bool       { was := p.types; p.types = false; return was }

// plainPanes puts plain panes in the place of env and log.
func plainPanes(d *driver) (env, log *plainPane) {
	env, log = &plainPane{name: "Env"}, &plainPane{name: "Log"}
	d.m.panes.all[kit.PaneEnv], d.m.panes.all[kit.PaneLog] = env, log
	d.m.panes.shown = [kit.PaneCount]showing{}
	return env, log
}

func TestQuitLeavesButNeverWhileTyping(t *testing.T) {
	t.Parallel()
	quits := func(d *driver) bool {
		return slices.ContainsFunc(d.out, func(m tea.Msg) bool { _, ok := m.(tea.QuitMsg); return ok })
	}
	for _, c := range []struct {
		name string
		keys []string
		want bool
	}{
		{"q", []string{"q"}, true},
		{"q in the filter", []string{"/", "q"}, false},
		{"q after the filter", []string{"/", "a", "enter", "q"}, true},
		{"q in the palette", []string{":", "q"}, false},
		{"q in the job picker", []string{"p", "q"}, false},
		{"q closes help", []string{"?", "q"}, false},
		{"ctrl+c", []string{"ctrl+c"}, true},
		{"ctrl+c in the filter", []string{"/", "ctrl+c"}, true},
		{"ctrl+c in the palette", []string{":", "ctrl+c"}, true},
		{"ctrl+c in help", []string{"?", "ctrl+c"}, true},
	} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, testOptions(), 80, 24)
			d.send(sampleSnapshot(time.Now()))
			d.press(c.keys...)
			if quits(d) != c.want {
				t.Errorf("%s: quit is %v", c.name, quits(d))
			}
		})
	}
}

func TestCtrlZSuspendsWhateverHasTheKeys(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.press("/", "ctrl+z")
		if _, ok := d.out[len(d.out)-1].(tea.SuspendMsg); !ok {
			t.Errorf("got %v", d.out)
		}
	})
}

func TestEscGoesBackOneStepAtATime(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		_, log := plainPanes(d)
		d.send(sampleSnapshot(time.Now()))
		d.press("3")
		d.ask(kit.IntentStatus)
		d.press("/")
		d.write("shop")
		d.press("enter", "esc", "/")
		d.write("shop")
		d.press("enter")
		for range 5 {
			d.ask(kit.IntentStatus)
		}
		d.press("enter", "enter", "enter")
		if d.m.panes.want.Focus != kit.PaneLog || !d.m.panes.want.Zoom {
			t.Fatalf("enter three times led to %v, zoom %v", d.m.panes.want.Focus, d.m.panes.want.Zoom)
		}
		log.types = true
		d.press(":")
		steps := []struct {
			what string
			done func() bool
		}{
			{"the log's search ends", func() bool { return !log.types && d.m.panes.want.Zoom }},
			{"the zoom ends", func() bool { return !d.m.panes.want.Zoom && d.m.panes.want.Focus == kit.PaneLog }},
			{"the runs have the focus", func() bool { return d.m.panes.want.Focus == kit.PaneRuns && d.m.runs.Search.Filter.Text() != "" }},
			{"the filter is dropped", func() bool { return d.m.runs.Search.Filter.Text() == "" && d.m.runs.Lists.Tab == 2 }},
			{"nothing is left to do", func() bool {
				return len(d.out) == 0 && d.m.runs.Lists.Tab == 2 && strings.Contains(d.screen(), "nothing to go back to: q quits")
			}},
		}
		for _, s := range steps {
			d.press("esc")
			if !s.done() {
				t.Fatalf("esc: not so: %s\n%s", s.what, d.screen())
			}
		}
	})
}

func TestTabGoesRoundThePanes(t *testing.T) {
	t.Parallel()
	for _, size := range goldenSizes {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, testOptions(), size[0], size[1])
			d.send(sampleSnapshot(time.Now()))
			var got []kit.PaneID
			for range 4 {
				d.press("tab")
				got = append(got, d.m.panes.want.Focus)
				if !slices.ContainsFunc(d.m.panes.plan.Panes, func(p layout.Placed) bool { return p.ID == d.m.panes.want.Focus }) {
					t.Errorf("%v: the focused pane %v is not on the screen", size, d.m.panes.want.Focus)
				}
			}
			if want := []kit.PaneID{kit.PaneStatus, kit.PaneEnv, kit.PaneLog, kit.PaneRuns}; !slices.Equal(got, want) {
				t.Errorf("%v: tab goes %v", size, got)
			}
			d.press("shift+tab")
			if d.m.panes.want.Focus != kit.PaneLog {
				t.Errorf("shift+tab goes to %v", d.m.panes.want.Focus)
			}
		})
	}
}

func TestPanesOffTheScreenAreNotToldToShow(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		env, log := plainPanes(d)
		d.send(sampleSnapshot(time.Now()))
		if len(env.shows)+len(log.shows) != 0 {
			t.Error("a pane that is not on the screen was given a run to show")
		}
		d.press("tab", "tab")
		if len(env.shows) != 1 || len(log.shows) != 0 {
			t.Errorf("after tab to env: env %d, log %d", len(env.shows), len(log.shows))
		}
		d.press("tab")
		if env.hidden != 1 || len(log.shows) != 1 {
			t.Errorf("after tab to log: env hidden %d times, log shown %d times", env.hidden, len(log.shows))
		}
		d.send(sampleSnapshot(time.Now()))
		if len(log.shows) != 2 || len(env.shows) != 1 {
			t.Errorf("after a refresh: log %d, env %d", len(log.shows), len(env.shows))
		}
	})
}

func TestRunningDownTheListAsksForNoRunOnTheWay(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		env, _ := plainPanes(d)
		d.send(sampleSnapshot(time.Now()))
		time.Sleep(time.Second)
		d.press("j") // alone: followed at once
		if n := len(env.shows); n != 2 {
			t.Fatalf("a single move was shown %d times, want at once", n-1)
		}
		d.press("j", "j", "j", "j", "j")
		if n := len(env.shows); n != 2 {
			t.Errorf("%d runs on the way were shown", n-2)
		}
		d.rest()
		if got := env.shows[len(env.shows)-1]; len(env.shows) != 3 || got != d.m.runs.List.Selected.Ref {
			t.Errorf("at rest the pane shows %v, selected is %v", got, d.m.runs.List.Selected)
		}
	})
}

func TestCopyPutsTheURLOnTheClipboard(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.selectJob("shop/cart/main")
		d.press("y")
		if want := "https://ci.example.com/job/shop/job/cart/job/main/1203/"; len(d.out) != 1 || clipboard(d.out[0]) != want {
			t.Errorf("the clipboard got %v, want %s", d.out, want)
		}
		if !strings.Contains(d.screen(), "copied the URL of shop/cart/main #1203") {
			t.Errorf("the footer does not say so:\n%s", d.screen())
		}
	})
}

func TestOpenRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, withClient(testOptions()), 120, 40)
		d.m.panes.all[kit.PaneStatus] = &plainPane{name: "Status"} // its client would be asked
		plainPanes(d)
		s := sampleSnapshot(time.Now())
		s.Runs[0].URL = "https://evil.example.net/job/x/1/"
		s.Runs[1].URL = "file:///etc/passwd"
		d.send(s)
		for range 2 {
			d.press("o")
			if !errors.Is(d.m.note.Err, browser.ErrForeign) {
				t.Errorf("%s: the footer says %q", d.m.runs.Current().URL, d.m.note.Text)
			}
			d.press("j")
		}
		// Without a display the URL of one of ours is copied instead.
		d.press("o")
		if !slices.ContainsFunc(d.out, func(m tea.Msg) bool { return clipboard(m) == s.Runs[2].URL }) {
			t.Errorf("the URL was not copied: %v", d.out)
		}
	})
}

func TestMouse(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		env, _ := plainPanes(d)
		d.send(sampleSnapshot(time.Now()))
		click := func(x, y int) { d.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}) }
		click(5, 6)
		if got := d.m.runs.Current().Job; got != "shop/checkout/main" {
			t.Errorf("a press on the third row selects %s", got)
		}
		click(5, 10) // the heading
		if d.m.runs.Current() == nil {
			t.Error("a press on a heading selects it")
		}
		click(70, 19)
		if d.m.panes.want.Focus != kit.PaneEnv || len(env.got) == 0 || env.got[len(env.got)-1] != (kit.ClickMsg{X: 3, Y: 2}) {
			t.Errorf("a press in env: focus %v, env got %v", d.m.panes.want.Focus, env.got)
		}
		click(14, 1)
		if d.m.runs.Lists.Tab != 1 {
			t.Errorf("a press on the second tab chose %d", d.m.runs.Lists.Tab)
		}
		click(2, 1)
		before := d.m.runs.List.Cursor
		d.send(tea.MouseWheelMsg{X: 5, Y: 5, Button: tea.MouseWheelDown})
		if d.m.runs.List.Cursor <= before || d.m.panes.want.Focus != kit.PaneEnv {
			t.Errorf("the wheel over the runs: cursor from %d to %d, focus %v", before, d.m.runs.List.Cursor, d.m.panes.want.Focus)
		}
		if d.m.View().MouseMode != tea.MouseModeCellMotion {
			t.Error("the mouse is not on")
		}
		d.press("M")
		if d.m.View().MouseMode != tea.MouseModeNone {
			t.Error("M does not switch the mouse off")
		}
	})
}

func TestPreferencesComeBack(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		var saved []kit.Prefs
		o := testOptions()
		o.SavePrefs = func(p kit.Prefs) error { saved = append(saved, p); return nil }
		d := drive(t, o, 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("3", "O", "F")
		d.ask(kit.IntentStatus)
		d.press("/")
		d.write("main")
		d.press("enter", "tab", "tab", "z")
		if len(saved) != 0 {
			t.Errorf("saved %d times before the changes rested", len(saved))
		}
		d.send(savePrefsMsg{})
		want := kit.Prefs{Tab: 2, Filter: "main", Status: "running", Sort: "name", Group: true, Zoom: "env", Lower: "env"}
		if len(saved) != 1 || saved[0] != want {
			t.Fatalf("saved %+v, want %+v once", saved, want)
		}
		d.send(savePrefsMsg{})
		if len(saved) != 1 {
			t.Error("saved again without a change")
		}
		o.Prefs = saved[0]
		if got := New(o).prefs(); got != want {
			t.Errorf("restored %+v, want %+v", got, want)
		}
		o.Prefs = kit.Prefs{Tab: 99, Status: "gone", Sort: "gone", Zoom: "gone", Lower: "sent"}
		if got := New(o).prefs(); got != (kit.Prefs{Lower: "status"}) {
			t.Errorf("what does not exist was restored: %+v", got)
		}
		d.press("z", "q")
		if len(saved) != 2 || saved[1].Zoom != "" {
			t.Errorf("leaving did not save what had changed: %+v", saved)
		}
	})
}

func TestPrefsFileThatCannotBeWrittenIsTold(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.SavePrefs = func(kit.Prefs) error { return errors.New("open prefs.json: read-only file system") }
		d := drive(t, o, 120, 40)
		d.press("F")
		d.send(savePrefsMsg{})
		if !strings.Contains(d.screen(), "keep the layout for the next start: open prefs.json: read-only") {
			t.Errorf("nothing says that it failed:\n%s", d.screen())
		}
	})
}

func TestKeysAnswerWhileTheControllerIsDown(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		s := sampleSnapshot(time.Now())
		d.send(s)
		s.Err = &jenkins.Error{Kind: jenkins.TimedOut, Op: "ask Jenkins for the running builds"}
		time.Sleep(time.Minute)
		d.send(s)
		d.press("j", "j", "enter")
		screen := d.screen()
		for _, want := range []string{"timed out, data 1m old", "Jenkins did not answer in time", "See whether the controller is slow", "shop/checkout/main"} {
			if !strings.Contains(screen, want) {
				t.Errorf("the screen does not show %q:\n%s", want, screen)
			}
		}
		s.Err, s.At = nil, time.Now()
		d.send(s)
		if !strings.Contains(d.screen(), "live 0s ago") || strings.Contains(d.screen(), "timed out") {
			t.Errorf("back again, the error is still shown:\n%s", d.screen())
		}
	})
}

func TestResizeStorm(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("?")
		for i := range 400 {
			d.m.Update(tea.WindowSizeMsg{Width: i * 37 % 301, Height: i * 13 % 101})
			d.frame()
			if i%7 == 0 {
				d.press([]string{"tab", "z", ":", "esc", "?", "esc", "Z"}[i/7%7])
			}
		}
	})
}

func TestComposeLiesOverTheLowerHalfAndKeepsTheKeys(t *testing.T) {
	t.Parallel()
	for _, size := range goldenSizes {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, testOptions(), size[0], size[1])
			plainPanes(d)
			c := &plainPane{name: "Compose"}
			d.m.panes.all[kit.PaneCompose] = c
			d.send(watch.Snapshot{Controller: "ci", At: time.Now()})
			d.press("c")
			if len(c.shows) != 1 || c.shows[0] != (jenkins.Ref{}) || !strings.Contains(d.screen(), "Compose is drawn here") {
				t.Errorf("%v: without a run it cannot be opened: %v", size, c.shows)
			}
			d.press("esc")
			d.send(sampleSnapshot(time.Now()))
			d.press("tab", "tab", "c")
			c.types = true
			d.write("qj?/z")
			d.send(tea.PasteMsg{Content: "pasted"})
			if len(c.got) < 6 || len(d.out) != 0 || d.m.popups.top != nil {
				t.Errorf("%v: typed letters did not reach it alone: %v, out %v", size, c.got, d.out)
			}
			if got := c.shows[len(c.shows)-1]; got != d.m.runs.List.Selected.Ref {
				t.Errorf("%v: it is about %v", size, got)
			}
			screen := d.screen()
			if !strings.Contains(screen, "Compose is drawn here") || d.m.panes.plan.Shape != layout.One && !strings.Contains(screen, "infra/nightly") {
				t.Errorf("%v: compose and the run are not both in sight:\n%s", size, screen)
			}
			d.press("esc")
			if !d.m.panes.want.Compose {
				t.Errorf("%v: esc closed it although it had a step of its own to go back", size)
			}
			d.press("esc")
			if d.m.panes.want.Compose || d.m.panes.want.Focus != kit.PaneEnv {
				t.Errorf("%v: closed is %v, the focus is back at %v", size, !d.m.panes.want.Compose, d.m.panes.want.Focus)
			}
			d.press("c")
			d.send(kit.CloseMsg{})
			if d.m.panes.want.Compose || c.hidden != 3 {
				t.Errorf("%v: closeMsg: open %v, hidden %d times", size, d.m.panes.want.Compose, c.hidden)
			}
		})
	}
}

func TestOtherPanesAreNamedHoweverLongTheTitle(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(oddSnapshot(time.Now()))
		d.rest()
		d.press("tab", "tab")
		if hint := d.m.panes.all[kit.PaneEnv].Hint(); hint == "" || !strings.Contains(d.screen(), "[status] [ENV] [log]") {
			t.Errorf("beside %q they are not:\n%s", hint, d.screen())
		}
	})
}

func TestFilterIsTypedInTheFooterWhereTheListHasNoTitle(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press("Z", "/")
		d.write("shop")
		if s := d.screen(); !strings.Contains(s, " /shop▏  enter keep  esc drop  @user status:") || strings.Contains(s, "!not  …") {
			t.Errorf("it is not:\n%s", s)
		}
	})
}
