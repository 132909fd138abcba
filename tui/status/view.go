package status

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// View draws the headline and, below it, what the pane is scrolled to.
func (p *Pane) View(w, h int) string {
	now, st := time.Now(), p.sh.Styles
	before, after := p.around(w, h, now, st)
	lines := []string{p.headline(w, p.sh.AsOf(&p.run, now), st)}
	rows := len(p.body.tree.rows)
	offset := max(0, min(p.body.offset, len(before)+rows+len(after)-h+1))
	theirs := p.sh.AsOf(&p.run, now).Add(p.run.Ahead) // stages and steps have times by the controller's clock
	tree := p.body.tree.view(&p.run, w, theirs, st)
	for i := offset; len(lines) < h; i++ {
		row := i - len(before)
		switch {
		case row < 0:
			lines = append(lines, before[i])
		case row < rows:
			lines = append(lines, tree.line(row, w, row == p.body.tree.at, p.focused))
		case row-rows < len(after):
			lines = append(lines, after[row-rows])
		default:
			lines = append(lines, "")
		}
	}
	return kit.Block(strings.Join(lines, "\n"), w, h)
}

// around is what the body says before and behind the stages, the most important first.
func (p *Pane) around(w, h int, now time.Time, st *kit.Styles) (before, after []string) {
	r := &p.run
	seen := p.sh.AsOf(r, now)
	if r.Status == jenkins.Running && r.Estimated > 0 && !r.Waits() {
		before = append(before, " "+p.progress(w-2, seen, st))
	}
	if seen.Before(now) {
		stale := "as of " + kit.Ago(now.Sub(seen)) + " ago: Jenkins has said nothing newer"
		if a, away := p.sh.Away[r.Controller]; away {
			stale = "as it was " + kit.Ago(now.Sub(a.Known)) + " ago: the controller does not answer"
		}
		before = append(before, " "+st.Waiting.Render(kit.Fit(stale, min(kit.Width(stale), w-2))))
	}
	if p.gone {
		for _, l := range kit.Wrap("Jenkins does not have this build any more: it was deleted, or you may not see it.", w-2, " ") {
			before = append(before, st.Waiting.Render(l))
		}
	}
	before = append(before, p.waiting(w, seen, st)...)
	for _, why := range r.Interrupted {
		for _, l := range kit.Wrap(kit.Clean(why), w-2, " ") {
			before = append(before, st.Status(r.Status).Render(l))
		}
	}
	if card := p.cardLines(w, max(3, h-4), st); len(card) > 0 {
		before = append(before, card...)
		after = causes(r, w, st)
	} else {
		before = append(before, causes(r, w, st)...)
	}
	after = append(p.stages.noRows(r, len(p.body.tree.rows) == 0, w, st), after...)
	after = append(after, p.parameters(st)...)
	return before, append(after, p.facts(w, now, st)...)
}

// facts are the rest, one a line under its name.
func (p *Pane) facts(w int, now time.Time, st *kit.Styles) []string {
	r := &p.run
	var out []string
	fact := func(name, value string) {
		for i, l := range kit.WrapWords(value, max(8, w-14)) {
			if i > 0 {
				name = ""
			}
			out = append(out, " "+st.Dim.Render(kit.Fit(name, 11))+" "+l)
		}
	}
	when := func(name string, t time.Time) {
		if !t.IsZero() {
			t = t.Add(-r.Ahead)
			fact(name, t.Local().Format("2006-01-02 15:04:05")+", "+kit.Ago(now.Sub(t))+" ago")
		}
	}
	if len(p.sh.Opts.Controllers) > 1 {
		fact("controller", kit.Clean(r.Controller))
	}
	if n := kit.Clean(r.DisplayName); n != kit.RunNumber(*r) {
		fact("name", n)
	}
	fact("description", kit.Clean(kit.WithoutMarkup(r.Description)))
	when("started", r.StartedAt)
	if r.Status == jenkins.Queued {
		when("queued", r.QueuedAt)
	}
	for _, rev := range r.Revisions {
		fact("commit", kit.Clean(rev.Commit[:min(12, len(rev.Commit))]+" "+strings.Join(rev.Branches, " ")+" "+strings.Join(rev.Remotes, " ")))
	}
	fact("nodes", kit.Clean(strings.Join(r.Nodes, ", ")))
	fact("labels", kit.Clean(strings.Join(r.NodeLabels, " ")))
	if r.LikelyStuck {
		fact("stuck", "Jenkins thinks that it is")
	}
	if r.URL == "" {
		return out
	}
	name := "url"
	for _, l := range strings.Split(ansi.Hardwrap(kit.Clean(r.URL), max(8, w-14), true), "\n") { // at no hyphen: it is copied whole
		out = append(out, " "+st.Dim.Render(kit.Fit(name, 11))+" "+l)
		name = ""
	}
	return out
}

// headline is status, time and node on one line.
func (p *Pane) headline(w int, now time.Time, st *kit.Styles) string {
	r := &p.run
	sign := r.Status
	if r.Waits() { // as its row in the list
		sign = jenkins.Queued
	}
	word := st.Status(sign).Render(st.Glyphs.Status(sign) + " " + string(r.Status))
	text := p.howLong(now, st)
	line := " " + word + "  " + text
	node := p.node()
	if room := w - kit.Width(line) - 2; node != "" && room >= 6 {
		node = kit.Fit(node, min(room-1, kit.Width(node)))
		line += kit.Spaces(room+1-kit.Width(node)) + st.Dim.Render(node)
	}
	return line
}

