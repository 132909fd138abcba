package env

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// comparison makes the lines of a comparison: what differs, what cannot be compared, and, folded, what differs between any
// two runs.
func (m *maker) comparison(d *comparison) {
	if !d.done {
		return
	}
	deltas := d.result.Deltas
	vars := make([]env.Variable, len(deltas))
	for i := range deltas {
		vars[i] = *side(&deltas[i])
		vars[i].Secret = deltas[i].Secret()
	}
	var noise, unknown, same []env.Hit
	for _, hit := range env.Filter(vars, m.query) {
		switch delta := &deltas[hit.Index]; {
		case delta.Change == env.Same:
			same = append(same, hit)
		case delta.Change == env.Unknown:
			unknown = append(unknown, hit)
		case delta.Noise != "":
			noise = append(noise, hit)
		default:
			m.addDelta(delta, hit)
			m.shown++
		}
	}
	for _, hit := range unknown {
		m.addDelta(&deltas[hit.Index], hit)
	}
	if n := len(noise); n > 0 {
		m.addFold(kit.Plural(n, "value")+map[bool]string{true: " differs", false: " differ"}[n == 1]+" in any two runs", d.noise)
		if d.noise {
			for _, hit := range noise {
				m.addDelta(&deltas[hit.Index], hit)
			}
		}
	}
	if n := len(same); n > 0 && m.query == "" {
		m.lines = append(m.lines, line{kind: headingLine, text: kit.Plural(n, "variable") + " the same"})
	}
	if d.printed == nil && m.query == "" && len(m.lines) > 0 {
		m.lines = append(m.lines, line{kind: headingLine, text: "consoles are not compared: l reads both"})
	}
}

// side returns the variable as the run that is shown has it, or as the other one had it.
func side(d *env.Delta) *env.Variable {
	if d.Change == env.Removed || d.After.Name == "" {
		return &d.Before
	}
	return &d.After
}

// addDelta adds the lines of a difference: one, or two for a changed value, or as many as it needs when it is unfolded.
func (m *maker) addDelta(d *env.Delta, hit env.Hit) {
	v := side(d)
	l := line{kind: variableLine, v: v, d: d, hit: hit}
	reveal := m.detail.revealed[kit.Fold(v.Name)]
	if d.Change != env.Changed || d.Secret() && !reveal {
		m.lines = append(m.lines, l)
		if m.detail.unfolded[kit.Fold(v.Name)] > 0 {
			for _, text := range formsOf(*v, reveal, m.textW())[0].lines {
				m.lines = append(m.lines, line{kind: valueLine, v: v, d: d, text: text})
			}
		}
		return
	}
	l.kind = beforeLine
	m.lines = append(m.lines, l)
	if m.detail.unfolded[kit.Fold(v.Name)] == 0 {
		m.lines = append(m.lines, line{kind: afterLine, v: v, d: d})
		return
	}
	for _, s := range []env.PartKind{env.Deleted, env.Inserted} {
		for _, text := range wholeSide(d.Parts(reveal), s, m.textW()-2) {
			m.lines = append(m.lines, line{kind: sideLine, v: v, d: d, text: text})
		}
	}
}

// Marks of what is on one side only. They are underlined, too, so that they are seen without colours.
func sideStyle(kind env.PartKind, st *kit.Styles) kit.Style {
	if kind == env.Deleted {
		return st.Removed.Underlined()
	}
	return st.Added.Underlined()
}

var sideSign = map[env.PartKind]string{env.Deleted: "-", env.Inserted: "+"}

var underline, noUnderline = ansi.SGR(ansi.AttrUnderline), ansi.SGR(ansi.AttrNoUnderline)

// wholeSide returns one side of a change in full, broken into lines of w cells, with the marks of plain underline: the lines
// are made once, not for every frame, and outlive a change of the styles.
func wholeSide(parts []env.Part, kind env.PartKind, w int) []string {
	var b strings.Builder
	for _, part := range parts {
		text := cleanLines(part.Text)
		switch part.Kind {
		case env.Kept:
			b.WriteString(text)
		case kind:
			b.WriteString(underline + strings.ReplaceAll(text, "\n", noUnderline+"\n"+underline) + noUnderline)
		}
	}
	text := b.String()
	if len(text) > kit.FormBytes {
		text = strings.ToValidUTF8(text[:kit.FormBytes], "") + "…"
	}
	var out []string
	look := textview.Look{W: max(1, w), Wrap: true, Times: textview.TimesFull, St: &kit.Styles{Glyphs: &kit.UnicodeGlyphs}}
	lines, _ := textview.Split(nil, []byte(text), textview.Line{}, false)
	if len(lines) == 0 {
		lines = []textview.Line{{}}
	}
	for _, l := range lines {
		out = look.Rows(out, l, false, 0, kit.FormLines)
	}
	for i := range out {
		sign := " "
		if i == 0 {
			sign = sideSign[kind]
		}
		out[i] = sign + " " + out[i]
	}
	return out
}

// cleanLines is clean for text of several lines.
func cleanLines(s string) string { return strings.ReplaceAll(clean.Text(s), "\t", "    ") }

// briefSide returns one side of a change in one line of w cells: what is on both sides is shortened, what is not is marked.
func briefSide(parts []env.Part, kind env.PartKind, w int, st *kit.Styles) string {
	var b strings.Builder
	room := roomFor(parts, kind, w)
	for i, part := range parts {
		if part.Kind != env.Kept && part.Kind != kind {
			continue
		}
		text := part.Text
		if len(text) > 8*w+64 {
			if part.Kind == env.Kept {
				text = text[:4*w] + "…" + text[len(text)-4*w:]
			} else {
				text = text[:8*w]
			}
		}
		text = kit.Clean(kit.LineEnds(text))
		if part.Kind == kind {
			b.WriteString(sideStyle(kind, st).Render(text))
			continue
		}
		if kit.Width(text) > room {
			switch {
			case i == 0:
				text = "…" + clean.LastCells(text, room-1)
			case i == len(parts)-1:
				text = ansi.Truncate(text, room-1, "") + "…"
			default:
				text = ansi.Truncate(text, room/2, "") + "…" + clean.LastCells(text, (room-1)/2)
			}
		}
		b.WriteString(text)
	}
	return b.String()
}

// roomFor returns how many cells each part that is on both sides may have, so that what changed is in sight in w cells: an
// equal share of what the short ones leave.
func roomFor(parts []env.Part, kind env.PartKind, w int) int {
	free := w
	var kept []int
	for _, part := range parts {
		if len(part.Text) > 8*w+64 { // too long to count, and to fit
			return max(8, w/4)
		}
		switch n := kit.Width(kit.Clean(part.Text)); part.Kind {
		case kind:
			free -= n
		case env.Kept:
			kept = append(kept, n)
		}
	}
	slices.Sort(kept)
	for i, n := range kept {
		if share := free / (len(kept) - i); n > share {
			return max(8, share)
		}
		free -= n
	}
	return w
}
