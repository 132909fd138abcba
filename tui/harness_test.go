package tui

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// driver runs a model without a program: it hands messages to Update and drains the commands that come back.
type driver struct {
	t   testing.TB
	m   *Model
	out []tea.Msg // what the program would have done itself: quit, clipboard, suspend

	snaps chan watch.Snapshot // of the watcher, once watch was called
}

// drive starts a model of this size. Tests that draw times do so inside a synctest bubble.
func drive(t testing.TB, o kit.Options, w, h int) *driver {
	d := &driver{t: t, m: New(o)}
	d.send(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
	return d
}

// send hands a message to the model and whatever its commands answer, too, in order. Ticks are left out: a test that
// wants time to pass says so.
func (d *driver) send(msg tea.Msg) {
	d.t.Helper()
	_, cmd := d.m.Update(msg)
	d.run(cmd)
}

func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	answer := make(chan tea.Msg, 1)
	go func() { answer <- cmd() }()
	var msg tea.Msg
	select {
	case msg = <-answer:
	case <-time.After(100 * time.Millisecond): // a tick; inside a bubble this takes no time
		return
	}
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			d.run(c)
		}
	case tea.QuitMsg, tea.SuspendMsg, tea.RawMsg:
		d.out = append(d.out, msg)
	default:
		switch fmt.Sprintf("%T", msg) {
		case "tea.sequenceMsg":
			d.sequence(msg)
		case "tea.setClipboardMsg":
			d.out = append(d.out, msg)
		case "tea.backgroundColorMsg":
		default:
			d.send(msg)
		}
	}
}

// sequence runs the commands of a tea.Sequence, whose type is not exported.
func (d *driver) sequence(msg tea.Msg) {
	for _, c := range sequenceOf(msg) {
		d.run(c)
	}
}

// press sends key presses by name: "j", "ctrl+d", "esc".
func (d *driver) press(keys ...string) {
	d.t.Helper()
	for _, k := range keys {
		d.send(kittest.KeyPress(k))
	}
}

// ask sends an intent as the palette does, of what has no key.
func (d *driver) ask(in kit.Intent) {
	d.t.Helper()
	d.send(intentMsg{in, d.m.panes.want.Focus})
}

