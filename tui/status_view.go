package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// view draws the headline and, below it, what the pane is scrolled to.
func (p *statusPane) view(w, h int, st *styles) string {
	lines, _ := p.lines(w, time.Now(), st)
	offset := max(0, min(p.offset, len(lines)-h))
	return block(lines[0]+"\n"+strings.Join(lines[1+offset:], "\n"), w, h)
}

// lines is all there is to say about the run, the most important first, and the line of the stage that matters most
// now, -1 if there is none. The first line always stays in sight.
func (p *statusPane) lines(w int, now time.Time, st *styles) ([]string, int) {
	r := &p.run
	seen := p.sh.asOf(r, now)
	out := []string{p.headline(w, seen, st)}
	if r.Status == jenkins.Running && r.Estimated > 0 {
		out = append(out, " "+p.progress(w-2, seen, st))
	}
	if seen.Before(now) {
		stale := "as it was " + ago(now.Sub(p.sh.away[r.Controller].known)) + " ago: the controller does not answer"
		out = append(out, " "+st.waiting.render(fit(stale, min(width(stale), w-2))))
	}
	if p.gone {
		for _, l := range wrap("Jenkins does not have this build any more: it was deleted, or you may not see it.", w-2, " ") {
			out = append(out, st.waiting.render(l))
		}
	}
	out = append(out, p.waiting(w, seen, st)...)
	out = append(out, p.causes(w, st)...)
	theirs := seen.Add(r.Ahead) // stages and steps have times by the controller's clock
	stages, active := p.stageLines(w, theirs, st)
	if active >= 0 {
		active += len(out)
	}
	out = append(append(out, stages...), p.stepLines(w, theirs, st)...)
	out = append(out, p.parameters(st)...)
	return append(out, p.facts(w, now, st)...), active
}

// facts are the rest, one a line under its name.
func (p *statusPane) facts(w int, now time.Time, st *styles) []string {
	r := &p.run
	var out []string
	fact := func(name, value string) {
		for i, l := range wrapWords(value, max(8, w-14)) {
			if i > 0 {
				name = ""
			}
			out = append(out, " "+st.dim.render(fit(name, 11))+" "+l)
		}
	}
	when := func(name string, t time.Time) {
		if !t.IsZero() {
			t = t.Add(-r.Ahead)
			fact(name, t.Local().Format("2006-01-02 15:04:05")+", "+ago(now.Sub(t))+" ago")
		}
	}
	if len(p.sh.opts.Controllers) > 1 {
		fact("controller", clean(r.Controller))
	}
	if n := clean(r.DisplayName); n != runNumber(*r) {
		fact("name", n)
	}
	fact("description", clean(withoutMarkup(r.Description)))
	when("started", r.StartedAt)
	if r.Status == jenkins.Queued {
		when("queued", r.QueuedAt)
	}
	for _, rev := range r.Revisions {
		fact("commit", clean(rev.Commit[:min(12, len(rev.Commit))]+" "+strings.Join(rev.Branches, " ")+" "+strings.Join(rev.Remotes, " ")))
	}
	fact("nodes", clean(strings.Join(r.Nodes, ", ")))
	fact("labels", clean(strings.Join(r.NodeLabels, " ")))
	if r.LikelyStuck {
		fact("stuck", "Jenkins thinks that it is")
	}
	if r.URL == "" {
		return out
	}
	name := "url"
	for _, l := range strings.Split(ansi.Hardwrap(clean(r.URL), max(8, w-14), true), "\n") { // at no hyphen: it is copied whole
		out = append(out, " "+st.dim.render(fit(name, 11))+" "+l)
		name = ""
	}
	return out
}

// headline is status, time and node on one line.
func (p *statusPane) headline(w int, now time.Time, st *styles) string {
	r := &p.run
	elapsed := r.Elapsed(now)
	word := st.status(r.Status).render(st.glyphs.status(r.Status) + " " + string(r.Status))
	var text string
	switch {
	case r.Status == jenkins.Queued:
		text = "for " + clock(elapsed)
	case r.Status.Ended():
		text = "in " + clock(r.Duration) + ", " + ago(now.Sub(r.EndedAt())) + " ago"
	case r.Estimated > 0 && elapsed > r.Estimated:
		text = clock(elapsed) + ", " + st.waiting.render(clock(elapsed-r.Estimated)+" over the usual "+clock(r.Estimated)+"!")
	case r.Estimated > 0:
		text = clock(elapsed) + " of about " + clock(r.Estimated)
	default:
		text = clock(elapsed)
	}
	line := " " + word + "  " + text
	node := p.node()
	if room := w - width(line) - 2; node != "" && room >= 6 {
		node = fit(node, min(room-1, width(node)))
		line += spaces(room+1-width(node)) + st.dim.render(node)
	}
	return line
}

