package status

import (
	"cmp"
	"context"
	"time"

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

// recall takes what is kept of a run.
func (p *Pane) recall(run *jenkins.Run) {
	a := p.kept.ended[kit.KeyOf(run)]
	if a == nil || !run.Status.Ended() {
		return
	}
	if a.stages != nil {
		p.stages, p.known, p.final = *a.stages, true, true
	}
	p.card = a.card
	if a.build != nil {
		p.build, p.buildKnown = *a.build, true
	}
}

// StagesMsg answers the question for the stages of a run.
type StagesMsg struct {
	Ref     jenkins.Ref
	Stages  stages.Tree
	Err     error
	began   time.Time // the build, where that is known
	stepsAt time.Time // when the steps were asked for
	ended   bool      // the run had ended when it was asked
	took    time.Duration
}

// stagesEvery is how often the stages of a running pipeline are asked for: a slow controller is asked rarely.
func (p *Pane) stagesEvery() time.Duration {
	return min(max(2*time.Second, 10*p.took), time.Minute)
}

// stepsEvery is how often the steps of a running pipeline are asked for while the same stage runs.
const stepsEvery = 5 * time.Second

// askStages asks for the stages if they can have changed since they were last asked for. The snapshots drive it.
func (p *Pane) askStages() tea.Cmd {
	if !p.on || !p.run.Pipeline || p.run.Number == 0 || p.asking || p.final || p.lost {
		return nil
	}
	ended := p.run.Status.Ended()
	if !ended && time.Since(p.asked) < p.stagesEvery() || ended && p.err != nil && time.Since(p.asked) < time.Minute {
		return nil
	}
	r := p.sh.StagesOf(p.run.Controller)
	if r == nil {
		return nil
	}
	p.asking, p.asked = true, time.Now()
	run, before, stepsAt, parent := p.run, p.stages, p.stepsAt, p.sh.Context()
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, kit.AskFor)
		defer cancel()
		start := time.Now()
		tree, err := r.Tree(ctx, run)
		m := StagesMsg{Ref: run.Ref, began: run.StartedAt, Err: err, ended: ended, stepsAt: stepsAt}
		if err == nil && wantSteps(run, &tree, &before, stepsAt) {
			m.stepsAt = time.Now()
			err = r.Steps(ctx, run, &tree)
		}
		if tree.StepSource == "" || err != nil {
			tree.KeepSteps(&before)
		}
		m.Stages = tree
		m.took = time.Since(start)
		return m
	}
}

// wantSteps reports whether the steps of a tree are to be asked for: not while the same stage goes on and they are fresh.
func wantSteps(run jenkins.Run, tree, before *stages.Tree, at time.Time) bool {
	stage, _ := tree.Current(run.Status)
	if run.Status.Ended() || stage == nil || stage.ID == "" {
		return run.Status.Ended()
	}
	was := before.Find(stage.ID)
	same := was != nil && (was.State == stage.State || was.State == stages.Paused && stage.State == stages.Running)
	return !same || time.Since(at) >= stepsEvery
}

func (p *Pane) gotStages(msg StagesMsg) tea.Cmd {
	if !jenkins.SameBuild(&jenkins.Run{Ref: msg.Ref, StartedAt: msg.began}, &p.run) {
		return nil
	}
	p.asking, p.took, p.err = false, msg.took, msg.Err
	if msg.Err != nil || p.lost {
		return nil
	}
	p.stages, p.stepsAt, p.known, p.final = msg.Stages, msg.stepsAt, true, msg.ended
	if p.final {
		p.keep()
	}
	p.layOut()
	signal := p.signalWait(msg.Stages.Stages)
	if now := time.Now(); p.run.Status == jenkins.Running && !p.paused { // the list agrees that no wait is under way
		if waited := p.pausedFor(now.Add(p.run.Ahead)); waited > 0 {
			p.sh.NoteInputWait(&p.run, waited)
		}
	}
	return tea.Batch(signal, p.askStages(), p.askUsual(), p.askCard())
}