// write types text, letter by letter.
func (d *driver) write(text string) {
	d.t.Helper()
	for _, r := range text {
		d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// screen returns the frame without its styles. It fails when a line is not exactly as wide as the screen.
func (d *driver) screen() string {
	d.t.Helper()
	return ansi.Strip(d.frame())
}

func (d *driver) frame() string {
	d.t.Helper()
	f := d.m.View().Content
	checkFrame(d.t, f, d.m.panes.w, d.m.panes.h)
	return f
}

func checkFrame(t testing.TB, frame string, w, h int) {
	t.Helper()
	if w <= 0 || h <= 0 {
		return
	}
	ls := strings.Split(frame, "\n")
	if len(ls) != h {
		t.Errorf("the frame has %d lines, the screen %d", len(ls), h)
	}
	for i, l := range ls {
		if n := ansi.StringWidth(l); n != w {
			t.Errorf("%dx%d: line %d is %d cells wide: %q", w, h, i, n, ansi.Strip(l))
		}
	}
}

// testOptions returns one controller that answers nothing: what is drawn comes from snapshots alone.
func testOptions() kit.Options {
	return kit.Options{Controllers: []kit.Controller{{Name: "ci", Host: "ci.example.com"}}, Mouse: true, Me: []string{"alice"}}
}

// withClient gives the controllers clients that are never asked, so that URLs are known to be ours.
func withClient(o kit.Options) kit.Options {
	for i := range o.Controllers {
		u, _ := url.Parse("https://" + o.Controllers[i].Host + "/")
		o.Controllers[i].Client = &jenkins.Client{Name: o.Controllers[i].Name, URL: u}
	}
	return o
}

// sampleSnapshot returns the day of a busy controller, at the time now.
func sampleSnapshot(now time.Time) watch.Snapshot {
	run := func(job string, n int, s jenkins.Status, began time.Duration) jenkins.Run {
		return jenkins.Run{
			Ref: jenkins.Ref{Controller: "ci", Job: job, Number: n}, Status: s, StartedAt: now.Add(-began),
			URL:      "https://ci.example.com/" + jenkins.Path(job) + fmt.Sprint(n) + "/",
			Progress: -1, DisplayName: fmt.Sprintf("#%d", n), Executor: -1,
		}
	}
	ended := func(job string, n int, s jenkins.Status, ago, took time.Duration) jenkins.Run {
		r := run(job, n, s, ago+took)
		r.Duration = took
		return r
	}
	checkout := run("shop/checkout/main", 412, jenkins.Running, 192*time.Second)
	checkout.Estimated, checkout.Pipeline, checkout.Stages, checkout.LastStage = 340*time.Second, true, []string{"e2e"}, "e2e"
	checkout.Nodes, checkout.NodeLabels = []string{"agent-7", "agent-9"}, []string{"agent-7", "linux", "8c"}
	checkout.Causes = []jenkins.Cause{{Text: "Started by GitHub push by alice"}}
	checkout.Parameters = []jenkins.Parameter{{Name: "TARGET", Value: "prod"}, {Name: "DEPLOY_PASSWORD", Secret: true}}
	checkout.Description = "Release candidate 3"
	cart := run("shop/cart/PR-88", 7, jenkins.Running, 41*time.Second)
	cart.Estimated, cart.Stages, cart.Pipeline = 190*time.Second, []string{"Build"}, true
	ship := run("release/ship-it", 31, jenkins.Paused, 14*time.Minute)
	ship.Pipeline, ship.Stages = true, []string{"Gate"}
	ship.Inputs = []jenkins.Input{{ID: "Ship", Message: "Ship 2.14.0 to production?", OK: "Ship it", Submitter: "release-team",
		Parameters: []jenkins.ParameterDefinition{{Name: "REGION", Choices: []string{"eu", "us"}}}}}
	ship.Causes = []jenkins.Cause{{Text: "Started by user Alice", UserID: "alice"}}
	nightly := run("infra/nightly images", 902, jenkins.Running, 58*time.Minute)
	nightly.Estimated, nightly.Nodes = 41*time.Minute, []string{"built-in"}
	hello := run("hello-free", 3, jenkins.Running, 4*time.Second)
	hello.Estimated, hello.Nodes = 20*time.Second, []string{"built-in"}
	queued := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/web/feature%2Flogin", QueueID: 77},
		Status: jenkins.Queued, QueuedAt: now.Add(-4 * time.Minute), Why: "‘Jenkins’ doesn’t have label ‘arm64’", Stuck: true}
	return watch.Snapshot{
		Controller: "ci", At: now, RecentAt: now, CausesAt: now, Version: "2.528.1", RequestsPerMinute: 38,
		Runs:  []jenkins.Run{nightly, ship, checkout, cart, hello},
		Queue: []jenkins.Run{queued},
		Recent: []jenkins.Run{
			ended("shop/cart/main", 1203, jenkins.Failure, 2*time.Minute, 182*time.Second),
			ended("shop/checkout/PR-91", 4, jenkins.Success, 5*time.Minute, 131*time.Second),
			ended("lib/parser/main", 88, jenkins.Unstable, 9*time.Minute, 107*time.Second),
			ended("tools/bench", 5, jenkins.Aborted, 14*time.Minute, 31*time.Second),
			ended("docs/site", 2, jenkins.NotBuilt, 20*time.Minute, time.Second),
		},
	}
}

// sampleStages returns the stages of shop/checkout/main #412.
func sampleStages(now time.Time) stages.Tree {
	done := func(name string, took time.Duration) stages.Stage {
		return stages.Stage{Name: name, State: stages.Success, Duration: took, StartedAt: now.Add(-5 * time.Minute)}
	}
	unit, lint := done("unit", 52*time.Second), done("lint", 11*time.Second)
	e2e := stages.Stage{Name: "e2e", State: stages.Running, StartedAt: now.Add(-84 * time.Second), Node: "agent-9"}
	unit.Kind, lint.Kind, e2e.Kind = stages.Branch, stages.Branch, stages.Branch
	return stages.Tree{
		Ref: jenkins.Ref{Controller: "ci", Job: "shop/checkout/main", Number: 412}, Source: stages.GraphView,
		Stages: []stages.Stage{
			done("Checkout", 8*time.Second), done("Build", 100*time.Second),
			{Name: "Test", State: stages.Running, StartedAt: now.Add(-84 * time.Second),
				Children: []stages.Stage{unit, lint, e2e}},
			{Name: "Deploy", State: stages.Unknown},
		},
	}
}

// rest lets the selection rest, so that the panes follow it.
func (d *driver) rest() {
	d.t.Helper()
	time.Sleep(restAlone)
	d.send(settleMsg{d.m.panes.settle})
}

// selectJob puts the cursor on the first run of a job.
func (d *driver) selectJob(job string) {
	d.t.Helper()
	for i, r := range d.m.runs.List.Rows {
		if r.Run != nil && r.Run.Job == job {
			d.m.runs.List.MoveTo(i)
			d.rest()
			return
		}
	}
	d.t.Fatalf("no run of %q is listed", job)
}

func firstLine(frame string) string { return strings.Split(frame, "\n")[0] }