// node names the first node with what it is.
func (p *statusPane) node() string {
	r := &p.run
	if len(r.Nodes) == 0 {
		return ""
	}
	s := clean(r.Nodes[0])
	var labels []string
	for _, l := range r.NodeLabels {
		if l != r.Nodes[0] && len(labels) < 3 {
			labels = append(labels, clean(l))
		}
	}
	if len(labels) > 0 {
		s += " (" + strings.Join(labels, ", ") + ")"
	}
	if n := len(r.Nodes) - 1; n > 0 {
		s += " +" + strconv.Itoa(n)
	}
	return s
}

// progress is a bar as wide as the pane.
func (p *statusPane) progress(w int, now time.Time, st *styles) string {
	elapsed := p.run.Elapsed(now)
	left := p.run.Estimated - elapsed
	tail := ""
	if left >= 0 {
		percent := int(100 * elapsed / p.run.Estimated)
		tail = fmt.Sprintf("%3d%%  %s left", percent, clock(left))
	}
	return bar(elapsed, p.run.Estimated, max(4, w-width(tail)-2), st) + " " + st.dim.render(tail)
}

// waiting says what a queue item, a pipeline without its node or a paused run waits for, and where it is answered.
func (p *statusPane) waiting(w int, now time.Time, st *styles) []string {
	r := &p.run
	var out []string
	if r.Status == jenkins.Queued {
		why := clean(r.Why)
		if why == "" {
			why = "Jenkins does not say why it waits"
		}
		for _, l := range wrap(why, w-2, " ") {
			out = append(out, st.waiting.render(l))
		}
		if r.Stuck {
			out = append(out, st.waiting.render(" Jenkins calls it stuck: no executor can take it as things are."))
		}
		return out
	}
	if r.Why != "" && !r.Status.Ended() {
		why := clean(r.Why)
		if !r.QueuedAt.IsZero() {
			why += ", for " + ago(r.Waited(now))
		}
		for i, l := range wrap(why, w-4, "") {
			head := "   "
			if i == 0 {
				head = " " + st.glyphs.queued + " "
			}
			out = append(out, st.waiting.render(head+l))
		}
	}
	if r.Status != jenkins.Paused {
		return out
	}
	if len(r.Inputs) == 0 {
		out = append(out, st.waiting.render(" "+st.glyphs.paused+" waits for a person's input"))
	}
	for _, in := range r.Inputs {
		for i, l := range wrap(clean(in.Message), w-4, "") {
			head := "   "
			if i == 0 {
				head = " " + st.glyphs.paused + " "
			}
			out = append(out, st.waiting.render(head+l))
		}
		for _, d := range in.Parameters {
			out = append(out, "   "+definition(d))
		}
		ok := clean(in.OK)
		if ok == "" {
			ok = "Proceed"
		}
		line := "   [" + ok + "] or [Abort]"
		if in.Submitter != "" {
			line += st.dim.render("  asked of " + clean(in.Submitter))
		}
		out = append(out, line)
	}
	return append(out, st.dim.render("   o opens it in the browser, where it is answered"))
}

// definition is a parameter that an input asks for, on one line.
func definition(d jenkins.ParameterDefinition) string {
	s := clean(d.Name)
	switch {
	case d.Secret:
		s += " (a secret)"
	case len(d.Choices) > 0:
		s += ": " + clean(strings.Join(d.Choices, " | "))
	case d.Default != "":
		s += " = " + clean(d.Default)
	}
	if d.Description != "" {
		s += "  " + clean(d.Description)
	}
	return s
}

func (p *statusPane) causes(w int, st *styles) []string {
	var out []string
	for _, c := range p.run.Causes {
		text := clean(c.Text)
		if text == "" {
			text = causeText(&jenkins.Run{Causes: []jenkins.Cause{c}})
		}
		for _, l := range wrap(text, w-2, " ") {
			out = append(out, st.dim.render(l))
		}
		if len(out) >= 6 {
			break
		}
	}
	return out
}

func (p *statusPane) parameters(st *styles) []string {
	var out []string
	for _, v := range p.run.Parameters {
		value := clean(lineEnds(p.sh.shown(p.run.Controller, env.Variable{Name: v.Name, Value: v.Value, Known: !v.Secret && !v.Untold, Secret: v.Secret,
			Whole: v.Secret})))
		if value == p.sh.masks(jenkins.Masked) {
			value = st.secret.render(value)
		}
		out = append(out, " "+st.dim.render(clean(v.Name)+"=")+value)
	}
	return out
}
