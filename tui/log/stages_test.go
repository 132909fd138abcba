package log

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func pipelineRun(r jenkins.Run) jenkins.Run {
	r.Pipeline = true
	return r
}

func TestTheLogsOfTheStagesAreReadOneAfterTheOther(t *testing.T) {
	t.Parallel()
	f := testStage()
	partScene(t, f, pipelineRun(goodRun(1)), func(t *testing.T, d *kittest.Driver, p *Pane) {
		titles := []string{}
		next := func(in kit.Intent) {
			d.Do(string(in))
			titles = append(titles, p.Title(60))
		}
		next(kit.IntentNextStageLog)
		next(kit.IntentNextStageLog)
		next(kit.IntentNextStageLog)
		if got := d.Text(60, 2); got != "twenty-one\n" {
			t.Errorf("the branch's log is %q", got)
		}
		next(kit.IntentNextStageLog) // the last: Deploy was skipped
		next(kit.IntentPrevStageLog)
		next(kit.IntentPrevStageLog)
		next(kit.IntentPrevStageLog)
		next(kit.IntentPrevStageLog)
		whole := "Log  shop/checkout/main #1"
		want := []string{"Log  Build", "Log  Test", "Log  Test > e2e", "Log  Test > e2e", "Log  Test", "Log  Build", whole, whole}
		if !slices.Equal(titles, want) {
			t.Errorf("the titles are %q", titles)
		}
		if f.askedTree != 1 {
			t.Errorf("the stages of an ended build were asked for %d times", f.askedTree)
		}
	})
}

func TestABranchIsChosenByNameWhileTheOthersPrint(t *testing.T) {
	t.Parallel()
	f := testStage()
	run := pipelineRun(kittest.RunningRun(1))
	f.console.more = true
	partScene(t, f, run, func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do(string(kit.IntentPickStage))
		var labels []string
		for _, c := range d.Menu.Choices {
			labels = append(labels, c.Label)
		}
		if !slices.Equal(labels, []string{"the whole build", "Build", "Test", "Test > e2e"}) {
			t.Errorf("the choices are %q", labels)
		}
		d.Choose("Test > e2e")
		if p.Title(60) != "Log  Test > e2e" {
			t.Errorf("the title is %q", p.Title(60))
		}
		d.Do(string(kit.IntentPickStage))
		if f.askedTree != 2 {
			t.Errorf("the stages of a running build were asked for %d times of 2", f.askedTree)
		}
		d.Choose("the whole build")
		if p.Title(60) != "Log  shop/checkout/main #1" {
			t.Errorf("the title is %q", p.Title(60))
		}
	})
}

func TestALogWithoutStagesSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		run  jenkins.Run
		err  error
		note string
	}{
		"no pipeline": {goodRun(1), nil, "only the builds of pipelines have stages"},
		"no answer":   {pipelineRun(goodRun(1)), errors.New("away"), "away"},
		"queue item":  {pipelineRun(jenkins.Run{Ref: jenkins.Ref{Job: "a"}}), nil, "only the builds of pipelines have stages"},
	} {
		f := testStage()
		f.err = c.err
		partScene(t, f, c.run, func(t *testing.T, d *kittest.Driver, p *Pane) {
			d.Do(string(kit.IntentPickStage))
			last := d.Notes[len(d.Notes)-1]
			got := last.Text
			if last.Err != nil {
				got = last.Err.Error()
			}
			if got != c.note || len(d.Menu.Choices) > 0 {
				t.Errorf("%s: it says %q", name, got)
			}
		})
	}
}

// TestAStageThatNeverRanSaysSoAndWhy, and leads on to its neighbours, not to the first stage.
func TestAStageThatNeverRanSaysSoAndWhy(t *testing.T) {
	t.Parallel()
	f := testStage()
	f.stage.State = stages.Failure
	run := pipelineRun(goodRun(1))
	partScene(t, f, run, func(t *testing.T, d *kittest.Driver, p *Pane) {
		asked := f.asked
		d.Run(p.Update(kit.OpenLogMsg{Run: run, Stage: stages.Stage{ID: "50", Name: "Deploy", State: stages.Skipped}, Title: "Deploy",
			NotRun: "Test failed before it"}))
		d.Settle()
		if got := kittest.Unindented(d.Text(60, 4)); got != "Deploy never ran.\nTest failed before it. esc shows the whole log." {
			t.Errorf("says:\n%s", got)
		}
		if f.asked != asked {
			t.Error("its log is asked for")
		}
		d.Do(string(kit.IntentNextStageLog))
		if got := p.Title(60); got != "Log  Deploy" {
			t.Errorf("> leads to %q", got)
		}
		d.Do(string(kit.IntentPrevStageLog))
		if got := p.Title(60); got != "Log  Test > e2e" {
			t.Errorf("< leads to %q", got)
		}
	})
}

func TestALogOfAStageThatHasNotBegunFillsWhenItDoes(t *testing.T) {
	t.Parallel()
	f := testStage()
	f.stage.State = stages.Queued
	f.stage.Steps, f.stage.Children = nil, nil
	run := pipelineRun(kittest.RunningRun(1))
	f.console.more = true
	partScene(t, f, run, func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do(string(kit.IntentNextStageLog), string(kit.IntentNextStageLog))
		if got := kittest.Unindented(d.Text(60, 4)); got != "Test has not begun.\nIts log appears here when it does." {
			t.Errorf("says:\n%s", got)
		}
		d.Do(string(kit.IntentNextStageLog))
		if got := d.Notes[len(d.Notes)-1].Text; got != "no later stage has begun" {
			t.Errorf("behind the last stage it says %q", got)
		}
		f.stage.State = stages.Running
		d.Wait(2 * followMax)
		if got := kittest.Unindented(d.Text(60, 4)); !strings.HasPrefix(got, "It has written nothing so far.") {
			t.Errorf("once it runs it says:\n%s", got)
		}
		f.stage.Steps = []stages.Step{{ID: "40"}}
		d.Wait(2 * followMax)
		if got := firstLine(d.Text(60, 4)); got != "forty" {
			t.Errorf("then it shows %q", got)
		}
	})
}
