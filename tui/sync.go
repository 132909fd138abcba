package tui

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
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

// askSyncMsg has the user asked whether and what to announce, startSyncMsg is their choice, syncEndedMsg says that it is over.
type (
	askSyncMsg   struct{ choices []syncChoice }
	startSyncMsg struct{ limit query.Query }
	syncEndedMsg struct {
		start int // counted from 1
		err   error
	}
)

// syncChoice is a part of the builds that can be announced.
type syncChoice struct {
	what   string
	limit  query.Query
	atOnce int // notifications
}

// toggle stops sync, or counts what would be sent and asks whether to start it: one key must not write to people. list is
// what narrows the list of runs, which can be what is announced where it says nothing that changes while a build runs.
func (s *syncing) toggle(sh *kit.Shared, list query.Query) tea.Cmd {
	if s.on {
		s.cancel()
		return kit.Note("sync stops")
	}
	mine := query.Must("@me")
	choices := []syncChoice{{what: "every build"}, {what: "mine", limit: mine}}
	if text := list.String(); text != "" && text != mine.String() && text != "is:mine" && list.Lasting() {
		choices = append(choices, syncChoice{what: "this list: " + kit.Clean(text), limit: list})
	}
	ctx, count := sh.Context(), sh.Opts.SyncCount
	return func() tea.Msg {
		for i := range choices {
			n, err := count(ctx, choices[i].limit)
			if err != nil {
				return kit.NoteMsg{Err: err}
			}
			choices[i].atOnce = n
		}
		return askSyncMsg{choices}
	}
}

// askSync asks whether to start sync and for which builds, and says what is sent at once.
func askSync(o *kit.Options, choices []syncChoice) tea.Cmd {
	ask := kit.ChooseMsg{Name: "Announce builds to " + kit.Clean(o.SyncTo) + "?"}
	for _, c := range choices {
		note := kit.Plural(c.atOnce, "notification") + " at once, then as they run"
		if o.Listening {
			note = kit.Plural(c.atOnce, "notification") + " in a minute, less pushed ones"
		}
		ask.Choices = append(ask.Choices, kit.Choice{Label: "announce " + c.what, Note: note, Msg: startSyncMsg{c.limit}})
	}
	ask.Choices = append(ask.Choices, kit.Choice{Label: "not now"})
	return kit.Send(ask)
}

func (s *syncing) start(sh *kit.Shared, limit query.Query) tea.Cmd {
	if s.on {
		return nil
	}
	ctx, cancel := context.WithCancel(sh.Context())
	*s = syncing{on: true, cancel: cancel, starts: s.starts + 1}
	run, start := sh.Opts.Sync, s.starts
	return func() tea.Msg { return syncEndedMsg{start, run(ctx, limit)} }
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
