package tui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
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
			return runNumber(d.run) + " (" + d.what + ", from the local copy)"
		}
		return runNumber(d.run) + " (" + d.what + ")"
	}
	return runTitle(d.run)
}

// compareMsg has the pane compare its run with another one: one of the job's by what it is, a known run, or one that a
// person named.
type compareMsg struct {
	what string // of compareWith, or empty
	run  jenkins.Run
	name string
}

type comparedMsg struct {
	session, id int
	run         jenkins.Run
	env         env.Env
	err         error
}

// compareWith are the runs of the same job that can be compared with, and how each is found among the others, newest
// first.
var compareWith = []struct {
	what  string
	label string
	is    func(than, r jenkins.Run) bool
}{
	{"previous", "the previous run", func(than, r jenkins.Run) bool { return r.Number < than.Number }},
	{"last good", "the last good run", func(than, r jenkins.Run) bool {
		return r.Number != than.Number && r.Status == jenkins.Success
	}},
	{"last failed", "the last failed run", func(than, r jenkins.Run) bool {
		return r.Number != than.Number && r.Status == jenkins.Failure
	}},
}

// diffMenu lets the user choose what to compare with; a comparison that is shown is closed instead.
func (p *envPane) diffMenu() tea.Cmd {
	if p.diff != nil {
		p.diff = nil
		p.rebuild()
		return nil
	}
	if p.run.Job == "" || p.run.Number == 0 {
		return note("there is no environment to compare yet")
	}
	m := chooseMsg{name: "Compare " + runTitle(p.run) + " with"}
	if p.marked.Job != "" && !jenkins.SameBuild(&p.marked, &p.run) {
		m.choices = append(m.choices, choice{label: "the marked run", note: runTitle(p.marked), msg: compareMsg{run: p.marked}})
	}
	for _, c := range compareWith {
		m.choices = append(m.choices, choice{label: c.label, msg: compareMsg{what: c.what}})
	}
	m.choices = append(m.choices, choice{label: "another run" + p.sh.glyphs.more, note: "JOB#N, or #N", msg: compareMsg{}})
	return send(m)
}

// compare finds the other run and asks for its environment.
func (p *envPane) compare(m compareMsg) tea.Cmd {
	if m.what == "" && m.name == "" && m.run.Job == "" {
		p.typed = typedRun
		p.filter.set("")
		p.rebuild()
		return nil
	}
	r := p.readerFor(m)
	if r == nil || p.ctx == nil {
		return nil
	}
	p.diffs++
	d := &envDiff{id: p.diffs, what: m.what, run: m.run}
	switch {
	case m.name != "":
		d.what = clean(m.name)
	case m.run.Job != "":
		d.what = "marked"
	}
	p.diff = d
	p.rebuild()
	ctx, run, session, id := p.ctx, p.run, p.session, d.id
	if e, ok := p.kept.get(&m.run); ok && m.run.Job != "" {
		return send(comparedMsg{session: session, id: id, run: m.run, env: e})
	}
	return func() tea.Msg {
		c := comparedMsg{session: session, id: id}
		if c.run, c.err = r.find(ctx, run, m); c.err == nil {
			c.env, c.err = r.whole(ctx, c.run)
		}
		return c
	}
}

// readerFor asks the controller that has the other run: the marked run's own, or the one that a pasted URL names.
func (p *envPane) readerFor(m compareMsg) *envReader {
	if m.run.Job != "" {
		return p.reader(m.run.Controller)
	}
	if strings.Contains(m.name, "://") {
		for _, c := range p.sh.opts.Controllers {
			if r := p.reader(c.Name); r != nil {
				if _, err := r.parse(m.name); err == nil {
					return r
				}
			}
		}
	}
	return p.reader(p.run.Controller)
}

// comparePage is how many of a job's last builds are looked through for the one to compare with.
const comparePage = 100

func (r *envReader) find(ctx context.Context, than jenkins.Run, m compareMsg) (jenkins.Run, error) {
	switch {
	case m.run.Job != "":
		return m.run, nil
	case m.name != "":
		spec, err := r.specOf(than, m.name)
		if err != nil {
			return jenkins.Run{}, err
		}
		run, err := r.build(ctx, spec)
		if isGone(err) && spec.Number > 0 { // then there may be a copy
			ref := jenkins.Ref{Controller: r.controller, Job: spec.Job, Number: spec.Number}
			return jenkins.Run{Ref: ref}, nil
		}
		return run, err
	}
	runs, err := r.history(ctx, than.Job, 0, comparePage)
	if err != nil && !isGone(err) {
		return jenkins.Run{}, err
	}
	if r.copies != nil {
		runs = withCopies(runs, r.copies(ctx, than.Job))
	}
	for _, c := range compareWith {
		if c.what != m.what {
			continue
		}
		if i := slices.IndexFunc(runs, func(r jenkins.Run) bool { return c.is(than, r) }); i >= 0 {
			return runs[i], nil
		}
	}
	return jenkins.Run{}, &saidError{
		fmt.Sprintf("there is no %s run of %s to compare with", m.what, clean(jenkins.DisplayName(than.Job))),
		"Choose another one with D, or mark a run with m.",
	}
}

// withCopies adds the runs that Jenkins has discarded and of which a copy is kept, all the newest first.
func withCopies(runs, copies []jenkins.Run) []jenkins.Run {
	has := make(map[int]bool, len(runs))
	for i := range runs {
		has[runs[i].Number] = true
	}
	for i := range copies {
		if !has[copies[i].Number] {
			runs = append(runs, copies[i])
		}
	}
	slices.SortFunc(runs, func(a, b jenkins.Run) int { return cmp.Compare(b.Number, a.Number) })
	return runs
}

// specOf reads the name of a run: #7 or 7 is one of the same job.
func (r *envReader) specOf(than jenkins.Run, name string) (jenkins.BuildSpec, error) {
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "#")); err == nil && n > 0 {
		return jenkins.BuildSpec{Job: than.Job, Number: n}, nil
	}
	return r.parse(name)
}

func (p *envPane) compared(m comparedMsg) {
	d := p.diff
	d.err = m.err
	if m.run.Job != "" {
		d.run = m.run
	}
	if m.err == nil {
		d.done, d.base = true, m.env
		p.sh.lookedAt(m.env)
		p.compareAgain()
		if m.run.Status.Ended() {
			p.kept.put(&m.run, m.env)
		}
	}
	p.cursor, p.offset, p.at = 0, 0, ""
	p.rebuild()
}

// saidError is an error that says what to do.
type saidError struct{ what, hint string }

func (e *saidError) Error() string { return e.what }

// Hint tells what to do about it.
func (e *saidError) Hint() string { return e.hint }

func (p *envPane) diffState() (what, next string) {
	d := p.diff
	switch {
	case d.err != nil:
		return whatOf(d.err), strings.TrimSpace(hintOf(d.err) + " Esc goes back.")
	case !d.done || !p.heard:
		return "Comparing with " + d.name(p.run) + p.sh.glyphs.more, "esc goes back."
	case len(p.lines) > 0:
		return "", ""
	case p.query() != "":
		return "No difference matches " + clean(p.query()) + ".", "esc clears the filter."
	}
	return "Nothing differs.", ""
}

func (p *envPane) diffHint(sep string) string {
	d := p.diff
	if !d.done {
		return "esc back"
	}
	var parts []string
	for _, c := range []env.Change{env.Added, env.Removed, env.Changed} {
		if n := d.result.Count(c); n > 0 {
			parts = append(parts, thousands(int64(n))+" "+string(c))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "no difference that tells")
	}
	return strings.Join(append(parts, "esc back"), sep)
}
