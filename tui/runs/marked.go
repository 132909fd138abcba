package runs

import (
	"strconv"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// markRun marks the run under the cursor, or takes its mark away, and goes on to the next.
func (p *Pane) markRun() {
	r := p.Current()
	if r == nil {
		return
	}
	if p.marked == nil {
		p.marked = map[kit.BuildKey]bool{}
	}
	if key := kit.KeyOf(r); p.marked[key] {
		delete(p.marked, key)
	} else {
		p.marked[key] = true
	}
	p.Move(1)
}

// Marked returns the marked runs that are listed, in the list's order. A mark on one that a filter hides counts for nothing:
// what nobody sees is not acted on.
func (p *Pane) Marked() []jenkins.Run {
	if len(p.marked) == 0 {
		return nil
	}
	var runs []jenkins.Run
	for _, r := range p.Rows {
		if r.Run != nil && p.marked[kit.KeyOf(r.Run)] {
			runs = append(runs, *r.Run)
		}
	}
	return runs
}

func (p *Pane) unmark(runs []jenkins.Run) {
	for i := range runs {
		delete(p.marked, kit.KeyOf(&runs[i]))
	}
}

// unmarkAll takes all marks away and reports whether there were any.
func (p *Pane) unmarkAll() bool {
	was := len(p.marked) > 0
	clear(p.marked)
	return was
}

// markedText counts the marks for the border; empty without any.
func (p *Pane) markedText() string {
	if n := len(p.Marked()); n > 0 {
		return strconv.Itoa(n) + " marked"
	}
	return ""
}

// InSnapshot returns a run as its controller's last answer has it, whatever the filter shows; nil where none does.
func (p *Pane) InSnapshot(ref jenkins.Ref) *jenkins.Run {
	s := p.Snapshot(ref.Controller)
	if s == nil {
		return nil
	}
	for _, list := range [][]jenkins.Run{s.Runs, s.Recent, s.Queue} {
		for i := range list {
			if list[i].Ref == ref {
				return &list[i]
			}
		}
	}
	return nil
}
