package status

import (
	"slices"
	"strconv"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// row is a line of the stage tree: a stage, a step of one, or a note about one.
type row struct {
	key    string // names the row from one refresh to the next
	lead   string // the lines of the tree before the name
	stage  *stages.Stage
	step   *stages.Step // nil on the line of the stage itself
	note   string       // says something of the stage in place of a step
	ahead  bool         // the stage has not begun: it is known from an earlier run
	hides  bool         // unfolding shows more beneath it
	opens  bool         // something is shown beneath it
	parent int          // row of the stage around it, -1 at the top
}

// fold is how much is shown beneath a stage.
type fold int

const (
	folded   fold = iota // nothing
	branches             // inner stages, and the step that matters now
	unfolded             // and all of its own steps
)

// stageTree is the stages and steps of a run, one a row, with a cursor and what is folded. It holds the stages that it was made
// of, into which its rows point.
type stageTree struct {
	rows  []row
	folds map[string]fold
	at    int    // the row under the cursor
	atKey string // its key
	moved bool   // by the user; until then the cursor follows what matters

	stages *stages.Tree
	status jenkins.Status
	usual  []stages.Stage // of an earlier run: what is to come
	glyphs *kit.Glyphs
}

// show makes the rows anew from stages of a run with this status.
func (t *stageTree) show(tree *stages.Tree, status jenkins.Status, usual []stages.Stage, glyphs *kit.Glyphs) {
	t.stages, t.status, t.usual, t.glyphs = tree, status, usual, glyphs
	t.layOut()
}

// layOut makes the rows anew. The cursor stays on its row; until the user moves it, it follows what matters.
func (t *stageTree) layOut() {
	b := rowBuilder{folds: t.folds, glyphs: t.glyphs, current: -1}
	b.stage, b.step = t.stages.Current(t.status)
	b.add(t.stages.Stages, t.usual, " ", "", -1)
	if len(t.stages.Stages) == 0 {
		b.addSteps(nil, t.stages.Steps, " ", "", -1)
	}
	t.rows = b.rows
	at := -1
	if t.moved {
		at = slices.IndexFunc(t.rows, func(r row) bool { return r.key == t.atKey })
	} else if b.current >= 0 {
		at = b.current
	}
	if at < 0 {
		at = min(t.at, len(t.rows)-1)
	}
	t.goTo(at)
}

// rowBuilder lays the stages out one a line.
type rowBuilder struct {
	rows    []row
	folds   map[string]fold
	glyphs  *kit.Glyphs
	stage   *stages.Stage // that matters now
	step    *stages.Step  // of it
	current int           // the row that shows it, or that hides it
}

// add adds stages that have begun and then, of usual, those that are still to come.
func (b *rowBuilder) add(list, usual []stages.Stage, indent, key string, parent int) {
	coming := toCome(list, usual)
	seen := map[string]int{}
	for i := range len(list) + len(coming) {
		s, ahead := (*stages.Stage)(nil), i >= len(list)
		if ahead {
			s = coming[i-len(list)]
		} else {
			s = &list[i]
		}
		lead, next := indent, indent+"  "
		switch last := i == len(list)+len(coming)-1; {
		case s.Kind != stages.Branch:
		case last:
			lead, next = indent+b.glyphs.Corner+" ", indent+"  "
		default:
			lead, next = indent+b.glyphs.Tee+" ", indent+b.glyphs.Border.Left+" "
		}
		k := key + "/" + s.Name
		if seen[s.Name]++; seen[s.Name] > 1 {
			k += "#" + strconv.Itoa(seen[s.Name])
		}
		b.addStage(s, usual, row{key: k, lead: lead, stage: s, ahead: ahead, parent: parent}, next)
	}
}

// addStage adds the row r of a stage, and beneath it what is unfolded.
func (b *rowBuilder) addStage(s *stages.Stage, usual []stages.Stage, r row, next string) {
	level, set := b.folds[r.key]
	if !set && !r.ahead {
		level = branches
	}
	at := len(b.rows)
	b.rows = append(b.rows, r)
	if s == b.stage || level == folded && holds(s, b.stage) {
		b.current = at
	}
	if level > folded {
		b.addSteps(s, b.shown(s, level), next, r.key, at)
		if s.Cut && (level == unfolded || s == b.stage && b.step == nil) {
			b.rows = append(b.rows, row{key: r.key + "\x00cut", lead: next + "  ", stage: s, parent: at, note: cutNote(s, b.stage == s && b.step == nil)})
		}
		var inner []stages.Stage
		if i := slices.IndexFunc(usual, func(u stages.Stage) bool { return u.Name == s.Name }); i >= 0 && !s.State.Ended() {
			inner = usual[i].Children
		}
		if r.ahead {
			inner = nil
		}
		b.add(s.Children, inner, next, r.key, at)
	}
	b.rows[at].opens = len(b.rows) > at+1
	b.rows[at].hides = level == folded && len(s.Children)+len(s.Steps) > 0 || level == branches && len(b.shown(s, branches)) < len(s.Steps)
}

// cutNote says that Jenkins lists only the first steps of a stage.
func cutNote(s *stages.Stage, unknown bool) string {
	if unknown {
		return "the step is not among the first " + strconv.Itoa(len(s.Steps)) + ", and Jenkins lists no more"
	}
	return "the first " + strconv.Itoa(len(s.Steps)) + " steps: Jenkins lists no more"
}

// shown returns the steps of a stage that are shown at this level.
func (b *rowBuilder) shown(s *stages.Stage, level fold) []stages.Step {
	switch {
	case level == unfolded:
		return s.Steps
	case level == branches && s == b.stage && b.step != nil:
		for i := range s.Steps {
			if &s.Steps[i] == b.step {
				return s.Steps[i : i+1]
			}
		}
	}
	return nil
}

func (b *rowBuilder) addSteps(s *stages.Stage, steps []stages.Step, indent, key string, parent int) {
	for i := range steps {
		if &steps[i] == b.step {
			b.current = len(b.rows)
		}
		b.rows = append(b.rows, row{key: key + "\x00" + steps[i].ID, lead: indent + "  ", stage: s, step: &steps[i], parent: parent})
	}
}

// holds reports whether a stage is among the inner stages of s.
func holds(s, inner *stages.Stage) bool {
	if inner == nil {
		return false
	}
	for i := range s.Children {
		if c := &s.Children[i]; c == inner || holds(c, inner) {
			return true
		}
	}
	return false
}

// toCome returns the stages of an earlier run that are not in list yet: those behind the last one in both, and branches.
func toCome(list, usual []stages.Stage) []*stages.Stage {
	if len(usual) == 0 {
		return nil
	}
	begun := map[string]bool{}
	for i := range list {
		begun[list[i].Name] = true
	}
	reached := -1
	for i := range usual {
		if begun[usual[i].Name] {
			reached = i
		}
	}
	var coming []*stages.Stage
	for i := range usual {
		u := &usual[i]
		ran := u.State != stages.Skipped && u.State != stages.NotBuilt
		if ran && !begun[u.Name] && (i > reached || u.Kind == stages.Branch) {
			coming = append(coming, u)
		}
	}
	return coming
}

// title names what a row is about, from the top: "Test > e2e".
func (t *stageTree) title(at int) string {
	r := &t.rows[at]
	name := ""
	switch {
	case r.step != nil:
		what, given := r.step.Label()
		if given != "" {
			what = given
		}
		name = kit.Clean(what)
		name = kit.FitMiddle(name, min(kit.Width(name), 40))
	case r.note != "":
		return t.title(r.parent)
	default:
		name = kit.Clean(r.stage.Name)
	}
	if r.parent >= 0 {
		return t.title(r.parent) + " > " + name
	}
	return name
}
