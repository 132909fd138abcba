package log

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

func (p *Pane) look(w int, st *kit.Styles) textview.Look {
	return textview.Look{St: st, W: w, Left: p.left, Wrap: p.wrap, Times: p.times, Find: p.Find}
}

// View draws the window's part that is on the screen, or what stands in its way.
func (p *Pane) View(w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	st := p.sh.Styles
	foot := p.foot(w, st)
	body := h
	if foot != "" {
		body--
	}
	var rows []string
	if len(p.Win.Lines) == 0 {
		what, next := p.state()
		rows = kit.StateRows(what, next, 1, w, body, st)
	} else {
		d := p.look(w, st)
		top, row := p.top, p.row
		if p.Follow {
			top, row = p.endTop(w, body)
		}
		for i := top; i < len(p.Win.Lines) && len(rows) < body; i++ {
			rows = d.Rows(rows, p.Win.Lines[i], i == p.Hit, row, body-len(rows))
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
func (p *Pane) foot(w int, st *kit.Styles) string {
	switch {
	case p.typed:
		return kit.Fit("/"+p.search.View(w-1, st), w)
	case p.scan != nil:
		return st.Waiting.Render(kit.Fit(fmt.Sprintf("searching %s: %d%% of %s  esc stops",
			p.scan.find.Name(), p.progress(), kit.ByteSize(p.size)), w))
	case p.gone() && len(p.Win.Lines) > 0:
		return st.Waiting.Render(kit.Fit("Jenkins does not have this build any more. This is what was read of it.", w))
	case p.err != nil && len(p.Win.Lines) > 0:
		return st.Failed.Render(kit.Fit(kit.SayError(p.err), w))
	}
	return ""
}

// gone tells that the build is not there any more, though its console could be read: it was discarded or deleted.
func (p *Pane) gone() bool {
	e, ok := errors.AsType[*jenkins.Error](p.err)
	return ok && e.Kind == jenkins.NotFound && p.Heard
}

// state is what is said instead of a log: what is, and what to do.
func (p *Pane) state() (what, next string) {
	switch {
	case p.run.Job == "":
		return "No run is selected.", "Choose one in the list of runs."
	case p.run.Number == 0:
		why := "The run waits for an executor."
		if p.run.Why != "" {
			why = kit.Clean(p.run.Why)
		}
		return "No console yet: the run waits for an executor.", why
	case p.err != nil:
		return kit.WhatOf(p.err), strings.TrimSpace(kit.HintOf(p.err) + " r asks again.")
	case !p.Heard:
		return "Reading the console" + p.sh.Glyphs.More, ""
	case p.ended():
		return "The console is empty.", "The run ended without writing anything."
	}
	return "The console is empty so far.", "What the run writes appears here."
}

func (p *Pane) Title(w int) string {
	if p.run.Job == "" {
		return kit.Fit("Log", min(w, 3))
	}
	t := "Log  " + kit.RunTitle(p.run)
	return kit.FitMiddle(t, min(w, kit.Width(t)))
}

// Hint tells where in the log the screen is, and what leads on.
func (p *Pane) Hint() string {
	place := p.place()
	if place == "" {
		return ""
	}
	parts := []string{place, kit.ByteSize(p.size)}
	switch { // keys that do nothing now are not shown
	case !p.focused:
	case p.Find != nil && !p.typed:
		if nth := p.matchText(); nth != "" && p.counted == p.Find && p.Hit >= 0 {
			parts = append(parts, nth)
		}
		parts = append(parts, "n N "+strings.TrimSpace(kit.Clean(p.Find.Text)))
	default:
		parts = append(parts, "e next error", "/ search")
	}
	return strings.Join(parts, " "+p.sh.Glyphs.Sep+" ")
}

// Brief is what of the hint matters most, where there is little room.
func (p *Pane) Brief() string {
	if nth := p.matchText(); nth != "" && p.Find != nil && p.counted == p.Find && p.Hit >= 0 {
		return nth
	}
	return p.place()
}

// place tells where in the log the screen is.
func (p *Pane) place() string {
	if !p.Heard || len(p.Win.Lines) == 0 {
		return ""
	}
	var parts []string
	switch {
	case p.Follow && p.ended():
		parts = append(parts, "ended")
	case p.Follow && p.run.Status.Ended():
		parts = append(parts, "ends")
	case p.Follow:
		parts = append(parts, "following")
	case p.first >= 0 && p.whole():
		parts = append(parts, "line "+kit.Thousands(int64(p.top+1))+" of "+kit.Thousands(int64(len(p.Win.Lines))))
	case p.first >= 0:
		parts = append(parts, "line "+kit.Thousands(int64(p.first+p.top+1)))
	}
	if at := p.percent(); !p.Follow && at >= 0 {
		parts = append(parts, strconv.Itoa(at)+"%")
	}
	return strings.Join(parts, " "+p.sh.Glyphs.Sep+" ")
}

// percent is how much of the log lies above the end of the screen: of its lines where all of them are held, else of its
// bytes, console notes among them, for nobody counts the lines of a gigabyte.
func (p *Pane) percent() int {
	n := len(p.Win.Lines)
	below := min(p.top+p.h, n)
	switch {
	case p.size <= 0 || p.top >= n:
		return -1
	case p.whole():
		return below * 100 / n
	case below == n:
		return int(p.Win.end * 100 / p.size)
	}
	return int(p.Win.Lines[below].Start * 100 / p.size)
}

// whole tells whether the window holds all of the log.
func (p *Pane) whole() bool { return p.Heard && p.Win.start == 0 && p.atEnd() }

// topLine is the first line on the screen.
func (p *Pane) topLine() int {
	if p.Follow {
		top, _ := p.endTop(p.w, p.h)
		return top
	}
	return min(p.top, max(0, len(p.Win.Lines)-1))
}

// endTop is where the screen begins when it shows the end.
func (p *Pane) endTop(w, h int) (top, row int) {
	need := h
	d := p.look(w, nil)
	for i := len(p.Win.Lines) - 1; i >= 0; i-- {
		n := d.Height(p.Win.Lines[i])
		if n >= need {
			return i, n - need
		}
		need -= n
	}
	return 0, 0
}

// settleTop lets go of the end: the screen stays where it is.
func (p *Pane) settleTop() {
	if p.Follow {
		p.top, p.row = p.endTop(p.w, p.h)
		p.Follow = false
	}
}

// move goes n rows down, or up if negative.
func (p *Pane) move(n int) {
	d := p.look(p.w, nil)
	for ; n < 0 && (p.row > 0 || p.top > 0); n++ {
		if p.row > 0 {
			p.row--
			continue
		}
		p.top--
		p.row = d.Height(p.Win.Lines[p.top]) - 1
	}
	for ; n > 0 && p.top < len(p.Win.Lines); n-- {
		if p.row++; p.row >= d.Height(p.Win.Lines[p.top]) {
			p.top++
			p.row = 0
		}
	}
}

// clamp keeps the last page full and tells whether the screen is at the window's end.
func (p *Pane) clamp() bool {
	top, row := p.endTop(p.w, p.h)
	if p.top < top || p.top == top && p.row < row {
		return false
	}
	p.top, p.row = top, row
	return true
}

// scroll moves by rows; at the very end it follows again.
func (p *Pane) scroll(n int) tea.Cmd {
	if len(p.Win.Lines) == 0 || n > 0 && p.Follow {
		return nil
	}
	p.settleTop()
	p.move(n)
	if p.clamp() && n > 0 && p.atEnd() {
		p.Follow = true
	}
	return p.fill()
}

func (p *Pane) toTop() tea.Cmd {
	p.top, p.row = 0, 0
	if !p.Heard || len(p.Win.Lines) == 0 {
		return nil
	}
	p.Follow = false
	if p.Win.start > 0 {
		return p.ask(askHead)
	}
	return p.fill()
}

func (p *Pane) toEnd() tea.Cmd {
	p.Follow, p.Hit = true, -1
	if p.Heard && !p.atEnd() {
		return p.ask(askEnd)
	}
	return p.fill()
}

var _ logReader = (*console.Client)(nil)

// Footer leaves the keys for matches out until something is searched for.
func (p *Pane) Footer() kit.Footer {
	f := kit.Footer{Words: map[kit.Intent]string{kit.IntentDown: "scroll", kit.IntentFilter: "search"},
		Typing: []kit.KeyWord{{Key: "enter", Word: "search"}, {Key: "esc", Word: "close"}}}
	if p.Find == nil {
		f.Words[kit.IntentSearchNext] = ""
	}
	return f
}
