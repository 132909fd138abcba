package tui

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/notify"
)

// terminal is what is known of the user's terminal, and what it is sent beside the frames.
type terminal struct {
	sh       *kit.Shared
	env      tea.EnvMsg
	look     kit.Look
	can      notify.Terminal
	attended bool // it said that it has the focus
}

// backgroundLate is how long the terminal is given to tell its background. Of one that does not, only what reads well on
// dark and light is used.
const backgroundLate = 300 * time.Millisecond

type backgroundLateMsg struct{}

// ask asks the terminal for its background.
func (t *terminal) ask() tea.Cmd {
	t.look.Unasked = true
	t.restyle()
	return tea.Batch(tea.RequestBackgroundColor, tea.Tick(backgroundLate, func(time.Time) tea.Msg { return backgroundLateMsg{} }))
}

// restyle makes the styles anew for what is known of the terminal.
func (t *terminal) restyle() { t.sh.Styles = kit.NewStyles(t.look, t.sh.Glyphs) }

// update takes in what the terminal reports about itself, and reports whether msg was such a message.
func (t *terminal) update(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.BackgroundColorMsg:
		t.look.Dark, t.look.Unasked, t.look.Unknown = msg.IsDark(), false, false
	case backgroundLateMsg:
		if !t.look.Unasked {
			return true
		}
		t.look.Unasked, t.look.Unknown = false, true
		if dark, ok := darkByEnv(t.env); ok {
			t.look.Dark, t.look.Unknown = dark, false
		}
	case tea.ColorProfileMsg:
		t.look.Profile = msg.Profile
	case tea.EnvMsg:
		t.env = msg
		t.can = notify.Detect(msg.Getenv, notify.Outer{})
		// Any value counts, also those that Bubble Tea's own look at NO_COLOR does not take for true.
		t.look.NoColor = t.look.NoColor || msg.Getenv("NO_COLOR") != ""
	default:
		return false
	}
	t.restyle()
	return true
}

// darkByEnv reads COLORFGBG, "15;0" or "0;default;15", with which some terminals say their background: the last number is its
// color among the sixteen.
func darkByEnv(env tea.EnvMsg) (dark, ok bool) {
	value := env.Getenv("COLORFGBG")
	n, err := strconv.Atoi(value[strings.LastIndexByte(value, ';')+1:])
	return n < 7 || n == 8, err == nil
}

// notify rings the bell and shows a desktop notification, unless the user looks at the screen anyway.
func (t *terminal) notify(text string, bell, desktop bool) tea.Cmd {
	if t.attended {
		desktop = false
	}
	if !bell && !desktop {
		return nil
	}
	o, env, ctx := t.sh.Opts, t.env, t.sh.Context()
	tmux, how := o.Tmux, o.Notify.Desktop
	return func() tea.Msg {
		outer := ""
		if desktop && env.Getenv("TMUX") != "" && tmux != nil {
			outer = tmux(ctx)
		}
		seq := ""
		if bell {
			seq = notify.Bell
		}
		if desktop {
			seq += notify.Detect(env.Getenv, notify.ParseOuter(outer)).Through(how).Desktop(text)
		}
		return tea.RawMsg{Msg: seq}
	}
}

// title returns the title of the terminal's window that says text; empty leaves it alone.
func (t *terminal) title(text string) string {
	if t.sh.Opts.Notify.NoTitle || text == "" {
		return ""
	}
	if t.sh.Opts.ASCII {
		text = toASCII.Replace(text)
	}
	return strings.TrimSpace(kit.Clean(text)) + " - jenkwatch"
}

// progress returns bar if the terminal shows one in its taskbar, else nil.
func (t *terminal) progress(bar *tea.ProgressBar) *tea.ProgressBar {
	shows := t.can.Progress
	if p := t.sh.Opts.Notify.Progress; p != nil {
		shows = *p
	}
	if !shows {
		return nil
	}
	return bar
}
