package tui

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Announced is a status that sync has accepted for delivery in this session; the program sends one for each.
type Announced struct {
	Ref    jenkins.Ref
	Status string
}

// PushReceived is a push that was received, checked and kept; the program sends one for each.
type PushReceived struct {
	Ref         jenkins.Ref // the build that it is about; zero if unknown
	Status      string
	Job         string // as it claims
	Number      int
	Body        *string  // a step's message
	Contradicts []string // what in it is not true, or not what it seems
}

// text returns what the footer says of a push that no row shows completely; empty for others.
func (p *PushReceived) text() string {
	says := p.Contradicts
	if p.Ref.Number == 0 && len(says) == 0 {
		says = []string{"no controller here confirms it"}
	}
	if p.Body != nil {
		says = append([]string{*p.Body}, says...)
	}
	if len(says) == 0 {
		return ""
	}
	of := cmp.Or(p.Job, "no job")
	if p.Number > 0 {
		of = fmt.Sprintf("%s#%d", of, p.Number)
	}
	return kit.Clean(fmt.Sprintf("pushed: %s of %s: %s", cmp.Or(p.Status, "a message"), of, strings.Join(says, "; ")))
}

// syncing is sync in this session.
type syncing struct {
	on     bool
	cancel context.CancelFunc
	starts int // how often it was started
	count  int // statuses accepted
	err    error
}

// askSyncMsg has the user asked whether to announce, startSyncMsg is their yes, syncEndedMsg says that it is over.
type (
	askSyncMsg   struct{ atOnce int }
	startSyncMsg struct{}
	syncEndedMsg struct {
		start int // counted from 1
		err   error
	}
)

// toggle stops sync, or counts what would be sent and asks whether to start it: one key must not write to people.
func (s *syncing) toggle(sh *kit.Shared) tea.Cmd {
	if s.on {
		s.cancel()
		return kit.Note("sync stops")
	}
	ctx, count := sh.Context(), sh.Opts.SyncCount
	return func() tea.Msg {
		n, err := count(ctx)
		if err != nil {
			return kit.NoteMsg{Err: err}
		}
		return askSyncMsg{n}
	}
}

// askSync asks whether to start sync, and says what is sent at once.
func askSync(o *kit.Options, atOnce int) tea.Cmd {
	what := kit.Plural(atOnce, "notification") + " at once, then START, RUNNING, result"
	if o.Listening {
		what = kit.Plural(atOnce, "notification") + " in a minute, less what the plugin pushes"
	}
	return kit.Send(kit.ChooseMsg{Name: "Announce every build to " + kit.Clean(o.SyncTo) + "?", Choices: []kit.Choice{
		{Label: "start sync", Note: what, Msg: startSyncMsg{}},
		{Label: "not now"},
	}})
}

func (s *syncing) start(sh *kit.Shared) tea.Cmd {
	if s.on {
		return nil
	}
	ctx, cancel := context.WithCancel(sh.Context())
	*s = syncing{on: true, cancel: cancel, starts: s.starts + 1}
	run, start := sh.Opts.Sync, s.starts
	return func() tea.Msg { return syncEndedMsg{start, run(ctx)} }
}

// ended takes in that sync is over, and why.
func (s *syncing) ended(msg syncEndedMsg) tea.Cmd {
	if msg.start != s.starts {
		return nil
	}
	s.cancel()
	s.on, s.err = false, msg.err
	if msg.err == nil {
		return nil
	}
	return kit.Send(kit.NoteMsg{Err: msg.err})
}

// text returns what the header says of sync.
func (s *syncing) text(st *kit.Styles) string {
	switch {
	case s.on:
		return st.Good.Render("sync on") + " " + strconv.Itoa(s.count)
	case s.err != nil:
		return st.Failed.Render("sync failed")
	}
	return "sync off"
}
