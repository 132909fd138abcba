package tui

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

func (p *logPane) look(w int, st *styles) logLook {
	return logLook{st: st, w: w, left: p.left, wrap: p.wrap, times: p.times, find: p.find}
}

// view draws the window's part that is on the screen, or what stands in its way.
func (p *logPane) view(w, h int, st *styles) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	foot := p.foot(w, st)
	body := h
	if foot != "" {
		body--
	}
	var rows []string
	if len(p.win.lines) == 0 {
		what, next := p.state()
		rows = stateRows(what, next, 1, w, body, st)
	} else {
		d := p.look(w, st)
		top, row := p.top, p.row
		if p.follow {
			top, row = p.endTop(w, body)
		}
		for i := top; i < len(p.win.lines) && len(rows) < body; i++ {
			rows = d.rows(rows, p.win.lines[i], i == p.hit, row, body-len(rows))
			row = 0
		}
	}
	for len(rows) < body {
		rows = append(rows, "")
	}
	rows = rows[:max(0, body)]
	if foot != "" {
		rows = append(rows, foot)
	}
	return strings.Join(rows, "\n")
}

// foot is the line at the bottom while a search is typed or under way, or when the log cannot be read on.
func (p *logPane) foot(w int, st *styles) string {
	switch {
	case p.typed:
		return fit("/"+p.search.view(w-1, st), w)
	case p.scan != nil:
		return st.waiting.render(fit(fmt.Sprintf("searching %s: %d%% of %s  esc stops",
			p.scan.find.name(), p.progress(), byteSize(p.size)), w))
	case p.gone() && len(p.win.lines) > 0:
		return st.waiting.render(fit("Jenkins does not have this build any more. This is what was read of it.", w))
	case p.err != nil && len(p.win.lines) > 0:
		return st.failed.render(fit(sayError(p.err), w))
	}
	return ""
}

// gone tells that the build is not there any more, though its console could be read: it was discarded or deleted.
func (p *logPane) gone() bool {
	e, ok := errors.AsType[*jenkins.Error](p.err)
	return ok && e.Kind == jenkins.NotFound && p.heard
}

// state is what is said instead of a log: what is, and what to do.
func (p *logPane) state() (what, next string) {
	switch {
	case p.run.Job == "":
		return "No run is selected.", "Choose one in the list of runs."
	case p.run.Number == 0:
		why := "The run waits for an executor."
		if p.run.Why != "" {
			why = clean(p.run.Why)
		}
		return "No console yet: the run waits for an executor.", why
	case p.err != nil:
		return whatOf(p.err), strings.TrimSpace(hintOf(p.err) + " r asks again.")
	case !p.heard:
		return "Reading the console" + p.sh.glyphs.more, ""
	case p.ended():
		return "The console is empty.", "The run ended without writing anything."
	}
	return "The console is empty so far.", "What the run writes appears here."
}

// stateRows draws what stands in place of a pane's contents: what is, and below it, dim, what to do.
func stateRows(what, next string, margin, w, h int, st *styles) []string {
	if w < 20 {
		margin = 0
	}
	var rows []string
	for _, l := range wrapWords(what, w-2*margin) {
		rows = append(rows, spaces(margin)+l)
	}
	for _, l := range wrapWords(next, w-2*margin) {
		rows = append(rows, spaces(margin)+st.dim.render(l))
	}
	return rows[:min(len(rows), max(0, h))]
}

// wrapWords breaks clean text into lines of at most w cells, between words where it can.
func wrapWords(s string, w int) []string {
	if s == "" || w <= 0 {
		return nil
	}
	return strings.Split(ansi.Wrap(s, w, ""), "\n")
}

func (p *logPane) title(w int) string {
	if p.run.Job == "" {
		return fit("Log", min(w, 3))
	}
	t := "Log  " + runTitle(p.run)
	return fitMiddle(t, min(w, width(t)))
}

// hint tells where in the log the screen is, and what leads on.
func (p *logPane) hint() string {
	place := p.place()
	if place == "" {
		return ""
	}
	parts := []string{place, byteSize(p.size)}
	switch { // keys that do nothing now are not shown
	case !p.focused:
	case p.find != nil && !p.typed:
		if nth := p.matchText(); nth != "" && p.counted == p.find && p.hit >= 0 {
			parts = append(parts, nth)
		}
		parts = append(parts, "n N "+strings.TrimSpace(clean(p.find.text)))
	default:
		parts = append(parts, "e next error", "/ search")
	}
	return strings.Join(parts, " "+p.sh.glyphs.sep+" ")
}

