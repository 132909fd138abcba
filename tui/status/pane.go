// Package status draws the pane about the selected run: how it stands, why it failed, its stages and steps, and what else
// Jenkins says of it.
package status

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Pane shows everything about the selected run, and the stages of a pipeline. What it shows is asked for by its parts.
type Pane struct {
	kit.Base
	sh   *kit.Shared
	kept *kept
	run  jenkins.Run
	on   bool // on the screen

	stages stageSource
	build  buildSource
	why    why
	reason reasonSource

	gone bool // Jenkins does not have the run any more
	lost bool // and another build has its number

	body    body
	focused bool
}

// New returns the pane.
func New(sh *kit.Shared) *Pane { return &Pane{sh: sh, kept: newKept(), body: body{height: 1}} }

// Show makes run the one that the pane is about.
func (p *Pane) Show(run jenkins.Run) tea.Cmd {
	if !jenkins.SameBuild(&run, &p.run) {
		*p = Pane{sh: p.sh, kept: p.kept, body: body{height: p.body.height}, focused: p.focused}
		p.recall(&run)
	}
	p.run, p.on = p.build.completed(run), true
	p.layOut()
	return p.ask()
}

// recall takes what is kept of a run.
func (p *Pane) recall(run *jenkins.Run) {
	a := p.kept.ended[kit.KeyOf(run)]
	if a == nil || !run.Status.Ended() {
		return
	}
	if a.stages != nil {
		p.stages = stageSource{tree: *a.stages, known: true, final: true}
	}
	p.why.card, p.build.run = a.card, a.build
}

// ask asks for what is due of the run.
func (p *Pane) ask() tea.Cmd {
	if !p.on {
		return nil
	}
	cmds := []tea.Cmd{p.reason.ask(p.sh, p.run)}
	if p.lost {
		return cmds[0]
	}
	cmds = append(cmds, p.stages.ask(p.sh, p.run), p.build.ask(p.sh, &p.run))
	if p.stages.known {
		cmds = append(cmds, p.kept.askUsual(p.sh, &p.run))
	}
	if p.stages.final || !p.run.Pipeline {
		cmds = append(cmds, p.why.ask(p.sh, p.run, p.stages.tree))
	}
	return tea.Batch(cmds...)
}

// layOut makes the rows of the stages anew.
func (p *Pane) layOut() {
	p.body.tree.show(p.stages.shown(&p.run), p.run.Status, p.kept.toCome(&p.run), p.sh.Glyphs)
}

// Hide takes the pane off the screen: it asks for nothing until it is shown again.
func (p *Pane) Hide() { p.on, p.why.wanted = false, false }

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
		return p.gotCard(msg)
	case rowMsg:
		p.goToRow(msg)
	case reasonMsg:
		if msg.ref == p.run.Ref {
			p.reason.take(msg)
		}
	case usualMsg:
		if p.kept.usual[msg.job] = msg.stages; msg.job == jobOf(&p.run) {
			p.layOut()
		}
	case kit.Intent:
		return p.do(msg)
	case kit.ClickMsg:
		p.body.click(msg.Y - 1)
	case kit.WheelMsg:
		p.body.tree.moved = true
		p.body.scroll(msg.Lines)
	}
	return nil
}

func (p *Pane) gotStages(msg StagesMsg) tea.Cmd {
	if !jenkins.SameBuild(&jenkins.Run{Ref: msg.Ref, StartedAt: msg.began}, &p.run) {
		return nil
	}
	if p.lost || !p.stages.take(msg) {
		return nil
	}
	if p.stages.final {
		p.keep()
	}
	p.layOut()
	signal := p.stages.signalWait(&p.run)
	if now := time.Now(); p.run.Status == jenkins.Running && !p.stages.paused { // the list agrees that no wait is under way
		if waited := p.stages.pausedFor(&p.run, now.Add(p.run.Ahead)); waited > 0 {
			p.sh.NoteInputWait(&p.run, waited)
		}
	}
	return tea.Batch(signal, p.ask())
}

