package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// scannedConsole is how much of a console is searched for listings of the environment when that is asked for, in bytes.
// What the log pane loads is searched anyway.
const scannedConsole = 1 << 20

// printedBy reads the beginning of a run's console for what it printed of its environment.
func printedBy(c *console.Client) func(context.Context, jenkins.Run) ([]env.Variable, error) {
	return func(ctx context.Context, run jenkins.Run) ([]env.Variable, error) {
		head, err := c.Log(ctx, run.Ref, 0, scannedConsole)
		if err != nil {
			return nil, err
		}
		return env.ScanConsole(run, 0, head.Text), nil
	}
}

// consolesMsg is what the consoles of the run that is shown and of the one that it is compared with printed.
type consolesMsg struct {
	session, diff int // diff is 0 where nothing is compared
	here, there   []env.Variable
	err           error
}

// readConsoles reads the console of the run that is shown, and in a comparison that of the other run, too, so that both
// sides tell as much.
func (p *envPane) readConsoles() tea.Cmd {
	here := p.reader(p.run.Controller)
	if here == nil || p.ctx == nil || p.run.Number == 0 || !p.heard {
		return nil
	}
	msg := consolesMsg{session: p.session}
	ctx, run := p.ctx, p.run
	var other jenkins.Run
	var there *envReader
	if p.diff != nil {
		if !p.diff.done {
			return nil
		}
		msg.diff, other, there = p.diff.id, p.diff.base.Run, p.reader(p.diff.base.Ref.Controller)
	}
	read := func() tea.Msg {
		var errs [2]error
		msg.here, errs[0] = here.printed(ctx, run)
		if there != nil {
			msg.there, errs[1] = there.printed(ctx, other)
		}
		msg.err = errors.Join(errs[:]...)
		return msg
	}
	return tea.Batch(send(noteMsg{text: "reading what was printed" + p.sh.glyphs.more, busy: true}), read)
}

// consolesRead shows what was printed, and compares it.
func (p *envPane) consolesRead(msg consolesMsg) tea.Cmd {
	if msg.session != p.session {
		return nil
	}
	text := "the console printed no listing of the environment"
	if msg.diff != 0 {
		text = "the consoles printed no listing of the environment"
	}
	if n := len(msg.here) + len(msg.there); n > 0 {
		text = plural(n, "variable") + " read from what was printed"
	}
	said := noteMsg{text: text, err: msg.err}
	if isGone(msg.err) {
		said = noteMsg{text: "Jenkins has the console no more: what was printed is known as far as it was kept"}
	}
	if d := p.diff; d != nil && d.id == msg.diff && d.done {
		d.printed = &printed{msg.here, msg.there}
		p.compareAgain()
	}
	return tea.Batch(send(said), p.printed(printedMsg{p.run.Ref, msg.here}), p.keepPrinted(msg.there))
}

// printed is what two consoles printed.
type printed struct{ here, there []env.Variable }

// compareAgain compares what is known of both runs now: what was printed counts when both consoles were read.
func (p *envPane) compareAgain() {
	d := p.diff
	if d == nil || !d.done {
		return
	}
	base, said := d.base, p.said
	if d.printed != nil {
		base, said = base.With(d.printed.there), said.With(d.printed.here)
	}
	d.result = env.Diff(base, said)
}

// keepPrinted keeps what the other run's console printed, so that it outlives the build.
func (p *envPane) keepPrinted(vars []env.Variable) tea.Cmd {
	if p.diff == nil || len(vars) == 0 {
		return nil
	}
	r := p.reader(p.diff.base.Ref.Controller)
	if r == nil || r.keep == nil {
		return nil
	}
	ctx, e := p.ctx, p.diff.base.With(vars)
	return func() tea.Msg {
		r.keep(ctx, e)
		return nil
	}
}
