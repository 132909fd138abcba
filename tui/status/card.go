package status

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// why is why a run failed, and asks for it.
type why struct {
	card   *failure.Card // nil until that is known
	asked  time.Time
	asking bool // the answer is under way
	wanted bool // it is to be sent when it is known
}

// cardMsg answers the question why a run failed.
type cardMsg struct {
	run  jenkins.Run
	card failure.Card
	err  error
}

// ask asks why an ended run failed, whose stages are known: once, and again after a while if that did not work out.
func (y *why) ask(sh *kit.Shared, run jenkins.Run, tree stages.Tree) tea.Cmd {
	c := sh.Client(run.Controller)
	if c == nil || y.card != nil || run.Number == 0 || !Failing(run.Status) || time.Since(y.asked) < time.Minute {
		return nil
	}
	y.asked, y.asking = time.Now(), true
	reader := &failure.Reader{Client: c, Stages: sh.StagesOf(run.Controller), Console: sh.ConsoleOf(run.Controller), Env: sh.EnvOf(run.Controller)}
	parent := sh.Context()
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, kit.AskFor)
		defer cancel()
		card, err := reader.CardOf(ctx, run, &tree)
		return cardMsg{run, card, err}
	}
}

// messageOf is the message that a step failed with, if it is the one that made the run fail and that is known.
func (y *why) messageOf(step *stages.Step) string {
	if step == nil || y.card == nil || y.card.StepID != step.ID || y.card.Error.From != failure.FromMessage {
		return ""
	}
	return strings.Join(y.card.Error.Lines, "\n")
}

// sentLines is how many lines a notification gets that says why a run failed.
const sentLines = 40

// send opens the compose pane with what is known of why the run failed.
func (y *why) send() tea.Cmd {
	if y.card == nil {
		return kit.Note("it is not known why it failed")
	}
	return kit.Send(kit.ComposeMsg{Text: strings.Join(y.card.Lines(sentLines), "\n")})
}

// lines says why a run failed, in at most most lines: the stage and the step, the error, failing tests, and what
// changed. Where there is little room each part keeps its first lines. failed is nil where its stages do not say.
func (y *why) lines(failed *stages.Failed, masks func(string) string, w, most int, st *kit.Styles) []string {
	head := y.where(failed, w, st)
	if y.card == nil {
		return head[:min(len(head), most)]
	}
	c := y.card
	tests, commits, changed := testLines(c, w, st), commitLines(c, w, st), changedLines(c, masks, w, st)
	parts := []struct {
		lines []string
		least int
	}{{nil, 2}, {tests, 1}, {commits, 3}, {changed, 0}}
	room := most - len(head)
	var shown [4]int
	want := func(i int) int {
		if i == 0 {
			return len(c.Error.Lines)
		}
		return len(parts[i].lines)
	}
	for pass := range 2 { // first the least of each, then what is left in their order
		for i := range parts {
			n := want(i)
			if pass == 0 {
				n = min(n, parts[i].least)
			}
			n = max(0, min(n-shown[i], room))
			shown[i], room = shown[i]+n, room-n
		}
	}
	out := append(head, errorLines(c, shown[0], w, st)...)
	for i := 1; i < len(parts); i++ {
		lines, n := parts[i].lines, shown[i]
		out = append(out, lines[:n]...)
		if n > 0 && n < len(lines) {
			more := fmt.Sprintf(" +%d", len(lines)-n)
			last := &out[len(out)-1]
			*last = kit.Fit(*last, min(kit.Width(*last), w-2-len(more))) + st.Dim.Render(more)
		}
	}
	return out[:min(len(out), max(most, len(head)))]
}