// keep keeps the stages of an ended run, and for the list in which stage it failed.
func (p *Pane) keep() {
	tree := p.stages.tree
	p.kept.of(&p.run).stages = &tree
	if p.run.Status == jenkins.Success {
		p.kept.usual[jobOf(&p.run)] = tree.Stages
	}
	if f, ok := tree.Failed(p.run.Status); ok && f.Stage() != nil {
		p.sh.NoteFailed(&p.run, f.Stage().Name)
	} else if len(tree.Stages) > 0 {
		p.sh.NoteFailed(&p.run, "")
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
	p.build.run = &msg.run
	p.kept.of(&p.run).build = &msg.run
	p.run = p.build.completed(p.run)
	if was {
		return kit.Send(kit.FoundMsg{Build: msg.asked})
	}
	return nil
}

// lose drops what Jenkins said of the run: another build has its number, of which that may have been as well.
func (p *Pane) lose() tea.Cmd {
	p.kept.drop(&p.run)
	p.stages, p.why = stageSource{}, why{}
	p.gone, p.lost = true, true
	p.layOut()
	return kit.Send(kit.GoneMsg{Build: kit.KeyOf(&p.run)})
}

func (p *Pane) gotCard(msg cardMsg) tea.Cmd {
	same := jenkins.SameBuild(&msg.run, &p.run)
	wanted := same && p.why.wanted
	if same {
		p.why.wanted, p.why.asking = false, false
	}
	switch {
	case p.lost && same:
		return nil
	case msg.err != nil && wanted:
		return kit.Send(kit.NoteMsg{Err: msg.err})
	case msg.err != nil:
		return nil
	}
	p.kept.of(&msg.run).card = &msg.card
	if same {
		p.why.card = &msg.card
	}
	if wanted {
		return p.why.send()
	}
	return nil
}

// KnowsWhy reports whether it is known why the run failed.
func (p *Pane) KnowsWhy() bool { return p.why.card != nil }

// sendWhy opens the compose pane with why the run failed, as soon as that is known.
func (p *Pane) sendWhy() tea.Cmd {
	if p.why.card == nil && p.run.Number != 0 && Failing(p.run.Status) && !p.lost {
		p.why.wanted = true
		if !p.why.asking { // the last answer did not come
			p.why.asked = time.Time{}
		}
		return tea.Batch(p.ask(), kit.Note("asking why "+kit.RunTitle(p.run)+" failed"+p.sh.Glyphs.More))
	}
	return p.why.send()
}

func (p *Pane) do(in kit.Intent) tea.Cmd {
	tree := &p.body.tree
	switch in {
	case kit.IntentTop, kit.IntentBottom:
		p.body.toEnd(in == kit.IntentBottom)
	case kit.IntentNextStage:
		tree.nextStage(1)
		p.body.reveal()
	case kit.IntentPrevStage:
		tree.nextStage(-1)
		p.body.reveal()
	case kit.IntentRight:
		tree.unfold()
		p.body.reveal()
	case kit.IntentLeft:
		tree.fold()
		p.body.reveal()
	case kit.IntentEnter:
		return p.openLog()
	case kit.IntentSendWhy:
		return p.sendWhy()
	case kit.IntentPickRow:
		return p.chooseRow()
	case kit.IntentRefresh:
		if p.stages.err != nil {
			p.stages.asked = time.Time{}
		}
		return p.ask()
	default:
		if n, ok := in.Lines(p.body.height); ok {
			p.body.move(n)
		}
	}
	return nil
}

// openLog shows the log of the stage or step under the cursor, or the whole one where there is none.
func (p *Pane) openLog() tea.Cmd {
	msg := kit.OpenLogMsg{Run: p.run}
	if r := p.body.tree.selected(); r != nil {
		if r.ahead {
			return kit.Note(kit.Clean(r.stage.Name) + " has not begun: it is listed because an earlier build had it")
		}
		if r.stage != nil {
			msg.Stage = *r.stage
		}
		if msg.Step = r.step; msg.Step != nil || msg.Stage.ID != "" {
			msg.Title = p.body.tree.title(p.body.tree.at)
			msg.NotRun = p.stages.tree.WhyNotRun(msg.Stage.ID)
			msg.Failed = p.why.messageOf(msg.Step)
		}
	}
	return kit.Send(msg)
}

// Resize gives the pane its size.
func (p *Pane) Resize(w, h int) {
	p.body.height = max(1, h-1)
	before, after := p.around(w, h, time.Now(), p.sh.Styles)
	p.body.place(len(before), len(after), p.run.Status.Ended())
}

// Title names the run.
func (p *Pane) Title(w int) string {
	return kit.FitMiddle(kit.RunTitle(p.run), min(w, kit.Width(kit.RunTitle(p.run))))
}

// Hint says that there is more beneath the stage under the cursor, or below what fits.
func (p *Pane) Hint() string {
	switch r := p.body.tree.selected(); {
	case p.focused && r != nil && r.hides:
		return "status · → unfolds"
	case p.body.extent > p.body.height:
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
	if len(p.body.tree.rows) == 0 {
		words[kit.IntentDown], words[kit.IntentNextStage] = "scroll", ""
		if p.body.extent <= p.body.height {
			words[kit.IntentDown] = ""
		}
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
	c := p.why.card
	offer(kit.IntentTests, "tests", p.run.HasTests || c != nil && c.Tests != nil)
	offer(kit.IntentChanges, "changes", c != nil && len(c.Commits) > 0)
	offer(kit.IntentSendWhy, "send why", c != nil)
	offer(kit.IntentRelated, "upstream", slices.ContainsFunc(p.run.Causes, func(c jenkins.Cause) bool { return c.UpstreamJob != "" }))
	return offered
}
