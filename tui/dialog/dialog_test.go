package dialog

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

type yesMsg struct{}

// open plays the root for one dialog.
type open struct {
	t    *testing.T
	p    popup.Popup
	sent []tea.Msg
}

func (o *open) send(msg tea.Msg) {
	o.t.Helper()
	if o.p == nil {
		return
	}
	o.p.Resize(80, 20)
	w, h := o.p.Size()
	kittest.Fits(o.t, o.p.View(w, h), w, h)
	var cmd tea.Cmd
	if o.p, cmd = o.p.Update(msg); cmd != nil {
		o.sent = append(o.sent, cmd())
	}
}

// press presses keys one after the other, each after the keyboard has rested.
func (o *open) press(keys ...string) {
	o.t.Helper()
	for _, k := range keys {
		time.Sleep(quiet)
		o.send(kittest.KeyPress(k))
	}
}

func (o *open) write(text string) {
	o.t.Helper()
	for _, r := range text {
		o.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func (o *open) text() string {
	o.t.Helper()
	o.p.Resize(80, 20)
	w, h := o.p.Size()
	f := o.p.View(w, h)
	kittest.Fits(o.t, f, w, h)
	return kittest.Unstyled(f)
}

func stopQuestion() Question {
	return Question{Title: "Stop", Asks: "Stop shop/main #12 on ci?", Effect: "its steps are interrupted", Needs: "needs Job/Cancel",
		Yes: "stop it", No: "leave it", Careful: true, Msg: yesMsg{}}
}

func TestOnlyWhatIsMeantConfirms(t *testing.T) {
	t.Parallel()
	typed := stopQuestion()
	typed.Type, typed.Why = "ci", "ci is protected"
	easy := stopQuestion()
	easy.Careful = false
	for _, c := range []struct {
		name string
		q    Question
		do   func(o *open)
		want int // 1: confirmed, 0: still open, -1: closed
	}{
		{"y", stopQuestion(), func(o *open) { o.press("y") }, 1},
		{"n", stopQuestion(), func(o *open) { o.press("n") }, -1},
		{"esc at once", stopQuestion(), func(o *open) { o.send(kittest.KeyPress("esc")) }, -1},
		{"enter leaves what cannot be undone", stopQuestion(), func(o *open) { o.press("enter") }, -1},
		{"enter on the chosen button", stopQuestion(), func(o *open) { o.press("left", "enter") }, 1},
		{"enter confirms what can be undone", easy, func(o *open) { o.press("enter") }, 1},
		{"y at once", stopQuestion(), func(o *open) { o.send(kittest.KeyPress("y")) }, 0},
		{"y at once, and again", stopQuestion(), func(o *open) { o.send(kittest.KeyPress("y")); o.send(kittest.KeyPress("y")) }, 0},
		{"a key that repeats", stopQuestion(), func(o *open) {
			for range 40 {
				time.Sleep(30 * time.Millisecond)
				o.send(kittest.KeyPress("y"))
			}
		}, 0},
		{"enter at once", easy, func(o *open) { o.send(kittest.KeyPress("enter")) }, 0},
		{"a paste", easy, func(o *open) { time.Sleep(time.Second); o.send(tea.PasteMsg{Content: "y\ny\n"}) }, 0},
		{"a paste as keys", easy, func(o *open) { time.Sleep(time.Second); o.write("please, y"); o.send(kittest.KeyPress("enter")) }, 0},
		{"other keys", stopQuestion(), func(o *open) { o.press("X", "space", "a", "Y", "j", "ctrl+s") }, 0},
		{"a click on it", stopQuestion(), func(o *open) { time.Sleep(time.Second); o.send(kit.ClickMsg{Y: 5}) }, 0},
		{"a click beside it", stopQuestion(), func(o *open) { o.send(kit.ClickMsg{Y: -1}) }, -1},
		{"y where a name must be typed", typed, func(o *open) { o.press("y") }, 0},
		{"enter where a name must be typed", typed, func(o *open) { o.press("enter") }, 0},
		{"another name", typed, func(o *open) { o.write("ci2"); o.press("enter") }, 0},
		{"the name, pasted", typed, func(o *open) { o.send(tea.PasteMsg{Content: "ci"}); o.press("enter") }, 0},
		{"the name", typed, func(o *open) { o.write("ci"); o.press("enter") }, 1},
		{"the name and enter at once", typed, func(o *open) { o.write("ci"); o.send(kittest.KeyPress("enter")) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			kittest.InBubble(t, func(t *testing.T) {
				o := &open{t: t, p: NewConfirm(kittest.Shared(), c.q)}
				c.do(o)
				got := 0
				switch {
				case len(o.sent) == 1 && o.sent[0] == yesMsg{} && o.p == nil:
					got = 1
				case len(o.sent) > 0:
					t.Errorf("sent %v, open %v", o.sent, o.p)
				case o.p == nil:
					got = -1
				}
				if got != c.want {
					t.Errorf("got %d, want %d", got, c.want)
				}
			})
		})
	}
}

func TestAQuestionKeepsItsAnswersInSight(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		q := stopQuestion()
		q.Asks, q.Effect = "Stop \x1b[31m"+strings.Repeat("very long/", 30)+"\u202emain #1?", strings.Repeat("words ", 100)
		for range 100 {
			q.Lines = append(q.Lines, "shop/\x1b]0;owned\x07main #7")
		}
		c := NewConfirm(kittest.Shared(), q)
		for _, size := range [][2]int{{18, 3}, {40, 8}, {58, 17}, {118, 37}} {
			c.Resize(size[0], size[1])
			w, h := c.Size()
			frame := c.View(w, h)
			kittest.Fits(t, frame, w, h)
			text := kittest.Unstyled(frame)
			if !strings.Contains(text, "Stop ") || size[0] > 30 && !strings.Contains(text, "y stop it") {
				t.Errorf("%v:\n%s", size, text)
			}
			if strings.ContainsAny(frame, "\x07\u202e") {
				t.Errorf("%v: control characters are drawn: %q", size, frame)
			}
		}
		c.Resize(58, 17)
		if c.Hint() != "more below" {
			t.Errorf("the hint is %q", c.Hint())
		}
	})
}

