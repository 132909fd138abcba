package status

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// stageSource asks for the stages of one run and holds the last answer.
type stageSource struct {
	tree    stages.Tree
	known   bool  // tree is an answer for this run
	err     error // why the stages could not be read
	asking  bool
	asked   time.Time     // when the stages were last asked for
	stepsAt time.Time     // and their steps
	took    time.Duration // how long the answer took
	paused  bool          // a stage waits for input
	final   bool          // tree is the answer for the ended run: it will not change
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

// every is how often the stages of a running pipeline are asked for: a slow controller is asked rarely.
func (s *stageSource) every() time.Duration {
	return min(max(2*time.Second, 10*s.took), time.Minute)
}

// stepsEvery is how often the steps of a running pipeline are asked for while the same stage runs.
const stepsEvery = 5 * time.Second

// ask asks for the stages of a run if they can have changed since they were last asked for. The snapshots drive it.
func (s *stageSource) ask(sh *kit.Shared, run jenkins.Run) tea.Cmd {
	if !run.Pipeline || run.Number == 0 || s.asking || s.final {
		return nil
	}
	ended := run.Status.Ended()
	if !ended && time.Since(s.asked) < s.every() || ended && s.err != nil && time.Since(s.asked) < time.Minute {
		return nil
	}
	r := sh.StagesOf(run.Controller)
	if r == nil {
		return nil
	}
	s.asking, s.asked = true, time.Now()
	before, stepsAt, parent := s.tree, s.stepsAt, sh.Context()
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

// take takes the answer for its run, and reports whether it is one.
func (s *stageSource) take(msg StagesMsg) bool {
	s.asking, s.took, s.err = false, msg.took, msg.Err
	if msg.Err != nil {
		return false
	}
	s.tree, s.stepsAt, s.known, s.final = msg.Stages, msg.stepsAt, true, msg.ended
	return true
}

// signalWait has the list ask at once when the stages say, before the list does, that the run waits for input or does so
// no more: of many running builds most refreshes are partial and do not ask for it.
func (s *stageSource) signalWait(run *jenkins.Run) tea.Cmd {
	was, old := s.paused, jenkins.Paused
	if s.paused = anyPaused(s.tree.Stages); s.paused {
		old = jenkins.Running
	}
	if s.paused == was || run.Status != old {
		return nil // nothing changed, or the list has it
	}
	return kit.Send(kit.PokeMsg{Controller: run.Controller})
}

func anyPaused(list []stages.Stage) bool {
	return slices.ContainsFunc(list, func(s stages.Stage) bool {
		return s.State == stages.Paused || anyPaused(s.Children)
	})
}

// shown is the stages as far as they are known: at first only those that the list of running builds names.
func (s *stageSource) shown(run *jenkins.Run) *stages.Tree {
	if s.known || !run.Pipeline || run.Number == 0 {
		return &s.tree
	}
	named := &stages.Tree{Source: stages.Refresh}
	for _, name := range run.Stages {
		named.Stages = append(named.Stages, stages.Stage{Name: name, Kind: stages.Plain, State: stages.Running})
	}
	return named
}

// failed is what made a run fail, as far as its stages say.
func (s *stageSource) failed(status jenkins.Status) (f stages.Failed, ok bool) {
	if !s.known {
		return f, false
	}
	return s.tree.Failed(status)
}

// noRows says why there are no stages, if there are none, or what those that are shown leave out.
func (s *stageSource) noRows(r *jenkins.Run, none bool, w int, st *kit.Styles) []string {
	if !r.Pipeline || r.Number == 0 {
		return nil
	}
	var out []string
	say := func(text string) {
		for _, l := range kit.Wrap(text, w-2, " ") {
			out = append(out, st.Dim.Render(l))
		}
	}
	switch {
	case s.known && s.tree.Missing() != "":
		say(s.tree.Missing())
	case s.known && none && r.Status.Ended():
		say("no stages")
	case !s.known && s.asking && none:
		say("asking for the stages" + st.Glyphs.More)
	}
	if s.err != nil {
		for _, l := range kit.Wrap("Stages: "+kit.WhatOf(s.err), w-2, " ") {
			out = append(out, st.Waiting.Render(l))
		}
		for _, l := range kit.Wrap(kit.HintOf(s.err), w-4, "   ") {
			out = append(out, st.Dim.Render(l))
		}
	}
	return out
}

// pausedFor is how long a run has waited for input, as far as its steps say.
func (s *stageSource) pausedFor(r *jenkins.Run, now time.Time) time.Duration {
	return min(s.tree.Waited(now), r.Elapsed(now))
}
