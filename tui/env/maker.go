package env

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// order is how the variables are put together.
type order int

const (
	byUse order = iota // what people look for first, what Jenkins derives folded away
	byName
	bySource // under headings
	byPrefix // under headings
	orders
)

func (o order) String() string {
	return [...]string{"in the order of their use", "by name", "by source", "by prefix"}[o]
}

// maker makes the lines of an environment, or of a comparison.
type maker struct {
	env    *env.Env
	stage  *stageView // whose variables come first; nil for none
	query  string     // chooses among the variables
	order  order
	opened bool // what Jenkins derives is shown, too
	pins   *pins
	detail *detail
	w      int // cells of a line
	glyphs *kit.Glyphs

	lines []line // made so far
	shown int    // variables that the query lets through
}

// environment makes the lines of the environment.
func (m *maker) environment() {
	vars := m.env.Variables
	hits := env.Filter(vars, m.query)
	m.shown = len(hits)
	if m.query != "" {
		for _, hit := range hits {
			m.addVariable(hit)
		}
		return
	}
	m.stageLines()
	if m.stage != nil {
		hits = slices.DeleteFunc(hits, func(hit env.Hit) bool { return vars[hit.Index].Source == env.Staged })
	}
	hits = m.pinnedFirst(hits)
	switch m.order {
	case byUse:
		m.inOrderOfUse(hits)
	case byName:
		for _, hit := range hits {
			m.addVariable(hit)
		}
	default:
		m.grouped(hits)
	}
	m.missingNote()
}

// stageLines adds what the blocks of the chosen stage add to the environment.
func (m *maker) stageLines() {
	if m.stage == nil {
		return
	}
	m.lines = append(m.lines, line{kind: headingLine, text: "stage " + m.stage.path})
	n := 0
	for i := range m.env.Variables {
		if m.env.Variables[i].Source == env.Staged {
			m.addVariable(env.Hit{Index: i})
			n++
		}
	}
	if n == 0 {
		for _, l := range kit.WrapWords(m.stage.nothing(), m.w-4) {
			m.lines = append(m.lines, line{kind: noteLine, text: l})
		}
	}
	m.lines = append(m.lines, line{kind: headingLine, text: "the whole run  " + kit.Thousands(int64(len(m.env.Variables)-n))})
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
func (m *maker) inOrderOfUse(hits []env.Hit) {
	uses := make([][]env.Hit, asDerived+1)
	for _, hit := range hits {
		u := useOf(&m.env.Variables[hit.Index])
		uses[u] = append(uses[u], hit)
	}
	for _, hit := range slices.Concat(uses[:asDerived]...) {
		m.addVariable(hit)
	}
	if n := len(uses[asDerived]); n > 0 {
		m.addFold(kit.Plural(n, "variable")+" derived by Jenkins", m.opened)
	}
	if m.opened {
		for _, hit := range uses[asDerived] {
			m.addVariable(hit)
		}
	}
}

// addFold adds the line that stands for others, or heads them when they are shown.
func (m *maker) addFold(text string, opened bool) {
	glyph, does := m.glyphs.Right, "shows"
	if opened {
		glyph, does = m.glyphs.Down, "folds"
	}
	m.lines = append(m.lines, line{kind: foldLine, text: glyph + " " + text + "  u " + does})
}

func (m *maker) missingNote() {
	n := len(m.env.Missing)
	if n == 0 || m.shown == 0 {
		return
	}
	text := kit.Plural(n, "variable") + " of the agent are not exposed by Jenkins; `jenkwatch listen` receives them: "
	if n == 1 {
		text = "1 variable of the agent is not exposed by Jenkins; `jenkwatch listen` receives it: "
	}
	for _, l := range kit.WrapWords(text+strings.Join(m.env.Missing, ", "), m.w-3) {
		m.lines = append(m.lines, line{kind: noteLine, text: l})
	}
}

// pinnedFirst adds the lines of the pinned variables and returns the others.
func (m *maker) pinnedFirst(hits []env.Hit) []env.Hit {
	if len(m.pins.config)+len(m.pins.toggled) == 0 {
		return hits
	}
	rest := make([]env.Hit, 0, len(hits))
	for _, hit := range hits {
		if m.pins.has(kit.Fold(m.env.Variables[hit.Index].Name)) {
			m.addVariable(hit)
		} else {
			rest = append(rest, hit)
		}
	}
	return rest
}

// grouped adds the lines of the variables under headings.
func (m *maker) grouped(hits []env.Hit) {
	of := func(hit env.Hit) string { return string(m.env.Variables[hit.Index].Source) }
	if m.order == byPrefix {
		count := map[string]int{}
		for _, hit := range hits {
			count[prefixOf(m.env.Variables[hit.Index].Name)]++
		}
		of = func(hit env.Hit) string {
			if prefix := prefixOf(m.env.Variables[hit.Index].Name); count[prefix] > 1 {
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
		if m.order == bySource {
			return cmp.Compare(env.Source(a).Rank(), env.Source(b).Rank())
		}
		return cmp.Or(-cmp.Compare(min(len(a), 1), min(len(b), 1)), cmp.Compare(a, b)) // those without a group last
	})
	for _, name := range names {
		title := cmp.Or(name, "others")
		m.lines = append(m.lines, line{kind: headingLine, text: kit.Clean(title) + "  " + strconv.Itoa(len(groups[name]))})
		for _, hit := range groups[name] {
			m.addVariable(hit)
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
func (m *maker) addVariable(hit env.Hit) {
	v := &m.env.Variables[hit.Index]
	m.lines = append(m.lines, line{kind: variableLine, v: v, hit: hit})
	if len(m.detail.unfolded) == 0 {
		return
	}
	name := kit.Fold(v.Name)
	n := m.detail.unfolded[name]
	if n == 0 {
		return
	}
	forms := formsOf(*v, m.detail.revealed[name], m.textW())
	form := forms[min(n, len(forms))-1]
	if form.name != "" {
		m.lines = append(m.lines, line{kind: labelLine, v: v, text: form.name})
	}
	for _, l := range form.lines {
		m.lines = append(m.lines, line{kind: valueLine, v: v, text: l})
	}
	for _, other := range v.Also {
		text := "also " + string(other.Source) + ": " + preview(other, m.detail.revealed[name], m.textW())
		m.lines = append(m.lines, line{kind: labelLine, v: v, text: text})
	}
}

// textW returns how wide the lines of an unfolded value are.
func (m *maker) textW() int { return max(1, m.w-valueIndent-1) }

const valueIndent = 5
