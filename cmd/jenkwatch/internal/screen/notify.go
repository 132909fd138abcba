package screen

import (
	"context"
	"os/exec"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/notify"
)

// notifyOptions is [notify] of the config as the terminal UI takes it.
func notifyOptions(n *config.Notify) kit.Notify {
	off := func(b *bool) bool { return b != nil && !*b }
	o := kit.Notify{Mine: n.Mine, NoBell: off(n.Bell), NoTitle: off(n.Title), Desktop: notify.Protocol(n.Desktop), Progress: n.Progress}
	if len(n.On) > 0 {
		o.On = config.Kinds(n.On)
	}
	return o
}

// tmuxTimeout is how long tmux is given to say what lies outside of it.
const tmuxTimeout = time.Second

// askTmux asks tmux what lies outside of it; without an answer nothing does.
func askTmux(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, tmuxTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, "tmux", "display-message", "-p", notify.TmuxFormat).Output()
	if err != nil {
		return ""
	}
	return string(out)
}
