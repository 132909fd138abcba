package env

import (
	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// do handles an intent.
func (p *Pane) do(in kit.Intent) tea.Cmd {
	if n, ok := in.Lines(p.bodyH()); ok {
		p.list.moveTo(p.list.cursor + n)
		return nil
	}
	switch in {
	case kit.IntentFilter:
		p.typed = typedFilter
		p.rebuild()
	case kit.IntentRefresh:
		return p.read.ask()
	case kit.IntentGroupEnv:
		p.order = (p.order + 1) % orders
		p.rebuild()
		return kit.Note("variables " + p.order.String())
	case kit.IntentPin:
		p.pin()
	case kit.IntentReveal:
		return p.reveal()
	case kit.IntentEnter:
		p.unfold()
	case kit.IntentUnfold:
		p.openFold()
	case kit.IntentPickVariable:
		p.pick()
	case kit.IntentStage:
		return p.read.seekStage(0)
	case kit.IntentNextStageEnv:
		return p.read.seekStage(1)
	case kit.IntentPrevStageEnv:
		return p.read.seekStage(-1)
	case kit.IntentConsoles:
		return p.readConsoles()
	case kit.IntentCopyValue:
		return p.copyValue()
	case kit.IntentCopyAll:
		return p.copyMenu()
	case kit.IntentDiff:
		return p.compareMenu()
	case kit.IntentMark:
		p.marked = p.read.run
		return kit.Note("marked " + kit.RunTitle(p.read.run) + ": " + p.sh.Key(kit.IntentDiff) + " compares another run with it")
	}
	return nil
}

// pick chooses the variable under the cursor to be copied, or drops it again, and steps to the next one.
func (p *Pane) pick() {
	if v := p.list.current(); v != nil && p.diff == nil {
		p.detail.pick(kit.Fold(v.Name))
		p.list.next()
	}
}

func (p *Pane) pin() {
	if v := p.list.current(); v != nil {
		p.pins.toggle(kit.Fold(v.Name))
		p.rebuild()
	}
}

// Pins returns the names that were pinned or unpinned by hand, as they are kept for the next start: one a line.
func (p *Pane) Pins() string { return p.pins.text() }

func (p *Pane) SetPins(s string) { p.pins.setText(s) }

// reveal shows the secret under the cursor, or masks it again.
func (p *Pane) reveal() tea.Cmd {
	v := p.list.current()
	switch {
	case v == nil:
		return nil
	case !v.Known && p.diff == nil:
		return kit.Note(p.read.whyUnknown(v))
	case !v.Secret && !p.list.onSecret():
		return kit.Note(kit.Clean(v.Name) + " is not masked")
	}
	name := kit.Fold(v.Name)
	p.detail.revealed[name] = !p.detail.revealed[name]
	p.rebuild()
	return nil
}

// openFold shows what is folded away into one line, or folds it again: the noise of a comparison, else what Jenkins
// derives.
func (p *Pane) openFold() {
	if p.diff != nil {
		p.diff.noise = !p.diff.noise
	} else {
		p.opened = !p.opened
	}
	p.rebuild()
}

// unfold shows the value under the cursor in its next form, after the last one folded again.
func (p *Pane) unfold() {
	v := p.list.current()
	if v == nil {
		if p.list.onFold() {
			p.openFold()
		}
		return
	}
	name := kit.Fold(v.Name)
	forms := 1
	if p.diff == nil {
		forms = len(formsOf(*v, p.detail.revealed[name], p.maker().textW()))
	}
	p.detail.unfold(name, forms)
	p.rebuild()
	p.list.showBelow()
}

func (p *Pane) copyValue() tea.Cmd {
	v := p.list.current()
	switch {
	case v == nil:
		return nil
	case !v.Known:
		return kit.Note(p.read.whyUnknown(v))
	case v.Secret && !p.detail.revealed[kit.Fold(v.Name)]:
		return kit.Note(kit.Clean(v.Name) + " is a secret: v reveals it, then it can be copied")
	}
	return kit.Send(kit.CopyMsg{Text: v.Value, What: kit.Clean(v.Name)})
}

// exportMsg has the variables that were chosen, or that are shown, copied as a whole.
type exportMsg struct {
	format string
}

func (p *Pane) copyMenu() tea.Cmd {
	m := kit.ChooseMsg{Name: "Copy " + p.selection().text()}
	for _, format := range []string{"dotenv", "JSON", "shell exports"} {
		m.Choices = append(m.Choices, kit.Choice{Label: "as " + format, Msg: exportMsg{format}})
	}
	if len(p.sh.Opts.Endpoints) > 0 {
		m.Choices = append(m.Choices, kit.Choice{Label: "as curl of the notification", Note: "secrets are shell variables",
			Msg: exportMsg{"curl"}})
	}
	return kit.Send(m)
}

// export copies what was chosen, or what is shown.
func (p *Pane) export(m exportMsg) tea.Cmd {
	if m.format == "curl" {
		return p.exportCurl()
	}
	vars := p.selection().chosen()
	text, exceptions, err := exportText(m.format, vars, p.detail.revealed)
	if err != nil {
		return kit.Send(kit.NoteMsg{Err: err})
	}
	return kit.Send(kit.CopyMsg{Text: text, What: exported(len(vars), m.format, exceptions)})
}

// exportCurl copies the request that would notify the default endpoint of the run, without a text.
func (p *Pane) exportCurl() tea.Cmd {
	text, err := kit.Previewer(p.sh).Curl(sender.Notification{
		Endpoint: p.sh.Opts.Endpoints[kit.DefaultEndpoint(p.sh)].Name, Controller: p.read.run.Controller, Job: p.read.run.Job,
		Number: p.read.run.Number, Status: p.read.run.Status.AsPushed(), Variables: p.sh.Variables(p.read.env),
	}, "")
	if err != nil {
		return kit.Send(kit.NoteMsg{Err: err})
	}
	return kit.Send(kit.CopyMsg{Text: text, What: "the notification as curl"})
}

// selection returns what a copy is about.
func (p *Pane) selection() *selection {
	return &selection{vars: p.read.env.Variables, picked: p.detail.picked, query: p.query()}
}

// query returns what filters; the name of a run being typed does not.
func (p *Pane) query() string {
	if p.typed == typedRun {
		return ""
	}
	return p.filter.Text()
}
