package follow

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// drawBuild returns a build as at most h lines of at most w cells: a line for the build, then its stages and the steps that run.
// Where they are too many, what has ended gives way first, then the middle. The clocks stand at the time now.
func drawBuild(s *State, now time.Time, w, h int, p output.Paint) []string {
	lines := []string{headLine(s, now, w, p)}
	if len(s.Run.Inputs) > 0 && !s.Run.Status.Ended() {
		text := "waits for input: " + clean.ScreenLine(s.Run.Inputs[0].Message)
		lines = append(lines, "  "+p.Text(output.Waiting, ansi.Truncate(text, max(0, w-2), p.More())))
	}
	rows := rowsOf(s.Tree.Stages, 1, s.Run.Status.Ended())
	rows = fit(rows, h-len(lines))
	for _, r := range rows {
		lines = append(lines, r.line(now.Add(s.Run.Ahead), w, p))
	}
	return lines[:max(1, min(len(lines), h))]
}

// headLine is the build with its status, its time and where it runs.
func headLine(s *State, now time.Time, w int, p output.Paint) string {
	r := &s.Run
	waited := s.Tree.Waited(now.Add(r.Ahead))
	right := "  " + p.Status(string(r.Status)) + "  "
	if r.Status.Ended() {
		right += "after "
	}
	right += output.TimeText(r, waited, now)
	if bar := barText(r, waited, now, p); bar != "" && w >= 70 {
		right += "  " + bar
	}
	name := clean.ScreenLine(jenkins.DisplayName(r.Job)) + " " + output.Number(*r)
	name = output.CutMiddle(name, max(8, w-ansi.StringWidth(right)))
	return ansi.Truncate(p.Text(output.Strong, name)+right, w, p.More())
}

const barCells = 12

// barText is how far a running build is, as far as Jenkins can estimate it.
func barText(r *jenkins.Run, waited time.Duration, now time.Time, p output.Paint) string {
	if r.Status != jenkins.Running || r.Estimated <= 0 {
		return ""
	}
	full, empty := "▰", "▱"
	if p.ASCII {
		full, empty = "#", "."
	}
	built := max(0, r.Elapsed(now)-waited)
	if built > r.Estimated {
		return p.Text(output.Waiting, strings.Repeat(full, barCells)+"!")
	}
	n := int(barCells * float64(built) / float64(r.Estimated)) // in integers it could overflow
	return p.Text(output.Active, strings.Repeat(full, n)) + p.Text(output.Dim, strings.Repeat(empty, barCells-n))
}

// row is a line below the first: a stage with the step that runs in it, or a count of stages that are left out.
type row struct {
	stage *stages.Stage // of stages left out the last
	step  *stages.Step
	depth int
	count int  // of stages left out
	cut   bool // they are not all in the same state
	ended bool // the build has
}

// rowsOf are the stages from the top, as they stand in the tree.
func rowsOf(list []stages.Stage, depth int, ended bool) []row {
	var rows []row
	for i := range list {
		s := &list[i]
		r := row{stage: s, depth: depth, ended: ended}
		for j := range s.Steps {
			if st := s.Steps[j].State; !s.State.Ended() && (st == stages.Running || st == stages.Paused) || s.State == stages.Failure && st == stages.Failure {
				r.step = &s.Steps[j]
			}
		}
		rows = append(rows, r)
		rows = append(rows, rowsOf(s.Children, depth+1, ended)...)
	}
	return rows
}

// settled reports whether nothing of a row will be missed: a stage that ended well, was left out by the pipeline, or is to come.
func (r *row) settled() bool {
	switch r.stage.State {
	case stages.Success, stages.Skipped, stages.NotBuilt:
		return true
	}
	return false
}

// fit leaves out rows until there are at most n: what lies inside of stages that ended well, then runs of such stages from the
// top, then rows in the middle.
func fit(rows []row, n int) []row {
	if n <= 0 {
		return nil
	}
	if len(rows) > n { // what lies inside of a stage that went well
		var kept []row
		inside := 0 // the depth of such a stage
		for _, r := range rows {
			if inside > 0 && r.depth > inside {
				continue
			}
			if inside = 0; r.settled() {
				inside = r.depth
			}
			kept = append(kept, r)
		}
		rows = kept
	}
	for len(rows) > n {
		from, to := settledRun(rows)
		if to-from < 2 {
			break
		}
		rows = fold(rows, from, to)
	}
	if n == 1 {
		return rows[len(rows)-1:]
	}
	for len(rows) > n {
		from := dullest(rows)
		rows = fold(rows, from, from+2)
		rows[from].cut, rows[from].depth = true, 1
	}
	return rows
}

