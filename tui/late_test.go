package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestTheHeaderSaysWhyDataIsOld while the clocks stand still, and nothing of it while the pace is as it should be.
func TestTheHeaderSaysWhyDataIsOld(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name            string
		every, unslowed time.Duration
		after           time.Duration
		header, clock   string
	}{
		{"in time", 20 * time.Second, 2 * time.Second, 3 * time.Second, "● live 3s ago", "3:15/5:40"},
		{"slow", 20 * time.Second, 2 * time.Second, 15 * time.Second, "● Jenkins is slow: asking every 20s, r asks now", "3:16/5:40"},
		{"idle", 10 * time.Second, 10 * time.Second, 15 * time.Second, "● live 15s ago", "3:27/5:40"},
		{"late for another reason", 2 * time.Second, 2 * time.Second, 15 * time.Second, "● live 15s ago", "3:27/5:40"},
		{"and later", 2 * time.Second, 2 * time.Second, 25 * time.Second, "● 25s ago", "3:32/5:40"},
		{"the pace is not known", 0, 0, 15 * time.Second, "● live 15s ago", "3:27/5:40"},
	} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, testOptions(), 120, 40)
			s := sampleSnapshot(time.Now())
			s.Every, s.EveryUnslowed = tt.every, tt.unslowed
			d.send(s)
			time.Sleep(tt.after)
			d.send(kit.TickMsg{})
			if got := d.screen(); !strings.Contains(got, tt.header) || !strings.Contains(got, tt.clock) {
				t.Errorf("%s: want %q and %q in\n%s", tt.name, tt.header, tt.clock, got)
			}
		})
	}
}

// TestClocksGoOnWhileNobodyLooks: Jenkins is asked rarely then, which says nothing of Jenkins.
func TestClocksGoOnWhileNobodyLooks(t *testing.T) {
	t.Parallel()
	for blurred, want := range map[bool][2]string{
		false: {"3:32/5:40", "as of 5s ago: Jenkins has said nothing newer"},
		true:  {"3:37/5:40", "RUNNING  58:25"},
	} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, testOptions(), 120, 40)
			s := sampleSnapshot(time.Now())
			s.Every, s.EveryUnslowed = 2*time.Second, 2*time.Second
			d.send(s)
			if blurred {
				d.send(tea.BlurMsg{})
			}
			time.Sleep(25 * time.Second)
			d.send(kit.TickMsg{})
			for _, text := range want {
				if !strings.Contains(d.screen(), text) {
					t.Errorf("blurred %v: no %q in\n%s", blurred, text, d.screen())
				}
			}
		})
	}
}

func TestARestartIsSaidUntilAKeyIsPressed(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		s := sampleSnapshot(time.Now())
		s.Session = "a 2.528.1"
		d.send(s)
		s.Session, s.Version = "b 2.541", "2.541"
		d.send(s)
		time.Sleep(time.Minute)
		d.send(kit.TickMsg{})
		if !strings.Contains(d.screen(), "Jenkins was restarted: it is 2.541 now") {
			t.Errorf("nothing is said:\n%s", d.screen())
		}
		d.press("j")
		if strings.Contains(d.screen(), "restarted") {
			t.Errorf("it is still said:\n%s", d.screen())
		}
	})
}
