package env

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// headLines returns how many lines stand above the list: the columns' names, or what is typed.
func (p *Pane) headLines() int {
	if p.h >= 4 || p.typed != typedNothing && p.h >= 2 {
		return 1
	}
	return 0
}

// footLines returns how many lines stand below the list: an error, while there is a list.
func (p *Pane) footLines() int {
	if p.read.err != nil && len(p.read.env.Variables) > 0 && p.h >= 4 {
		return 1
	}
	return 0
}

func (p *Pane) bodyH() int { return max(1, p.h-p.headLines()-p.footLines()) }

// View draws the lines in sight.
func (p *Pane) View(w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	st := p.sh.Styles
	rows := make([]string, 0, h)
	t := p.table(w - kit.RightOf(w))
	what, next := p.state()
	if head := p.headLines(); head > 0 && (what == "" || p.typed != typedNothing) {
		rows = append(rows, p.head(t, w))
	}
	if what != "" {
		rows = append(rows, kit.StateRows(what, next, 2, w, h-len(rows), st)...)
	} else {
		l := &p.list
		for i := l.offset; i < len(l.lines) && len(rows) < h-p.footLines(); i++ {
			line := kit.Fit(kit.Fit(t.line(&l.lines[i], i == l.cursor), w-kit.RightOf(w)), w)
			if i == l.cursor && p.focused {
				line = st.Selected.Over(line)
			}
			rows = append(rows, line)
		}
	}
	for len(rows) < h-p.footLines() {
		rows = append(rows, "")
	}
	if p.footLines() > 0 && len(rows) < h {
		rows = append(rows, st.Failed.Render(kit.Fit(kit.WhatOf(p.read.err)+"  "+kit.HintOf(p.read.err), w)))
	}
	return strings.Join(rows[:min(h, len(rows))], "\n")
}

// table returns what draws the lines in sight in w cells.
func (p *Pane) table(w int) *table {
	inSight := p.list.lines[min(p.list.offset, len(p.list.lines)):min(p.list.offset+p.h, len(p.list.lines))]
	return &table{st: p.sh.Styles, masks: p.sh.Masks, cols: columnsFor(w, inSight), query: p.query(), pins: &p.pins, detail: &p.detail}
}

// head draws the line above the list: what is typed, which run is which, or the names of the columns.
func (p *Pane) head(t *table, w int) string {
	switch {
	case p.typed == typedFilter:
		return kit.Fit("/"+p.filter.View(max(1, w-1), t.st), w)
	case p.typed == typedRun:
		return kit.Fit("compare with "+p.filter.View(max(1, w-14), t.st), w)
	case p.diff != nil:
		return kit.Fit("   "+p.diff.sides(&p.read.run, w-3, t.st), w)
	}
	return t.head(w)
}

// state returns what is said instead of a list, empty if there is one.
func (p *Pane) state() (what, next string) {
	more := p.sh.Glyphs.More
	switch {
	case p.read.run.Job == "":
		return "No run is selected.", "Choose one in the list of runs."
	case p.diff != nil:
		return p.diff.state(&p.read.run, p.read.loaded, len(p.list.lines) > 0, p.query(), more)
	case len(p.list.lines) > 0:
		return "", ""
	case p.query() != "":
		return "Nothing matches " + kit.Clean(p.query()) + ".", "esc clears the filter."
	case p.read.run.Number == 0:
		return "No environment yet: the run waits for an executor.", kit.Clean(p.read.run.Why)
	case p.read.err != nil:
		return kit.WhatOf(p.read.err), strings.TrimSpace(kit.HintOf(p.read.err) + " r asks again.")
	case !p.read.loaded:
		return "Asking for the environment" + more, ""
	}
	return "Jenkins shows nothing of this run's environment.", "`jenkwatch listen` receives it from the plugin."
}

func (p *Pane) Title(w int) string {
	t := "Env"
	switch {
	case p.read.run.Job == "":
	case p.diff != nil:
		t = "Diff  " + kit.RunTitle(p.read.run) + " with " + p.diff.name(p.read.run)
	case p.read.stage != nil:
		t += "  " + kit.RunTitle(p.read.run) + "  " + p.read.stage.path
	default:
		t += "  " + kit.RunTitle(p.read.run)
	}
	return kit.FitMiddle(t, min(w, kit.Width(t)))
}

func (p *Pane) Hint() string {
	sep := " " + p.sh.Glyphs.Sep + " "
	var parts []string
	switch {
	case p.read.run.Job == "":
		return ""
	case p.diff != nil:
		return p.diff.hint(sep)
	case p.query() != "":
		parts = append(parts, kit.Thousands(int64(p.shown))+" of "+kit.Thousands(int64(len(p.read.env.Variables))), "/"+kit.Clean(p.query()))
		return strings.Join(parts, sep)
	}
	if n := len(p.read.env.Variables); n > 0 {
		parts = append(parts, kit.Thousands(int64(n)))
	}
	if n := len(p.detail.picked); n > 0 {
		parts = append(parts, kit.Thousands(int64(n))+" chosen", "Y copies")
	}
	switch {
	case p.read.choosing != "":
		parts = append(parts, "asking for the "+p.read.choosing+p.sh.Glyphs.More)
	case p.read.asking && !p.read.loaded:
		parts = append(parts, "asking"+p.sh.Glyphs.More)
	case p.read.env.FromCopy:
		parts = append(parts, "from the local copy")
	}
	if p.focused { // D is everybody's key
		parts = append(parts, "/ filter", "F group")
	}
	return strings.Join(append(parts, "D diff"), sep)
}

// Footer has the ways to look at the variables first, and what can be done to the one under the cursor.
func (p *Pane) Footer() kit.Footer {
	f := kit.Footer{First: []kit.Intent{kit.IntentDown, kit.IntentNextPane, kit.IntentBack, kit.IntentFilter, kit.IntentGroupEnv}, Words: map[kit.Intent]string{}}
	switch { // as Back does
	case p.filter.Text() != "":
		f.Words[kit.IntentBack] = "drop filter"
	case p.diff != nil:
		f.Words[kit.IntentBack] = "end diff"
	case len(p.detail.picked) > 0:
		f.Words[kit.IntentBack] = "unmark"
	case p.read.stage != nil:
		f.Words[kit.IntentBack] = "whole run"
	}
	v := p.list.current()
	switch {
	case v == nil || !v.Known && p.diff == nil || !v.Secret && !p.list.onSecret():
		f.Words[kit.IntentReveal] = ""
	case p.detail.revealed[kit.Fold(v.Name)]:
		f.Words[kit.IntentReveal] = "mask"
	}
	if v == nil || !v.Known {
		f.Words[kit.IntentCopyValue] = ""
	}
	if !p.read.run.Pipeline || p.read.run.Number == 0 {
		f.Words[kit.IntentStage] = ""
	}
	if len(p.list.lines) == 0 {
		f.Words[kit.IntentDown] = ""
		if p.filter.Text() == "" {
			f.Words[kit.IntentFilter] = ""
		}
	}
	if p.diff != nil || p.query() != "" || len(p.list.lines) == 0 {
		f.Words[kit.IntentGroupEnv] = ""
	}
	return f
}
