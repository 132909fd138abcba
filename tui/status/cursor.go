package status

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// goTo puts the cursor on a row.
func (t *stageTree) goTo(at int) {
	t.at, t.atKey = max(0, at), ""
	if at >= 0 && at < len(t.rows) {
		t.atKey = t.rows[at].key
	}
}

// selected is the row under the cursor, nil if there are no rows.
func (t *stageTree) selected() *row {
	if len(t.rows) == 0 {
		return nil
	}
	return &t.rows[t.at]
}

// nextStage moves the cursor to the next stage, or the one before.
func (t *stageTree) nextStage(step int) {
	t.moved = true
	for i := t.at + step; i >= 0 && i < len(t.rows); i += step {
		if t.rows[i].step == nil && t.rows[i].note == "" {
			t.goTo(i)
			return
		}
	}
}

// unfold shows more beneath the stage under the cursor.
func (t *stageTree) unfold() {
	r := t.selected()
	if r == nil || !r.hides {
		return
	}
	level := t.level(r)
	if level++; level == branches && len(r.stage.Children) == 0 {
		level = unfolded
	}
	t.setFold(r.key, level)
}

// fold shows less beneath the stage under the cursor; where nothing is shown, the cursor goes to the stage around it.
func (t *stageTree) fold() {
	r := t.selected()
	if r == nil {
		return
	}
	if !r.opens {
		if r.parent >= 0 {
			t.moved = true
			t.goTo(r.parent)
		}
		return
	}
	level := t.level(r)
	if level--; level == branches && len(r.stage.Children) == 0 {
		level = folded
	}
	t.setFold(r.key, level)
}

// level is how much is shown beneath a row.
func (t *stageTree) level(r *row) fold {
	level, set := t.folds[r.key]
	if !set && !r.ahead {
		level = branches
	}
	return level
}

func (t *stageTree) setFold(key string, level fold) {
	if t.folds == nil {
		t.folds = map[string]fold{}
	}
	t.folds[key] = level
	t.moved, t.atKey = true, key
	t.layOut()
}

// body is what is below the headline: lines before the rows of the tree, the rows, and lines behind them.
type body struct {
	tree   stageTree
	offset int // first line of the body in sight
	before int // lines before the rows
	extent int // lines of the body
	height int // lines of the body that are in sight
}

// line is the cursor's line in the body, -1 if there are no rows.
func (b *body) line() int {
	if len(b.tree.rows) == 0 {
		return -1
	}
	return b.before + b.tree.at
}

// reveal scrolls until the cursor is in sight.
func (b *body) reveal() {
	if line := b.line(); line >= 0 {
		b.offset = max(min(b.offset, line), line-b.height+1, 0)
	}
}

// scroll moves what is in sight by n lines.
func (b *body) scroll(n int) {
	b.offset = max(0, min(b.offset+n, b.extent-b.height))
}

// place sets how many lines are before and behind the rows, and puts what matters in sight, until the user moves: the top of a run
// that ended, which says what broke, else the stage that runs, with one more line.
func (b *body) place(before, after int, ended bool) {
	b.before, b.extent = before, before+len(b.tree.rows)+after
	if !b.tree.moved {
		b.offset = 0
		if line := b.line(); line >= 0 && !ended {
			b.offset = max(0, line-b.height+2)
		}
	}
	b.scroll(0)
}

// move moves the cursor by n rows. Where it is out of sight, and beyond the first and the last row, the body scrolls.
func (b *body) move(n int) {
	t := &b.tree
	t.moved = t.moved || n != 0
	down := n > 0
	n = min(max(n, -n), b.extent+len(t.rows))
	for range n {
		line := b.line()
		switch out := line < b.offset || line >= b.offset+b.height; {
		case down && !out && t.at < len(t.rows)-1:
			t.goTo(t.at + 1)
			b.reveal()
		case !down && !out && t.at > 0:
			t.goTo(t.at - 1)
			b.reveal()
		case down:
			b.scroll(1)
		default:
			b.scroll(-1)
		}
	}
}

// toEnd puts the cursor on the first or the last row, and in sight what is before or behind it.
func (b *body) toEnd(last bool) {
	b.tree.moved = true
	if last {
		b.tree.goTo(len(b.tree.rows) - 1)
		b.scroll(b.extent)
		return
	}
	b.tree.goTo(0)
	b.offset = 0
}

// click puts the cursor on the row at a line that is in sight.
func (b *body) click(y int) {
	if i := y + b.offset - b.before; y >= 0 && i >= 0 && i < len(b.tree.rows) {
		b.tree.moved = true
		b.tree.goTo(i)
	}
}

// rowMsg puts the cursor on a row that was chosen.
type rowMsg struct {
	of  kit.BuildKey
	key string
}

// chooseRow lets the user choose a stage of the run to put the cursor on.
func (p *Pane) chooseRow() tea.Cmd {
	m := kit.ChooseMsg{Name: "Stage of " + kit.RunTitle(p.run)}
	for i := range p.body.tree.rows {
		if r := &p.body.tree.rows[i]; r.step == nil && r.note == "" {
			m.Choices = append(m.Choices, kit.Choice{Label: p.body.tree.title(i), Msg: rowMsg{kit.KeyOf(&p.run), r.key}})
		}
	}
	if len(m.Choices) == 0 {
		return kit.Note(kit.RunTitle(p.run) + " has no stages to choose from")
	}
	return kit.Send(m)
}

func (p *Pane) goToRow(msg rowMsg) {
	tree := &p.body.tree
	at := slices.IndexFunc(tree.rows, func(r row) bool { return r.key == msg.key })
	if msg.of != kit.KeyOf(&p.run) || at < 0 {
		return
	}
	tree.moved = true
	tree.goTo(at)
	p.body.reveal()
}
