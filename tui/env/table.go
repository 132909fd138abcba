package env

import (
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

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

// columnsFor shares w cells among the columns, by the lines in sight only, which costs the same for any number of them.
func columnsFor(w int, lines []line) columnWidths {
	c := columnWidths{}
	if w >= 48 {
		c.source = sourceW
	}
	room := sourceW
	if w >= 90 {
		room = sourcesW
	}
	longest := 4
	for i := range lines {
		v := lines[i].v
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

// table draws lines in columns.
type table struct {
	st     *kit.Styles
	masks  func(string) string // hides in a text what must not be shown
	cols   columnWidths
	query  string // whose words are marked
	pins   *pins
	detail *detail
}

// head names the columns in w cells.
func (t *table) head(w int) string {
	line := "   " + kit.Fit("NAME", t.cols.name) + "  " + kit.Fit("VALUE", t.cols.value)
	if t.cols.source > 0 {
		line += "  SOURCE"
	}
	return t.st.Dim.Render(kit.Fit(line, w))
}

// line draws a line of the list.
func (t *table) line(l *line, at bool) string {
	st := t.st
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
		return t.deltaLine(l, mark)
	}
	return mark + t.varLine(l)
}

// varLine draws a variable, folded, behind the cursor's mark.
func (t *table) varLine(l *line) string {
	v, c, st := l.v, &t.cols, t.st
	name := kit.Fold(v.Name)
	var b strings.Builder
	if t.pins.has(name) {
		b.WriteString(st.Accent.Render(st.Glyphs.Pin))
	} else {
		b.WriteByte(' ')
	}
	if t.detail.picked[name] {
		b.WriteString(st.Accent.Render(st.Glyphs.Success))
	} else {
		b.WriteByte(' ')
	}
	b.WriteString(nameCell(l, c.name, st))
	b.WriteString("  ")
	b.WriteString(t.valueCell(l, t.detail.revealed[name], c.value))
	if c.source > 0 {
		b.WriteString("  ")
		b.WriteString(st.Dim.Render(kit.Fit(sourcesText(v, c.source), c.source)))
	}
	return b.String()
}

func nameCell(l *line, w int, st *kit.Styles) string {
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

func (t *table) valueCell(l *line, reveal bool, w int) string {
	v, st := l.v, t.st
	text := t.masks(preview(*v, reveal, w))
	switch {
	case !v.Known && !v.Secret:
		return st.Dim.Render(kit.Fit("(not shown)", w))
	case !v.Known || v.Secret && !reveal && v.MaskWhole:
		return st.Secret.Render(kit.Fit(strings.Repeat(st.Glyphs.Mask, 8), w))
	case text == "":
		return st.Dim.Render(kit.Fit("(empty)", w))
	}
	cell, terms := kit.Fit(text, w), strings.Fields(strings.ToLower(t.query))
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

// deltaLine draws a difference behind the cursor's mark.
func (t *table) deltaLine(l *line, mark string) string {
	d, c, st := l.d, &t.cols, t.st
	reveal := t.detail.revealed[kit.Fold(l.v.Name)]
	sign, look := "~", st.Changed
	switch d.Change {
	case env.Added:
		sign, look = "+", st.Added
	case env.Removed:
		sign, look = "-", st.Removed
	case env.Unknown:
		sign, look = "?", st.Dim
	}
	room := c.value
	if c.source > 0 {
		room += 2 + c.source
	}
	if l.kind == afterLine {
		text := "+ " + briefSide(d.Parts(reveal), env.Inserted, room-2, st)
		return mark + kit.Spaces(2+c.name+2) + kit.Fit(text, room)
	}
	head := mark + look.Render(sign) + " " + nameCell(l, c.name, st) + "  "
	switch {
	case l.kind == beforeLine && t.detail.unfolded[kit.Fold(l.v.Name)] > 0:
		return head
	case l.kind == beforeLine:
		return head + kit.Fit("- "+briefSide(d.Parts(reveal), env.Deleted, room-2, st), room)
	case d.Change == env.Unknown:
		why := "cannot be compared: Jenkins does not show it"
		if d.Before.Known || d.After.Known {
			why = "cannot be compared: Jenkins does not show it for both runs"
		}
		return head + st.Dim.Render(kit.Fit(why, room))
	case d.Change == env.Changed:
		return head + st.Secret.Render(kit.Fit(strings.Repeat(st.Glyphs.Mask, 8)+" changed; v reveals it", room))
	}
	line := head + t.valueCell(l, reveal, c.value)
	if c.source > 0 {
		line += "  " + st.Dim.Render(kit.Fit(sourcesText(l.v, c.source), c.source))
	}
	return line
}