// brief is what of the hint matters most, where there is little room.
func (p *logPane) brief() string {
	if nth := p.matchText(); nth != "" && p.find != nil && p.counted == p.find && p.hit >= 0 {
		return nth
	}
	return p.place()
}

// place tells where in the log the screen is.
func (p *logPane) place() string {
	if !p.heard || len(p.win.lines) == 0 {
		return ""
	}
	var parts []string
	switch {
	case p.follow && p.ended():
		parts = append(parts, "ended")
	case p.follow && p.run.Status.Ended():
		parts = append(parts, "ends")
	case p.follow:
		parts = append(parts, "following")
	case p.first >= 0 && p.whole():
		parts = append(parts, "line "+thousands(int64(p.top+1))+" of "+thousands(int64(len(p.win.lines))))
	case p.first >= 0:
		parts = append(parts, "line "+thousands(int64(p.first+p.top+1)))
	}
	if at := p.percent(); !p.follow && at >= 0 {
		parts = append(parts, strconv.Itoa(at)+"%")
	}
	return strings.Join(parts, " "+p.sh.glyphs.sep+" ")
}

// percent is how much of the log lies above the end of the screen: of its lines where all of them are held, else of its
// bytes, console notes among them, for nobody counts the lines of a gigabyte.
func (p *logPane) percent() int {
	n := len(p.win.lines)
	below := min(p.top+p.h, n)
	switch {
	case p.size <= 0 || p.top >= n:
		return -1
	case p.whole():
		return below * 100 / n
	case below == n:
		return int(p.win.end * 100 / p.size)
	}
	return int(p.win.lines[below].start * 100 / p.size)
}

// whole tells whether the window holds all of the log.
func (p *logPane) whole() bool { return p.heard && p.win.start == 0 && p.atEnd() }

// thousands writes a number with its thousands apart.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// byteSize writes a size in the unit that reads best.
func byteSize(n int64) string {
	switch {
	case n < 1<<10:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1<<20:
		return strconv.FormatInt(n>>10, 10) + " KB"
	case n < 1<<30:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GB", float64(n)/(1<<30))
}

// topLine is the first line on the screen.
func (p *logPane) topLine() int {
	if p.follow {
		top, _ := p.endTop(p.w, p.h)
		return top
	}
	return min(p.top, max(0, len(p.win.lines)-1))
}

// endTop is where the screen begins when it shows the end.
func (p *logPane) endTop(w, h int) (top, row int) {
	need := h
	d := p.look(w, nil)
	for i := len(p.win.lines) - 1; i >= 0; i-- {
		n := d.height(p.win.lines[i])
		if n >= need {
			return i, n - need
		}
		need -= n
	}
	return 0, 0
}

// settleTop lets go of the end: the screen stays where it is.
func (p *logPane) settleTop() {
	if p.follow {
		p.top, p.row = p.endTop(p.w, p.h)
		p.follow = false
	}
}

// move goes n rows down, or up if negative.
func (p *logPane) move(n int) {
	d := p.look(p.w, nil)
	for ; n < 0 && (p.row > 0 || p.top > 0); n++ {
		if p.row > 0 {
			p.row--
			continue
		}
		p.top--
		p.row = d.height(p.win.lines[p.top]) - 1
	}
	for ; n > 0 && p.top < len(p.win.lines); n-- {
		if p.row++; p.row >= d.height(p.win.lines[p.top]) {
			p.top++
			p.row = 0
		}
	}
}

// clamp keeps the last page full and tells whether the screen is at the window's end.
func (p *logPane) clamp() bool {
	top, row := p.endTop(p.w, p.h)
	if p.top < top || p.top == top && p.row < row {
		return false
	}
	p.top, p.row = top, row
	return true
}

// scroll moves by rows; at the very end it follows again.
func (p *logPane) scroll(n int) tea.Cmd {
	if len(p.win.lines) == 0 || n > 0 && p.follow {
		return nil
	}
	p.settleTop()
	p.move(n)
	if p.clamp() && n > 0 && p.atEnd() {
		p.follow = true
	}
	return p.fill()
}

func (p *logPane) toTop() tea.Cmd {
	p.top, p.row = 0, 0
	if !p.heard || len(p.win.lines) == 0 {
		return nil
	}
	p.follow = false
	if p.win.start > 0 {
		return p.ask(askHead)
	}
	return p.fill()
}

func (p *logPane) toEnd() tea.Cmd {
	p.follow, p.hit = true, -1
	if p.heard && !p.atEnd() {
		return p.ask(askEnd)
	}
	return p.fill()
}

var _ logReader = (*console.Client)(nil)
