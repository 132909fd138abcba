package follow

import (
	"io"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
)

// Live draws the build in place at the bottom of a terminal, and what it prints above. The cursor rests below the drawing, so
// that whatever ends the program leaves the terminal as it should be.
type Live struct {
	out   io.Writer
	err   io.Writer
	paint output.Paint
	size  func() (w, h int)

	state *State
	drawn []string // as they stand on the terminal now
	lost  bool     // Jenkins does not answer: the clocks stand still
	logs  bool     // it prints a log above the drawing
}

var _ Printer = (*Live)(nil)

// Quiet stops the terminal from showing what is typed while a build is drawn on it, until restore is called.
func Quiet(in io.Reader) (restore func()) {
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return quiet(f)
	}
	return func() {}
}

// NewLive returns a printer for a terminal.
func NewLive(out *os.File, errOut io.Writer) *Live {
	return &Live{out: out, err: errOut, paint: output.NewPaint(out), size: func() (int, int) {
		w, h, err := term.GetSize(int(out.Fd()))
		if err != nil || w <= 0 || h <= 0 {
			return 80, 24
		}
		return w, h
	}}
}

func (l *Live) Show(s *State, _ []Event) error {
	l.state, l.lost = s, false
	return l.redraw("")
}

func (l *Live) Tick() error {
	if l.state == nil {
		return nil
	}
	return l.redraw("")
}

// besideLog is how many lines the drawing takes at most below a log, which needs the others.
const besideLog = 10

func (l *Live) Log(text []byte) error {
	s := string(text)
	l.logs = true
	if !l.paint.Color {
		s = ansi.Strip(s)
	} else if strings.Contains(s, "\x1b") {
		s = strings.TrimSuffix(s, "\n") + "\x1b[m\n" // so that the drawing is not in the log's colors
	}
	return l.redraw(s)
}

func (l *Live) Away(err error) {
	l.lost = err != nil
	l.beside(func() { find.NoteAway(l.err, err) })
}

func (l *Live) Note(text string) { l.beside(func() { output.Note(l.err, "jenkwatch: %s", text) }) }

// beside has something said above the drawing.
func (l *Live) beside(say func()) {
	_, _ = io.WriteString(l.out, l.erase())
	say()
	_ = l.redraw("")
}

func (l *Live) Finish(s *State, why *failure.Card) error {
	if err := l.Show(s, nil); err != nil || why == nil {
		return err
	}
	l.drawn = nil // it stays
	w, _ := l.size()
	_, err := io.WriteString(l.out, "\n"+cardText(why, w, l.paint))
	return err
}

// cardText is why a build failed for a terminal, without the line that the drawing has said already.
func cardText(why *failure.Card, w int, p output.Paint) string {
	var b strings.Builder
	for _, line := range why.Lines(cardLines)[1:] {
		if line == "" && b.Len() == 0 {
			continue
		}
		line = ansi.Truncate(clean.ScreenLine(line), w, p.More())
		if line != "" && !strings.HasPrefix(line, " ") {
			line = p.Text(output.Strong, line)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// redraw writes text above the drawing and the drawing anew, in one write.
func (l *Live) redraw(above string) error {
	b := l.erase() + above
	if l.state != nil {
		w, h := l.size()
		now := time.Now()
		if l.lost {
			now = l.state.At
		}
		h-- // the cursor stands below
		if l.logs {
			h = min(h, besideLog)
		}
		l.drawn = drawBuild(l.state, now, w, h, l.paint)
		b += strings.Join(l.drawn, "\n") + "\n"
	}
	_, err := io.WriteString(l.out, b)
	return err
}

// erase returns what takes the drawing off the terminal, line by line: tmux moves a screen that is erased as a whole from its first
// row into the scrollback. In a terminal that has become narrower since, its lines were broken.
func (l *Live) erase() string {
	if len(l.drawn) == 0 {
		return ""
	}
	w, _ := l.size()
	rows := 0
	for _, line := range l.drawn {
		rows += max(1, (ansi.StringWidth(line)+w-1)/w)
	}
	l.drawn = nil
	return "\r" + strings.Repeat(ansi.CUU1+ansi.EraseEntireLine, rows)
}