func sampleForm(done func([]Value) tea.Msg) Spec {
	return Spec{Title: "Build", Asks: "Build shop/main on ci?", Yes: "build", Done: done, Fields: []Field{
		{Name: "TARGET", Value: "staging\t1\n", Description: "Where to"},
		{Name: "DRY_RUN", Kind: Bool, Value: "true"},
		{Name: "LEVEL", Kind: Choice, Value: "low", Choices: []string{"low", "mid", "high"}},
		{Name: "PW", Kind: Secret, Empty: "the default"},
		{Name: "NOTES", Kind: Text, Value: "one\r\ntwo"},
	}, Check: func(v []Value) (int, error) {
		if v[0].Text == "" {
			return 0, &kit.SaidError{What: "TARGET is empty", Fix: "Type one."}
		}
		return -1, nil
	}}
}

func TestAFormSendsWhatWasTyped(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := &open{t: t, p: NewForm(kittest.Shared(), sampleForm(func(v []Value) tea.Msg { return v }))}
		o.press("down", "space", "down", "right", "down")
		o.send(tea.PasteMsg{Content: "hunter2\r\n"})
		if s := o.text(); strings.Contains(s, "hunter2") {
			t.Errorf("the password is shown:\n%s", s)
		}
		o.press("enter")
		o.write("!")
		o.press("enter") // a line of the text
		if o.press("tab"); len(o.sent) > 0 {
			t.Fatalf("sent %v", o.sent)
		}
		if s := o.text(); strings.Contains(s, "hunter2") {
			t.Errorf("the password is shown:\n%s", s)
		}
		o.press("enter")
		want := []Value{{"staging\t1\n", false}, {"false", true}, {"mid", true}, {"hunter2", true}, {"one\ntwo!\n", true}}
		got, ok := o.sent[0].([]Value)
		if !ok || len(got) != len(want) || o.p != nil {
			t.Fatalf("sent %v", o.sent)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%d: %+v, want %+v", i, got[i], want[i])
			}
		}
	})
}

func TestAFormIsNotSentByAccidentNorWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := &open{t: t, p: NewForm(kittest.Shared(), sampleForm(func(v []Value) tea.Msg { return v }))}
		for range 12 {
			o.send(kittest.KeyPress("enter")) // one that repeats, or a paste without brackets
		}
		o.send(tea.PasteMsg{Content: "a\nb\n\n\n\n\n\n"})
		o.send(kittest.KeyPress("ctrl+s"))
		if o.p == nil || len(o.sent) > 0 {
			t.Fatalf("sent %v", o.sent)
		}
		o.send(kit.ClickMsg{Y: -1})
		if o.p == nil {
			t.Fatal("a click beside the form throws it away")
		}
		f := o.p.(*Form)
		f.to(0)
		o.press("end", "ctrl+u", "ctrl+s")
		if o.p == nil || len(o.sent) > 0 || f.at != 0 {
			t.Fatalf("sent %v, field %d", o.sent, f.at)
		}
		if s := o.text(); !strings.Contains(s, "TARGET is empty. Type one.") {
			t.Errorf("it does not say what is wrong:\n%s", s)
		}
		o.press("x", "ctrl+s")
		if o.p != nil || len(o.sent) != 1 {
			t.Errorf("sent %v", o.sent)
		}
	})
}

func TestHowLongTheKeyboardRestsBeforeAFormIsSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		before string // the key before the last, typed right after a letter
		rest   time.Duration
		key    string
		sent   bool
	}{
		{"a second enter", "enter", quietChord, "enter", false},
		{"a second enter, later", "enter", quiet, "enter", true},
		{"enter after tab", "tab", quietChord, "enter", true},
		{"a paste with a tab and a line end", "tab", 0, "enter", false},
		{"a chord after a letter", "x", quietChord, "ctrl+s", true},
		{"a chord at once", "x", 0, "ctrl+s", false},
	} {
		kittest.InBubble(t, func(t *testing.T) {
			o := &open{t: t, p: NewForm(kittest.Shared(), Spec{Yes: "build", Fields: []Field{{Name: "name"}},
				Done: func(v []Value) tea.Msg { return v[0].Text }})}
			o.write("mine")
			o.send(kittest.KeyPress(c.before))
			time.Sleep(c.rest)
			if o.send(kittest.KeyPress(c.key)); (len(o.sent) == 1) != c.sent {
				t.Errorf("%s: sent %v", c.name, o.sent)
			}
		})
	}
}

func TestAChoiceIsMadeFromAList(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := &open{t: t, p: NewForm(kittest.Shared(), sampleForm(func(v []Value) tea.Msg { return v }))}
		o.press("down", "down", "ctrl+o")
		if _, ok := o.p.(*popup.List); !ok {
			t.Fatalf("%T is open", o.p)
		}
		o.press("esc", "ctrl+o")
		o.write("hi")
		o.press("enter")
		f, ok := o.p.(*Form)
		if !ok || f.Values()[2].Text != "high" {
			t.Errorf("%T is open, %v", o.p, f.Values())
		}
	})
}

func TestWaitingGivesWayToWhatTheAnswerOpens(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		next := NewConfirm(kittest.Shared(), stopQuestion())
		o := &open{t: t, p: NewWaiting("Build", "Asking for its parameters", func(msg tea.Msg) (popup.Popup, tea.Cmd, bool) {
			return next, nil, msg == yesMsg{}
		})}
		o.send("something else")
		o.press("y", "enter")
		if o.p == nil || o.p == popup.Popup(next) {
			t.Fatalf("%T is open", o.p)
		}
		o.send(yesMsg{})
		if o.p != popup.Popup(next) {
			t.Fatalf("%T is open", o.p)
		}
		o = &open{t: t, p: NewWaiting("Build", "Asking", nil)}
		if o.press("esc"); o.p != nil {
			t.Error("esc does not leave")
		}
	})
}

