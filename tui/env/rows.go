package env

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

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

// rebuild makes the lines anew; the cursor stays on its variable.
func (p *Pane) rebuild() {
	p.lines = p.lines[:0]
	if p.diff != nil {
		p.diffLines()
	} else {
		p.varLines()
	}
	at := p.cursor
	if p.at == atFold {
		if i := slices.IndexFunc(p.lines, func(l line) bool { return l.kind == foldLine }); i >= 0 {
			at = i
		}
	} else if p.at != "" {
		if i := slices.IndexFunc(p.lines, func(l line) bool { return l.v != nil && kit.Fold(l.v.Name) == p.at }); i >= 0 {
			if at < i || at >= len(p.lines) || p.lines[at].v == nil || kit.Fold(p.lines[at].v.Name) != p.at {
				at = i
			}
		}
	}
	p.place(at)
}

// moveTo puts the cursor on a line, where it follows the variable from then on. On the first line it stays at the top.
func (p *Pane) moveTo(i int) {
	p.place(i)
	v := p.current()
	p.at = ""
	switch {
	case v != nil && p.cursor > 0:
		p.at = kit.Fold(v.Name)
	case p.cursor < len(p.lines) && p.lines[p.cursor].kind == foldLine:
		p.at = atFold
	}
}

// atFold is in the place of a variable's name while the cursor is on the line that stands for folded ones.
const atFold = "\x00"

// place puts the cursor on a line and keeps it in sight.
func (p *Pane) place(i int) {
	p.cursor = max(0, min(i, len(p.lines)-1))
	h := max(1, p.bodyH())
	p.offset = max(min(p.offset, p.cursor, len(p.lines)-h), p.cursor-h+1, 0)
}

// showBelow brings as much as there is room for of what the variable under the cursor unfolded into sight.
func (p *Pane) showBelow() {
	v := p.current()
	last := p.cursor
	for v != nil && last+1 < len(p.lines) && p.lines[last+1].v == v {
		last++
	}
	p.offset = max(p.offset, min(p.cursor, last-p.bodyH()+1))
}

func (p *Pane) varLines() {
	vars := p.Env.Variables
	hits := env.Filter(vars, p.query())
	p.shown = len(hits)
	if p.query() != "" {
		for _, hit := range hits {
			p.addVariable(hit)
		}
		return
	}
	p.stageLines()
	if p.stage != nil {
		hits = slices.DeleteFunc(hits, func(hit env.Hit) bool { return vars[hit.Index].Source == env.Staged })
	}
	hits = p.pinnedFirst(hits)
	switch p.order {
	case byUse:
		p.inOrderOfUse(hits)
	case byName:
		for _, hit := range hits {
			p.addVariable(hit)
		}
	default:
		p.grouped(hits)
	}
	p.missingNote()
}

// use is what people look for a variable as, in the order in which they do.
type use int

const (
	asParameter use = iota
	asAssigned
	asRevision
	asNode
	asOther
	asDerived // from run and job, by Jenkins
)

// useOf returns the first use that any source gives a variable. What Jenkins derives stays that, though the run or a push
// names it, too.
func useOf(v *env.Variable) use {
	best := asOther
	derived := false
	for _, source := range v.Sources() {
		switch source {
		case env.Param:
			best = min(best, asParameter)
		case env.Assigned, env.Staged:
			best = min(best, asAssigned)
		case env.SCM:
			best = min(best, asRevision)
		case env.NodeVar:
			best = min(best, asNode)
		case env.Derived:
			derived = true
			if branchVar(v.Name) {
				best = min(best, asRevision)
			}
		}
	}
	if derived && best == asOther {
		return asDerived
	}
	return best
}

// branchVar reports whether Jenkins derives the variable from the branch, tag or change request that a run builds.
func branchVar(name string) bool {
	return name == "BRANCH_NAME" || name == "TAG_NAME" || strings.HasPrefix(name, "CHANGE_")
}

// inOrderOfUse adds the lines of the variables; those that Jenkins derives are folded into one.
func (p *Pane) inOrderOfUse(hits []env.Hit) {
	uses := make([][]env.Hit, asDerived+1)
	for _, hit := range hits {
		u := useOf(&p.Env.Variables[hit.Index])
		uses[u] = append(uses[u], hit)
	}
	for _, hit := range slices.Concat(uses[:asDerived]...) {
		p.addVariable(hit)
	}
	if n := len(uses[asDerived]); n > 0 {
		p.addFold(kit.Plural(n, "variable")+" derived by Jenkins", p.opened)
	}
	if p.opened {
		for _, hit := range uses[asDerived] {
			p.addVariable(hit)
		}
	}
}

