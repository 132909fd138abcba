// Package syncing is sync in this session of the screen: asking for it, starting and stopping it, and what comes of it.
package syncing

import (
	"context"
	"strconv"

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

// State is how sync stands in this session. Its zero value is off.
type State struct {
	on     bool
	cancel context.CancelFunc
	starts int // how often it was started
	count  int // statuses accepted
	err    error
}

// askMsg has the user asked whether and what to announce, startMsg is their choice.
type (
	askMsg   struct{ choices []choice }
	startMsg struct{ choice }
)

// EndedMsg says that sync is over, and why; nil if it was stopped.
type EndedMsg struct {
	Start int // which start of it, counted from 1
	Err   error
}

// choice is a part of the builds that can be announced.
type choice struct {
	what   string
	limit  query.Query
	atOnce int // notifications
}

// Toggle stops sync, or counts what would be sent and asks whether to start it: one key must not write to people. list is
// what narrows the list of runs, which can be what is announced where it says nothing that changes while a build runs.
func (s *State) Toggle(sh *kit.Shared, list query.Query) tea.Cmd {
	if s.on {
		s.cancel()
		return kit.Note("sync stops")
	}
	mine := query.Must("@me")
	choices := []choice{{what: "every build"}, {what: "mine", limit: mine}}
	if text := list.String(); text != "" && text != mine.String() && text != "is:mine" && list.Lasting() {
		choices = append(choices, choice{what: "this list: " + kit.Clean(text), limit: list})
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
		return askMsg{choices}
	}
}

// Update handles what comes of sync, and reports whether msg was that.
func (s *State) Update(sh *kit.Shared, msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case askMsg:
		return ask(sh.Opts, msg.choices), true
	case startMsg:
		return s.start(sh, msg.choice), true
	case EndedMsg:
		return s.ended(msg), true
	case Announced:
		s.count++
		return nil, true
	}
	return nil, false
}

// Stop ends sync, if it is on.
func (s *State) Stop() {
	if s.on {
		s.cancel()
	}
}

// ask asks whether to start sync and for which builds, and says what is sent at once.
func ask(o *kit.Options, choices []choice) tea.Cmd {
	m := kit.ChooseMsg{Name: "Announce builds to " + kit.Clean(o.SyncTo) + "?"}
	for _, c := range choices {
		note := kit.Plural(c.atOnce, "notification") + " at once, then as they run"
		if o.Listening {
			note = kit.Plural(c.atOnce, "notification") + " in a minute, less pushed ones"
		}
		m.Choices = append(m.Choices, kit.Choice{Label: "announce " + c.what, Note: note, Msg: startMsg{c}})
	}
	m.Choices = append(m.Choices, kit.Choice{Label: "not now"})
	return kit.Send(m)
}

func (s *State) start(sh *kit.Shared, what choice) tea.Cmd {
	if s.on {
		return nil
	}
	ctx, cancel := context.WithCancel(sh.Context())
	*s = State{on: true, cancel: cancel, starts: s.starts + 1}
	run, start := sh.Opts.Sync, s.starts
	said := "announcing to " + kit.Clean(sh.Opts.SyncTo) + ": " + what.what
	if key := sh.Key(kit.IntentSync); key != "" {
		said += "; " + kit.KeyLabel(key) + " stops it"
	}
	return tea.Batch(kit.Note(said), func() tea.Msg { return EndedMsg{start, run(ctx, what.limit)} })
}

// ended takes in that sync is over, and why.
func (s *State) ended(msg EndedMsg) tea.Cmd {
	if msg.Start != s.starts {
		return nil
	}
	s.cancel()
	s.on, s.err = false, msg.Err
	if msg.Err == nil {
		return nil
	}
	return kit.Send(kit.NoteMsg{Err: msg.Err})
}

// Text returns what the header says of sync.
func (s *State) Text(st *kit.Styles) string {
	switch {
	case s.on:
		return st.Good.Render("sync on") + " " + strconv.Itoa(s.count)
	case s.err != nil:
		return st.Failed.Render("sync failed")
	}
	return "sync off"
}
