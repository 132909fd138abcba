package runs

import (
	"slices"
	"strconv"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Row is a line of the list: a run, or a heading when run is nil.
type Row struct {
	Run     *jenkins.Run
	Name    string // of the run or the heading, as shown
	Heading string
	count   int // of the heading's runs
	running int // of them
	nth     int // the run's place among all runs of the list
}

// List is rows and a cursor, which follows its run to whatever row that goes.
type List struct {
	Rows     []Row
	Listed   int          // of rows, without headings
	Cursor   int          // index of rows; it stands on a run unless there is none
	Offset   int          // index of the first row in sight
	Height   int          // rows in sight
	Selected kit.BuildKey // what the cursor follows
	rest     int          // what offset was before the screen was resized
	since    time.Time    // when the selected queue item was queued
	part     section      // of the list, where the selected run stands
}

// replace exchanges the rows and keeps the cursor on its run, on the same line of the screen where that is possible. A run that
// goes elsewhere in the list, because it ended, takes the cursor along: then the others stay where they are.
func (l *List) replace(rows []Row) {
	line, offset, part := l.Cursor-l.Offset, l.Offset, l.part
	l.Rows, l.Listed = rows, 0
	for i := range rows {
		if rows[i].Run != nil {
			l.Listed++
			rows[i].nth = l.Listed
		}
	}
	at := l.Find(l.Selected)
	if at < 0 && l.Selected.QueueID != 0 {
		at = l.findStarted()
	} else if at < 0 {
		at = l.Find(kit.BuildKey{Ref: l.Selected.Ref}) // the job was made again: see Replaced
	}
	if at < 0 {
		at = l.nearest(min(max(l.Cursor, 0), len(l.Rows)-1))
	}
	l.MoveTo(at)
	l.Offset = l.Cursor - line
	if part != l.part {
		l.Offset = offset
	}
	l.scroll()
}

// restart replaces the rows by those of another choice. A selected run that is not among them gives way to the first. What is
// shown begins with the first row, if the selected one is in sight then: the list is another.
func (l *List) restart(rows []Row) {
	was := l.Selected
	l.replace(rows)
	if l.Selected != was {
		l.MoveTo(l.nearest(0))
	}
	l.Offset = 0
	l.scroll()
	l.rest = 0 // the new list may be given more lines
}

// resize sets how many rows are in sight. A window that was small for a moment shows afterwards what it did before.
func (l *List) resize(height int) {
	if height != l.Height {
		rest := l.rest
		l.Height, l.Offset = height, rest
		l.scroll()
		l.rest = rest
	}
}

// Current returns the selected run, nil if the list is empty.
func (l *List) Current() *jenkins.Run {
	if l.Cursor < 0 || l.Cursor >= len(l.Rows) {
		return nil
	}
	return l.Rows[l.Cursor].Run
}

// Find returns the row of a run, -1 if it is not listed.
func (l *List) Find(build kit.BuildKey) int {
	if build.Ref == (jenkins.Ref{}) {
		return -1
	}
	return slices.IndexFunc(l.Rows, func(r Row) bool { return r.Run != nil && build.Names(r.Run) })
}

// findStarted returns the row of the build that the selected queue item became: the first of its job that started after
// it was queued. Jenkins gives the two no common name in one refresh. An item that was a part of a pipeline
// run became that run.
func (l *List) findStarted() int {
	if l.Selected.Number != 0 {
		run := kit.BuildKey{Ref: l.Selected.Ref}
		run.QueueID = 0
		return l.Find(run)
	}
	best := -1
	for i, r := range l.Rows {
		if r.Run == nil || r.Run.Number == 0 || r.Run.Controller != l.Selected.Controller || r.Run.Job != l.Selected.Job ||
			r.Run.StartedAt.Before(l.since) {
			continue
		}
		if best < 0 || r.Run.Number < l.Rows[best].Run.Number {
			best = i
		}
	}
	return best
}

// nearest returns the row with a run that is nearest to i, the one below first; -1 if there is none.
func (l *List) nearest(i int) int {
	for d := range len(l.Rows) {
		if j := i + d; j >= 0 && j < len(l.Rows) && l.Rows[j].Run != nil {
			return j
		}
		if j := i - d; j >= 0 && j < len(l.Rows) && l.Rows[j].Run != nil {
			return j
		}
	}
	return -1
}

// MoveTo puts the cursor on row i and remembers its run.
func (l *List) MoveTo(i int) {
	l.Cursor = max(i, 0)
	if r := l.Current(); r != nil {
		l.Selected, l.since, l.part = kit.KeyOf(r), r.QueuedAt, sectionOf(r)
	}
}

// Move moves the cursor by n runs' worth of lines and past headings.
func (l *List) Move(n int) {
	if len(l.Rows) == 0 {
		return
	}
	i := min(max(l.Cursor+n, 0), len(l.Rows)-1)
	step := 1
	if n < 0 {
		step = -1
	}
	for i >= 0 && i < len(l.Rows) && l.Rows[i].Run == nil {
		i += step
	}
	if i < 0 || i >= len(l.Rows) {
		i = l.nearest(min(max(i, 0), len(l.Rows)-1))
	}
	l.MoveTo(i)
	l.scroll()
}

// click puts the cursor on the run in a line of the screen, if there is one.
func (l *List) click(line int) {
	if i := l.Offset + line; line >= 0 && i < len(l.Rows) && l.Rows[i].Run != nil {
		l.MoveTo(i)
		l.scroll()
	}
}

// scroll keeps the cursor in sight, with the heading above it if that fits.
func (l *List) scroll() {
	h := max(l.Height, 1)
	top := l.Cursor
	if top > 0 && top <= len(l.Rows) && l.Rows[top-1].Run == nil && h > 1 {
		top--
	}
	l.Offset = min(l.Offset, top)
	l.Offset = max(l.Offset, l.Cursor-h+1)
	l.Offset = max(0, min(l.Offset, len(l.Rows)-h))
	l.rest = l.Offset
}

// Position returns where the cursor stands among the runs, headings not counted: "3 of 22".
func (l *List) Position() string {
	nth := 0
	if l.Current() != nil {
		nth = l.Rows[l.Cursor].nth
	}
	return strconv.Itoa(nth) + " of " + strconv.Itoa(l.Listed)
}