// addFold adds the line that stands for others, or heads them when they are shown.
func (p *Pane) addFold(text string, opened bool) {
	glyph, does := p.sh.Glyphs.Right, "shows"
	if opened {
		glyph, does = p.sh.Glyphs.Down, "folds"
	}
	p.lines = append(p.lines, line{kind: foldLine, text: glyph + " " + text + "  u " + does})
}

func (p *Pane) missingNote() {
	n := len(p.Env.Missing)
	if n == 0 || p.shown == 0 {
		return
	}
	text := kit.Plural(n, "variable") + " of the agent are not exposed by Jenkins; `jenkwatch listen` receives them: "
	if n == 1 {
		text = "1 variable of the agent is not exposed by Jenkins; `jenkwatch listen` receives it: "
	}
	for _, l := range kit.WrapWords(text+strings.Join(p.Env.Missing, ", "), p.w-3) {
		p.lines = append(p.lines, line{kind: noteLine, text: l})
	}
}

// pinnedFirst adds the lines of the pinned variables and returns the others.
func (p *Pane) pinnedFirst(hits []env.Hit) []env.Hit {
	if len(p.pinned)+len(p.toggled) == 0 {
		return hits
	}
	rest := make([]env.Hit, 0, len(hits))
	for _, hit := range hits {
		if p.isPinned(kit.Fold(p.Env.Variables[hit.Index].Name)) {
			p.addVariable(hit)
		} else {
			rest = append(rest, hit)
		}
	}
	return rest
}

// grouped adds the lines of the variables under headings.
func (p *Pane) grouped(hits []env.Hit) {
	of := func(hit env.Hit) string { return string(p.Env.Variables[hit.Index].Source) }
	if p.order == byPrefix {
		count := map[string]int{}
		for _, hit := range hits {
			count[prefixOf(p.Env.Variables[hit.Index].Name)]++
		}
		of = func(hit env.Hit) string {
			if prefix := prefixOf(p.Env.Variables[hit.Index].Name); count[prefix] > 1 {
				return prefix
			}
			return ""
		}
	}
	groups := map[string][]env.Hit{}
	var names []string
	for _, hit := range hits {
		name := of(hit)
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], hit)
	}
	slices.SortStableFunc(names, func(a, b string) int {
		if p.order == bySource {
			return cmp.Compare(env.Source(a).Rank(), env.Source(b).Rank())
		}
		return cmp.Or(-cmp.Compare(min(len(a), 1), min(len(b), 1)), cmp.Compare(a, b)) // those without a group last
	})
	for _, name := range names {
		title := cmp.Or(name, "others")
		p.lines = append(p.lines, line{kind: headingLine, text: kit.Clean(title) + "  " + strconv.Itoa(len(groups[name]))})
		for _, hit := range groups[name] {
			p.addVariable(hit)
		}
	}
}

// prefixOf returns the first word of a name: GIT_ of GIT_COMMIT.
func prefixOf(name string) string {
	if i := strings.IndexByte(name, '_'); i > 0 {
		return strings.ToUpper(name[:i+1])
	}
	return ""
}

// addVariable adds the line of a variable, and its value's lines if it is unfolded.
func (p *Pane) addVariable(hit env.Hit) {
	v := &p.Env.Variables[hit.Index]
	p.lines = append(p.lines, line{kind: variableLine, v: v, hit: hit})
	if len(p.unfolded) == 0 {
		return
	}
	name := kit.Fold(v.Name)
	n := p.unfolded[name]
	if n == 0 {
		return
	}
	forms := formsOf(*v, p.revealed[name], p.textW())
	form := forms[min(n, len(forms))-1]
	if form.name != "" {
		p.lines = append(p.lines, line{kind: labelLine, v: v, text: form.name})
	}
	for _, l := range form.lines {
		p.lines = append(p.lines, line{kind: valueLine, v: v, text: l})
	}
	for _, other := range v.Also {
		text := "also " + string(other.Source) + ": " + preview(other, p.revealed[name], p.textW())
		p.lines = append(p.lines, line{kind: labelLine, v: v, text: text})
	}
}

// textW returns how wide the lines of an unfolded value are.
func (p *Pane) textW() int { return max(1, p.w-valueIndent-1) }

const valueIndent = 5
