package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// statusPane shows everything about the focused run, and the stages of a pipeline.
type statusPane struct {
	sh       *shared
	run      jenkins.Run
	on       bool
	stages   stages.Tree
	step     *currentStep
	known    bool  // stages is an answer for this run
	err      error // why the stages could not be had
	whole    whole
	gone     bool // Jenkins does not have the run any more
	asking   bool
	asked    time.Time     // when they were last asked for
	took     time.Duration // how long the answer took
	paused   bool          // a stage waits for input
	final    bool          // stages is the answer for the ended run: it will not change
	offset   int           // of the lines below the headline
	scrolled bool          // by the user; until then the stage that matters stays in sight
	extent   int           // lines that the last view had, for scrolling; see measure
	height   int
}

// stagesMsg answers the question for the stages of a run.
type stagesMsg struct {
	ref    jenkins.Ref
	began  time.Time // the build, where that is known
	stages stages.Tree
	step   *currentStep // nil if there is none, or nobody tells it
	err    error
	ended  bool // the run had ended when it was asked
	took   time.Duration
}

func newStatusPane(sh *shared) *statusPane { return &statusPane{sh: sh} }

func (p *statusPane) show(run jenkins.Run) tea.Cmd {
	if !jenkins.SameBuild(&run, &p.run) {
		*p = statusPane{sh: p.sh}
	}
	p.run, p.on = p.completed(run), true
	return tea.Batch(p.refresh(), p.askWhole())
}

func (p *statusPane) hide() { p.on = false }

// stagesEvery is how often the stages of a running pipeline are asked for: the answer must rest ten times as long as
// it took, so that a slow controller is asked rarely.
func (p *statusPane) stagesEvery() time.Duration {
	return min(max(2*time.Second, 10*p.took), time.Minute)
}

// refresh asks for the stages if they can have changed since they were last asked for. It is driven by the snapshots.
func (p *statusPane) refresh() tea.Cmd {
	if !p.on || !p.run.Pipeline || p.run.Number == 0 || p.asking || p.final {
		return nil
	}
	ended := p.run.Status.Ended()
	if !ended && time.Since(p.asked) < p.stagesEvery() {
		return nil
	}
	if ended && p.err != nil && time.Since(p.asked) < time.Minute {
		return nil
	}
	r := p.sh.stagesOf(p.run.Controller)
	if r == nil {
		return nil
	}
	p.asking, p.asked = true, time.Now()
	run, known := p.run, p.step
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.context(), askFor)
		defer cancel()
		start := time.Now()
		s, err := r.Tree(ctx, run)
		m := stagesMsg{ref: run.Ref, began: run.StartedAt, err: err, ended: ended}
		if err == nil {
			m.step = askStep(ctx, r, run, &s, known)
		}
		m.stages = s
		m.took = time.Since(start)
		return m
	}
}

func (p *statusPane) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case stagesMsg:
		if !jenkins.SameBuild(&jenkins.Run{Ref: msg.ref, StartedAt: msg.began}, &p.run) {
			return nil
		}
		p.asking, p.took, p.err = false, msg.took, msg.err
		if msg.err == nil {
			p.stages, p.step, p.known, p.final = msg.stages, msg.step, true, msg.ended
			if cmd := p.waits(msg.stages.Stages); cmd != nil {
				return cmd
			}
		}
		if p.run.Status.Ended() && !p.final && msg.err == nil {
			return p.refresh() // it ended while the answer was under way
		}
	case wholeMsg:
		return p.gotWhole(msg)
	case intent:
		p.do(msg)
	case wheelMsg:
		p.scroll(msg.lines)
	}
	return nil
}

// waits has the list learn at once that the run waits for input, or does so no more, when its stages say so before the
// refresh does: of many running builds most refreshes are partial polls, which do not ask for it.
func (p *statusPane) waits(list []stages.Stage) tea.Cmd {
	was, old := p.paused, jenkins.Paused
	if p.paused = anyPaused(list); p.paused {
		old = jenkins.Running
	}
	if p.paused == was || p.run.Status != old {
		return nil // nothing changed, or the list knows it
	}
	return send(pokeMsg{p.run.Controller})
}

func anyPaused(list []stages.Stage) bool {
	return slices.ContainsFunc(list, func(s stages.Stage) bool {
		return s.State == stages.Paused || anyPaused(s.Children)
	})
}

func (p *statusPane) do(in intent) {
	if n, ok := in.lines(p.height); ok {
		p.scroll(n)
	}
}

func (p *statusPane) scroll(n int) {
	p.scrolled = p.scrolled || n != 0
	p.offset = max(0, min(p.offset+n, p.extent-p.height))
}

// measure tells the pane its size, so that it knows how far it can scroll.
func (p *statusPane) measure(w, h int, st *styles) {
	p.height = h
	lines, active := p.lines(w, time.Now(), st)
	p.extent = len(lines)
	if !p.scrolled {
		p.offset = max(0, active-h+2) // as far as the stage that matters is in sight, with one more line
	}
	p.scroll(0)
}

func (p *statusPane) title(w int) string {
	return fitMiddle(runTitle(p.run), min(w, width(runTitle(p.run))))
}

func (p *statusPane) hint() string {
	if p.extent > p.height && p.height > 0 {
		return "status · more below"
	}
	return "status"
}

func (p *statusPane) typing() bool { return false }
func (p *statusPane) back() bool   { return false }
