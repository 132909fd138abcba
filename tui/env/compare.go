package env

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// comparison is the comparison of the shown run with another one, the base.
type comparison struct {
	id     int
	what   string      // "previous", "last good", ...
	run    jenkins.Run // the base; its Job is empty until it is known
	base   env.Env
	result env.Comparison // from the older run to the newer
	newer  bool           // the base is the newer of the two
	done   bool
	err    error
	noise  bool // what differs between any two runs is shown, too
	// printed is what both consoles printed, nil until they are read.
	printed *printed
}

// name names the base, briefly if it is of the same job.
func (c *comparison) name(than jenkins.Run) string {
	switch {
	case c.run.Job == "":
		return c.what
	case c.run.Job != than.Job || c.run.Controller != than.Controller:
		return kit.RunTitle(c.run)
	case c.base.FromCopy:
		return kit.RunNumber(c.run) + " (" + c.what + ", from the local copy)"
	}
	return kit.RunNumber(c.run) + " (" + c.what + ")"
}

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

// compareMenu asks for the builds to compare with; a comparison that is shown is closed instead.
func (p *Pane) compareMenu() tea.Cmd {
	if p.diff != nil {
		p.diff = nil
		p.rebuild()
		return nil
	}
	r := p.Reader(p.Run.Controller)
	if r == nil || p.ctx == nil || p.Run.Number == 0 {
		return kit.Note("there is no environment to compare yet")
	}
	p.choosing = "builds"
	ctx, run, session := p.ctx, p.Run, p.session
	return func() tea.Msg {
		runs, err := history(ctx, r, run)
		return buildsMsg{session, runs, err}
	}
}

// offerBuilds lets the user choose among the builds. Without them a marked or a named run can still be compared with.
func (p *Pane) offerBuilds(msg buildsMsg) tea.Cmd {
	if msg.session != p.session || p.choosing != "builds" {
		return nil
	}
	p.choosing = ""
	m := kit.ChooseMsg{Name: "Compare " + kit.RunTitle(p.Run) + " with"}
	add := func(label, note string, msg compareMsg) {
		m.Choices = append(m.Choices, kit.Choice{Label: label, Note: note, Msg: msg})
	}
	if p.marked.Job != "" && !jenkins.SameBuild(&p.marked, &p.Run) {
		add("the marked run", kit.RunTitle(p.marked)+p.outcome(&p.marked)+ago(&p.marked), compareMsg{what: "marked", run: p.marked})
	}
	order := slices.Clone(bases)
	if p.Run.Status == jenkins.Failure || p.Run.Status == jenkins.Unstable { // what has changed since it last went well is why
		order[0], order[1] = order[1], order[0]
	}
	for _, base := range order {
		if i := slices.IndexFunc(msg.runs, func(r jenkins.Run) bool { return base.is(&p.Run, &r) }); i >= 0 {
			r := msg.runs[i]
			add("the "+base.what+" run", kit.RunNumber(r)+p.outcome(&r)+ago(&r), compareMsg{what: base.what, run: r})
		}
	}
	add("another run"+p.sh.Glyphs.More, "JOB#N, or #N", compareMsg{})
	for i := range min(len(msg.runs), offered) {
		if r := msg.runs[i]; r.Number != p.Run.Number {
			add(kit.RunNumber(r), strings.TrimSpace(p.outcome(&r)+ago(&r)), compareMsg{what: kit.RunNumber(r), run: r})
		}
	}
	if msg.err != nil {
		return tea.Batch(kit.Send(m), kit.Send(kit.NoteMsg{Err: msg.err}))
	}
	return kit.Send(m)
}

// outcome returns a run's result, " ✗ FAILURE", empty where it is not known.
func (p *Pane) outcome(r *jenkins.Run) string {
	if r.Status == "" {
		return ""
	}
	return " " + p.sh.Glyphs.Status(r.Status) + " " + string(r.Status)
}

