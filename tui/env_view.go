package tui

import (
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// headLines is how many lines stand above the list: the columns' names, or what is typed.
func (p *envPane) headLines() int {
	if p.h >= 4 || p.typed != typedNothing && p.h >= 2 {
		return 1
	}
	return 0
}

// footLines is how many lines stand below the list: an error, while there is a list.
func (p *envPane) footLines() int {
	if p.err != nil && len(p.env.Variables) > 0 && p.h >= 4 {
		return 1
	}
	return 0
}

func (p *envPane) bodyH() int { return max(1, p.h-p.headLines()-p.footLines()) }

// view draws the lines in sight.
func (p *envPane) view(w, h int, st *styles) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	rows := make([]string, 0, h)
	c := p.columns(w - rightOf(w))
	what, next := p.state()
	if head := p.headLines(); head > 0 && (what == "" || p.typed != typedNothing) {
		rows = append(rows, p.head(c, w, st))
	}
	if what != "" {
		rows = append(rows, stateRows(what, next, 2, w, h-len(rows), st)...)
	} else {
		for i := p.offset; i < len(p.lines) && len(rows) < h-p.footLines(); i++ {
			line := fit(fit(p.line(&p.lines[i], c, i == p.cursor, st), w-rightOf(w)), w)
			if i == p.cursor && p.focused {
				line = st.selected.over(line)
			}
			rows = append(rows, line)
		}
	}
	for len(rows) < h-p.footLines() {
		rows = append(rows, "")
	}
	if p.footLines() > 0 && len(rows) < h {
		rows = append(rows, st.failed.render(fit(whatOf(p.err)+"  "+hintOf(p.err), w)))
	}
	return strings.Join(rows[:min(h, len(rows))], "\n")
}

// envColumns are the widths of the columns; source is 0 where it does not fit.
type envColumns struct{ name, value, source int }

const (
	sourceW  = len("parameter")
	sourcesW = len("parameter, derived") // where there is room
)

// sourcesText is all that named a variable, the strongest first; the others are counted if that takes more than w cells.
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

