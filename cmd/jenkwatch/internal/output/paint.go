package output

import (
	"io"
	"os"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/sender"
)

// Role is what a text stands for; its color follows from that.
type Role string

// The roles and their SGR parameters: the terminal's own sixteen colors, which its theme makes readable.
const (
	Plain   Role = ""
	Good    Role = "32"
	Failed  Role = "31"
	Waiting Role = "33"
	Active  Role = "36"
	Dim     Role = "2"
	Strong  Role = "1"
)

// Paint is how text is drawn on a terminal. The zero value draws neither colors nor glyphs, as into a pipe.
type Paint struct {
	Color  bool
	Glyphs bool // a status has a sign in front
	ASCII  bool // signs from ASCII only
}

// NewPaint returns how text is drawn on w: with glyphs on a terminal, with colors there unless NO_COLOR is set, plain
// elsewhere.
func NewPaint(w io.Writer) Paint {
	if TerminalWidth(w) == 0 {
		return Paint{}
	}
	return Paint{Color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", Glyphs: true, ASCII: DumbTerminal()}
}

// Text returns s in the color of a role.
func (p Paint) Text(r Role, s string) string {
	if !p.Color || r == Plain || s == "" {
		return s
	}
	return "\x1b[" + string(r) + "m" + s + "\x1b[m"
}

// More returns the sign of what was cut off.
func (p Paint) More() string {
	if p.ASCII {
		return "~"
	}
	return "…"
}

// sign is how a status looks: its glyph, the glyph's twin in ASCII, and its role.
type sign struct {
	glyph, ascii string
	role         Role
}

var signs = map[string]sign{
	string(jenkins.Running): {"▶", ">", Active}, string(jenkins.Start): {"▶", ">", Active},
	string(jenkins.Queued): {"…", ".", Waiting}, string(jenkins.Paused): {"‖", "=", Waiting},
	string(jenkins.Success): {"✓", "+", Good}, string(jenkins.Complete): {"✓", "+", Good},
	string(jenkins.Unstable): {"◐", "~", Waiting}, string(jenkins.Failure): {"✗", "x", Failed},
	string(jenkins.Aborted): {"⊘", "/", Dim}, string(jenkins.NotBuilt): {"○", "o", Dim},
	string(stages.Skipped): {"○", "o", Dim},
	string(sender.Queued):  {"…", ".", Waiting}, string(sender.Retrying): {"…", ".", Waiting}, string(sender.Delivering): {"▶", ">", Active},
	string(sender.Delivered): {"✓", "+", Good}, string(sender.Dead): {"✗", "x", Failed}, string(sender.Dropped): {"⊘", "/", Dim},
	"ok": {"✓", "+", Good}, "warning": {"◐", "~", Waiting}, "failed": {"✗", "x", Failed}, // findings of doctor
}

// Glyph returns the one-cell sign of a status of a build, a stage or a step, uncolored; a space for one that has none.
func (p Paint) Glyph(status string) string {
	s, ok := signs[status]
	switch {
	case !ok:
		return " "
	case p.ASCII:
		return s.ascii
	}
	return s.glyph
}

// Status returns a status with its sign and its color.
func (p Paint) Status(status string) string {
	shown := status
	if p.Glyphs {
		shown = p.Glyph(status) + " " + status
	}
	return p.Text(RoleOf(status), shown)
}

// RoleOf returns the role of a status; of other words it is Plain.
func RoleOf(status string) Role { return signs[status].role }
