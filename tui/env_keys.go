package tui

import (
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/internal/carry"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
)

// do handles an intent.
func (p *envPane) do(in intent) tea.Cmd {
	if n, ok := in.lines(p.bodyH()); ok {
		p.moveTo(p.cursor + n)
		return nil
	}
	switch in {
	case intentFilter:
		p.typed = typedFilter
		p.rebuild()
	case intentRefresh:
		return p.ask()
	case intentGroupEnv:
		p.group = (p.group + 1) % groupings
		p.rebuild()
		return note("variables " + [...]string{"by name", "by source", "by prefix"}[p.group])
	case intentPin:
		return p.pin()
	case intentReveal:
		return p.reveal()
	case intentEnter:
		p.unfold()
	case intentUnfold:
		if p.diff != nil {
			p.diff.noise = !p.diff.noise
			p.rebuild()
			return nil
		}
		p.unfold()
	case intentPickVariable:
		p.pick()
	case intentStage:
		return p.stageMenu()
	case intentConsoles:
		return p.readConsoles()
	case intentCopyValue:
		return p.copyValue()
	case intentCopyAll:
		return p.copyMenu()
	case intentDiff:
		return p.diffMenu()
	case intentMark:
		p.marked = p.run
		return note("marked " + runTitle(p.run) + ": D compares another run with it")
	}
	return nil
}

// current is the variable under the cursor, nil if there is none.
func (p *envPane) current() *env.Variable {
	if p.cursor < 0 || p.cursor >= len(p.lines) {
		return nil
	}
	return p.lines[p.cursor].v
}

// pick chooses the variable under the cursor to be copied, or lets it go, and steps to the next one.
func (p *envPane) pick() {
	v := p.current()
	if v == nil || p.diff != nil {
		return
	}
	if name := fold(v.Name); p.picked[name] {
		delete(p.picked, name)
	} else {
		p.picked[name] = true
	}
	for next := p.cursor + 1; next < len(p.lines); next++ {
		if l := &p.lines[next]; l.kind == envVariable {
			p.moveTo(next)
			return
		}
	}
}

func (p *envPane) pin() tea.Cmd {
	v := p.current()
	if v == nil {
		return nil
	}
	if name := fold(v.Name); p.toggled[name] {
		delete(p.toggled, name)
	} else {
		p.toggled[name] = true
	}
	p.rebuild()
	return nil
}

// isPinned tells whether a variable is at the top, by its folded name.
func (p *envPane) isPinned(name string) bool { return p.pinned[name] != p.toggled[name] }

// pins are the names that were pinned or unpinned by hand, as they are kept for the next start: one a line.
func (p *envPane) pins() string { return strings.Join(slices.Sorted(maps.Keys(p.toggled)), "\n") }

func (p *envPane) setPins(s string) {
	clear(p.toggled)
	for name := range strings.SplitSeq(s, "\n") {
		if name != "" {
			p.toggled[name] = true
		}
	}
}

// reveal shows the secret under the cursor, or masks it again.
func (p *envPane) reveal() tea.Cmd {
	v := p.current()
	switch {
	case v == nil:
		return nil
	case !v.Known && p.diff == nil:
		return note(p.whyUnknown(v))
	case !v.Secret && !p.lines[p.cursor].secret():
		return note(clean(v.Name) + " is not masked")
	}
	name := fold(v.Name)
	p.revealed[name] = !p.revealed[name]
	p.rebuild()
	return nil
}

// whyUnknown says why a variable has a name but no value.
func (p *envPane) whyUnknown(v *env.Variable) string {
	if p.env.FromCopy && !v.Password {
		return "the local copy keeps no secrets: the value of " + clean(v.Name) + " is gone with the build"
	}
	return "Jenkins does not show the value of " + clean(v.Name)
}

