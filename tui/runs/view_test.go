package runs

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// listing returns a list of two ended builds, #2 failed.
func listing(t *testing.T) (*Pane, *jenkins.Run) {
	t.Helper()
	build := func(number int, status jenkins.Status) jenkins.Run {
		return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/web", Number: number}, Status: status,
			StartedAt: time.Now().Add(-5 * time.Minute), Duration: 3 * time.Minute}
	}
	sh := kittest.Shared()
	sh.Opts.Controllers = []kit.Controller{{Name: "ci"}}
	p := New(sh)
	p.Lists.Tabs = StandardTabs()
	p.Data.Snaps = []*watch.Snapshot{{Controller: "ci", At: time.Now(), Recent: []jenkins.Run{build(2, jenkins.Failure), build(1, jenkins.Success)}}}
	p.Rebuild()
	return p, &p.Data.Snaps[0].Recent[0]
}

func (p *Pane) linesOf(t *testing.T, w int) []string {
	t.Helper()
	p.Resize(w, 4)
	frame := p.View(w, 4)
	kittest.Fits(t, frame, w, 4)
	return strings.Split(kittest.Unstyled(frame), "\n")
}

func TestColumnsOfEndedRunsAreNamedWhereTheyStand(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		p, _ := listing(t)
		for _, w := range []int{44, 58, 78, 118, 250} {
			lines := p.linesOf(t, w)
			names, row := lines[0], lines[1]
			end := func(line, word string) int { return kit.Width(line[:strings.Index(line, word)]) + len(word) }
			if !strings.Contains(names, "result") {
				t.Errorf("at %d there are no names: %q", w, names)
				continue
			}
			if strings.Contains(row, "FAILURE") && end(names, "result")-len("result") != end(row, "FAILURE")-len("FAILURE") || end(names, "took") != end(row, "3:00") {
				t.Errorf("at %d the names do not stand over their columns:\n%s\n%s", w, names, row)
			}
		}
		for w := 1; w < 44; w++ {
			p.linesOf(t, w)
		}
	})
}

func TestWaitsForInputAreNotBuildTime(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		p, _ := listing(t)
		run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/web", Number: 3}, Status: jenkins.Running, Pipeline: true,
			StartedAt: time.Now().Add(-15 * time.Minute), Estimated: 4 * time.Minute}
		row := func() string {
			t.Helper()
			p.Data.Snaps[0].Runs = []jenkins.Run{run}
			p.Rebuild()
			return strings.Join(p.linesOf(t, 78), "\n")
		}
		if got := row(); !strings.Contains(got, "!  15:00/4:00") {
			t.Errorf("nothing is known of a wait:\n%s", got)
		}
		run.InputWait = 3 * time.Minute // the watcher came late
		if got := row(); !strings.Contains(got, "!  12:00/4:00") {
			t.Errorf("of three minutes that it was watched:\n%s", got)
		}
		p.sh.NoteInputWait(&run, 13*time.Minute)
		if got := row(); strings.Contains(got, "!") || !strings.Contains(got, " 2:00/4:00") {
			t.Errorf("of thirteen minutes by its stages:\n%s", got)
		}
		run.InputWait += time.Minute // the next one
		if got := row(); !strings.Contains(got, " 1:00/4:00") {
			t.Errorf("of another one since:\n%s", got)
		}
		run.StartedAt, run.InputWait = run.StartedAt.Add(time.Second), 0
		if got := row(); !strings.Contains(got, "14:59/4:00") {
			t.Errorf("of another build with its number:\n%s", got)
		}
	})
}

// TestRowOfAFailedRunNamesTheStageThatItWasLastSeenIn until it is known in which it failed, or that it failed in none.
func TestRowOfAFailedRunNamesTheStageThatItWasLastSeenIn(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		for _, w := range []int{58, 78, 118, 198} {
			p, failed := listing(t)
			failed.LastStage = "Deploy"
			p.Data.Snaps[0].Recent[1].LastStage = "Deploy" // it succeeded
			if lines := p.linesOf(t, w); !strings.Contains(lines[1], "Deploy") || strings.Contains(lines[2], "Deploy") {
				t.Errorf("at %d, last seen: %q", w, lines)
			}
			p.sh.NoteFailed(failed, "e2e")
			if row := p.linesOf(t, w)[1]; !strings.Contains(row, "e2e") || strings.Contains(row, "Deploy") {
				t.Errorf("at %d, known: %q", w, row)
			}
			p.sh.NoteFailed(failed, "")
			if row := p.linesOf(t, w)[1]; strings.Contains(row, "Deploy") {
				t.Errorf("at %d, in none: %q", w, row)
			}
		}
	})
}

func TestRowOfAFailedRunNamesTheStageOnceItIsKnown(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		for _, w := range []int{58, 78, 118, 250} {
			p, failed := listing(t)
			if row := p.linesOf(t, w)[1]; !strings.Contains(row, "FAILURE") || strings.Contains(row, "e2e") {
				t.Errorf("at %d, unknown: %q", w, row)
			}
			p.sh.NoteFailed(failed, "e2e")
			if row, other := p.linesOf(t, w)[1], p.linesOf(t, w)[2]; !strings.Contains(row, "✗ ") || !strings.Contains(row, "e2e") || strings.Contains(other, "e2e") {
				t.Errorf("at %d, known: %q, the other %q", w, row, other)
			}
		}
	})
}

func TestColumnsThatDoNotExistAreRefused(t *testing.T) {
	t.Parallel()
	if err := CheckColumns([]string{"cause", "stage"}); err != nil {
		t.Error(err)
	}
	for _, wrong := range [][]string{{"stages"}, {"node", "node"}} {
		if err := CheckColumns(wrong); err == nil || kit.HintOf(err) == "" {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}