func TestEnterConfirmsAFormThatChangesNothingInJenkins(t *testing.T) {
	t.Parallel()
	for _, local := range []bool{true, false} {
		kittest.InBubble(t, func(t *testing.T) {
			o := &open{t: t, p: NewForm(kittest.Shared(), Spec{Title: "Save", Asks: "Keep it?", Local: local, Yes: "save",
				Fields: []Field{{Name: "name"}}, Done: func(v []Value) tea.Msg { return v[0].Text }})}
			o.write("mine")
			keys := o.p.Footer()
			if got := keys[0].Word == "save" && len(keys) == 2; got != local {
				t.Errorf("local %v: the footer says %v", local, keys)
			}
			o.send(kittest.KeyPress("enter")) // at once after the last letter
			if sent := len(o.sent) == 1; sent != local {
				t.Errorf("local %v: sent %v", local, o.sent)
			}
		})
	}
}

func TestAClickOnLeaveItLeavesAndNoClickConfirms(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		for _, careful := range []bool{true, false} {
			q := stopQuestion()
			q.Careful = careful
			o := &open{t: t, p: NewConfirm(kittest.Shared(), q)}
			lines := strings.Split(o.text(), "\n")
			y := len(lines) - 1
			from, to := strings.Index(lines[y], "n leave it"), len(strings.TrimRight(lines[y], " ]"))
			for x := 0; x < 80; x += 3 {
				for _, row := range []int{0, y} {
					o := &open{t: t, p: NewConfirm(kittest.Shared(), q)}
					o.text()
					time.Sleep(quiet)
					o.send(kit.ClickMsg{X: x, Y: row})
					if inside := row == y && x >= from && x < to; inside && o.p != nil || (row != y || x < from-2 || x > to+2) && o.p == nil || len(o.sent) > 0 {
						t.Fatalf("a click at %d,%d: open %v, sent %v", x, row, o.p != nil, o.sent)
					}
				}
			}
		}
	})
}

func TestOptionsShowAllOfTheirNotes(t *testing.T) {
	kittest.InBubble(t, func(t *testing.T) {
		note := strings.Repeat("It says a lot of what it does. ", 6) + "END"
		items := []popup.Item{{Label: "First", Note: note, Msg: 1}, {Label: "Second", Note: note, Msg: 2}, {Label: "Third", Msg: 3}}
		for _, size := range [][2]int{{78, 20}, {58, 16}, {38, 8}, {20, 3}} {
			p := popup.Popup(NewOptions(kittest.Shared(), "Which?", items))
			seen := ""
			for range items {
				p.Resize(size[0], size[1])
				w, h := p.Size()
				frame := p.View(w, h)
				kittest.Fits(t, frame, w, h)
				seen += kittest.Unstyled(frame)
				p, _ = p.Update(kittest.KeyPress("down"))
			}
			if n := strings.Count(seen, "END"); size[1] >= 8 && n < 2 || !strings.Contains(seen, "Third") {
				t.Errorf("%v: the end of a note is there %d times:\n%s", size, n, seen)
			}
		}
	})
}

func TestOnlyEnterAndAClickTakeAnOption(t *testing.T) {
	kittest.InBubble(t, func(t *testing.T) {
		items := func() *open {
			return &open{t: t, p: NewOptions(kittest.Shared(), "Which?", []popup.Item{{Label: "First", Msg: 1}, {Label: "Second", Note: "more of it", Msg: 2}})}
		}
		o := items()
		o.send(tea.PasteMsg{Content: "\n\n"})
		o.press("y", "space", "x", "1")
		if o.p == nil || len(o.sent) > 0 {
			t.Fatalf("%v was taken", o.sent)
		}
		if o.press("down", "down", "enter"); o.p != nil || len(o.sent) != 1 || o.sent[0] != 2 {
			t.Errorf("%v was taken", o.sent)
		}
		o = items()
		if o.send(kit.ClickMsg{X: 6, Y: 2}); len(o.sent) != 1 || o.sent[0] != 2 {
			t.Errorf("a click on a note took %v", o.sent)
		}
		o = items()
		if o.send(kit.ClickMsg{Y: -1}); o.p != nil || len(o.sent) > 0 {
			t.Errorf("a click outside took %v", o.sent)
		}
	})
}
