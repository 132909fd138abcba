// Package status draws the pane about the selected run: how it stands, why it failed, its stages and steps, and what else
// Jenkins says of it.
package status

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Pane shows everything about the selected run, and the stages of a pipeline.
type Pane struct {
	kit.Base
	sh   *kit.Shared
	kept *kept
	run  jenkins.Run
	on   bool // on the screen

	stages  stages.Tree
	known   bool  // stages is an answer for this run
	err     error // why the stages could not be read
	asking  bool
	asked   time.Time     // when the stages were last asked for
	stepsAt time.Time     // and their steps
	took    time.Duration // how long the answer took
	paused  bool          // a stage waits for input
	final   bool          // stages is the answer for the ended run: it will not change

	build      jenkins.Run // what Jenkins says of an ended run itself
	buildKnown bool
	buildAsked time.Time
	card       *failure.Card // why it failed; nil until that is known
	cardAsked  time.Time

	reason      *queued.Reason // why it waits for an executor; nil until that is known
	reasonAsked time.Time

	gone bool // Jenkins does not have the run any more
	lost bool // and another build has its number

	rows  []row
	folds map[string]fold
	at    int    // the row under the cursor
	atKey string // its key
	moved bool   // by the user; until then what matters stays in sight

	// The body is what is below the headline: lines before the rows, the rows, and lines behind them.
	offset  int // first line of the body in sight
	before  int // lines before the rows
	extent  int // lines of the body
	height  int // of the pane
	focused bool
}

// New returns the pane.
func New(sh *kit.Shared) *Pane { return &Pane{sh: sh, kept: newKept()} }

// Show makes run the one that the pane is about.
func (p *Pane) Show(run jenkins.Run) tea.Cmd {
	if !jenkins.SameBuild(&run, &p.run) {
		*p = Pane{sh: p.sh, kept: p.kept, height: p.height, focused: p.focused}
		p.recall(&run)
	}
	p.run, p.on = p.completed(run), true
	p.layOut()
	return tea.Batch(p.askStages(), p.askBuild(), p.askUsual(), p.askCard(), p.askReason())
}

// Hide takes the pane off the screen: it asks for nothing until it is shown again.
func (p *Pane) Hide() { p.on = false }

// Focus says whether the pane has the keys.
func (p *Pane) Focus(on bool) { p.focused = on }

// Update handles a message.
func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case StagesMsg:
		return p.gotStages(msg)
	case buildMsg:
		return p.gotBuild(msg)
	case cardMsg:
		p.gotCard(msg)
	case reasonMsg:
		p.gotReason(msg)
	case usualMsg:
		p.gotUsual(msg)
	case kit.Intent:
		return p.do(msg)
	case kit.ClickMsg:
		p.click(msg.Y)
	case kit.WheelMsg:
		p.moved = true
		p.scroll(msg.Lines)
	}
	return nil
}

// signalWait has the list ask at once when the stages say, before the list does, that the run waits for input or does so
// no more: of many running builds most refreshes are partial and do not ask for it.
func (p *Pane) signalWait(list []stages.Stage) tea.Cmd {
	was, old := p.paused, jenkins.Paused
	if p.paused = anyPaused(list); p.paused {
		old = jenkins.Running
	}
	if p.paused == was || p.run.Status != old {
		return nil // nothing changed, or the list has it
	}
	return kit.Send(kit.PokeMsg{Controller: p.run.Controller})
}

func anyPaused(list []stages.Stage) bool {
	return slices.ContainsFunc(list, func(s stages.Stage) bool {
		return s.State == stages.Paused || anyPaused(s.Children)
	})
}

func (p *Pane) do(in kit.Intent) tea.Cmd {
	switch in {
	case kit.IntentTop, kit.IntentBottom:
		p.toEnd(in == kit.IntentBottom)
	case kit.IntentNextStage:
		p.nextStage(1)
	case kit.IntentPrevStage:
		p.nextStage(-1)
	case kit.IntentRight:
		p.unfold()
	case kit.IntentLeft:
		p.fold()
	case kit.IntentEnter:
		return p.openLog()
	case kit.IntentSendWhy:
		return p.sendWhy()
	case kit.IntentRefresh:
		if p.err != nil {
			p.asked = time.Time{}
		}
		return p.askStages()
	default:
		if n, ok := in.Lines(p.body()); ok {
			p.move(n)
		}
	}
	return nil
}

// Resize gives the pane its size.
func (p *Pane) Resize(w, h int) {
	p.height = h
	before, after := p.around(w, h, time.Now(), p.sh.Styles)
	p.before, p.extent = len(before), len(before)+len(p.rows)+len(after)
	p.place()
}

// Title names the run.
func (p *Pane) Title(w int) string {
	return kit.FitMiddle(kit.RunTitle(p.run), min(w, kit.Width(kit.RunTitle(p.run))))
}

// Hint says that there is more beneath the stage under the cursor, or below what fits.
func (p *Pane) Hint() string {
	switch {
	case p.focused && len(p.rows) > 0 && p.rows[p.at].hides:
		return "status · → unfolds"
	case p.extent > p.body() && p.height > 0:
		return "status · more below"
	}
	return "status"
}

// Footer names the keys that mean something of their own here.
func (p *Pane) Footer() kit.Footer {
	words := map[kit.Intent]string{kit.IntentFilter: "", kit.IntentEnter: "log"}
	if p.run.Number == 0 {
		words[kit.IntentEnter] = ""
	}
	if len(p.rows) == 0 {
		words[kit.IntentDown], words[kit.IntentNextStage] = "scroll", ""
	}
	first := []kit.Intent{kit.IntentDown, kit.IntentNextPane, kit.IntentEnter}
	return kit.Footer{First: append(first, p.offers(words)...), Words: words}
}

// offers returns what the run is known to have, and puts the words for it into words.
func (p *Pane) offers(words map[kit.Intent]string) []kit.Intent {
	var offered []kit.Intent
	offer := func(in kit.Intent, word string, has bool) {
		if has {
			words[in] = word
			offered = append(offered, in)
		}
	}
	c := p.card
	offer(kit.IntentTests, "tests", p.run.HasTests || c != nil && c.Tests != nil)
	offer(kit.IntentChanges, "changes", c != nil && len(c.Commits) > 0)
	offer(kit.IntentSendWhy, "send why", c != nil)
	offer(kit.IntentRelated, "upstream", slices.ContainsFunc(p.run.Causes, func(c jenkins.Cause) bool { return c.UpstreamJob != "" }))
	return offered
}
