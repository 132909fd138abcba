package act

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// screen plays the root: it holds the dialog and the notes.
type screen struct {
	t     *testing.T
	acts  *Acts
	actor *kittest.Actor
	popup popup.Popup
	notes []kit.NoteMsg
	pokes []string
	gone  []kit.GoneMsg
	shown string // all that was drawn
}

func newScreen(t *testing.T, change ...func(*kit.Options)) *screen {
	actor := &kittest.Actor{}
	sh := kittest.Shared()
	sh.Opts = &kit.Options{Controllers: []kit.Controller{{Name: "ci", Actor: actor}}}
	sh.Keys = map[kit.Intent][]string{kit.IntentStop: {"X"}, kit.IntentStarted: {"."}, kit.IntentPalette: {":"}, kit.IntentBuild: {"B"}}
	for _, c := range change {
		c(sh.Opts)
	}
	return &screen{t: t, acts: New(sh), actor: actor}
}

func (s *screen) start(in kit.Intent, run *jenkins.Run, marked ...jenkins.Run) {
	s.t.Helper()
	s.take(s.acts.Start(in, Selection{Run: run, Marked: marked}))
}

func (s *screen) take(p popup.Popup, cmd tea.Cmd) {
	s.t.Helper()
	if p != nil {
		s.popup = p
	}
	s.run(cmd)
}

func (s *screen) run(cmd tea.Cmd) {
	s.t.Helper()
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			s.run(c)
		}
	case kit.NoteMsg:
		s.notes = append(s.notes, msg)
	case kit.GoneMsg:
		s.gone = append(s.gone, msg)
	case kit.PokeMsg:
		s.pokes = append(s.pokes, msg.Controller)
	case Msg:
		s.take(s.acts.Update(msg))
	default:
		s.send(msg)
	}
}

// send hands a message to the dialog.
func (s *screen) send(msg tea.Msg) {
	s.t.Helper()
	if s.popup == nil {
		return
	}
	s.view()
	p, cmd := s.popup.Update(msg)
	s.popup = p
	s.run(cmd)
}

// press presses keys, each after the keyboard has rested.
func (s *screen) press(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		time.Sleep(time.Second)
		s.send(kittest.KeyPress(k))
	}
}

func (s *screen) write(text string) {
	s.t.Helper()
	for _, r := range text {
		s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// view draws the dialog, and fails where it does not fit.
func (s *screen) view() string {
	s.t.Helper()
	if s.popup == nil {
		return ""
	}
	text := ""
	for _, size := range [][2]int{{18, 4}, {58, 16}, {78, 20}, {118, 36}} {
		s.popup.Resize(size[0], size[1])
		w, h := s.popup.Size()
		frame := s.popup.View(w, h)
		kittest.Fits(s.t, frame, w, h)
		text = s.popup.Title() + "\n" + kittest.Unstyled(frame)
	}
	s.shown += text
	return text
}

func (s *screen) note() string {
	if len(s.notes) == 0 {
		return ""
	}
	n := s.notes[len(s.notes)-1]
	if n.Err != nil {
		return n.Err.Error() + " / " + kit.HintOf(n.Err)
	}
	return n.Text
}

// kinds are what was done.
func (s *screen) kinds() (kinds []action.Kind) {
	for _, a := range s.actor.Done() {
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

func (s *screen) expect(kinds ...action.Kind) {
	s.t.Helper()
	if !slices.Equal(s.kinds(), kinds) {
		s.t.Errorf("done: %v, want %v", s.kinds(), kinds)
	}
}

func (s *screen) shows(parts ...string) {
	s.t.Helper()
	text := strings.Join(strings.Fields(s.view()), " ")
	for _, p := range parts {
		if !strings.Contains(text, p) {
			s.t.Errorf("it does not show %q:\n%s", p, s.view())
		}
	}
}

func run(status jenkins.Status) *jenkins.Run {
	return &jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/cart/main", Number: 12}, Status: status, Pipeline: true,
		StartedAt: time.Now().Add(-time.Minute)}
}

func queued() *jenkins.Run {
	return &jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/web", QueueID: 77}, Status: jenkins.Queued}
}

// intents are all that act.
var intents = []kit.Intent{kit.IntentBuild, kit.IntentStop, kit.IntentAnswer, kit.IntentAct, kit.IntentRerun, kit.IntentRestart, kit.IntentReplay,
	kit.IntentKeep, kit.IntentDescribe, kit.IntentDelete, kit.IntentDisableJob, kit.IntentEnableJob, kit.IntentNodeOffline, kit.IntentNodeOnline}

func bubble(t *testing.T, f func(t *testing.T)) {
	t.Parallel()
	kittest.InBubble(t, f)
}

func protect(o *kit.Options) { o.Controllers[0].Protected = true }

func TestNothingIsChangedInAReadOnlySession(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t, func(o *kit.Options) { o.ReadOnly = true })
		for _, in := range intents {
			s.notes = nil
			s.start(in, run(jenkins.Running))
			if s.popup != nil || !strings.Contains(s.note(), "read-only") {
				t.Errorf("%s: %T is open, note %q", in, s.popup, s.note())
			}
		}
		s.expect()
	})
}

