package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/follow"
	"github.com/jenkwatch/jenkwatch/tui/footer"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/notify"
)

// RuleApplied has the screen say what a rule of the config is about; the program sends one for each.
type RuleApplied struct {
	Text          string
	Bell, Desktop bool
}

// RuleFailed says that a rule could not be applied.
type RuleFailed struct{ Err error }

// learn takes in what a snapshot says of followed runs, and returns what notifies the user.
func (m *Model) learn(s *watch.Snapshot) tea.Cmd {
	said := m.follow.Observe(s, m.runs.Data.Me[s.Controller])
	m.keepPace()
	for i := range said.Failed {
		m.runs.MarkFresh(&said.Failed[i])
	}
	if len(said.All) == 0 {
		return nil
	}
	return m.term.notify(transition.Digest(said.All), !m.opts.Notify.NoBell, m.opts.Notify.Desktop != notify.None)
}

// keyPressed takes the news off the screen, once they were in sight for a moment. It returns the run that the key opens, nil if it opens
// none.
func (m *Model) keyPressed(key string) (open *jenkins.Run) {
	m.runs.ForgetFresh()
	if m.popups.top != nil || m.panes.typing() {
		return nil // they may be covered
	}
	says, now := m.says(), time.Now()
	if says.HidesNews(now) {
		m.follow.News.At = now // they come into sight
		return nil
	}
	if now.Sub(m.follow.News.At) < footer.Readable {
		return nil
	}
	if t := m.follow.News.Subject(); t != nil && key == "enter" {
		open = &t.Run
	}
	m.follow.News = follow.News{}
	return open
}

// followed says what a key changed of what is followed.
func (m *Model) followed(said string) tea.Cmd {
	m.keepPace()
	return kit.Note(said)
}

// keepPace has the controllers asked as often as if somebody looked, while runs are followed.
func (m *Model) keepPace() { m.sh.SetPace(m.sh.Focused || m.follow.Active()) }