// where names the stage and the step that failed, and where the error below comes from.
func (y *why) where(f *stages.Failed, w int, st *kit.Styles) []string {
	if f == nil {
		if y.card == nil || len(y.card.Error.Lines) == 0 {
			return nil
		}
		f = &stages.Failed{}
	}
	var path []string
	for _, s := range f.Path {
		path = append(path, kit.Clean(s.Name))
	}
	where := strings.Join(path, " > ")
	line := " " + st.Failed.Render(kit.FitMiddle(where, min(kit.Width(where), w-2)))
	var out []string
	step := ""
	if f.Step != nil {
		what, given := f.Step.Label()
		if step = kit.Clean(given); step == "" {
			step = kit.Clean(what)
		}
	}
	switch room := w - kit.Width(line) - 4; {
	case step == "" && where == "": // no pipeline, or outside of any stage
		line = " " + st.Dim.Render("last lines")
		if y.card != nil && y.card.Error.Found {
			line = " " + st.Dim.Render("first error")
		}
	case step == "":
	case where == "":
		line = " " + kit.Fit(step, min(kit.Width(step), w-2))
	case room >= min(16, kit.Width(step)):
		line += st.Dim.Render(" "+st.Glyphs.Right+" ") + kit.Fit(step, min(kit.Width(step), room))
	default:
		out = append(out, line)
		line = st.Dim.Render("   "+st.Glyphs.Right+" ") + kit.Fit(step, min(kit.Width(step), w-6))
	}
	if f.Cut {
		out = append(out, line)
		line = st.Dim.Render("   " + cutNote(f.Stage(), true))
	}
	if y.card != nil && y.card.Error.From != "" {
		from := y.card.Error.From
		if room := w - 2 - kit.Width(line); room >= kit.Width(from)+2 {
			line += kit.Spaces(room-kit.Width(from)) + st.Dim.Render(from)
		}
	}
	return append(out, line)
}

// errorLines are n lines of the error: with what is before it only if all of it fits.
func errorLines(c *failure.Card, n, w int, st *kit.Styles) []string {
	lines := c.Error.Lines
	from := 0
	if n < len(lines) {
		from = min(c.Error.First, len(lines)-n)
	}
	var out []string
	for i, l := range lines[from : from+n] {
		l = kit.Fit(kit.Clean(l), min(kit.Width(kit.Clean(l)), w-4))
		if from+i == c.Error.First {
			l = st.Failed.Render(l)
		}
		out = append(out, "   "+l)
	}
	return out
}

// labeled is a line of the card under a name.
func labeled(name, text string, w int, st *kit.Styles) string {
	text = kit.Clean(text)
	return " " + st.Dim.Render(kit.Fit(name, 11)) + " " + kit.Fit(text, min(kit.Width(text), max(1, w-14)))
}

func testLines(c *failure.Card, w int, st *kit.Styles) []string {
	if c.Tests == nil {
		return nil
	}
	var out []string
	for _, k := range c.Tests.Cases {
		name := "failing"
		if k.Since > 0 {
			name = fmt.Sprintf("since #%d", k.Since)
		}
		if k.New {
			name = "new failure"
		}
		text := k.Name
		if k.Message != "" {
			text += ": " + k.Message
		}
		out = append(out, labeled(name, text, w, st))
	}
	return out
}

func commitLines(c *failure.Card, w int, st *kit.Styles) []string {
	var out []string
	for i, k := range c.Commits {
		name := ""
		if i == 0 || c.Commits[i-1].Number != k.Number { // a test that fails since a build fails by its commits
			name = fmt.Sprintf("in #%d", k.Number)
		}
		out = append(out, labeled(name, fmt.Sprintf("%.9s %s  %s", k.ID, cmp.Or(k.Author, "unknown author"), k.Title), w, st))
	}
	return out
}

func changedLines(c *failure.Card, masks func(string) string, w int, st *kit.Styles) []string {
	var out []string
	for i, d := range c.Changed {
		name := ""
		if i == 0 {
			name = "changed"
		}
		before, after := masks(failure.ShortHashes(d.Before.Shown(false))), masks(failure.ShortHashes(d.After.Shown(false)))
		out = append(out, labeled(name, d.Name+": "+kit.LineEnds(before)+" -> "+kit.LineEnds(after), w, st))
	}
	return out
}

// Failing reports whether a run ended because something in it broke.
func Failing(s jenkins.Status) bool { return s == jenkins.Failure || s == jenkins.Unstable }
