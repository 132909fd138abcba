package env

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// consolesMsg is what the consoles of the run that is shown and of the one that it is compared with printed.
type consolesMsg struct {
	session, diff int // diff is 0 where nothing is compared
	here, there   []env.Variable
	err           error
}

// readConsoles reads the console of the run that is shown, and in a comparison that of the other run, too, so that both
// sides say as much.
func (p *Pane) readConsoles() tea.Cmd {
	if !p.read.possible() || !p.read.loaded {
		return nil
	}
	msg := consolesMsg{session: p.read.session}
	ctx, here, run := p.read.ctx, p.read.reader, p.read.run
	var other jenkins.Run
	var there *kit.EnvReader
	if p.diff != nil {
		if !p.diff.done {
			return nil
		}
		msg.diff, other, there = p.diff.id, p.diff.base.Run, p.Reader(p.diff.base.Ref.Controller)
	}
	read := func() tea.Msg {
		var errs [2]error
		msg.here, errs[0] = here.Printed(ctx, run)
		if there != nil {
			msg.there, errs[1] = there.Printed(ctx, other)
		}
		msg.err = errors.Join(errs[:]...)
		return msg
	}
	return tea.Batch(kit.Send(kit.NoteMsg{Text: "reading what was printed" + p.sh.Glyphs.More, Busy: true}), read)
}

// consolesRead shows what was printed, and compares it.
func (p *Pane) consolesRead(msg consolesMsg) tea.Cmd {
	if msg.session != p.read.session {
		return nil
	}
	text := "the console printed no listing of the environment"
	if msg.diff != 0 {
		text = "the consoles printed no listing of the environment"
	}
	if n := len(msg.here) + len(msg.there); n > 0 {
		text = kit.Plural(n, "variable") + " read from what was printed"
	}
	said := kit.NoteMsg{Text: text, Err: msg.err}
	if kit.IsGone(msg.err) {
		said = kit.NoteMsg{Text: "Jenkins no longer has the console: only what was kept of it is shown"}
	}
	cmds := []tea.Cmd{kit.Send(said)}
	if d := p.diff; d != nil && d.id == msg.diff && d.done {
		d.printed = &printed{msg.here, msg.there}
		p.show()
		cmds = append(cmds, d.keepPrinted(p.read.ctx, p.Reader(d.base.Ref.Controller)))
	}
	return tea.Batch(append(cmds, p.printed(kit.PrintedMsg{Build: kit.KeyOf(&p.read.run), Vars: msg.here}))...)
}

// printed is what two consoles printed.
type printed struct{ here, there []env.Variable }
