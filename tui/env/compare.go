package env

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

type (
	// buildsMsg is the builds to choose the base from, newest first.
	buildsMsg struct {
		session int
		runs    []jenkins.Run
		err     error
	}
	// compareMsg starts a comparison with run, or with the run that a person named; one with neither has a name typed.
	compareMsg struct {
		what string
		run  jenkins.Run
		name string
	}
	comparedMsg struct {
		id  int // of the comparison
		run jenkins.Run
		env env.Env
		err error
	}
)

// bases are the builds of the same job that the menu names, each with how it is recognized among the builds, newest first.
var bases = []struct {
	what string
	is   func(than, r *jenkins.Run) bool
}{
	{"previous", func(than, r *jenkins.Run) bool { return r.Number < than.Number }},
	{"last good", isGoodBefore},
	{"last failed", func(than, r *jenkins.Run) bool { return r.Number != than.Number && r.Status == jenkins.Failure }},
}

// isGoodBefore reports whether r succeeded before the other run: what came after it says nothing about why that failed.
func isGoodBefore(than, r *jenkins.Run) bool {
	return r.Number < than.Number && r.Status == jenkins.Success
}

const (
	historyPage  = 100 // builds asked for at a time
	historyPages = 5   // in which the last good build is looked for
	offered      = 30  // builds in the menu
)

// history returns the newest builds of the run's job, back to the last good one before it where that is not too far
// away, together with those of which only a local copy is left.
func history(ctx context.Context, r *kit.EnvReader, run jenkins.Run) ([]jenkins.Run, error) {
	var runs []jenkins.Run
	for range historyPages {
		page, err := r.History(ctx, run.Job, len(runs), historyPage)
		if err != nil && !kit.IsGone(err) {
			return nil, err
		}
		runs = append(runs, page...)
		if len(page) < historyPage || slices.ContainsFunc(page, func(b jenkins.Run) bool { return isGoodBefore(&run, &b) }) {
			break
		}
	}
	if r.Copies != nil {
		for _, kept := range r.Copies(ctx, run.Job) {
			if !slices.ContainsFunc(runs, func(b jenkins.Run) bool { return b.Number == kept.Number }) {
				runs = append(runs, kept)
			}
		}
	}
	slices.SortFunc(runs, func(a, b jenkins.Run) int { return cmp.Compare(b.Number, a.Number) })
	return runs, nil
}

// seekBuilds asks for the builds to compare with.
func (r *reading) seekBuilds() tea.Cmd {
	if !r.possible() {
		return kit.Note("there is no environment to compare yet")
	}
	r.choosing = "builds"
	ctx, reader, run, session := r.ctx, r.reader, r.run, r.session
	return func() tea.Msg {
		runs, err := history(ctx, reader, run)
		return buildsMsg{session, runs, err}
	}
}

// compareMenu asks for the builds to compare with; a comparison that is shown is closed instead.
func (p *Pane) compareMenu() tea.Cmd {
	if p.diff != nil {
		p.diff = nil
		p.rebuild()
		return nil
	}
	return p.read.seekBuilds()
}

// offerBuilds lets the user choose among the builds. Without them a marked or a named run can still be compared with.
func (p *Pane) offerBuilds(msg buildsMsg) tea.Cmd {
	if msg.session != p.read.session || p.read.choosing != "builds" {
		return nil
	}
	p.read.choosing = ""
	m := kit.ChooseMsg{Name: "Compare " + kit.RunTitle(p.read.run) + " with", Choices: baseChoices(&p.read.run, append(p.listed[:len(p.listed):len(p.listed)], p.marked), msg.runs, p.sh.Glyphs)}
	if msg.err != nil {
		return tea.Batch(kit.Send(m), kit.Send(kit.NoteMsg{Err: msg.err}))
	}
	return kit.Send(m)
}

