package env

import (
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
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
	if p.err != nil && len(p.Env.Variables) > 0 && p.h >= 4 {
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
	c := p.columns(w - kit.RightOf(w))
	what, next := p.state()
	if head := p.headLines(); head > 0 && (what == "" || p.typed != typedNothing) {
		rows = append(rows, p.head(c, w, st))
	}
	if what != "" {
		rows = append(rows, kit.StateRows(what, next, 2, w, h-len(rows), st)...)
	} else {
		for i := p.offset; i < len(p.lines) && len(rows) < h-p.footLines(); i++ {
			line := kit.Fit(kit.Fit(p.line(&p.lines[i], c, i == p.cursor, st), w-kit.RightOf(w)), w)
			if i == p.cursor && p.focused {
				line = st.Selected.Over(line)
			}
			rows = append(rows, line)
		}
	}
	for len(rows) < h-p.footLines() {
		rows = append(rows, "")
	}
	if p.footLines() > 0 && len(rows) < h {
		rows = append(rows, st.Failed.Render(kit.Fit(kit.WhatOf(p.err)+"  "+kit.HintOf(p.err), w)))
	}
	return strings.Join(rows[:min(h, len(rows))], "\n")
}

// columnWidths are the widths of the columns; source is 0 where it does not fit.
type columnWidths struct{ name, value, source int }

const (
	sourceW  = len("parameter")
	sourcesW = len("parameter, derived") // where there is room
)

// sourcesText returns all that named a variable, the strongest first; the others are counted if that takes more than w cells.
func sourcesText(v *env.Variable, w int) string {
	text := string(v.Source)
	if len(v.Also) == 0 {
		return text
	}
	all := text
	for _, said := range v.Also {
		all += ", " + string(said.Source)
	}
	if len(all) <= w {
		return all
	}
	return text + " +" + strconv.Itoa(len(v.Also))
}

func (p *Pane) columns(w int) columnWidths {
	c := columnWidths{}
	if w >= 48 {
		c.source = sourceW
	}
	room := sourceW
	if w >= 90 {
		room = sourcesW
	}
	longest := 4
	for i := p.offset; i < len(p.lines) && i < p.offset+p.h; i++ { // those in sight, which costs the same for any number
		v := p.lines[i].v
		if v == nil {
			continue
		}
		if len(v.Name) > longest {
			longest = max(longest, kit.Width(kit.Clean(v.Name)))
		}
		if c.source > 0 {
			c.source = max(c.source, len(sourcesText(v, room)))
		}
	}
	c.name = min(max(longest, 16), max(4, w*2/5))
	c.value = max(1, w-3-c.name-2)
	if c.source > 0 {
		c.value = max(1, c.value-2-c.source)
	}
	return c
}

func (p *Pane) head(c columnWidths, w int, st *kit.Styles) string {
	switch p.typed {
	case typedFilter:
		return kit.Fit("/"+p.filter.View(max(1, w-1), st), w)
	case typedRun:
		return kit.Fit("compare with "+p.filter.View(max(1, w-14), st), w)
	}
	if p.diff != nil {
		return kit.Fit("   "+p.sides(w-3, st), w)
	}
	line := "   " + kit.Fit("NAME", c.name) + "  " + kit.Fit("VALUE", c.value)
	if c.source > 0 {
		line += "  SOURCE"
	}
	return st.Dim.Render(kit.Fit(line, w))
}

// line draws a line of the list.
func (p *Pane) line(l *line, c columnWidths, at bool, st *kit.Styles) string {
	mark := " "
	if at {
		mark = st.Accent.Render(st.Glyphs.Mark)
	}
	switch l.kind {
	case headingLine:
		return mark + st.Dim.Render(st.Glyphs.Border.Top+" "+l.text)
	case foldLine:
		return mark + st.Dim.Render(l.text)
	case noteLine:
		return mark + st.Dim.Render("  "+l.text)
	case labelLine:
		return mark + kit.Spaces(valueIndent-3) + st.Dim.Render(l.text)
	case valueLine:
		return mark + kit.Spaces(valueIndent-1) + l.text
	case sideLine:
		return mark + kit.Spaces(valueIndent-1) + l.text
	}
	if l.d != nil {
		return p.deltaLine(l, c, mark, st)
	}
	return mark + p.varLine(l, c, st)
}

// varLine draws a variable, folded, behind the cursor's mark.
func (p *Pane) varLine(l *line, c columnWidths, st *kit.Styles) string {
	v := l.v
	name := kit.Fold(v.Name)
	var b strings.Builder
	if p.isPinned(name) {
		b.WriteString(st.Accent.Render(st.Glyphs.Pin))
	} else {
		b.WriteByte(' ')
	}
	if p.picked[name] {
		b.WriteString(st.Accent.Render(st.Glyphs.Success))
	} else {
		b.WriteByte(' ')
	}
	b.WriteString(p.nameCell(l, c.name, st))
	b.WriteString("  ")
	b.WriteString(p.valueCell(l, p.revealed[name], c.value, st))
	if c.source > 0 {
		b.WriteString("  ")
		b.WriteString(st.Dim.Render(kit.Fit(sourcesText(v, c.source), c.source)))
	}
	return b.String()
}

func (p *Pane) nameCell(l *line, w int, st *kit.Styles) string {
	name := kit.Clean(l.v.Name)
	if len(l.hit.InName) == 0 || name != l.v.Name || kit.Width(name) > w {
		return kit.FitMiddle(name, w)
	}
	found := make(map[int]bool, len(l.hit.InName))
	for _, i := range l.hit.InName {
		found[i] = true
	}
	return kit.Marked(name, found, st) + kit.Spaces(w-kit.Width(name))
}

func (p *Pane) valueCell(l *line, reveal bool, w int, st *kit.Styles) string {
	v := l.v
	text := p.sh.Masks(preview(*v, reveal, w))
	switch {
	case !v.Known && !v.Secret:
		return st.Dim.Render(kit.Fit("(not shown)", w))
	case !v.Known || v.Secret && !reveal && v.MaskWhole:
		return st.Secret.Render(kit.Fit(strings.Repeat(st.Glyphs.Mask, 8), w))
	case text == "":
		return st.Dim.Render(kit.Fit("(empty)", w))
	}
	cell, terms := kit.Fit(text, w), strings.Fields(strings.ToLower(p.query()))
	found := marksIn(cell, terms)
	if len(found) == 0 && l.hit.Value != nil && !v.Secret {
		cell = kit.Fit(aroundMatch(v.Value, l.hit.Value[0], w), w)
		found = marksIn(cell, terms)
	}
	return kit.Marked(cell, found, st)
}

// marksIn returns where the terms stand in a cell.
func marksIn(cell string, terms []string) map[int]bool {
	found := map[int]bool{}
	for _, term := range terms {
		for _, f := range textview.NewFinder(term).All(cell) {
			for i := f.From; i < f.To; i++ {
				found[i] = true
			}
		}
	}
	return found
}

// aroundMatch returns a value from a little before the byte at on, in one line of about w cells.
func aroundMatch(value string, at, w int) string {
	from := min(max(0, at-w/3), len(value))
	part := strings.ToValidUTF8(value[from:min(len(value), from+8*w+64)], "")
	return "…" + kit.Clean(kit.LineEnds(part))
}

// state returns what is said instead of a list, empty if there is one.
func (p *Pane) state() (what, next string) {
	more := p.sh.Glyphs.More
	switch {
	case p.Run.Job == "":
		return "No run is selected.", "Choose one in the list of runs."
	case p.diff != nil:
		return p.diffState()
	case len(p.lines) > 0:
		return "", ""
	case p.query() != "":
		return "Nothing matches " + kit.Clean(p.query()) + ".", "esc clears the filter."
	case p.Run.Number == 0:
		return "No environment yet: the run waits for an executor.", kit.Clean(p.Run.Why)
	case p.err != nil:
		return kit.WhatOf(p.err), strings.TrimSpace(kit.HintOf(p.err) + " r asks again.")
	case !p.loaded:
		return "Asking for the environment" + more, ""
	}
	return "Jenkins shows nothing of this run's environment.", "`jenkwatch listen` receives it from the plugin."
}

func (p *Pane) Title(w int) string {
	t := "Env"
	switch {
	case p.Run.Job == "":
	case p.diff != nil:
		t = "Diff  " + kit.RunTitle(p.Run) + " with " + p.diff.name(p.Run)
	case p.stage != nil:
		t += "  " + kit.RunTitle(p.Run) + "  " + p.stage.path
	default:
		t += "  " + kit.RunTitle(p.Run)
	}
	return kit.FitMiddle(t, min(w, kit.Width(t)))
}

func (p *Pane) Hint() string {
	sep := " " + p.sh.Glyphs.Sep + " "
	var parts []string
	switch {
	case p.Run.Job == "":
		return ""
	case p.diff != nil:
		return p.diffHint(sep)
	case p.query() != "":
		parts = append(parts, kit.Thousands(int64(p.shown))+" of "+kit.Thousands(int64(len(p.Env.Variables))), "/"+kit.Clean(p.query()))
		return strings.Join(parts, sep)
	}
	if n := len(p.Env.Variables); n > 0 {
		parts = append(parts, kit.Thousands(int64(n)))
	}
	if n := len(p.picked); n > 0 {
		parts = append(parts, kit.Thousands(int64(n))+" chosen", "Y copies")
	}
	switch {
	case p.choosing != "":
		parts = append(parts, "asking for the "+p.choosing+p.sh.Glyphs.More)
	case p.asking && !p.loaded:
		parts = append(parts, "asking"+p.sh.Glyphs.More)
	case p.Env.FromCopy:
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
	case len(p.picked) > 0:
		f.Words[kit.IntentBack] = "unmark"
	case p.stage != nil:
		f.Words[kit.IntentBack] = "whole run"
	}
	v := p.current()
	switch {
	case v == nil || !v.Known && p.diff == nil || !v.Secret && !p.lines[p.cursor].secret():
		f.Words[kit.IntentReveal] = ""
	case p.revealed[kit.Fold(v.Name)]:
		f.Words[kit.IntentReveal] = "mask"
	}
	if v == nil || !v.Known {
		f.Words[kit.IntentCopyValue] = ""
	}
	if !p.Run.Pipeline || p.Run.Number == 0 {
		f.Words[kit.IntentStage] = ""
	}
	if len(p.lines) == 0 {
		f.Words[kit.IntentDown] = ""
	}
	if p.diff != nil || p.query() != "" || len(p.lines) == 0 {
		f.Words[kit.IntentGroupEnv] = ""
	}
	return f
}
