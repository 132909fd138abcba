package tui

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/command"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestCommandOfTheConfigGetsTheRunInItsEnvironment(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the line is for a POSIX shell")
	}
	t.Parallel()
	const trap = "trap.tmp" // in the folder of the test
	o := testOptions()
	o.Commands = []kit.Command{
		{Key: "ctrl+g", Name: "ticket", Command: `printf '%s %s %s\n' "$JENKWATCH_BUILD" "$JENKWATCH_STATUS" "$JENKWATCH_NODE"; printf '\033]0;owned\007'`},
		{Key: "f5", Name: "fails", Command: "exit 3"},
	}
	m := New(o)
	s := sampleSnapshot(time.Now())
	s.Runs = s.Runs[:1]
	s.Runs[0].Job = "shop/$(touch " + trap + ")"
	m.Update(s)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	done := m.runCommand("ticket")()
	m.Update(done)
	if m.popups.top == nil || m.popups.top.Title() != "ticket" || !strings.Contains(m.popups.top.View(100, 10), "shop/$(touch "+trap+")#902 RUNNING built-in") ||
		strings.Contains(m.popups.top.View(100, 10), "\x1b]") {
		t.Errorf("it prints %+v", done)
	}
	if _, err := os.Stat(trap); err == nil {
		t.Error("the name of a job was run")
	}
	m.popups.top = nil
	m.Update(m.commandDone(m.runCommand("fails")().(command.Done))())
	if got := m.note.Err; got == nil || got.Error() != "fails: exit status 3" {
		t.Errorf("what fails says %v", got)
	}
}

func TestCommandsAreInHelpAndPaletteAndOffWhereNothingMayChange(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.Commands = []kit.Command{{Key: "ctrl+g", Name: "find tickets", Command: "true"}}
		for _, readOnly := range []bool{false, true} {
			o.ReadOnly = readOnly
			d := drive(t, o, 240, 100)
			d.send(sampleSnapshot(time.Now()))
			for _, key := range []string{"?", ":"} {
				d.press(key)
				if got := strings.Contains(d.screen(), "ctrl+g") && strings.Contains(strings.ToLower(d.screen()), "find tickets"); got == readOnly {
					t.Errorf("read-only %v: %s shows it: %v", readOnly, key, got)
				}
				d.press("esc")
			}
		}
	})
}
