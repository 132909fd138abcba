package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/follow"
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
	m.follow.News.All = append(m.follow.News.All, said.All...)
	text := said.All[0].Text()
	if len(said.All) > 1 || said.Digest {
		text = transition.Digest(said.All)
	}
	return m.notify(text, !m.opts.Notify.NoBell, m.opts.Notify.Desktop != notify.None)
}

// notify rings the bell and shows a desktop notification, unless the user looks at the screen anyway.
func (m *Model) notify(text string, bell, desktop bool) tea.Cmd {
	if m.looking {
		desktop = false
	}
	if !bell && !desktop {
		return nil
	}
	o, env, ctx := m.opts, m.env, m.sh.Context()
	return func() tea.Msg {
		outer := ""
		if desktop && env.Getenv("TMUX") != "" && o.Tmux != nil {
			outer = o.Tmux(ctx)
		}
		seq := ""
		if bell {
			seq = notify.Bell
		}
		if desktop {
			seq += notify.Detect(env.Getenv, notify.ParseOuter(outer)).Through(o.Notify.Desktop).Desktop(text)
		}
		return tea.RawMsg{Msg: seq}
	}
}

// applied says what a rule is about.
func (m *Model) applied(msg RuleApplied) tea.Cmd {
	m.follow.News.Text = msg.Text
	return m.notify(msg.Text, msg.Bell, msg.Desktop)
}

// keyPressed takes the news off the screen. It returns the run that the key opens, nil if it opens none.
func (m *Model) keyPressed(key string) (open *jenkins.Run) {
	m.runs.ForgetFresh()
	if m.popup != nil || m.typing() {
		return nil // they may be covered
	}
	if t := m.follow.News.Subject(); t != nil && key == "enter" {
		open = &t.Run
	}
	m.follow.News = follow.News{}
	return open
}

// follows reports whether a run is followed: by itself, or as one of mine.
func (m *Model) follows(r *jenkins.Run) bool {
	return m.follow.Has(r) || m.follow.Mine && !r.Status.Ended() && r.Mine(m.runs.Data.Me[r.Controller])
}

// followed says what a key changed of what is followed.
func (m *Model) followed(said string) tea.Cmd {
	m.keepPace()
	return kit.Note(said)
}

// switchNext follows the user's next build of the selected run's job, or no longer.
func (m *Model) switchNext() tea.Cmd {
	run := m.runs.Current()
	if run == nil {
		return m.followed(m.follow.SwitchNext(nil, nil, nil))
	}
	return m.followed(m.follow.SwitchNext(run, m.runs.Data.Me[run.Controller], m.runs.Data.Snapshot(run.Controller)))
}

// keepPace has the controllers asked as often as if somebody looked, while runs are followed.
func (m *Model) keepPace() { m.sh.SetPace(m.sh.Focused || m.follow.Active()) }

// asOf is the time at which a run's clock stands.
func (m *Model) asOf(r *jenkins.Run) time.Time { return m.sh.AsOf(r, time.Now()) }

// title is that of the terminal's window; empty leaves it alone.
func (m *Model) title() string {
	if m.opts.Notify.NoTitle {
		return ""
	}
	title := m.follow.Title(m.asOf, m.sh.Glyphs)
	if title == "" {
		return ""
	}
	if m.opts.ASCII {
		title = toASCII.Replace(title)
	}
	return strings.TrimSpace(kit.Clean(title)) + " - jenkwatch"
}

// progress is what the terminal shows in its taskbar.
func (m *Model) progress() *tea.ProgressBar {
	shows := m.term.Progress
	if p := m.opts.Notify.Progress; p != nil {
		shows = *p
	}
	if !shows {
		return nil
	}
	return m.follow.Bar(m.asOf)
}

// newFollow is what is followed at the start.
func newFollow(o *kit.Options) follow.Set { return follow.Set{On: o.Notify.On, Mine: o.Notify.Mine} }
