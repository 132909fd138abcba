//go:build !windows

package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// ownModes are the private modes that the terminal UI sets, and asks about.
var ownModes = []string{"7", "25", "1002", "1004", "1006", "1049", "2004", "2026", "2027", "2031"}

// odd reports whether a rune does more than to be drawn.
func odd(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// ownSequence reports whether a control sequence is one that the terminal UI writes: styles, the cursor, erasing, scrolling,
// its modes, questions about the terminal, the window's title, a notification or the clipboard.
func ownSequence(seq string) bool {
	switch {
	case strings.HasPrefix(seq, "\x1b["):
		params, final := seq[2:len(seq)-1], seq[len(seq)-1]
		switch final {
		case 'm', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'P', 'S', 'T', 'X', 'Z', '@', 'b', 'd', 'r', '`', 'a', 'e':
			return strings.Trim(params, "0123456789;:>") == ""
		case 'h', 'l':
			return seq == "\x1b[?1003l" || slices.Contains(ownModes, strings.TrimPrefix(params, "?"))
		case 'W': // sets tab stops
			return params == "?5"
		case 'p': // asks for a mode
			mode, ok := strings.CutSuffix(strings.TrimPrefix(params, "?"), "$")
			return ok && slices.Contains(ownModes, mode)
		case 'q': // the cursor's shape, the terminal's version
			return strings.Trim(params, "0123456789 >") == ""
		case 'u', 'c', 'n': // keyboards, what the terminal can do
			return strings.Trim(params, "0123456789;?<>=") == ""
		}
		return false
	case strings.HasPrefix(seq, "\x1b]"):
		number, _, _ := strings.Cut(strings.TrimRight(seq[2:], "\x07\x1b\\"), ";")
		return slices.Contains([]string{"0", "2", "9", "10", "11", "12", "52", "110", "111", "112"}, number)
	case strings.HasPrefix(seq, "\x1bP"): // asks for a capability
		return strings.HasPrefix(seq, "\x1bP+q") || strings.HasPrefix(seq, "\x1bP$q")
	}
	return slices.Contains([]string{"\x1b7", "\x1b8", "\x1b=", "\x1b>", "\x1bM"}, seq)
}

// oscs finds what sets titles and the like. The decoder below reads bytes, and would take one within a letter for their end.
var oscs = regexp.MustCompile("\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)")

// wantOwnSequences wants nothing in what was written to a terminal but text and our own sequences.
func wantOwnSequences(t *testing.T, written string) {
	t.Helper()
	written = oscs.ReplaceAllStringFunc(written, func(osc string) string {
		if body := strings.TrimRight(osc[2:], "\x07\x1b\\"); !ownSequence(osc) || strings.ContainsFunc(body, odd) {
			t.Errorf("not a sequence of ours: %q", osc)
		}
		return ""
	})
	p := ansi.NewParser()
	state := ansi.NormalState
	for written != "" {
		seq, width, n, next := ansi.DecodeSequence(written, state, p)
		state, written = next, written[n:]
		r, _ := utf8.DecodeRuneInString(seq)
		switch {
		case width > 0:
			if strings.ContainsFunc(seq, odd) {
				t.Errorf("not plain text: %q", seq)
			}
		case seq == "\r" || seq == "\n" || seq == "\b" || seq == "\t" || seq == "\a":
		case r == '\x1b':
			if !ownSequence(seq) {
				t.Errorf("not a sequence of ours: %q", seq)
			}
		default:
			t.Errorf("a control character: %q", seq)
		}
	}
}

// colored finds colors of text and background.
var colored = regexp.MustCompile(`\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][\d;:]*)?m`)

// wantLook wants no colors where there must be none, and no glyphs of ours beyond ASCII where those cannot be drawn.
func wantLook(t *testing.T, l look, written string) {
	t.Helper()
	switch l.theme {
	case "NO_COLOR":
		if found := colored.FindString(written); found != "" {
			t.Errorf("a color: %q", found)
		}
	case "ASCII":
		if i := strings.IndexAny(written, "│─╭╮╰╯├┤▶▸▾✗◐⊘○‖▰▱━▌▏»"); i >= 0 {
			t.Errorf("not ASCII: %q", written[max(0, i-40):min(len(written), i+40)])
		}
	}
}

// evil takes over a terminal that does not clean it: a title, the clipboard, clearing, C1, text that runs backwards.
const evil = "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[2J\x1b[?1003h\u009b31m\x1bP+q544e\x1b\\\x1bc\u202ebackwards\u2066\r\n\x00end"

// TestHostileTextLeavesNoSequenceInWhatIsWritten: whatever a controller says, the terminal gets text and sequences of ours.
func TestHostileTextLeavesNoSequenceInWhatIsWritten(t *testing.T) {
	t.Parallel()
	w := newDemoWorld(t, "")
	c := jenkinstest.New(jenkinstest.Options{RootURL: w.jenkins.URL + "/"})
	j := c.AddPipeline("evil"+strings.ReplaceAll(evil, "/", ""), jenkinstest.Job{Description: evil, Params: []jenkinstest.Param{{Name: "P" + evil, Value: evil, Description: evil}},
		Script: func(*jenkinstest.Build) jenkinstest.Script {
			return jenkinstest.Script{Result: "FAILURE", Env: []string{"E=" + evil}, Commits: []jenkinstest.Commit{{Author: "a" + evil, Message: evil, Paths: []string{evil}}},
				Stages: []jenkinstest.Stage{{Name: "S" + evil, Takes: time.Second, Result: "FAILURE", Log: []string{"ERROR: " + evil, evil, "safe line"}}}}
		}})
	c.StartAt(j, time.Now().Add(-time.Minute), []jenkinstest.Cause{{User: "mira" + evil}})
	running := c.AddFreestyle("running", jenkinstest.Job{Label: "x" + evil, Script: func(*jenkinstest.Build) jenkinstest.Script { return jenkinstest.Script{} }})
	c.Enqueue(running, 0, []jenkinstest.Cause{{User: "admin" + evil}})
	w.plays(c)

	u := w.open(look{120, 40, "dark"})
	u.sees("evil31mbackwards end")
	u.press("j")
	u.sees("safe line")
	for _, keys := range [][]string{{"enter"}, {"tab"}, {"D"}, {"esc"}, {"T"}, {"esc"}, {"d"}, {"esc"}, {"b"}, {"esc"}, {"!"}, {"esc"}, {"B"}, {"esc"}, {"c"},
		{"esc"}, {"C"}, {"esc"}, {"f"}, {"?"}} {
		before := len(u.text())
		u.press(keys...)
		u.wait("an answer to "+keys[0], func(string) bool { return len(u.text()) > before })
	}
	u.resize(80, 24)
	u.sees("Keys")
	u.press("esc")
	u.misses("Keys")
	u.press("ctrl+c")
	u.wantsEnd(0)
	wantOwnSequences(t, u.text())
	for _, bad := range []string{"\x1b]0;owned", "\x1b]2;owned", "\x1b]52;", "\x1b[?1003h"} {
		if i := strings.Index(u.text(), bad); i >= 0 {
			t.Errorf("%q was written: %q", bad, u.text()[max(0, i-100):i+40])
		}
	}
}
