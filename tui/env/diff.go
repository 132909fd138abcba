package env

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// envDiff is the comparison with another run.
type envDiff struct {
	id     int
	what   string      // "previous", "last good", ...
	run    jenkins.Run // compared with; its Job is empty until it is known
	base   env.Env
	result env.EnvDiff
	done   bool
	err    error
	noise  bool // what differs between any two runs is shown, too
	// printed is what both consoles printed, nil until they are read.
	printed *printed
}

// name names the run that is compared with, briefly if it is of the same job.
func (d *envDiff) name(than jenkins.Run) string {
	switch {
	case d.run.Job == "":
		return d.what
	case d.run.Job == than.Job && d.run.Controller == than.Controller:
		if d.base.FromCopy {
			return kit.RunNumber(d.run) + " (" + d.what + ", from the local copy)"
		}
		return kit.RunNumber(d.run) + " (" + d.what + ")"
	}
	return kit.RunTitle(d.run)
}

type comparedMsg struct {
	session, id int
	run         jenkins.Run
	env         env.Env
	err         error
}

// diffMenu lets the user choose what to compare with; a comparison that is shown is closed instead.
func (p *Pane) diffMenu() tea.Cmd {
	if p.diff != nil {
		p.diff = nil
		p.rebuild()
		return nil
	}
	if p.Run.Job == "" || p.Run.Number == 0 {
		return kit.Note("there is no environment to compare yet")
	}
	m := kit.ChooseMsg{Name: "Compare " + kit.RunTitle(p.Run) + " with"}
	if p.marked.Job != "" && !jenkins.SameBuild(&p.marked, &p.Run) {
		m.Choices = append(m.Choices, kit.Choice{Label: "the marked run", Note: kit.RunTitle(p.marked), Msg: kit.CompareMsg{Run: p.marked}})
	}
	for _, c := range kit.CompareWith {
		m.Choices = append(m.Choices, kit.Choice{Label: c.Label, Msg: kit.CompareMsg{What: c.What}})
	}
	m.Choices = append(m.Choices, kit.Choice{Label: "another run" + p.sh.Glyphs.More, Note: "JOB#N, or #N", Msg: kit.CompareMsg{}})
	return kit.Send(m)
}

// compare finds the other run and asks for its environment.
func (p *Pane) compare(m kit.CompareMsg) tea.Cmd {
	if m.What == "" && m.Name == "" && m.Run.Job == "" {
		p.typed = typedRun
		p.filter.Set("")
		p.rebuild()
		return nil
	}
	r := p.readerFor(m)
	if r == nil || p.ctx == nil {
		return nil
	}
	p.diffs++
	d := &envDiff{id: p.diffs, what: m.What, run: m.Run}
	switch {
	case m.Name != "":
		d.what = kit.Clean(m.Name)
	case m.Run.Job != "":
		d.what = "marked"
	}
	p.diff = d
	p.rebuild()
	ctx, run, session, id := p.ctx, p.Run, p.session, d.id
	if e, ok := p.kept.get(&m.Run); ok && m.Run.Job != "" {
		return kit.Send(comparedMsg{session: session, id: id, run: m.Run, env: e})
	}
	return func() tea.Msg {
		c := comparedMsg{session: session, id: id}
		if c.run, c.err = r.Find(ctx, run, m); c.err == nil {
			c.env, c.err = r.Whole(ctx, c.run)
		}
		return c
	}
}

// readerFor asks the controller that has the other run: the marked run's own, or the one that a pasted URL names.
func (p *Pane) readerFor(m kit.CompareMsg) *kit.EnvReader {
	if m.Run.Job != "" {
		return p.Reader(m.Run.Controller)
	}
	if strings.Contains(m.Name, "://") {
		for _, c := range p.sh.Opts.Controllers {
			if r := p.Reader(c.Name); r != nil {
				if _, err := r.Parse(m.Name); err == nil {
					return r
				}
			}
		}
	}
	return p.Reader(p.Run.Controller)
}

func (p *Pane) compared(m comparedMsg) {
	d := p.diff
	d.err = m.err
	if m.run.Job != "" {
		d.run = m.run
	}
	if m.err == nil {
		d.done, d.base = true, m.env
		p.sh.LookedAt(m.env)
		p.compareAgain()
		if m.run.Status.Ended() {
			p.kept.put(&m.run, m.env)
		}
	}
	p.cursor, p.offset, p.at = 0, 0, ""
	p.rebuild()
}

func (p *Pane) diffState() (what, next string) {
	d := p.diff
	switch {
	case d.err != nil:
		return kit.WhatOf(d.err), strings.TrimSpace(kit.HintOf(d.err) + " Esc goes back.")
	case !d.done || !p.heard:
		return "Comparing with " + d.name(p.Run) + p.sh.Glyphs.More, "esc goes back."
	case len(p.lines) > 0:
		return "", ""
	case p.query() != "":
		return "No difference matches " + kit.Clean(p.query()) + ".", "esc clears the filter."
	}
	return "Nothing differs.", ""
}

func (p *Pane) diffHint(sep string) string {
	d := p.diff
	if !d.done {
		return "esc back"
	}
	var parts []string
	for _, c := range []env.Change{env.Added, env.Removed, env.Changed} {
		if n := d.result.Count(c); n > 0 {
			parts = append(parts, kit.Thousands(int64(n))+" "+string(c))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "no difference that tells")
	}
	return strings.Join(append(parts, "esc back"), sep)
}