// TestEveryIntentSaysWhenThereIsNothingToActOn has no run, a queue item, and a run of no known controller.
func TestEveryIntentSaysWhenThereIsNothingToActOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		foreign := run(jenkins.Success)
		foreign.Controller = "elsewhere"
		scan := queued()
		scan.NoBuild = true
		for _, in := range intents {
			for _, r := range []*jenkins.Run{nil, foreign, scan} {
				s := newScreen(t)
				s.start(in, r)
				if s.popup == nil && s.note() == "" {
					t.Errorf("%s of %v: not a word", in, r)
				}
				s.view()
				s.expect()
			}
		}
	})
}

func TestStopIsDoneOnceConfirmedAndHarderMeansAreOfferedInTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		r := run(jenkins.Running)
		listed := func(jenkins.Ref) *jenkins.Run { return r }
		s.start(kit.IntentStop, r)
		s.shows("Stop shop/cart/main #12 on ci?", "finally", "Job/Cancel")
		s.press("n")
		s.expect()
		s.start(kit.IntentStop, r)
		s.press("y")
		s.expect(action.Stop)
		if !strings.Contains(s.note(), "ABORTED once it has ended") || !slices.Equal(s.pokes, []string{"ci"}) {
			t.Errorf("note %q, asked %v", s.note(), s.pokes)
		}
		s.start(kit.IntentStop, r)
		s.shows("It was asked to end", "a second stop")
		s.press("esc")
		time.Sleep(action.StrongerAfter / 2)
		s.run(s.acts.Tick(listed))
		if strings.Contains(s.note(), "offers to") {
			t.Errorf("after %v: %q", action.StrongerAfter/2, s.note())
		}
		time.Sleep(action.StrongerAfter / 2)
		s.run(s.acts.Tick(listed))
		if !strings.Contains(s.note(), "X on it offers to terminate it") {
			t.Errorf("after %v: %q", action.StrongerAfter, s.note())
		}
		n := len(s.notes)
		s.run(s.acts.Tick(listed))
		if len(s.notes) != n {
			t.Error("it is offered twice")
		}
		s.start(kit.IntentStop, r)
		if strings.Contains(s.view(), "Kill") {
			t.Error("kill is offered before terminate")
		}
		s.press("enter")
		s.shows("Terminate shop/cart/main #12 on ci?", "fail at once")
		s.press("enter") // it cannot be undone
		s.start(kit.IntentStop, r)
		s.press("enter", "y")
		s.expect(action.Stop, action.Terminate)
		time.Sleep(action.StrongerAfter)
		s.run(s.acts.Tick(listed))
		if !strings.Contains(s.note(), "offers to kill it") {
			t.Errorf("%q", s.note())
		}
		s.start(kit.IntentStop, r)
		for _, size := range [][2]int{{78, 20}, {58, 16}} { // the content of 80x24 and 60x20
			s.popup.Resize(size[0], size[1])
			w, h := s.popup.Size()
			text := strings.Join(strings.Fields(kittest.Unstyled(s.popup.View(w, h))), " ")
			for _, what := range []action.Action{action.KillBuild(*r), action.TerminateBuild(*r), action.StopBuild(*r)} {
				if !strings.Contains(text, sentence(what.Effect)) {
					t.Errorf("%v: what %s does is cut:\n%s", size, what.Kind, text)
				}
			}
		}
		s.press("enter")
		s.shows("Kill shop/cart/main #12", "no post and no finally")
		s.press("y")
		s.expect(action.Stop, action.Terminate, action.Kill)
		r.Status = jenkins.Aborted
		time.Sleep(action.StrongerAfter + time.Second)
		s.run(s.acts.Tick(listed))
		if len(s.acts.stops.ending) != 0 {
			t.Error("what has ended is still watched")
		}
		s.start(kit.IntentStop, r)
		if s.popup != nil || !strings.Contains(s.note(), "nothing to stop") {
			t.Errorf("%T, %q", s.popup, s.note())
		}
	})
}