// baseChoices returns what run can be compared with: the marked runs, the builds of its job that have a name, any other
// by name, and the newest builds. Numbers, results and ages stand in columns.
func baseChoices(run *jenkins.Run, marked, runs []jenkins.Run, g *kit.Glyphs) []kit.Choice {
	var choices []kit.Choice
	add := func(label, note string, msg compareMsg) {
		choices = append(choices, kit.Choice{Label: label, Note: note, Msg: msg})
	}
	marked = slices.DeleteFunc(slices.Clone(marked), func(r jenkins.Run) bool { return r.Number == 0 || jenkins.SameBuild(&r, run) })
	word := 0
	for _, list := range [][]jenkins.Run{runs, marked} {
		for i := range list {
			word = max(word, len(list[i].Status))
		}
	}
	for i := range marked {
		r := &marked[i]
		add("the marked run", kit.RunTitle(*r)+outcomeCells(r, word, g), compareMsg{what: "marked", run: *r})
	}
	order := slices.Clone(bases)
	if run.Status == jenkins.Failure || run.Status == jenkins.Unstable { // what has changed since it last went well is why
		order[0], order[1] = order[1], order[0]
	}
	for _, base := range order {
		if i := slices.IndexFunc(runs, func(r jenkins.Run) bool { return base.is(run, &r) }); i >= 0 {
			r := runs[i]
			add("the "+base.what+" run", kit.RunNumber(r)+outcomeCells(&r, word, g), compareMsg{what: base.what, run: r})
		}
	}
	add("another run"+g.More, "JOB#N, or #N", compareMsg{})
	for i := range min(len(runs), offered) {
		if r := runs[i]; r.Number != run.Number {
			add(kit.RunNumber(r), outcomeCells(&r, word, g), compareMsg{what: kit.RunNumber(r), run: r})
		}
	}
	return choices
}

// outcomeCells returns a run's result, the word in so many cells, and how long ago that was: always equally wide.
func outcomeCells(r *jenkins.Run, word int, g *kit.Glyphs) string {
	glyph := " "
	if r.Status != "" {
		glyph = g.Status(r.Status)
	}
	return " " + glyph + " " + kit.Fit(string(r.Status), word) + kit.FitRight(ago(r), len(" 10m ago"))
}

// compare asks for the environment of the other run, which it finds first where only a name is known.
func (p *Pane) compare(m compareMsg) tea.Cmd {
	if m.name == "" && m.run.Job == "" {
		p.typed = typedRun
		p.filter.Set("")
		p.rebuild()
		return nil
	}
	r := p.readerFor(m)
	if r == nil || p.read.ctx == nil {
		return nil
	}
	p.diffs++
	p.diff = &comparison{id: p.diffs, what: cmp.Or(m.what, kit.Clean(m.name)), run: m.run}
	p.rebuild()
	ctx, run, c := p.read.ctx, p.read.run, comparedMsg{id: p.diffs, run: m.run}
	if e, ok := p.read.kept.get(&m.run); ok && m.run.Job != "" {
		c.env = e
		return kit.Send(c)
	}
	return func() tea.Msg {
		if c.run.Job == "" {
			c.run, c.err = find(ctx, r, run.Job, m.name)
		}
		if c.err == nil {
			c.env, c.err = r.Whole(ctx, c.run)
		}
		return c
	}
}

// find returns the run that a person named: #7 or 7 is one of the given job. Of a build that Jenkins does not have any
// more it returns only the Ref, which is enough to find its local copy.
func find(ctx context.Context, r *kit.EnvReader, job, name string) (jenkins.Run, error) {
	spec := jenkins.BuildSpec{Job: job}
	var err error
	if spec.Number, err = strconv.Atoi(strings.TrimPrefix(name, "#")); err != nil || spec.Number <= 0 {
		if spec, err = r.Parse(name); err != nil {
			return jenkins.Run{}, err
		}
	}
	run, err := r.Build(ctx, spec)
	if kit.IsGone(err) && spec.Number > 0 {
		return jenkins.Run{Ref: jenkins.Ref{Controller: r.Controller, Job: spec.Job, Number: spec.Number}}, nil
	}
	return run, err
}

// readerFor returns the reader of the controller that has the other run: the marked run's own, or the one that a pasted
// URL names.
func (p *Pane) readerFor(m compareMsg) *kit.EnvReader {
	if m.run.Job != "" {
		return p.Reader(m.run.Controller)
	}
	if strings.Contains(m.name, "://") {
		for _, c := range p.sh.Opts.Controllers {
			if r := p.Reader(c.Name); r != nil {
				if _, err := r.Parse(m.name); err == nil {
					return r
				}
			}
		}
	}
	return p.Reader(p.read.run.Controller)
}

// compared takes the environment of the other run.
func (p *Pane) compared(m comparedMsg) {
	d := p.diff
	if d == nil || m.id != d.id {
		return
	}
	if d.take(m, &p.read.run, p.read.said); m.err == nil {
		p.sh.LookedAt(m.env)
		if m.run.Status.Ended() {
			p.read.kept.put(&m.run, m.env)
		}
	}
	p.list.restart()
	p.rebuild()
}
