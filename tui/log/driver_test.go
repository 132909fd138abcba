package log

import (
	"bytes"
	"cmp"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// paneDriver plays the root for one pane, inside a synctest bubble: it runs its commands and hands back what they answer.
type paneDriver struct {
	t     *testing.T
	p     kit.Pane
	msgs  chan tea.Msg
	notes []kit.NoteMsg
	copy  []kit.CopyMsg
	menu  kit.ChooseMsg // that the pane asked for last
}

func newPaneDriver(t *testing.T, p kit.Pane) *paneDriver {
	return &paneDriver{t: t, p: p, msgs: make(chan tea.Msg, 1000)}
}

func (d *paneDriver) run(cmd tea.Cmd) {
	if cmd != nil {
		go func() { d.msgs <- cmd() }()
	}
}

// settle runs until nothing is left to do but to wait.
func (d *paneDriver) settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-d.msgs:
			switch msg := msg.(type) {
			case nil:
			case tea.BatchMsg:
				for _, cmd := range msg {
					d.run(cmd)
				}
			case kit.NoteMsg:
				d.notes = append(d.notes, msg)
			case kit.ChooseMsg:
				d.menu = msg
			case kit.CopyMsg:
				d.copy = append(d.copy, msg)
			default:
				d.run(d.p.Update(msg))
			}
		default:
			return
		}
	}
}

func (d *paneDriver) Show(run jenkins.Run) { d.run(d.p.Show(run)); d.settle() }

// wait lets time pass.
func (d *paneDriver) wait(t time.Duration) {
	for end := time.Now().Add(t); time.Now().Before(end); {
		time.Sleep(min(50*time.Millisecond, time.Until(end)))
		d.settle()
	}
}

// do sends intents, or keys while the pane is typing: "text:foo" types foo, "key:enter" presses enter.
func (d *paneDriver) do(what ...string) {
	for _, s := range what {
		if text, ok := strings.CutPrefix(s, "text:"); ok {
			for _, r := range text {
				d.run(d.p.Update(tea.KeyPressMsg{Code: r, Text: string(r)}))
				d.settle()
			}
			continue
		}
		if key, ok := strings.CutPrefix(s, "key:"); ok {
			d.run(d.p.Update(keyPress(key)))
			d.settle()
			continue
		}
		if s == "back" {
			d.p.Back()
			continue
		}
		d.run(d.p.Update(kit.Intent(s)))
		d.settle()
	}
}

// choose takes the entry of the menu with this label; without such an entry it does nothing.
func (d *paneDriver) choose(label string) {
	for _, c := range d.menu.Choices {
		if c.Label == label {
			d.run(d.p.Update(c.Msg))
			d.settle()
		}
	}
}

func (d *paneDriver) frame(w, h int) string { return d.p.View(w, h, testStyles(false)) }

// text is the frame without colours.
func (d *paneDriver) text(w, h int) string { return unstyled(d.frame(w, h)) }

func unstyled(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(textview.Plain(l), " ")
	}
	return strings.Join(lines, "\n")
}

func testStyles(ascii bool) *kit.Styles {
	g := &kit.UnicodeGlyphs
	if ascii {
		g = &kit.AsciiGlyphs
	}
	return kit.NewStyles(kit.Look{Dark: true, Profile: colorprofile.TrueColor}, g)
}

func testShared() *kit.Shared {
	return &kit.Shared{Opts: &kit.Options{}, Glyphs: &kit.UnicodeGlyphs, Focused: true}
}

// fits fails the test unless the frame has exactly h lines of at most w cells and nothing in it but text and colours.
func fits(t testing.TB, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) != h {
		t.Fatalf("%d lines instead of %d:\n%s", len(lines), h, frame)
	}
	for i, l := range lines {
		if n := kit.Width(l); n > w {
			t.Fatalf("line %d has %d cells of %d: %q", i, n, w, l)
		}
		for at := strings.IndexByte(l, 0x1b); at >= 0; at = strings.IndexByte(l, 0x1b) {
			n, _, isSGR := textview.Escape(l[at:])
			if !isSGR {
				t.Fatalf("line %d has a sequence that is no colour: %q", i, l)
			}
			l = l[:at] + l[at+n:]
		}
		if strings.ContainsFunc(l, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
			t.Fatalf("line %d has control characters: %q", i, l)
		}
	}
}

// fakeLog is a console in memory that is cut into pieces as the client does it.
type fakeLog struct {
	data  []byte
	more  bool
	err   error
	asked []int64 // where each question began
}

var errAway = &awayError{}

type awayError struct{}

func (*awayError) Error() string { return "ask Jenkins for the log: connection refused" }
func (*awayError) Hint() string  { return "Is the controller up?" }

func (f *fakeLog) LogSize(ctx context.Context, ref jenkins.Ref) (console.LogChunk, error) {
	return f.chunk(ctx, ref, int64(len(f.data)), int64(len(f.data)))
}

func (f *fakeLog) LogTail(ctx context.Context, ref jenkins.Ref, max int) (console.LogChunk, error) {
	return f.LogBefore(ctx, ref, int64(len(f.data)), max)
}

func (f *fakeLog) LogBefore(ctx context.Context, ref jenkins.Ref, end int64, size int) (console.LogChunk, error) {
	start := max(0, end-int64(size))
	f.asked = append(f.asked, start)
	if start > 0 && f.data[start-1] != '\n' {
		if i := int64(bytes.IndexByte(f.data[start:end], '\n')) + 1; start+i < end {
			start += i
		}
	}
	return f.chunk(ctx, ref, start, end)
}

func (f *fakeLog) Log(ctx context.Context, ref jenkins.Ref, start int64, size int) (console.LogChunk, error) {
	f.asked = append(f.asked, start)
	start = min(start, int64(len(f.data)))
	end := min(start+int64(size), int64(len(f.data)))
	if i := int64(bytes.LastIndexByte(f.data[start:end], '\n')) + 1; i > 0 && (f.more || end < int64(len(f.data))) {
		end = start + i
	}
	return f.chunk(ctx, ref, start, end)
}

func (f *fakeLog) chunk(ctx context.Context, ref jenkins.Ref, start, end int64) (console.LogChunk, error) {
	if err := cmp.Or(ctx.Err(), f.err); err != nil {
		return console.LogChunk{}, err
	}
	return console.LogChunk{Ref: ref, Start: start, Next: end, Size: int64(len(f.data)), More: f.more,
		Text: bytes.Clone(f.data[start:end])}, nil
}

// newTestLog is a log pane that reads f.
func newTestLog(f logReader) *Pane {
	p := New(testShared()).(*Pane)
	p.reader = func(string) logReader { return f }
	return p
}