// fold replaces rows by their count.
func fold(rows []row, from, to int) []row {
	folded := rows[to-1]
	folded.step, folded.count, folded.depth = nil, 0, rows[from].depth
	for _, r := range rows[from:to] {
		folded.count += max(1, r.count)
	}
	rows[from] = folded
	return slices.Delete(rows, from+1, to)
}

// settledRun returns the first two neighbours that are settled in the same way.
func settledRun(rows []row) (from, to int) {
	for i := 0; i+1 < len(rows); i++ {
		if a, b := &rows[i], &rows[i+1]; a.settled() && a.stage.State == b.stage.State && a.depth == b.depth {
			return i, i + 2
		}
	}
	return 0, 0
}

// weights say how much is lost with a stage of a state; one that went well counts nothing.
var weights = map[stages.State]int{stages.Failure: 4, stages.Paused: 4, stages.Running: 2, stages.Unstable: 1, stages.Aborted: 1}

func (r *row) weight() int {
	if r.cut {
		return 0
	}
	return weights[r.stage.State]
}

// dullest returns the first of the two neighbours that say least; of equals it is the one nearest to the middle.
func dullest(rows []row) (from int) {
	least := math.MaxInt
	for i := range len(rows) - 1 {
		off := i - (len(rows)-1)/2
		if loss := (rows[i].weight()+rows[i+1].weight())*len(rows) + max(off, -off); loss < least {
			from, least = i, loss
		}
	}
	return from
}

// unbuilt says of a stage without a time why it has none: some sources list those that are still to come.
func (r *row) unbuilt() string {
	switch state := r.stage.State; {
	case state == stages.Skipped:
		return "skipped"
	case state.NeverRan(r.ended):
		return "not run"
	case state == stages.NotBuilt:
		return "to come"
	}
	return ""
}

// line draws a row.
func (r *row) line(now time.Time, w int, p output.Paint) string {
	indent := strings.Repeat("  ", r.depth)
	state := string(r.stage.State)
	sign := p.Text(output.RoleOf(state), p.Glyph(state))
	if r.cut {
		return ansi.Truncate(indent+p.Text(output.Dim, fmt.Sprintf("%s %d more stages", p.More(), r.count)), w, p.More())
	}
	if r.count > 1 {
		what := fmt.Sprintf("%d stages", r.count)
		if word := r.unbuilt(); word != "" {
			what += " " + word
		}
		return ansi.Truncate(indent+sign+" "+p.Text(output.Dim, what), w, p.More())
	}
	name := clean.ScreenLine(r.stage.Name)
	const nameCells = 24
	room := max(8, min(nameCells, w/2)-len(indent))
	name = output.CutMiddle(name, room)
	name += strings.Repeat(" ", max(0, room-ansi.StringWidth(name)))
	took := r.unbuilt()
	if took == "" && r.stage.Timed() {
		took = jenkins.Span(r.stage.Elapsed(now))
	}
	line := indent + sign + " " + name + fmt.Sprintf("%8s", took)
	var rest []string
	if r.stage.Node != "" && !r.stage.State.Ended() {
		rest = append(rest, clean.ScreenLine(r.stage.Node))
	}
	if r.stage.Paused >= time.Second && r.stage.State != stages.Paused {
		rest = append(rest, "waited "+jenkins.Span(r.stage.Paused))
	}
	if r.step != nil {
		what, given := r.step.Label()
		if given != "" {
			what = given
		}
		what, _, _ = strings.Cut(what, "\n")
		rest = append(rest, clean.ScreenLine(what))
	} else if r.stage.Why != "" && !r.stage.State.Ended() {
		rest = append(rest, clean.ScreenLine(r.stage.Why))
	}
	if len(rest) > 0 {
		line += "  " + p.Text(output.Dim, strings.Join(rest, "  "))
	}
	return ansi.Truncate(strings.TrimRight(line, " "), w, p.More())
}
