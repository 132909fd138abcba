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

// Pane shows everything about the focused run, and the stages of a pipeline.
type Pane struct {
	kit.Base
	sh       *kit.Shared
	Run      jenkins.Run
	On       bool
	stages   stages.Tree
	Step     *CurrentStep
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

// StagesMsg answers the question for the stages of a run.
type StagesMsg struct {
	Ref    jenkins.Ref
	began  time.Time // the build, where that is known
	Stages stages.Tree
	step   *CurrentStep // nil if there is none, or nobody tells it
	Err    error
	ended  bool // the run had ended when it was asked
	took   time.Duration
}

func New(sh *kit.Shared) *Pane { return &Pane{sh: sh} }

func (p *Pane) Show(run jenkins.Run) tea.Cmd {
	if !jenkins.SameBuild(&run, &p.Run) {
		*p = Pane{sh: p.sh}
	}
	p.Run, p.On = p.completed(run), true
	return tea.Batch(p.refresh(), p.askWhole())
}

func (p *Pane) Hide() { p.On = false }

// stagesEvery is how often the stages of a running pipeline are asked for: the answer must rest ten times as long as
// it took, so that a slow controller is asked rarely.
func (p *Pane) stagesEvery() time.Duration {
	return min(max(2*time.Second, 10*p.took), time.Minute)
}

// refresh asks for the stages if they can have changed since they were last asked for. It is driven by the snapshots.
func (p *Pane) refresh() tea.Cmd {
	if !p.On || !p.Run.Pipeline || p.Run.Number == 0 || p.asking || p.final {
		return nil
	}
	ended := p.Run.Status.Ended()
	if !ended && time.Since(p.asked) < p.stagesEvery() {
		return nil
	}
	if ended && p.err != nil && time.Since(p.asked) < time.Minute {
		return nil
	}
	r := p.sh.StagesOf(p.Run.Controller)
	if r == nil {
		return nil
	}
	p.asking, p.asked = true, time.Now()
	run, known := p.Run, p.Step
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.Context(), kit.AskFor)
		defer cancel()
		start := time.Now()
		s, err := r.Tree(ctx, run)
		m := StagesMsg{Ref: run.Ref, began: run.StartedAt, Err: err, ended: ended}
		if err == nil {
			m.step = askStep(ctx, r, run, &s, known)
		}
		m.Stages = s
		m.took = time.Since(start)
		return m
	}
}

func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case StagesMsg:
		if !jenkins.SameBuild(&jenkins.Run{Ref: msg.Ref, StartedAt: msg.began}, &p.Run) {
			return nil
		}
		p.asking, p.took, p.err = false, msg.took, msg.Err
		if msg.Err == nil {
			p.stages, p.Step, p.known, p.final = msg.Stages, msg.step, true, msg.ended
			if cmd := p.waits(msg.Stages.Stages); cmd != nil {
				return cmd
			}
		}
		if p.Run.Status.Ended() && !p.final && msg.Err == nil {
			return p.refresh() // it ended while the answer was under way
		}
	case wholeMsg:
		return p.gotWhole(msg)
	case kit.Intent:
		p.do(msg)
	case kit.WheelMsg:
		p.scroll(msg.Lines)
	}
	return nil
}

// waits has the list learn at once that the run waits for input, or does so no more, when its stages say so before the
// refresh does: of many running builds most refreshes are partial polls, which do not ask for it.
func (p *Pane) waits(list []stages.Stage) tea.Cmd {
	was, old := p.paused, jenkins.Paused
	if p.paused = anyPaused(list); p.paused {
		old = jenkins.Running
	}
	if p.paused == was || p.Run.Status != old {
		return nil // nothing changed, or the list knows it
	}
	return kit.Send(kit.PokeMsg{Controller: p.Run.Controller})
}

func anyPaused(list []stages.Stage) bool {
	return slices.ContainsFunc(list, func(s stages.Stage) bool {
		return s.State == stages.Paused || anyPaused(s.Children)
	})
}

func (p *Pane) do(in kit.Intent) {
	if n, ok := in.Lines(p.height); ok {
		p.scroll(n)
	}
}

func (p *Pane) scroll(n int) {
	p.scrolled = p.scrolled || n != 0
	p.offset = max(0, min(p.offset+n, p.extent-p.height))
}

// Resize learns how far the pane can scroll.
func (p *Pane) Resize(w, h int) {
	p.height = h
	lines, active := p.lines(w, time.Now(), p.sh.Styles)
	p.extent = len(lines)
	if !p.scrolled {
		p.offset = max(0, active-h+2) // as far as the stage that matters is in sight, with one more line
	}
	p.scroll(0)
}

func (p *Pane) Title(w int) string {
	return kit.FitMiddle(kit.RunTitle(p.Run), min(w, kit.Width(kit.RunTitle(p.Run))))
}

func (p *Pane) Hint() string {
	if p.extent > p.height && p.height > 0 {
		return "status · more below"
	}
	return "status"
}

var words = map[kit.Intent]string{kit.IntentDown: "scroll", kit.IntentFilter: "", kit.IntentEnter: "log"}

func (p *Pane) Footer() kit.Footer { return kit.Footer{Words: words} }
