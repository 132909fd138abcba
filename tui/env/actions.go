package env

import (
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// do handles an intent.
func (p *Pane) do(in kit.Intent) tea.Cmd {
	if n, ok := in.Lines(p.bodyH()); ok {
		p.moveTo(p.cursor + n)
		return nil
	}
	switch in {
	case kit.IntentFilter:
		p.typed = typedFilter
		p.rebuild()
	case kit.IntentRefresh:
		return p.ask()
	case kit.IntentGroupEnv:
		p.order = (p.order + 1) % orders
		p.rebuild()
		return kit.Note("variables " + [...]string{"in the order of their use", "by name", "by source", "by prefix"}[p.order])
	case kit.IntentPin:
		return p.pin()
	case kit.IntentReveal:
		return p.reveal()
	case kit.IntentEnter:
		p.unfold()
	case kit.IntentUnfold:
		p.openFold()
	case kit.IntentPickVariable:
		p.pick()
	case kit.IntentStage:
		return p.seekStage(0)
	case kit.IntentNextStageEnv:
		return p.seekStage(1)
	case kit.IntentPrevStageEnv:
		return p.seekStage(-1)
	case kit.IntentConsoles:
		return p.readConsoles()
	case kit.IntentCopyValue:
		return p.copyValue()
	case kit.IntentCopyAll:
		return p.copyMenu()
	case kit.IntentDiff:
		return p.compareMenu()
	case kit.IntentMark:
		p.marked = p.Run
		return kit.Note("marked " + kit.RunTitle(p.Run) + ": D compares another run with it")
	}
	return nil
}

// current returns the variable under the cursor, or nil.
func (p *Pane) current() *env.Variable {
	if p.cursor < 0 || p.cursor >= len(p.lines) {
		return nil
	}
	return p.lines[p.cursor].v
}

// pick chooses the variable under the cursor to be copied, or drops it again, and steps to the next one.
func (p *Pane) pick() {
	v := p.current()
	if v == nil || p.diff != nil {
		return
	}
	if name := kit.Fold(v.Name); p.picked[name] {
		delete(p.picked, name)
	} else {
		p.picked[name] = true
	}
	for next := p.cursor + 1; next < len(p.lines); next++ {
		if l := &p.lines[next]; l.kind == variableLine {
			p.moveTo(next)
			return
		}
	}
}

func (p *Pane) pin() tea.Cmd {
	v := p.current()
	if v == nil {
		return nil
	}
	if name := kit.Fold(v.Name); p.toggled[name] {
		delete(p.toggled, name)
	} else {
		p.toggled[name] = true
	}
	p.rebuild()
	return nil
}

// isPinned reports whether the variable with this folded name is at the top.
func (p *Pane) isPinned(name string) bool { return p.pinned[name] != p.toggled[name] }

// Pins returns the names that were pinned or unpinned by hand, as they are kept for the next start: one a line.
func (p *Pane) Pins() string { return strings.Join(slices.Sorted(maps.Keys(p.toggled)), "\n") }

func (p *Pane) SetPins(s string) {
	clear(p.toggled)
	for name := range strings.SplitSeq(s, "\n") {
		if name != "" {
			p.toggled[name] = true
		}
	}
}

// reveal shows the secret under the cursor, or masks it again.
func (p *Pane) reveal() tea.Cmd {
	v := p.current()
	switch {
	case v == nil:
		return nil
	case !v.Known && p.diff == nil:
		return kit.Note(p.whyUnknown(v))
	case !v.Secret && !p.lines[p.cursor].secret():
		return kit.Note(kit.Clean(v.Name) + " is not masked")
	}
	name := kit.Fold(v.Name)
	p.revealed[name] = !p.revealed[name]
	p.rebuild()
	return nil
}

// whyUnknown says why a variable has a name but no value.
func (p *Pane) whyUnknown(v *env.Variable) string {
	if p.Env.FromCopy && !v.Password {
		return "the local copy keeps no secrets: the value of " + kit.Clean(v.Name) + " is gone with the build"
	}
	return "Jenkins does not show the value of " + kit.Clean(v.Name)
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
	v := p.current()
	if v == nil {
		if p.cursor < len(p.lines) && p.lines[p.cursor].kind == foldLine {
			p.openFold()
		}
		return
	}
	name := kit.Fold(v.Name)
	forms := 1
	if p.diff == nil {
		forms = len(formsOf(*v, p.revealed[name], p.textW()))
	}
	if p.unfolded[name]++; p.unfolded[name] > forms {
		delete(p.unfolded, name)
	}
	p.rebuild()
	p.showBelow()
}

func (p *Pane) copyValue() tea.Cmd {
	v := p.current()
	switch {
	case v == nil:
		return nil
	case !v.Known:
		return kit.Note(p.whyUnknown(v))
	case v.Secret && !p.revealed[kit.Fold(v.Name)]:
		return kit.Note(kit.Clean(v.Name) + " is a secret: v reveals it, then it can be copied")
	}
	return kit.Send(kit.CopyMsg{Text: v.Value, What: kit.Clean(v.Name)})
}

// exportMsg has the variables that were chosen, or that are shown, copied as a whole.
type exportMsg struct {
	format string
}

func (p *Pane) copyMenu() tea.Cmd {
	m := kit.ChooseMsg{Name: "Copy " + p.countText()}
	for _, format := range []string{"dotenv", "JSON", "shell exports"} {
		m.Choices = append(m.Choices, kit.Choice{Label: "as " + format, Msg: exportMsg{format}})
	}
	if len(p.sh.Opts.Endpoints) > 0 {
		m.Choices = append(m.Choices, kit.Choice{Label: "as curl of the notification", Note: "secrets are shell variables",
			Msg: exportMsg{"curl"}})
	}
	return kit.Send(m)
}

func (p *Pane) countText() string {
	if n := len(p.picked); n > 0 {
		return kit.Plural(n, "variable") + " that you chose"
	}
	if p.shown == len(p.Env.Variables) {
		return kit.Plural(p.shown, "variable")
	}
	return kit.Plural(p.shown, "variable") + " that the filter shows"
}

// export copies what was chosen, or what is shown. A secret goes along masked, or as a comment, unless it was revealed.
func (p *Pane) export(m exportMsg) tea.Cmd {
	if m.format == "curl" {
		return p.exportCurl()
	}
	var open, closed []env.Variable
	for _, v := range p.chosen() {
		if p.revealed[kit.Fold(v.Name)] {
			v.Secret, v.MaskWhole = false, false
			open = append(open, v)
		} else {
			closed = append(closed, v)
		}
	}
	vars := append(open, closed...)
	env.SortByName(vars)
	var b strings.Builder
	var exceptions []env.Exception
	var err error
	switch m.format {
	case "JSON":
		err = env.WriteObject(&b, vars, false)
	case "dotenv":
		exceptions, err = env.WriteDotenv(&b, vars, env.ExportOptions{})
	default:
		exceptions, err = env.WriteShell(&b, vars, env.ExportOptions{})
	}
	if err != nil {
		return kit.Send(kit.NoteMsg{Err: err})
	}
	return kit.Send(kit.CopyMsg{Text: b.String(), What: exported(len(vars), m.format, exceptions)})
}

// exported says how many variables were copied, and which were not or may be misread.
func exported(n int, format string, exceptions []env.Exception) string {
	var left, misread []string
	for _, e := range exceptions {
		if e.Written {
			misread = append(misread, kit.Clean(e.Name))
		} else {
			left = append(left, kit.Clean(e.Name))
		}
	}
	what := kit.Plural(n-len(left), "variable") + " as " + format
	if len(misread) > 0 {
		what += "; some readers change " + strings.Join(misread, ", ")
	}
	if len(left) > 0 {
		what += "; left out (comments say why): " + strings.Join(left, ", ")
	}
	return what
}

// exportCurl copies the request that would notify the default endpoint of the run, without a text.
func (p *Pane) exportCurl() tea.Cmd {
	text, err := kit.Previewer(p.sh).Curl(sender.Notification{
		Endpoint: p.sh.Opts.Endpoints[kit.DefaultEndpoint(p.sh)].Name, Controller: p.Run.Controller, Job: p.Run.Job,
		Number: p.Run.Number, Status: p.Run.Status.AsPushed(), Variables: p.sh.Variables(p.Env),
	}, "")
	if err != nil {
		return kit.Send(kit.NoteMsg{Err: err})
	}
	return kit.Send(kit.CopyMsg{Text: text, What: "the notification as curl"})
}

// chosen returns the variables that were picked; where none were, those that the filter lets through.
func (p *Pane) chosen() []env.Variable {
	if len(p.picked) > 0 {
		return slices.DeleteFunc(slices.Clone(p.Env.Variables), func(v env.Variable) bool { return !p.picked[kit.Fold(v.Name)] })
	}
	hits := env.Filter(p.Env.Variables, p.query())
	vars := make([]env.Variable, len(hits))
	for i, hit := range hits {
		vars[i] = p.Env.Variables[hit.Index]
	}
	return vars
}

// query returns what filters; the name of a run being typed does not.
func (p *Pane) query() string {
	if p.typed == typedRun {
		return ""
	}
	return p.filter.Text()
}
