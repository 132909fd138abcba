package tui

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Announced is a status that sync has accepted for delivery in this session; the program sends one for each.
type Announced struct {
	Ref    jenkins.Ref
	Status string
}

// Heard is a push that was received, checked and kept; the program sends one for each.
type Heard struct {
	Ref         jenkins.Ref // the build that it is about; zero when nobody could say
	Status      string
	Job         string // as it claims
	Number      int
	Body        *string  // a step's message
	Contradicts []string // what in it is not true, or not what it seems
}

// text is what the footer says of a push of which no row tells all; empty where one does.
func (h *Heard) text() string {
	says := h.Contradicts
	if h.Ref.Number == 0 && len(says) == 0 {
		says = []string{"no controller here confirms it"}
	}
	if h.Body != nil {
		says = append([]string{*h.Body}, says...)
	}
	if len(says) == 0 {
		return ""
	}
	of := cmp.Or(h.Job, "no job")
	if h.Number > 0 {
		of = fmt.Sprintf("%s#%d", of, h.Number)
	}
	return kit.Clean(fmt.Sprintf("pushed: %s of %s: %s", cmp.Or(h.Status, "a message"), of, strings.Join(says, "; ")))
}

// announcing is how sync stands in this session.
type announcing struct {
	on     bool
	cancel context.CancelFunc
	times  int // it was started
	count  int // statuses accepted
	err    error
}

// askSyncMsg has the user asked whether to announce, startSyncMsg is their yes, syncEndedMsg says that it is over.
type (
	askSyncMsg   struct{ atOnce int }
	startSyncMsg struct{}
	syncEndedMsg struct {
		times int
		err   error
	}
)

// toggleSync stops sync, or counts what would be sent and asks whether to start it: one key must not write to people.
func (m *Model) toggleSync() tea.Cmd {
	if !m.facts().sync {
		return nil
	}
	if m.sync.on {
		m.sync.cancel()
		return kit.Note("sync stops")
	}
	count := m.opts.SyncCount
	return func() tea.Msg {
		n, err := count(context.Background())
		if err != nil {
			return kit.NoteMsg{Err: err}
		}
		return askSyncMsg{n}
	}
}

// askSync asks whether to start sync, and says what is sent at once.
func (m *Model) askSync(atOnce int) tea.Cmd {
	what := kit.Plural(atOnce, "notification") + " at once, then START, RUNNING, result"
	if m.opts.Listening {
		what = kit.Plural(atOnce, "notification") + " in a minute, less what the plugin pushes"
	}
	return kit.Send(kit.ChooseMsg{Name: "Announce every build to " + kit.Clean(m.opts.SyncTo) + "?", Choices: []kit.Choice{
		{Label: "start sync", Note: what, Msg: startSyncMsg{}},
		{Label: "not now"},
	}})
}

func (m *Model) startSync() tea.Cmd {
	if m.sync.on {
		return nil
	}
	ctx, cancel := context.WithCancel(m.sh.Context())
	m.sync = announcing{on: true, cancel: cancel, times: m.sync.times + 1}
	run, times := m.opts.Sync, m.sync.times
	return func() tea.Msg { return syncEndedMsg{times, run(ctx)} }
}

// handleSync takes in what concerns sync and pushes.
func (m *Model) handleSync(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case askSyncMsg:
		return m.askSync(msg.atOnce), true
	case startSyncMsg:
		return m.startSync(), true
	case syncEndedMsg:
		if msg.times == m.sync.times {
			m.sync.cancel()
			m.sync.on, m.sync.err = false, msg.err
			if msg.err != nil {
				return kit.Send(kit.NoteMsg{Err: msg.err}), true
			}
		}
		return nil, true
	case Announced:
		m.sync.count++
		return nil, true
	case Heard:
		m.pushes++
		now := time.Now()
		if text := msg.text(); text != "" && (m.note.Err == nil && !m.note.Busy || m.note.text(now, m.sh.Styles) == "") { // never over an error
			m.note = newNote(kit.NoteMsg{Text: text})
		}
		return m.broadcast(env.EnvReceived{Ref: msg.Ref}), true
	}
	return nil, false
}

// syncText is what the header says of sync; empty where it is not possible.
func (m *Model) syncText(sep string) string {
	switch {
	case !m.facts().sync:
		return ""
	case m.sync.on:
		return sep + m.sh.Styles.Good.Render("sync on") + " " + strconv.Itoa(m.sync.count)
	case m.sync.err != nil:
		return sep + m.sh.Styles.Failed.Render("sync failed")
	}
	return sep + "sync off"
}