// TestAStopIsRememberedThroughAnOutage, and is not taken for one of another build of its number.
func TestAStopIsRememberedThroughAnOutage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		r := run(jenkins.Running)
		r.StartedAt = time.Now()
		s.start(kit.IntentStop, r)
		s.press("y")
		s.run(s.acts.Tick(func(jenkins.Ref) *jenkins.Run { return nil })) // no list has it
		time.Sleep(action.StrongerAfter)
		other := *r
		other.StartedAt = time.Now()
		s.run(s.acts.Tick(func(jenkins.Ref) *jenkins.Run { return &other }))
		if strings.Contains(s.note(), "offers to") {
			t.Errorf("of another build: %q", s.note())
		}
		s.run(s.acts.Tick(func(jenkins.Ref) *jenkins.Run { return r }))
		if !strings.Contains(s.note(), "offers to terminate it") {
			t.Errorf("of the build itself: %q", s.note())
		}
	})
}

func TestMarkedRunsAreStoppedAfterOneQuestion(t *testing.T) {
	bubble(t, func(t *testing.T) {
		other := *run(jenkins.Paused)
		other.Number = 13
		hostile := *run(jenkins.Running)
		hostile.Job = "esc\x1b]0;owned\x07/\u202e\x1b[2Jclear" + strings.Repeat("/long", 60)
		s := newScreen(t)
		s.start(kit.IntentStop, run(jenkins.Success), other, *queued(), *run(jenkins.Failure), hostile)
		s.shows("Stop these 3?", "shop/cart/main #13 PAUSED", "shop/web QUEUED", "#12 has ended: left as it is")
		if strings.ContainsAny(s.shown, "\x1b\x07\u202e") {
			t.Errorf("control characters are drawn: %q", s.shown)
		}
		s.press("enter")
		s.expect()
		s.start(kit.IntentStop, nil, other, *queued(), hostile)
		s.press("y")
		got := s.kinds()
		slices.Sort(got)
		if !slices.Equal(got, []action.Kind{action.CancelItem, action.Stop, action.Stop}) {
			t.Errorf("done: %v", got)
		}
		if want := "Stopping 2 builds, cancelled 1 queue item on ci; . goes to the first"; s.note() != want {
			t.Errorf("note %q, want %q", s.note(), want)
		}
		if first := s.acts.Started(); first == nil || first.Number != 13 {
			t.Errorf("the key goes to %v", first)
		}
		s = newScreen(t, protect)
		s.start(kit.IntentStop, nil, other, *queued())
		s.press("y", "enter")
		s.expect()
		s.start(kit.IntentStop, nil, other, *queued())
		s.write("ci")
		s.press("enter")
		for _, a := range s.actor.Done() {
			if a.Typed != "ci" {
				t.Errorf("%v: typed %q", a, a.Typed)
			}
		}
		if len(s.actor.Done()) != 2 {
			t.Errorf("done: %v", s.kinds())
		}
		s.actor.Err = errors.New("Jenkins failed")
		s.start(kit.IntentStop, nil, other, *queued())
		s.write("ci")
		s.press("enter")
		if want := "Stopped none of 2 on ci; not shop/cart/main #13 and queue item 77 (shop/web): Jenkins failed"; !strings.HasPrefix(s.note(), want) {
			t.Errorf("note %q, want %q", s.note(), want)
		}
	})
}