// unfold shows the value under the cursor in its next form, after the last one folded again.
func (p *envPane) unfold() {
	v := p.current()
	if v == nil {
		return
	}
	name := fold(v.Name)
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

func (p *envPane) copyValue() tea.Cmd {
	v := p.current()
	switch {
	case v == nil:
		return nil
	case !v.Known:
		return note(p.whyUnknown(v))
	case v.Secret && !p.revealed[fold(v.Name)]:
		return note(clean(v.Name) + " is a secret: v reveals it, then it can be copied")
	}
	return send(copyMsg{text: v.Value, what: clean(v.Name)})
}

// exportMsg has the variables that were chosen, or that are shown, copied as a whole.
type exportMsg struct {
	format string
}

func (p *envPane) copyMenu() tea.Cmd {
	m := chooseMsg{name: "Copy " + p.countText()}
	for _, format := range []string{"dotenv", "JSON", "shell exports"} {
		m.choices = append(m.choices, choice{label: "as " + format, msg: exportMsg{format}})
	}
	if len(p.sh.opts.Endpoints) > 0 {
		m.choices = append(m.choices, choice{label: "as curl of the notification", note: "secrets are shell variables",
			msg: exportMsg{"curl"}})
	}
	return send(m)
}

func (p *envPane) countText() string {
	if n := len(p.picked); n > 0 {
		return plural(n, "variable") + " that you chose"
	}
	if p.shown == len(p.env.Variables) {
		return plural(p.shown, "variable")
	}
	return plural(p.shown, "variable") + " that the filter shows"
}

// export copies what was chosen, or what is shown. A secret goes along masked, or as a comment, unless it was revealed.
func (p *envPane) export(m exportMsg) tea.Cmd {
	if m.format == "curl" {
		return p.exportCurl()
	}
	var open, closed []env.Variable
	for _, v := range p.chosen() {
		if p.revealed[fold(v.Name)] {
			v.Secret, v.Whole = false, false
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
		return send(noteMsg{err: err})
	}
	return send(copyMsg{text: b.String(), what: exported(len(vars), m.format, exceptions)})
}

// exported says how many variables were copied, and which were not or may be misread.
func exported(n int, format string, exceptions []env.Exception) string {
	var left, misread []string
	for _, e := range exceptions {
		if e.Written {
			misread = append(misread, clean(e.Name))
		} else {
			left = append(left, clean(e.Name))
		}
	}
	what := plural(n-len(left), "variable") + " as " + format
	if len(misread) > 0 {
		what += "; some readers change " + strings.Join(misread, ", ")
	}
	if len(left) > 0 {
		what += "; left out (comments say why): " + strings.Join(left, ", ")
	}
	return what
}

// exportCurl copies the request that would tell the default endpoint of the run, without a text.
func (p *envPane) exportCurl() tea.Cmd {
	text, err := previewer(p.sh).Curl(sender.Notification{
		Endpoint: p.sh.opts.Endpoints[defaultEndpoint(p.sh)].Name, Controller: p.run.Controller, Job: p.run.Job,
		Number: p.run.Number, Status: carry.Status(p.run.Status), Variables: carry.Env(p.env),
	}, "")
	if err != nil {
		return send(noteMsg{err: err})
	}
	return send(copyMsg{text: text, what: "the notification as curl"})
}

// chosen is the variables that were picked; where none were, those that the filter lets through.
func (p *envPane) chosen() []env.Variable {
	if len(p.picked) > 0 {
		return slices.DeleteFunc(slices.Clone(p.env.Variables), func(v env.Variable) bool { return !p.picked[fold(v.Name)] })
	}
	hits := env.Filter(p.env.Variables, p.query())
	vars := make([]env.Variable, len(hits))
	for i, hit := range hits {
		vars[i] = p.env.Variables[hit.Index]
	}
	return vars
}

// query is what filters; the name of a run being typed does not.
func (p *envPane) query() string {
	if p.typed == typedRun {
		return ""
	}
	return p.filter.text()
}