func (p *envPane) columns(w int) envColumns {
	c := envColumns{}
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
			longest = max(longest, width(clean(v.Name)))
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

func (p *envPane) head(c envColumns, w int, st *styles) string {
	switch p.typed {
	case typedFilter:
		return fit("/"+p.filter.view(max(1, w-1), st), w)
	case typedRun:
		return fit("compare with "+p.filter.view(max(1, w-14), st), w)
	}
	line := "   " + fit("NAME", c.name) + "  " + fit("VALUE", c.value)
	if c.source > 0 {
		line += "  SOURCE"
	}
	return st.dim.render(fit(line, w))
}

// line draws a line of the list.
func (p *envPane) line(l *envLine, c envColumns, at bool, st *styles) string {
	mark := " "
	if at {
		mark = st.accent.render(st.glyphs.mark)
	}
	switch l.kind {
	case envHeading:
		return mark + st.dim.render(st.glyphs.horizontal+" "+l.text)
	case envNote:
		return mark + st.dim.render("  "+l.text)
	case envLabel:
		return mark + spaces(valueIndent-3) + st.dim.render(l.text)
	case envValue:
		return mark + spaces(valueIndent-1) + l.text
	case envSide:
		return mark + spaces(valueIndent-1) + l.text
	case envStep:
		return mark + "  " + stepLine(l.step, p.w-3, time.Now().Add(p.run.Ahead), st)
	}
	if l.d != nil {
		return p.deltaLine(l, c, mark, st)
	}
	return mark + p.varLine(l, c, st)
}

// varLine draws a variable, folded, behind the cursor's mark.
func (p *envPane) varLine(l *envLine, c envColumns, st *styles) string {
	v := l.v
	name := fold(v.Name)
	var b strings.Builder
	if p.isPinned(name) {
		b.WriteString(st.accent.render(st.glyphs.pin))
	} else {
		b.WriteByte(' ')
	}
	if p.picked[name] {
		b.WriteString(st.accent.render(st.glyphs.success))
	} else {
		b.WriteByte(' ')
	}
	b.WriteString(p.nameCell(l, c.name, st))
	b.WriteString("  ")
	b.WriteString(p.valueCell(l, p.revealed[name], c.value, st))
	if c.source > 0 {
		b.WriteString("  ")
		b.WriteString(st.dim.render(fit(sourcesText(v, c.source), c.source)))
	}
	return b.String()
}

func (p *envPane) nameCell(l *envLine, w int, st *styles) string {
	name := clean(l.v.Name)
	if len(l.hit.InName) == 0 || name != l.v.Name || width(name) > w {
		return fitMiddle(name, w)
	}
	found := make(map[int]bool, len(l.hit.InName))
	for _, i := range l.hit.InName {
		found[i] = true
	}
	return marked(name, found, st) + spaces(w-width(name))
}

func (p *envPane) valueCell(l *envLine, reveal bool, w int, st *styles) string {
	v := l.v
	text := p.sh.masks(preview(*v, reveal, w))
	switch {
	case !v.Known && !v.Secret:
		return st.dim.render(fit("(not told)", w))
	case !v.Known || v.Secret && !reveal && v.Whole:
		return st.secret.render(fit(strings.Repeat(st.glyphs.mask, 8), w))
	case text == "":
		return st.dim.render(fit("(empty)", w))
	}
	cell, terms := fit(text, w), strings.Fields(strings.ToLower(p.query()))
	inValue := l.hit.Value != nil && !v.Secret
	found := marksIn(cell, terms, inValue)
	if len(found) == 0 && inValue {
		cell = fit(aroundMatch(v.Value, l.hit.Value[0], w), w)
		found = marksIn(cell, terms, inValue)
	}
	return marked(cell, found, st)
}

// marksIn is where the terms stand in a cell, or, where that may be, where their characters are scattered.
func marksIn(cell string, terms []string, scattered bool) map[int]bool {
	found := map[int]bool{}
	for _, term := range terms {
		exact := newFinder(term).all(cell)
		for _, f := range exact {
			for i := f.from; i < f.to; i++ {
				found[i] = true
			}
		}
		if low := strings.ToLower(cell); len(exact) == 0 && scattered && len(low) == len(cell) {
			for _, i := range env.Scattered(low, term) {
				found[i] = true
			}
		}
	}
	return found
}

// aroundMatch is a value from a little before the byte at on, in one line of about w cells.
func aroundMatch(value string, at, w int) string {
	from := min(max(0, at-w/3), len(value))
	part := strings.ToValidUTF8(value[from:min(len(value), from+8*w+64)], "")
	return "…" + clean(lineEnds(part))
}

// state is what is said instead of a list, empty if there is one.
func (p *envPane) state() (what, next string) {
	more := p.sh.glyphs.more
	switch {
	case p.run.Job == "":
		return "No run is selected.", "Choose one in the list of runs."
	case p.diff != nil:
		return p.diffState()
	case len(p.lines) > 0:
		return "", ""
	case p.query() != "":
		return "Nothing matches " + clean(p.query()) + ".", "esc clears the filter."
	case p.run.Number == 0:
		return "No environment yet: the run waits for an executor.", clean(p.run.Why)
	case p.err != nil:
		return whatOf(p.err), strings.TrimSpace(hintOf(p.err) + " r asks again.")
	case !p.heard:
		return "Asking for the environment" + more, ""
	}
	return "Jenkins tells nothing of this run's environment.", "`jenkwatch listen` receives it from the plugin."
}

func (p *envPane) title(w int) string {
	t := "Env"
	switch {
	case p.run.Job == "":
	case p.diff != nil:
		t = "Diff  " + runTitle(p.run) + " with " + p.diff.name(p.run)
	case p.stage != nil:
		t += "  " + runTitle(p.run) + "  " + p.stage.path
	default:
		t += "  " + runTitle(p.run)
	}
	return fitMiddle(t, min(w, width(t)))
}

func (p *envPane) hint() string {
	sep := " " + p.sh.glyphs.sep + " "
	var parts []string
	switch {
	case p.run.Job == "":
		return ""
	case p.diff != nil:
		return p.diffHint(sep)
	case p.query() != "":
		parts = append(parts, thousands(int64(p.shown))+" of "+thousands(int64(len(p.env.Variables))), "/"+clean(p.query()))
		return strings.Join(parts, sep)
	}
	if n := len(p.env.Variables); n > 0 {
		parts = append(parts, thousands(int64(n)))
	}
	if n := len(p.picked); n > 0 {
		parts = append(parts, thousands(int64(n))+" chosen", "Y copies")
	}
	switch {
	case p.choosing:
		parts = append(parts, "asking for the stages"+p.sh.glyphs.more)
	case p.asking && !p.heard:
		parts = append(parts, "asking"+p.sh.glyphs.more)
	case p.env.FromCopy:
		parts = append(parts, "from the local copy")
	}
	if p.focused { // D is everybody's key
		parts = append(parts, "/ filter")
	}
	return strings.Join(append(parts, "D diff"), sep)
}