// ago returns how long ago a run came to its end, " 41m ago", empty where that is not known.
func ago(r *jenkins.Run) string {
	if !r.Status.Ended() || r.StartedAt.IsZero() {
		return ""
	}
	return kit.FitRight(kit.Ago(time.Now().Add(r.Ahead).Sub(r.StartedAt.Add(r.Duration))), 4) + " ago"
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
	if r == nil || p.ctx == nil {
		return nil
	}
	p.diffs++
	p.diff = &comparison{id: p.diffs, what: cmp.Or(m.what, kit.Clean(m.name)), run: m.run}
	p.rebuild()
	ctx, run, c := p.ctx, p.Run, comparedMsg{id: p.diffs, run: m.run}
	if e, ok := p.kept.get(&m.run); ok && m.run.Job != "" {
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
	return p.Reader(p.Run.Controller)
}

func (p *Pane) compared(m comparedMsg) {
	d := p.diff
	if d == nil || m.id != d.id {
		return
	}
	d.err = m.err
	if m.run.Job != "" {
		d.run = m.run
	}
	if m.err == nil {
		if d.run.Status == "" {
			d.run = m.env.Run // of the local copy
			d.run.Ref = m.run.Ref
		}
		d.done, d.base, d.newer = true, m.env, isOlder(&p.Run, &d.run)
		p.sh.LookedAt(m.env)
		p.compareAgain()
		if m.run.Status.Ended() {
			p.kept.put(&m.run, m.env)
		}
	}
	p.cursor, p.offset, p.at = 0, 0, ""
	p.rebuild()
}

// isOlder reports whether a ran before b: by their numbers where they are of one job, else by their beginnings.
func isOlder(a, b *jenkins.Run) bool {
	if a.Controller == b.Controller && a.Job == b.Job {
		return a.Number < b.Number
	}
	return !b.StartedAt.IsZero() && a.StartedAt.Before(b.StartedAt)
}

// compareAgain compares what is known of both runs now: what was printed counts when both consoles were read.
func (p *Pane) compareAgain() {
	d := p.diff
	if d == nil || !d.done {
		return
	}
	older, newer := d.base, p.said
	if d.printed != nil {
		older, newer = older.With(d.printed.there), newer.With(d.printed.here)
	}
	if d.newer {
		older, newer = newer, older
	}
	d.result = env.Diff(older, newer)
}

// sides says in w cells which side of the comparison is which run, the older one first.
func (p *Pane) sides(w int, st *kit.Styles) string {
	here, base := kit.RunNumber(p.Run), p.diff.run
	there := kit.RunNumber(base)
	if base.Job != p.Run.Job || base.Controller != p.Run.Controller {
		here, there = kit.RunTitle(p.Run), kit.RunTitle(base)
	}
	line := ""
	for _, brief := range []bool{false, true} {
		names := [2]string{there + p.side(&base, brief), here + p.side(&p.Run, brief)}
		words := [2]string{"- older ", "+ newer "}
		if brief {
			words = [2]string{"- ", "+ "}
		}
		if p.diff.newer {
			names[0], names[1] = names[1], names[0]
		}
		line = st.Removed.Render(words[0]+names[0]) + "  " + st.Added.Render(words[1]+names[1])
		if kit.Width(line) <= w {
			break
		}
	}
	return line
}

// side returns what is said of a run in the heading: its result, and how long ago that was.
func (p *Pane) side(r *jenkins.Run, brief bool) string {
	when := strings.TrimSpace(ago(r))
	switch {
	case r.Status == "":
		return ""
	case brief:
		return strings.TrimRight(" "+p.sh.Glyphs.Status(r.Status)+" "+strings.TrimSuffix(when, " ago"), " ")
	case when == "":
		return p.outcome(r)
	}
	return p.outcome(r) + ", " + when
}

func (p *Pane) diffState() (what, next string) {
	d := p.diff
	switch {
	case d.err != nil:
		return kit.WhatOf(d.err), strings.TrimSpace(kit.HintOf(d.err) + " Esc goes back.")
	case !d.done || !p.loaded:
		return "Comparing with " + d.name(p.Run) + p.sh.Glyphs.More, "esc goes back."
	case len(p.lines) > 0:
		return "", ""
	case p.query() != "":
		return "No difference matches " + kit.Clean(p.query()) + ".", "esc clears the filter."
	}
	return "Nothing differs.", ""
}

func (p *Pane) diffHint(sep string) string {
	if !p.diff.done {
		return "esc back"
	}
	var parts []string
	for _, c := range []env.Change{env.Added, env.Removed, env.Changed} {
		if n := p.diff.result.Count(c); n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", kit.Thousands(int64(n)), c))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "only noise differs")
	}
	return strings.Join(append(parts, "esc back"), sep)
}
