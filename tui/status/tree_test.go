package status

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestATreeKeepsItsCursorWhenStagesComeBeforeIt(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var tree stageTree
	tree.show(sample(now, stages.Running), jenkins.Running, nil, &kit.UnicodeGlyphs)
	if got := tree.title(tree.at); got != "Test > e2e > make e2e" {
		t.Errorf("it begins at %q", got)
	}
	tree.nextStage(-1)
	more := sample(now, stages.Running)
	more.Stages = append([]stages.Stage{{ID: "1", Name: "Prepare", State: stages.Success}}, more.Stages...)
	tree.show(more, jenkins.Running, usual(now), &kit.UnicodeGlyphs)
	if got := tree.title(tree.at); got != "Test > e2e" {
		t.Errorf("it went to %q", got)
	}
	tree.fold()
	if r := tree.selected(); !r.hides || r.opens {
		t.Errorf("folded it is %+v", r)
	}
	if last := tree.rows[len(tree.rows)-1]; !last.ahead || last.stage.Name != "Deploy" {
		t.Errorf("the last row is %+v", last)
	}
}

func TestABodyMovesTheCursorWhereItIsInSightAndScrollsBeyondTheRows(t *testing.T) {
	t.Parallel()
	b := body{height: 4}
	b.tree.show(sample(time.Now(), stages.Success), jenkins.Success, nil, &kit.UnicodeGlyphs)
	rows := len(b.tree.rows)
	b.place(3, 5, true)
	b.move(rows - 1)
	if b.tree.at != rows-1 || b.line() < b.offset || b.line() >= b.offset+b.height {
		t.Errorf("the last row, in line %d, is not in sight from %d", b.line(), b.offset)
	}
	b.move(100)
	if b.tree.at != rows-1 || b.offset != b.extent-b.height {
		t.Errorf("behind the last row: row %d, line %d of %d", b.tree.at, b.offset, b.extent)
	}
	b.toEnd(false)
	if b.tree.at != 0 || b.offset != 0 {
		t.Errorf("at the top: row %d, line %d", b.tree.at, b.offset)
	}
}

func TestAStageThatWaitsForANodeHasTheSignOfThat(t *testing.T) {
	t.Parallel()
	now, sh := time.Now(), kittest.Shared()
	for name, c := range map[string]struct {
		run   jenkins.Run
		stage stages.Stage
		want  string
	}{
		"it runs":                      {jenkins.Run{Status: jenkins.Running}, stages.Stage{Name: "Build", State: stages.Running}, sh.Glyphs.Running},
		"the queue item says so":       {jenkins.Run{Status: jenkins.Running, Why: "no node"}, stages.Stage{Name: "Build", State: stages.Running}, sh.Glyphs.Queued},
		"the source of the stage does": {jenkins.Run{Status: jenkins.Running}, stages.Stage{Name: "Build", State: stages.Running, Why: "no node"}, sh.Glyphs.Queued},
	} {
		var tree stageTree
		tree.show(&stages.Tree{Source: stages.WFAPI, Stages: []stages.Stage{c.stage}}, c.run.Status, nil, sh.Glyphs)
		if line := tree.view(&c.run, 60, now, sh.Styles).line(0, 60, false, false); !strings.Contains(line, c.want) {
			t.Errorf("%s: %q", name, line)
		}
	}
}
