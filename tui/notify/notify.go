// Package notify chooses and builds the escape sequences by which a terminal notifies its user: desktop notifications, where
// the terminal has them, and what tmux or screen need to let them through.
package notify

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Protocol is how a terminal takes a desktop notification.
type Protocol string

const (
	None   Protocol = "off" // it has none: the bell must do
	OSC9   Protocol = "osc9"
	OSC99  Protocol = "osc99"
	OSC777 Protocol = "osc777"
	Auto   Protocol = "auto" // whichever the terminal has
)

// Terminal is what is known of a terminal and of what lies between it and the program.
type Terminal struct {
	Protocol Protocol
	Tmux     bool // tmux lies between
	Screen   bool // GNU screen does
	// Progress reports that it shows progress (OSC 9;4) in its taskbar or tab. Others may take that for a notification.
	Progress bool
}

// Outer is what tmux says of itself: whether it passes sequences through, and the terminal outside as that calls itself
// ("iTerm2 3.5.0", "xterm-kitty").
type Outer struct {
	Passes bool
	Term   string
}

// TmuxFormat asks tmux for an [Outer], as `tmux display-message -p` does.
const TmuxFormat = "#{allow-passthrough} #{client_termtype} #{client_termname}"

// ParseOuter reads what tmux answered to TmuxFormat.
func ParseOuter(answer string) Outer {
	passes, term, _ := strings.Cut(strings.TrimSpace(answer), " ")
	return Outer{Passes: passes == "on" || passes == "all" || passes == "1", Term: strings.TrimSpace(term)} // 1: before tmux 3.4
}

// Detect returns what the environment says of the terminal. Within tmux, outer says what lies outside.
func Detect(getenv func(string) string, outer Outer) Terminal {
	t := Terminal{Protocol: protocolOf(getenv, outer.Term), Progress: showsProgress(getenv)}
	switch {
	case getenv("TMUX") != "":
		t.Tmux, t.Progress = true, false
		if !outer.Passes {
			t.Protocol = None
		}
	case getenv("STY") != "":
		t.Screen, t.Progress = true, false
	}
	return t
}

// byName are the terminals that take desktop notifications, by a part of what they call themselves in TERM_PROGRAM, TERM,
// LC_TERMINAL or towards tmux.
var byName = []struct {
	name     string
	protocol Protocol
}{
	{"kitty", OSC99}, {"iterm", OSC9}, {"ghostty", OSC777}, {"wezterm", OSC777}, {"warp", OSC777}, {"foot", OSC777},
	{"contour", OSC777}, {"rxvt-unicode", OSC777}, {"zed", OSC9},
}

// protocolOf chooses by what the terminal calls itself, then by the variables that it sets.
func protocolOf(getenv func(string) string, outer string) Protocol {
	program := getenv("TERM_PROGRAM")
	if program == "tmux" || program == "screen" {
		program = ""
	}
	for _, name := range []string{outer, program, getenv("LC_TERMINAL"), getenv("TERM")} {
		for _, known := range byName {
			if strings.Contains(strings.ToLower(name), known.name) {
				return known.protocol
			}
		}
		if name != "" && name == program {
			return None // another program, which may have inherited the variables of the one that it was started from
		}
	}
	switch {
	case getenv("KITTY_WINDOW_ID") != "":
		return OSC99
	case getenv("WT_SESSION") != "", getenv("VTE_VERSION") != "":
		return OSC777
	case getenv("ITERM_SESSION_ID") != "":
		return OSC9
	}
	return None
}

// vteProgress is the first version of VTE that shows progress.
const vteProgress = 7900

func showsProgress(getenv func(string) string) bool {
	switch program := getenv("TERM_PROGRAM"); {
	case strings.EqualFold(program, "ghostty"), program == "mintty":
		return true
	case program != "":
		return false
	}
	vte, _ := strconv.Atoi(getenv("VTE_VERSION"))
	return getenv("WT_SESSION") != "" || getenv("ConEmuANSI") == "ON" || vte >= vteProgress
}

// program is the title of every notification.
const program = "jenkwatch"

// screenLimit is how many bytes of a string GNU screen takes at once.
const screenLimit = 768

// longest is how many cells of a text are worth showing.
const longest = 200

// Through returns the terminal with a protocol that was chosen instead of its own; empty and [Auto] choose none.
func (t Terminal) Through(p Protocol) Terminal {
	if p != "" && p != Auto {
		t.Protocol = p
	}
	return t
}

// Desktop returns the sequence that shows a text as a desktop notification; empty where the terminal has none.
func (t Terminal) Desktop(text string) string {
	text = ansi.Truncate(clean.ScreenLine(text), longest, "...")
	seq := ""
	switch t.Protocol {
	case OSC9:
		seq = ansi.Notify(program + ": " + text) // a text that begins with a number would be something else to some
	case OSC99:
		seq = ansi.DesktopNotification(program, "i="+program, "d=0", "p=title") + ansi.DesktopNotification(text, "i="+program, "d=1", "p=body")
	case OSC777:
		seq = ansi.URxvtExt("notify", program, strings.ReplaceAll(text, ";", ",")) // which separates the parts
	default:
		return ""
	}
	switch {
	case t.Tmux:
		return ansi.TmuxPassthrough(seq)
	case t.Screen:
		return ansi.ScreenPassthrough(seq, screenLimit)
	}
	return seq
}

// Bell is the sequence of the terminal's bell.
const Bell = "\a"
