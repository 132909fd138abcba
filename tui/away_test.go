package tui

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestClocksStandStillWhileTheControllerIsAway has a run whose controller stops answering: nobody knows whether it still
// runs, so that its time stands still, and the screen says in both places how old the last answer is.
func TestClocksStandStillWhileTheControllerIsAway(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		s := sampleSnapshot(time.Now())
		s.Runs[0].StartedAt, s.Runs[0].Estimated = time.Now().Add(-3*time.Minute), 10*time.Minute
		s.Runs = s.Runs[:1]
		d.send(s)
		time.Sleep(10 * time.Second)
		d.send(kit.TickMsg{})
		if !strings.Contains(d.screen(), "3:10/10:00") {
			t.Fatalf("it does not tick:\n%s", d.screen())
		}
		s.Err, s.ErrAt = errors.New("gone"), time.Now()
		d.send(s)
		time.Sleep(40 * time.Second)
		d.send(kit.TickMsg{})
		if got := d.screen(); !strings.Contains(got, "3:10/10:00") || !strings.Contains(got, "3:10 of about 10:00") ||
			!strings.Contains(got, "as it was 50s ago") || !strings.Contains(got, "data 50s old") {
			t.Errorf("while it is away:\n%s", got)
		}
		s.Err, s.ErrAt = nil, time.Time{}
		d.send(s)
		if got := d.screen(); !strings.Contains(got, "3:50/10:00") || strings.Contains(got, "as it was") {
			t.Errorf("once it is back:\n%s", got)
		}
	})
}

// TestFirstFrameSuitsBothBackgrounds has a terminal that answers late, and one that never does.
func TestFirstFrameSuitsBothBackgrounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := New(testOptions())
		m.Init()
		m.Update(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		m.Update(sampleSnapshot(time.Now()))
		if f := m.View().Content; strings.Contains(f, "38;5;") || strings.Contains(f, "48;5;") || !strings.Contains(f, "\x1b[34m") {
			t.Errorf("the first frame is made for one background: %q", f)
		}
		m.Update(backgroundLateMsg{})
		if f := m.View().Content; strings.Contains(f, "48;5;") || !strings.Contains(f, "\x1b[7m") {
			t.Errorf("what a terminal shows that does not say what it is may not be readable: %q", f)
		}
		for said, want := range map[string]string{"15;0": "48;5;237m", "0;default;15": "48;5;254m"} {
			m.Update(tea.EnvMsg{"COLORFGBG=" + said})
			m.term.look.Unasked = true
			m.Update(backgroundLateMsg{})
			if f := m.View().Content; !strings.Contains(f, want) {
				t.Errorf("with COLORFGBG=%s: %q", said, f)
			}
		}
	})
}

// TestAnswerThatIsLateIsSaidToBeWaitedFor has Jenkins take 30 seconds: the data must not be called live meanwhile.
func TestAnswerThatIsLateIsSaidToBeWaitedFor(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := demo.New()
		o := played(c)
		o.Controllers[0].Watcher = &watch.Watcher{Client: o.Controllers[0].Client}
		c.Slow(10 * time.Second)
		d := drive(t, o, 120, 40)
		d.watch(7 * time.Second)
		d.send(kit.TickMsg{})
		if got := d.screen(); !strings.Contains(got, "○ no answer for 7s") || !strings.Contains(got, "There has been no answer for 7s; q leaves.") {
			t.Errorf("before the first answer:\n%s", got)
		}
		d.watch(20 * time.Second)
		c.Fault(jenkinstest.Healthy)
		d.watch(5 * time.Minute)
		if got := d.screen(); !strings.Contains(got, "● live") {
			t.Errorf("while all is well:\n%s", got)
		}
		c.Slow(25 * time.Second)
		before := d.m.runs.Data.Snapshot("ci").At
		d.watch(3 * time.Second)
		d.send(kit.TickMsg{})
		if got := d.screen(); !strings.Contains(got, "● live") {
			t.Errorf("two seconds after it was asked:\n%s", got)
		}
		d.watch(12 * time.Second)
		d.send(kit.TickMsg{})
		age := kit.Ago(time.Since(before))
		if got := firstLine(d.screen()); !strings.Contains(got, "○ waiting for Jenkins 1") || !strings.Contains(got, "s, data "+age+" old") {
			t.Errorf("after %s without an answer:\n%s", age, got)
		}
		d.send(tea.WindowSizeMsg{Width: 70, Height: 24})
		if got := firstLine(d.screen()); !strings.Contains(got, "○ waits 1") {
			t.Errorf("on a narrow screen:\n%s", got)
		}
	})
}