// keep keeps the stages of an ended run, and for the list in which stage it failed.
func (p *Pane) keep() {
	tree := p.stages
	p.kept.of(&p.run).stages = &tree
	if p.run.Status == jenkins.Success {
		p.kept.usual[jobOf(&p.run)] = p.stages.Stages
	}
	if f, ok := p.stages.Failed(p.run.Status); ok && f.Stage() != nil {
		p.sh.NoteFailed(&p.run, f.Stage().Name)
	}
}

// buildMsg answers the question for an ended run itself.
type buildMsg struct {
	asked kit.BuildKey
	run   jenkins.Run
	err   error
}

// askBuild asks for an ended run itself, of which the list has little if it ended before it was watched: once, or again
// after a while if that failed.
func (p *Pane) askBuild() tea.Cmd {
	c := p.sh.Client(p.run.Controller)
	if c == nil || p.lost || p.buildKnown || p.run.Number == 0 || !p.run.Status.Ended() || time.Since(p.buildAsked) < time.Minute {
		return nil
	}
	p.buildAsked = time.Now()
	asked, parent := kit.KeyOf(&p.run), p.sh.Context()
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, kit.AskFor)
		defer cancel()
		run, err := c.Build(ctx, jenkins.BuildSpec{Job: asked.Job, Number: asked.Number})
		return buildMsg{asked, run, err}
	}
}

func (p *Pane) gotBuild(msg buildMsg) tea.Cmd {
	if !msg.asked.Names(&p.run) {
		return nil
	}
	if msg.err == nil && !jenkins.SameBuild(&msg.run, &p.run) {
		return p.lose()
	}
	was := p.gone
	if p.gone = kit.IsGone(msg.err); msg.err != nil {
		return kit.Missed(p.run, msg.err)
	}
	p.build, p.buildKnown = msg.run, true
	p.kept.of(&p.run).build = &msg.run
	p.run = p.completed(p.run)
	if was {
		return kit.Send(kit.FoundMsg{Build: msg.asked})
	}
	return nil
}

// lose drops what Jenkins said of the run: another build has its number, of which that may have been as well.
func (p *Pane) lose() tea.Cmd {
	p.kept.drop(&p.run)
	p.stages, p.known, p.card = stages.Tree{}, false, nil
	p.gone, p.lost = true, true
	p.layOut()
	return kit.Send(kit.GoneMsg{Build: kit.KeyOf(&p.run)})
}

// completed adds to a run of the list what Jenkins said of the run itself.
func (p *Pane) completed(run jenkins.Run) jenkins.Run {
	if !p.buildKnown {
		return run
	}
	b := &p.build
	if run.Causes == nil {
		run.Causes = b.Causes
	}
	if run.Parameters == nil {
		run.Parameters = b.Parameters
	}
	if run.Nodes == nil {
		run.Nodes, run.NodeLabels = b.Nodes, b.NodeLabels
	}
	run.Revisions, run.HasTests = b.Revisions, b.HasTests
	run.Description = cmp.Or(b.Description, run.Description)
	run.DisplayName = cmp.Or(b.DisplayName, run.DisplayName)
	return run
}

// usualMsg answers the question for the stages of a job's last successful build.
type usualMsg struct {
	job    jenkins.Ref
	stages []stages.Stage
}

// askUsual asks once for the stages of the last successful build of a running pipeline's job: they say what is to come.
func (p *Pane) askUsual() tea.Cmd {
	job := jobOf(&p.run)
	_, asked := p.kept.usual[job]
	c, r := p.sh.Client(p.run.Controller), p.sh.StagesOf(p.run.Controller)
	if asked || !p.on || !p.known || c == nil || p.run.Number < 2 || p.run.Status.Ended() {
		return nil
	}
	p.kept.usual[job] = nil
	parent := p.sh.Context()
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

func (p *Pane) gotUsual(msg usualMsg) {
	p.kept.usual[msg.job] = msg.stages
	if msg.job == jobOf(&p.run) {
		p.layOut()
	}
}
