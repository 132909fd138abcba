package log

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// hit is how a search came upon a line.
type hit struct {
	step  int  // from the line found last, which is its neighbour among those found; 0: from elsewhere
	first bool // it is known to be the first of the log
	again bool // the search came to one end of the log and began from the other
}

// found jumps to the i-th line of the window, which f found. The count goes on with each neighbour, however far away it is.
func (p *Pane) found(f *textview.Finder, i int, h hit) tea.Cmd {
	if i < 0 {
		return nil
	}
	known := f == p.counted && p.nth > 0 && h.step != 0
	only := h.again && i == p.Hit
	p.counted, p.of = f, 0
	switch {
	case p.whole():
		p.nth, p.of = p.count(f, i)
	case h.first:
		p.nth = 1
	case known && !h.again:
		p.nth += h.step
	case p.Win.start == 0:
		p.nth, _ = p.count(f, i)
	default:
		p.nth = 0
	}
	cmd := p.jump(i)
	text := p.matchText()
	switch {
	case only:
		text = "the only " + f.Kind()
	case h.again && h.step > 0:
		text = strings.TrimPrefix(text+", from the top again", ", ")
	case h.again:
		text = strings.TrimPrefix(text+", from the end again", ", ")
	case f != textview.ErrorFinder || text == "": // the border counts what was searched for
		return cmd
	}
	return tea.Batch(cmd, kit.Note(text))
}

// count tells which of the lines of the window that f finds the i-th is, and how many there are.
func (p *Pane) count(f *textview.Finder, i int) (nth, of int) {
	for k, l := range p.Win.Lines {
		if f.In(textview.Plain(l.Text)) {
			of++
			if k == i {
				nth = of
			}
		}
	}
	return nth, of
}

// matchText tells which match the search stands on, as far as that is known: nobody reads a gigabyte to count them.
func (p *Pane) matchText() string {
	if p.counted == nil || p.nth <= 0 {
		return ""
	}
	text := p.counted.Kind() + " " + kit.Thousands(int64(p.nth))
	if p.of > 0 {
		text += " of " + kit.Thousands(int64(p.of))
		if p.more {
			text += " so far"
		}
	}
	return text
}

// turnTimes shows the timestamps another way, and says which, or that the console has none.
func (p *Pane) turnTimes() tea.Cmd {
	if !slices.ContainsFunc(p.Win.Lines, func(l textview.Line) bool { _, n := textview.SplitStamp(l.Text); return n > 0 && !l.Cont }) {
		return kit.Note("no timestamps in this console: the plugin Timestamper adds them")
	}
	p.times = (p.times + 1) % textview.TimesModes
	return kit.Note(map[textview.TimesMode]string{
		textview.TimesShort: "timestamps: the time of day", textview.TimesOff: "timestamps: not shown", textview.TimesFull: "timestamps: as they stand in the log",
	}[p.times])
}
