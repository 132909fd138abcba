package status

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// kept is what the pane keeps of runs that it does not show, so that an ended run is asked for once.
type kept struct {
	ended map[kit.BuildKey]*answers
	usual map[jenkins.Ref][]stages.Stage // by job: the stages of its last successful build, nil while they are unknown
}

// answers are those of an ended run, as far as they have come.
type answers struct {
	stages *stages.Tree
	build  *jenkins.Run
	card   *failure.Card
}

// keptRuns bounds what is kept; beyond it all is dropped and asked for again where it is looked at.
const keptRuns = 64

func newKept() *kept {
	return &kept{map[kit.BuildKey]*answers{}, map[jenkins.Ref][]stages.Stage{}}
}

// of returns the answers of an ended run, to be added to.
func (k *kept) of(run *jenkins.Run) *answers {
	key := kit.KeyOf(run)
	if k.ended[key] == nil {
		if len(k.ended) >= keptRuns {
			clear(k.ended)
		}
		k.ended[key] = &answers{}
	}
	return k.ended[key]
}

// drop forgets what was said of a run.
func (k *kept) drop(run *jenkins.Run) { delete(k.ended, kit.KeyOf(run)) }

// jobOf names a run's job.
func jobOf(run *jenkins.Run) jenkins.Ref {
	return jenkins.Ref{Controller: run.Controller, Job: run.Job}
}

// usualMsg answers the question for the stages of a job's last successful build.
type usualMsg struct {
	job    jenkins.Ref
	stages []stages.Stage
}

// askUsual asks once for the stages of the last successful build of a running pipeline's job: they say what is to come.
func (k *kept) askUsual(sh *kit.Shared, running *jenkins.Run) tea.Cmd {
	job := jobOf(running)
	_, asked := k.usual[job]
	c, r := sh.Client(running.Controller), sh.StagesOf(running.Controller)
	if asked || c == nil || running.Number < 2 || running.Status.Ended() {
		return nil
	}
	k.usual[job] = nil
	parent := sh.Context()
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, kit.AskFor)
		defer cancel()
		m := usualMsg{job: job}
		if run, err := c.Build(ctx, jenkins.BuildSpec{Job: job.Job, Permalink: "lastSuccessful"}); err == nil {
			tree, _ := r.Tree(ctx, run) // without it nothing is shown to come
			m.stages = tree.Stages
		}
		return m
	}
}

// toCome returns the stages that a job's last successful build had, for a run that goes on.
func (k *kept) toCome(run *jenkins.Run) []stages.Stage {
	if run.Status.Ended() {
		return nil
	}
	return k.usual[jobOf(run)]
}