// howLong says how long the run has taken, and how that compares with what is usual. What it waits is not build time.
func (p *Pane) howLong(now time.Time, st *kit.Styles) string {
	r := &p.run
	elapsed := r.Elapsed(now)
	switch {
	case r.Status == jenkins.Queued:
		return "for " + kit.Clock(elapsed)
	case r.Status.Ended():
		text := "in " + kit.Clock(r.Duration) + ", " + kit.Ago(now.Sub(r.EndedAt())) + " ago"
		if p.why.card != nil && p.why.card.Good != nil {
			text += st.Dim.Render(fmt.Sprintf("  last good #%d", p.why.card.Good.Number))
		}
		return text
	case r.Status == jenkins.Paused, r.Waits():
		return "started " + kit.Clock(elapsed) + " ago"
	}
	waited := p.waited(now)
	built := elapsed - waited
	text := kit.Clock(built)
	switch {
	case r.Estimated > 0 && built >= r.Estimated+time.Second:
		text += ", " + st.Waiting.Render(kit.Clock(built-r.Estimated)+" over the usual "+kit.Clock(r.Estimated)+"!")
	case r.Estimated > 0:
		text += " of about " + kit.Clock(r.Estimated)
	}
	if waited >= time.Second {
		text += ", waited " + kit.Clock(waited)
	}
	return text
}

// node names the first node with what it is.
func (p *Pane) node() string {
	r := &p.run
	if len(r.Nodes) == 0 {
		return ""
	}
	s := kit.Clean(r.Nodes[0])
	var labels []string
	for _, l := range r.NodeLabels {
		if l != r.Nodes[0] && len(labels) < 3 {
			labels = append(labels, kit.Clean(l))
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
func (p *Pane) progress(w int, now time.Time, st *kit.Styles) string {
	built := p.run.Elapsed(now) - p.waited(now)
	tail := fmt.Sprintf("%3d%%", int(100*built/p.run.Estimated))
	if left := p.run.Estimated - built; left >= 0 {
		tail += "  " + kit.Clock(left) + " left"
	}
	return kit.Bar(built, p.run.Estimated, max(4, w-kit.Width(tail)-2), st) + " " + st.Dim.Render(tail)
}

// waiting says what a queue item, a pipeline without its node or a paused run waits for, and where it is answered.
func (p *Pane) waiting(w int, now time.Time, st *kit.Styles) []string {
	r := &p.run
	var out []string
	if r.Status == jenkins.Queued {
		out = p.reason.lines(r.Why, w, now, st, " ", "")
		if r.Stuck {
			out = append(out, st.Waiting.Render(" Jenkins calls it stuck: no executor can take it as things are."))
		}
		return out
	}
	if r.Why != "" && !r.Status.Ended() {
		since := ""
		if !r.QueuedAt.IsZero() {
			since = ", for " + kit.Ago(r.Waited(now))
		}
		out = p.reason.lines(r.Why, w, now, st, " "+st.Glyphs.Queued+" ", since)
	}
	if r.Status == jenkins.Paused {
		key := kit.KeyLabel(p.sh.Key(kit.IntentAnswer))
		if p.sh.Opts.ReadOnly {
			key = ""
		}
		out = append(out, inputLines(r.Inputs, key, w, st)...)
	}
	return out
}

// causes say why a run was started.
func causes(r *jenkins.Run, w int, st *kit.Styles) []string {
	var out []string
	for _, c := range r.Causes {
		text := kit.Clean(c.Text)
		if text == "" {
			text = kit.CauseText(&jenkins.Run{Causes: []jenkins.Cause{c}})
		}
		for _, l := range kit.Wrap(text, w-2, " ") {
			out = append(out, st.Dim.Render(l))
		}
		if len(out) >= 6 {
			break
		}
	}
	return out
}

func (p *Pane) parameters(st *kit.Styles) []string {
	var out []string
	for _, v := range p.run.Parameters {
		value := p.sh.Parameter(p.run.Controller, &v)
		switch {
		case value == p.sh.Masks(secrets.Masked):
			value = st.Secret.Render(value)
		case value == "" && v.ValueHidden:
			value = st.Dim.Render("(not told by Jenkins)")
		}
		out = append(out, " "+st.Dim.Render(kit.Clean(v.Name)+"=")+value)
	}
	return out
}

// cardLines say why the run failed, if it did, in at most most lines.
func (p *Pane) cardLines(w, most int, st *kit.Styles) []string {
	if !Failing(p.run.Status) {
		return nil
	}
	var failed *stages.Failed
	if f, ok := p.stages.failed(p.run.Status); ok {
		failed = &f
	}
	return p.why.lines(failed, p.sh.Masks, w, most, st)
}

// waited is how long the run has waited for input, as far as its steps or the watcher know.
func (p *Pane) waited(now time.Time) time.Duration {
	return max(p.stages.pausedFor(&p.run, now.Add(p.run.Ahead)), p.run.InputWait)
}