// TestWhichOfSeveralWereNotStopped has two that lack a right and one that has ended among five.
func TestWhichOfSeveralWereNotStopped(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var runs []jenkins.Run
		for n := range 5 {
			r := *run(jenkins.Running)
			r.Number = n + 1
			runs = append(runs, r)
		}
		s := newScreen(t)
		denied := &action.Error{Op: "stop it", What: "user me lacks the right Job/Cancel (HTTP 403)", Fix: "ask the administrator"}
		s.actor.Errs = map[int]error{2: denied, 3: denied, 5: &action.Error{Op: "stop it", What: "it has ended already: SUCCESS"}}
		s.start(kit.IntentStop, nil, runs...)
		s.press("y")
		want := "Stopping 2 builds on ci; not shop/cart/main #2 and shop/cart/main #3: user me lacks the right Job/Cancel (HTTP 403); " +
			"not shop/cart/main #5: it has ended already: SUCCESS / Ask the administrator."
		if s.note() != want {
			t.Errorf("note %q, want %q", s.note(), want)
		}
	})
}

// TestProtectedControllersWantTheirName presses whatever leads on, but types no name.
func TestProtectedControllersWantTheirName(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, in := range intents {
			for _, status := range []jenkins.Status{jenkins.Running, jenkins.Paused, jenkins.Failure} {
				s := newScreen(t, protect)
				s.actor.Open = []action.Input{{ID: "Ship", Message: "Ship it?"}}
				s.actor.Stages = []string{"Test"}
				s.actor.NodeList = []jenkins.Node{{Name: "a"}, {Name: "b", Offline: true}}
				s.start(in, run(status))
				for range 8 {
					s.press("y", "enter", "tab", "y", "enter")
				}
				if len(s.actor.Done()) > 0 {
					t.Errorf("%s of %s: %v", in, status, s.kinds())
				}
			}
		}
	})
}

func TestDeletingIsAskedTwice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		s.start(kit.IntentDelete, run(jenkins.Failure))
		s.press("y", "y", "y", "enter")
		s.expect()
		s.shows("Really delete shop/cart/main #12", "12")
		s.press("backspace", "backspace", "backspace")
		s.write("12")
		s.press("enter")
		s.expect(action.Delete)
		if len(s.gone) != 1 || s.gone[0].Build.Number != 12 || !s.gone[0].Deleted {
			t.Errorf("gone: %v", s.gone)
		}
		s.start(kit.IntentDelete, run(jenkins.Running))
		if s.popup != nil || !strings.Contains(s.note(), "stop it before") {
			t.Errorf("%T, %q", s.popup, s.note())
		}
	})
}

func TestARefusedRightIsRememberedAndShown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		s.actor.Err = &action.Error{Op: "stop", What: "user me lacks the right Job/Cancel (HTTP 403)", Fix: "ask the administrator",
			Err: &jenkins.Error{Kind: jenkins.NotAllowed, Permission: "Job/Cancel"}}
		s.start(kit.IntentStop, run(jenkins.Running))
		s.press("y")
		if !strings.Contains(s.note(), "lacks the right Job/Cancel") || !strings.Contains(s.note(), "Ask the administrator") {
			t.Errorf("note %q", s.note())
		}
		s.start(kit.IntentStop, run(jenkins.Running))
		s.shows("Jenkins refused this in this session: user me lacks the right Job/Cancel (HTTP 403).")
		s.press("esc")
		s.start(kit.IntentAct, run(jenkins.Running))
		s.shows("not allowed: Job/Cancel is missing")
		elsewhere := run(jenkins.Running)
		elsewhere.Job = "shop/other"
		s.start(kit.IntentStop, elsewhere)
		if strings.Contains(s.view(), "refused") {
			t.Error("another job's right is taken for missing")
		}
	})
}

func TestAnAnswerThatComesTooLateOpensNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		p, cmd := s.acts.Start(kit.IntentBuild, Selection{Run: run(jenkins.Running)})
		s.popup = p
		s.shows("Asking for the parameters of shop/cart/main")
		s.press("esc")
		p2, cmd2 := s.acts.Start(kit.IntentAnswer, Selection{Run: run(jenkins.Paused)})
		s.popup = p2
		s.run(cmd)
		if s.popup != p2 {
			t.Errorf("%T is open", s.popup)
		}
		s.actor.AskErr = &jenkins.Error{Kind: jenkins.Unreachable, Op: "ask Jenkins", Err: errors.New("connection refused")}
		s.run(cmd2)
		s.shows("connection refused")
		s.press("enter")
		s.expect()
	})
}
