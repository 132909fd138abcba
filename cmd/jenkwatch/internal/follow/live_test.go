package follow

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// terminal is one with a scrollback, which is refused what tmux takes for a reason to keep the screen in it.
type terminal struct {
	*testing.T
	vt   *vt.Emulator
	w, h int
}

func newTerminal(t *testing.T, w, h int) *terminal {
	e := vt.NewEmulator(w, h)
	t.Cleanup(func() { e.InputPipe().(io.Closer).Close() })
	return &terminal{T: t, vt: e, w: w, h: h}
}

// Write takes a newline as a terminal does. tmux moves the screen into the scrollback when all of it is erased at once.
func (m *terminal) Write(p []byte) (int, error) {
	before, after, erases := strings.Cut(string(p), ansi.EraseScreenBelow)
	_, _ = m.vt.WriteString(strings.ReplaceAll(before, "\n", "\r\n"))
	if !erases {
		return len(p), nil
	}
	if at := m.vt.CursorPosition(); at.X == 0 && at.Y == 0 {
		m.Error("the screen is erased as a whole")
	}
	_, _ = m.vt.WriteString(ansi.EraseScreenBelow)
	_, _ = m.Write([]byte(after))
	return len(p), nil
}

func (m *terminal) resize(w, h int) {
	m.w, m.h = w, h
	m.vt.Resize(w, h)
}

// text is the scrollback and the screen.
func (m *terminal) text() string {
	var b strings.Builder
	for y := range m.vt.ScrollbackLen() {
		for x := range m.w {
			if c := m.vt.ScrollbackCellAt(x, y); c != nil {
				b.WriteString(c.Content)
			}
		}
		b.WriteByte('\n')
	}
	return b.String() + m.vt.String()
}

// many is a state with n stages, the last of which runs, fails or is skipped.
func many(n int, status jenkins.Status, last stages.State) *State {
	s := &State{At: began, Run: jenkins.Run{Ref: jenkins.Ref{Job: "shop", Number: 3}, Status: status, StartedAt: began, Duration: time.Minute}}
	for i := range n {
		state := []stages.State{stages.Success, stages.Skipped, stages.Unstable}[i%3]
		if i == n-1 {
			state = last
		}
		s.Tree.Stages = append(s.Tree.Stages, stage(fmt.Sprint(i), fmt.Sprintf("S%d", i), state, time.Minute))
	}
	return s
}

// TestDrawingStandsOnceOnATerminal, from its first row on, however small it is and whatever is printed meanwhile.
func TestDrawingStandsOnceOnATerminal(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {80, 10}, {40, 8}, {80, 2}} {
		for _, log := range []bool{false, true} {
			t.Run(fmt.Sprint(size, log), func(t *testing.T) {
				t.Parallel()
				m := newTerminal(t, size[0], size[1])
				l := &Live{out: m, err: m, paint: output.Paint{Color: true, Glyphs: true}, size: func() (int, int) { return m.w, m.h }}
				for n := 1; n < 40; n++ {
					if err := l.Show(many(n, jenkins.Running, stages.Running), nil); err != nil {
						t.Fatal(err)
					}
					if log {
						_ = l.Log([]byte(strings.Repeat("x", 30) + fmt.Sprintf("line %d\n", n)))
					}
					_ = l.Tick()
					if n == 20 {
						l.Note("something else")
					}
				}
				why := &failure.Card{Run: jenkins.Run{Ref: jenkins.Ref{Job: "shop", Number: 3}}, Stage: []string{"S38"}}
				if err := l.Finish(many(39, jenkins.Failure, stages.Failure), why); err != nil {
					t.Fatal(err)
				}
				got := m.text()
				if n := strings.Count(got, "shop #3"); n != 1 || strings.Contains(got, "RUNNING") {
					t.Errorf("%d drawings are left:\n%s", n, got)
				}
				if log && (strings.Count(got, "line ") != 39 || !strings.Contains(got, "something else")) {
					t.Errorf("what was printed above is gone:\n%s", got)
				}
				if size[1] > 2 && !strings.Contains(got, "✗ S38") {
					t.Errorf("what failed is not shown:\n%s", got)
				}
			})
		}
	}
}

// TestDrawingStandsOnceOnATerminalThatIsResized between two drawings.
func TestDrawingStandsOnceOnATerminalThatIsResized(t *testing.T) {
	t.Parallel()
	m := newTerminal(t, 80, 24)
	l := &Live{out: m, err: m, paint: output.Paint{Color: true, Glyphs: true}, size: func() (int, int) { return m.w, m.h }}
	for _, size := range [][2]int{{80, 24}, {40, 24}, {40, 8}, {120, 8}, {120, 40}, {80, 24}} {
		m.resize(size[0], size[1])
		if err := l.Show(many(30, jenkins.Running, stages.Running), nil); err != nil {
			t.Fatal(err)
		}
		if got := m.vt.String(); strings.Count(got, "shop #3") != 1 || !strings.Contains(got, "▶ S29") {
			t.Errorf("%v:\n%s", size, got)
		}
	}
}
