package status

import (
	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// goTo puts the cursor on a row.
func (p *Pane) goTo(at int) {
	p.at, p.atKey = max(0, at), ""
	if at >= 0 && at < len(p.rows) {
		p.atKey = p.rows[at].key
	}
}

// line is the cursor's line in the body, -1 if there are no rows.
func (p *Pane) line() int {
	if len(p.rows) == 0 {
		return -1
	}
	return p.before + p.at
}

// body is how many lines of the body are in sight: the headline stays above it.
func (p *Pane) body() int { return max(1, p.height-1) }

// reveal scrolls until the cursor is in sight.
func (p *Pane) reveal() {
	line := p.line()
	p.offset = max(min(p.offset, line), line-p.body()+1, 0)
}

// scroll moves what is in sight by n lines.
func (p *Pane) scroll(n int) {
	p.offset = max(0, min(p.offset+n, p.extent-p.body()))
}

// place puts what matters in sight, until the user moves: the top of a run that failed, which says what broke, else the
// stage that runs, with one more line.
func (p *Pane) place() {
	if !p.moved {
		p.offset = 0
		if line := p.line(); line >= 0 && !p.run.Status.Ended() {
			p.offset = max(0, line-p.body()+2)
		}
	}
	p.scroll(0)
}

// move moves the cursor by n rows. Where it is out of sight, and beyond the first and the last row, the pane scrolls.
func (p *Pane) move(n int) {
	p.moved = p.moved || n != 0
	down := n > 0
	n = min(max(n, -n), p.extent+len(p.rows))
	for range n {
		line := p.line()
		switch out := line < p.offset || line >= p.offset+p.body(); {
		case down && !out && p.at < len(p.rows)-1:
			p.goTo(p.at + 1)
			p.reveal()
		case !down && !out && p.at > 0:
			p.goTo(p.at - 1)
			p.reveal()
		case down:
			p.scroll(1)
		default:
			p.scroll(-1)
		}
	}
}

// toEnd puts the cursor on the first or the last row, and in sight what is before or behind it.
func (p *Pane) toEnd(last bool) {
	p.moved = true
	if last {
		p.goTo(len(p.rows) - 1)
		p.scroll(p.extent)
		return
	}
	p.goTo(0)
	p.offset = 0
}

// nextStage moves the cursor to the next stage, or the one before.
func (p *Pane) nextStage(step int) {
	p.moved = true
	for i := p.at + step; i >= 0 && i < len(p.rows); i += step {
		if p.rows[i].step == nil && p.rows[i].note == "" {
			p.goTo(i)
			p.reveal()
			return
		}
	}
}

// unfold shows more beneath the stage under the cursor.
func (p *Pane) unfold() {
	if len(p.rows) == 0 || !p.rows[p.at].hides {
		return
	}
	r := &p.rows[p.at]
	level, set := p.folds[r.key]
	if !set && !r.ahead {
		level = branches
	}
	if level++; level == branches && len(r.stage.Children) == 0 {
		level = unfolded
	}
	p.setFold(r.key, level)
}

// fold shows less beneath the stage under the cursor; where nothing is shown, the cursor goes to the stage around it.
func (p *Pane) fold() {
	if len(p.rows) == 0 {
		return
	}
	r := &p.rows[p.at]
	if !r.opens {
		if r.parent >= 0 {
			p.moved = true
			p.goTo(r.parent)
			p.reveal()
		}
		return
	}
	level, set := p.folds[r.key]
	if !set {
		level = branches
	}
	if level--; level == branches && len(r.stage.Children) == 0 {
		level = folded
	}
	p.setFold(r.key, level)
}

func (p *Pane) setFold(key string, level fold) {
	if p.folds == nil {
		p.folds = map[string]fold{}
	}
	p.folds[key] = level
	p.moved, p.atKey = true, key
	p.layOut()
	p.reveal()
}

// openLog shows the log of the stage or step under the cursor, or the whole one where there is none.
func (p *Pane) openLog() tea.Cmd {
	msg := kit.OpenLogMsg{Run: p.run}
	if len(p.rows) > 0 {
		r := &p.rows[p.at]
		if r.ahead {
			return kit.Note(kit.Clean(r.stage.Name) + " has not begun")
		}
		if r.stage != nil {
			msg.Stage = *r.stage
		}
		if msg.Step = r.step; msg.Step != nil || msg.Stage.ID != "" {
			msg.Title = p.title(p.at)
		}
	}
	return kit.Send(msg)
}

// click puts the cursor on the row at a line of the pane.
func (p *Pane) click(y int) {
	if i := y - 1 + p.offset - p.before; y > 0 && i >= 0 && i < len(p.rows) {
		p.moved = true
		p.goTo(i)
	}
}
