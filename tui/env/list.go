package env

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// line is a line of the env pane. The cursor can stand on any of them, so that a long value can be read through.
type line struct {
	kind lineKind
	v    *env.Variable // what the line is about; nil for headings and notes
	d    *env.Delta    // in a diff
	hit  env.Hit
	text string // of headings, notes and unfolded values
}

type lineKind int

const (
	variableLine lineKind = iota
	valueLine             // a line of an unfolded value
	labelLine             // what such lines are
	headingLine
	noteLine
	beforeLine // a side of a change, the first line of which has the name
	afterLine
	sideLine // a drawn line of an unfolded change
	foldLine // stands for lines that are folded away
)

// secret reports whether there is something masked in the line.
func (l line) secret() bool { return l.v != nil && l.v.Secret || l.d != nil && l.d.Secret() }

// list is lines and a cursor, which follows its variable to whatever line that goes.
type list struct {
	lines  []line
	height int // lines in sight
	cursor int // index of lines
	offset int // index of the first line in sight
	at     string
}

// atFold is in the place of a variable's name while the cursor is on the line that stands for folded ones.
const atFold = "\x00"

// replace exchanges the lines; the cursor stays on its variable.
func (l *list) replace(lines []line) {
	l.lines = lines
	at := l.cursor
	if l.at == atFold {
		if i := slices.IndexFunc(l.lines, func(l line) bool { return l.kind == foldLine }); i >= 0 {
			at = i
		}
	} else if l.at != "" {
		if i := slices.IndexFunc(l.lines, func(of line) bool { return of.v != nil && kit.Fold(of.v.Name) == l.at }); i >= 0 {
			if at < i || at >= len(l.lines) || l.lines[at].v == nil || kit.Fold(l.lines[at].v.Name) != l.at {
				at = i
			}
		}
	}
	l.place(at)
}

// restart puts the cursor at the top, where it stays.
func (l *list) restart() { l.cursor, l.offset, l.at = 0, 0, "" }

// moveTo puts the cursor on a line, where it follows the variable from then on. On the first line it stays at the top.
func (l *list) moveTo(i int) {
	l.place(i)
	v := l.current()
	l.at = ""
	switch {
	case v != nil && l.cursor > 0:
		l.at = kit.Fold(v.Name)
	case l.onFold():
		l.at = atFold
	}
}

// next puts the cursor on the next variable, if there is one.
func (l *list) next() {
	for i := l.cursor + 1; i < len(l.lines); i++ {
		if l.lines[i].kind == variableLine {
			l.moveTo(i)
			return
		}
	}
}

// wheel moves what is in sight, and the cursor only as far as it must to stay there.
func (l *list) wheel(lines int) {
	l.offset = max(0, min(l.offset+lines, len(l.lines)-l.height))
	l.moveTo(min(max(l.cursor, l.offset), l.offset+l.height-1))
}

// place puts the cursor on a line and keeps it in sight.
func (l *list) place(i int) {
	l.cursor = max(0, min(i, len(l.lines)-1))
	h := max(1, l.height)
	l.offset = max(min(l.offset, l.cursor, len(l.lines)-h), l.cursor-h+1, 0)
}

// showBelow brings as much as there is room for of what the variable under the cursor unfolded into sight.
func (l *list) showBelow() {
	v := l.current()
	last := l.cursor
	for v != nil && last+1 < len(l.lines) && l.lines[last+1].v == v {
		last++
	}
	l.offset = max(l.offset, min(l.cursor, last-l.height+1))
}

// current returns the variable under the cursor, or nil.
func (l *list) current() *env.Variable {
	if l.cursor < 0 || l.cursor >= len(l.lines) {
		return nil
	}
	return l.lines[l.cursor].v
}

// onSecret reports whether there is something masked in the line under the cursor.
func (l *list) onSecret() bool { return l.cursor < len(l.lines) && l.lines[l.cursor].secret() }

// onFold reports whether the cursor is on the line that stands for folded ones.
func (l *list) onFold() bool { return l.cursor < len(l.lines) && l.lines[l.cursor].kind == foldLine }
