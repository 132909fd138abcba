package notify

import (
	"strings"
	"testing"
)

func TestProtocolFollowsWhatTheTerminalSaysItIs(t *testing.T) {
	t.Parallel()
	const tmux = "TMUX=/tmp/tmux-0/default,1,0"
	for _, tt := range []struct {
		name  string
		env   string
		outer string // what tmux answers
		want  Terminal
	}{
		{"nothing is known", "TERM=xterm-256color", "", Terminal{Protocol: None}},
		{"no TERM", "", "", Terminal{Protocol: None}},
		{"kitty", "TERM=xterm-kitty KITTY_WINDOW_ID=1", "", Terminal{Protocol: OSC99}},
		{"kitty by its variable alone", "TERM=xterm-256color KITTY_WINDOW_ID=1", "", Terminal{Protocol: OSC99}},
		{"iTerm2", "TERM=xterm-256color TERM_PROGRAM=iTerm.app", "", Terminal{Protocol: OSC9}},
		{"iTerm2 over ssh", "TERM=xterm-256color LC_TERMINAL=iTerm2", "", Terminal{Protocol: OSC9}},
		{"Ghostty", "TERM=xterm-ghostty TERM_PROGRAM=ghostty", "", Terminal{Protocol: OSC777, Progress: true}},
		{"WezTerm", "TERM=xterm-256color TERM_PROGRAM=WezTerm", "", Terminal{Protocol: OSC777}},
		{"foot", "TERM=foot", "", Terminal{Protocol: OSC777}},
		{"rxvt", "TERM=rxvt-unicode-256color", "", Terminal{Protocol: OSC777}},
		{"GNOME terminal", "TERM=xterm-256color VTE_VERSION=7600", "", Terminal{Protocol: OSC777}},
		{"a newer one", "TERM=xterm-256color VTE_VERSION=7900", "", Terminal{Protocol: OSC777, Progress: true}},
		{"Windows Terminal", "TERM=xterm-256color WT_SESSION=abc", "", Terminal{Protocol: OSC777, Progress: true}},
		{"VS Code, started from kitty", "TERM=xterm-256color TERM_PROGRAM=vscode KITTY_WINDOW_ID=1", "", Terminal{Protocol: None}},
		{"the terminal of macOS", "TERM=xterm-256color TERM_PROGRAM=Apple_Terminal", "", Terminal{Protocol: None}},
		{"tmux that passes nothing", tmux + " TERM=tmux-256color TERM_PROGRAM=tmux KITTY_WINDOW_ID=1", "off xterm-kitty", Terminal{Protocol: None, Tmux: true}},
		{"tmux that does not answer", tmux + " TERM=tmux-256color TERM_PROGRAM=tmux KITTY_WINDOW_ID=1", "", Terminal{Protocol: None, Tmux: true}},
		{"tmux in kitty", tmux + " TERM=tmux-256color TERM_PROGRAM=tmux", "on  xterm-kitty", Terminal{Protocol: OSC99, Tmux: true}},
		{"tmux in iTerm2", tmux + " TERM=screen-256color TERM_PROGRAM=tmux", "all iTerm2 3.5.0 xterm-256color", Terminal{Protocol: OSC9, Tmux: true}},
		{"an older tmux", tmux + " TERM=tmux-256color TERM_PROGRAM=tmux", "1  xterm-kitty", Terminal{Protocol: OSC99, Tmux: true}},
		{"an older tmux that passes nothing", tmux + " TERM=tmux-256color TERM_PROGRAM=tmux", "0  xterm-kitty", Terminal{Protocol: None, Tmux: true}},
		{"tmux attached from elsewhere", tmux + " TERM=tmux-256color TERM_PROGRAM=tmux KITTY_WINDOW_ID=1", "on  foot", Terminal{Protocol: OSC777, Tmux: true}},
		{"tmux in Windows Terminal", tmux + " TERM=tmux-256color TERM_PROGRAM=tmux WT_SESSION=abc", "on  xterm-256color", Terminal{Protocol: OSC777, Tmux: true}},
		{"screen", "STY=1.pts TERM=screen.xterm-kitty", "", Terminal{Protocol: OSC99, Screen: true}},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(tt.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		if got := Detect(func(name string) string { return env[name] }, ParseOuter(tt.outer)); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestSequencesHoldNoByteThatEndsThem(t *testing.T) {
	t.Parallel()
	const text = "4;1;a\x1b]0;b\x07c\x1b\\\u009cd\ne"
	for _, tt := range []struct {
		at   Terminal
		want string
	}{
		{Terminal{Protocol: None}, ""},
		{Terminal{Protocol: OSC9}, "\x1b]9;jenkwatch: 4;1;acd e\a"},
		{Terminal{Protocol: OSC99}, "\x1b]99;i=jenkwatch:d=0:p=title;jenkwatch\a\x1b]99;i=jenkwatch:d=1:p=body;4;1;acd e\a"},
		{Terminal{Protocol: OSC777}, "\x1b]777;notify;jenkwatch;4,1,acd e\a"},
		{Terminal{Protocol: OSC9, Tmux: true}, "\x1bPtmux;\x1b\x1b]9;jenkwatch: 4;1;acd e\a\x1b\\"},
		{Terminal{Protocol: OSC9, Screen: true}, "\x1bP\x1b]9;jenkwatch: 4;1;acd e\a\x1b\\"},
	} {
		if got := tt.at.Desktop(text); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.at, got, tt.want)
		}
	}
	if got := (Terminal{Protocol: OSC9}).Desktop(strings.Repeat("x", 5000)); len(got) > 300 {
		t.Errorf("a long text gives %d bytes", len(got))
	}
}

func FuzzDesktop(f *testing.F) {
	f.Add("a\x1b]9;b\x07\x9c")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range []Protocol{OSC9, OSC99, OSC777} {
			seq := Terminal{Protocol: p}.Desktop(text)
			ends := strings.Count(seq, "\a")
			if starts := strings.Count(seq, "\x1b"); starts != ends || strings.ContainsAny(seq, "\n\r\u009c\u009d") {
				t.Errorf("%s: %q", p, seq)
			}
		}
	})
}
