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

// news is what happened to followed runs. It stays in sight until a key is pressed.
type news struct {
	all  []transition.Transition
	text string // of a rule, without a run to open
}

// none reports whether there is nothing to say.
func (n *news) none() bool { return len(n.all) == 0 && n.text == "" }

// bad reports whether a run failed.
func (n *news) bad() bool {
	for i := range n.all {
		if n.all[i].Bad() {
			return true
		}
	}
	return false
}

// subject is the run that enter opens: the first that failed, else the last; nil if there is none.
func (n *news) subject() *transition.Transition {
	for i := range n.all {
		if n.all[i].Bad() {
			return &n.all[i]
		}
	}
	if len(n.all) == 0 {
		return nil
	}
	return &n.all[len(n.all)-1]
}

// plain is the news without its looks.
func (n *news) plain() string {
	if len(n.all) == 0 {
		return n.text
	}
	return transition.Digest(n.all)
}

// line is the news in the footer.
func (n *news) line(st *kit.Styles) string {
	t := n.subject()
	if t == nil {
		return kit.Clean(n.text)
	}
	status := t.Run.Status
	text := st.Status(status).Render(st.Glyphs.Status(status) + " " + kit.Clean(n.plain()))
	return text + st.Dim.Render(" - enter opens it")
}

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
	m.news.all = append(m.news.all, said.All...)
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
		seq := ""
		if bell {
			seq = notify.Bell
		}
		if desktop {
			answer := ""
			if env.Getenv("TMUX") != "" && o.Tmux != nil {
				answer = o.Tmux(ctx)
			}
			t := notify.Detect(env.Getenv, notify.ParseOuter(answer))
			if p := o.Notify.Desktop; p != "" && p != notify.Auto {
				t.Protocol = p
			}
			seq += t.Desktop(text)
		}
		return tea.RawMsg{Msg: seq}
	}
}

// applied says what a rule is about.
func (m *Model) applied(msg RuleApplied) tea.Cmd {
	m.news.text = msg.Text
	return m.notify(msg.Text, msg.Bell, msg.Desktop)
}

// keyPressed takes the news off the screen. It returns the run that the key opens, nil if it opens none.
func (m *Model) keyPressed(key string) (open *jenkins.Run) {
	m.runs.ForgetFresh()
	if m.popup != nil || m.typing() {
		return nil // they may be covered
	}
	if t := m.news.subject(); t != nil && key == "enter" {
		open = &t.Run
	}
	m.news = news{}
	return open
}

// follows reports whether a run is followed: by itself, or as one of mine.
func (m *Model) follows(r *jenkins.Run) bool {
	return m.follow.Has(r) || m.follow.Mine && !r.Status.Ended() && r.Mine(m.runs.Data.Me[r.Controller])
}

// toggleFollow follows the selected run, or no longer.
func (m *Model) toggleFollow() tea.Cmd {
	run := m.runs.Current()
	switch {
	case run == nil:
		return kit.Note("no run is selected")
	case run.Status.Ended():
		return kit.Note(kit.RunTitle(*run) + " has ended; the palette (" + m.sh.Key(kit.IntentPalette) + ") follows your next build of this job")
	}
	defer m.keepPace()
	if m.follow.Toggle(run) {
		return kit.Note("following " + kit.RunTitle(*run) + ": you are notified when something happens to it")
	}
	return kit.Note("no longer following " + kit.RunTitle(*run))
}

// toggleNext follows my next build of the selected run's job, or no longer.
func (m *Model) toggleNext() tea.Cmd {
	run := m.runs.Current()
	if run == nil {
		return kit.Note("no run is selected")
	}
	if len(m.runs.Data.Me[run.Controller]) == 0 {
		return kit.Note("which builds are yours is not known: give the controller a user, or add names with me = [...]")
	}
	defer m.keepPace()
	if m.follow.ToggleNext(run, m.runs.Data.Snapshot(run.Controller)) {
		return kit.Note("following your next build of " + m.runs.Data.Name(run.Job))
	}
	return kit.Note("no longer following your next build of " + m.runs.Data.Name(run.Job))
}

// toggleMine follows every run of mine, or no longer.
func (m *Model) toggleMine() tea.Cmd {
	m.follow.Mine = !m.follow.Mine
	m.keepPace()
	if m.follow.Mine {
		return kit.Note("following all runs of yours")
	}
	return kit.Note("no longer following all runs of yours")
}

// keepPace has the controllers asked as often as if somebody looked, while runs are followed.
func (m *Model) keepPace() { setPace(m.sh, m.sh.Focused || m.follow.Active()) }

// asOf is the time at which a run's clock stands.
func (m *Model) asOf(r *jenkins.Run) time.Time { return m.sh.AsOf(r, time.Now()) }

// title is that of the terminal's window; empty leaves it alone.
func (m *Model) title() string {
	if m.opts.Notify.NoTitle {
		return ""
	}
	title := m.follow.Title(m.asOf, m.sh.Glyphs)
	if t := m.news.subject(); t != nil {
		title = m.sh.Glyphs.Status(t.Run.Status) + " " + m.news.plain()
	}
	if title == "" {
		return ""
	}
	if m.opts.ASCII {
		title = toASCII.Replace(title)
	}
	return strings.TrimSpace(kit.Clean(title)) + " - jenkwatch"
}

// progress is what the terminal shows in its taskbar: red while the news are bad, amber while a run waits for input.
func (m *Model) progress() *tea.ProgressBar {
	shows := m.term.Progress
	if p := m.opts.Notify.Progress; p != nil {
		shows = *p
	}
	if !shows {
		return nil
	}
	percent, paused, ok := m.follow.Progress(m.asOf)
	switch {
	case m.news.bad():
		return &tea.ProgressBar{State: tea.ProgressBarError, Value: 100}
	case paused:
		return &tea.ProgressBar{State: tea.ProgressBarWarning, Value: percent}
	case ok:
		return &tea.ProgressBar{State: tea.ProgressBarDefault, Value: percent}
	}
	return nil
}

// newFollow is what is followed at the start.
func newFollow(o *kit.Options) follow.Set { return follow.Set{On: o.Notify.On, Mine: o.Notify.Mine} }
