package tui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	envpane "github.com/jenkwatch/jenkwatch/tui/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/syncing"
)

// syncScreen returns a screen whose sync is a fake: it ends when its context does.
func syncScreen(t *testing.T, w, h int) (d *driver, stopped chan struct{}) {
	stopped = make(chan struct{})
	o := testOptions()
	o.SyncTo, o.Listening = "default", true
	o.SyncCount = func(_ context.Context, limit query.Query) (int, error) {
		return map[string]int{"": 12, "@me": 3, "is:mine job:shop/*": 2}[limit.String()], nil
	}
	o.Sync = func(ctx context.Context, _ query.Query) error {
		<-ctx.Done()
		close(stopped)
		return nil
	}
	d = drive(t, o, w, h)
	d.send(sampleSnapshot(time.Now()))
	return d, stopped
}

func shows(t *testing.T, d *driver, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(d.screen(), text) {
			t.Errorf("the screen does not show %q:\n%s", text, d.screen())
		}
	}
}

func TestSyncIsStartedAndStoppedByAKeyAndItsStateIsAlwaysVisible(t *testing.T) {
	t.Parallel()
	for _, size := range goldenSizes {
		kittest.InBubble(t, func(t *testing.T) {
			d, stopped := syncScreen(t, size[0], size[1])
			shows(t, d, "sync off", "pushes 0")
			d.press("A")
			shows(t, d, "Announce builds to default?", "announce every build", "12 notifications in a minute")
			d.press("enter")
			shows(t, d, "sync on 0", "announcing to default: every build; A stops it")
			d.send(syncing.Announced{Status: "START"})
			d.send(PushReceived{})
			shows(t, d, "sync on 1", "pushes 1")
			d.press("A")
			<-stopped
			d.send(syncing.EndedMsg{Start: 1})
			shows(t, d, "sync off")
		})
	}
}

func TestSyncIsNotStartedByOneKeyAlone(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, _ := syncScreen(t, 120, 40)
		d.press("A", "esc")
		shows(t, d, "sync off")
		d.press("A", "down", "down", "enter")
		shows(t, d, "sync off")
	})
}

func TestSyncThatFailsSaysWhy(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.SyncCount = func(context.Context, query.Query) (int, error) { return 0, nil }
		o.Sync = func(context.Context, query.Query) error { return errors.New("the database is locked") }
		d := drive(t, o, 120, 40)
		d.press("A", "enter")
		shows(t, d, "sync failed", "the database is locked")
		d.press("A", "enter") // and may be tried again
		shows(t, d, "sync failed")
	})
}

func TestSyncIsLimitedToMineOrToTheList(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.SyncTo = "default"
		o.SyncCount = func(_ context.Context, limit query.Query) (int, error) {
			return map[string]int{"": 12, "@me": 3, "is:mine job:shop/*": 2}[limit.String()], nil
		}
		var limit string
		o.Sync = func(_ context.Context, q query.Query) error { limit = q.String(); return nil }
		d := drive(t, o, 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("A", "down", "enter")
		if limit != "@me" {
			t.Errorf("mine is %q", limit)
		}
		d.press("2", "/")
		d.write("job:shop/*")
		d.press("enter", "A")
		shows(t, d, "announce this list: is:mine job:shop/*", "2 notifications at once", "3 notifications at once", "12 notifications at once")
		d.press("down", "down", "enter")
		if limit != "is:mine job:shop/*" {
			t.Errorf("the list is %q", limit)
		}
		d.press("3", "A") // failing changes while a build runs
		if strings.Contains(d.screen(), "this list") {
			t.Errorf("it can be limited to what changes:\n%s", d.screen())
		}
	})
}

func TestLeavingStopsSync(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, stopped := syncScreen(t, 120, 40)
		d.press("A", "enter", "q")
		<-stopped
	})
}

func TestWithoutAnEndpointThereIsNoSync(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.press("A")
		if s := d.screen(); strings.Contains(s, "sync o") || !strings.Contains(s, "): no endpoint is configured") {
			t.Errorf("there is no sync:\n%s", d.screen())
		}
	})
}

func TestPushOfWhichNoRowTellsIsToldInTheFooter(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, _ := syncScreen(t, 120, 40)
		d.send(PushReceived{Status: "START", Job: "ghost/town", Number: 7, Contradicts: []string{"ci has no such build"}})
		shows(t, d, "pushed: START of ghost/town#7: ci has no such build")
		d.send(PushReceived{Status: "RUNNING", Job: "far", Number: 3})
		shows(t, d, "pushed: RUNNING of far#3: no controller here")
		text := "half\x1b]0;done\a"
		d.send(PushReceived{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 1}, Status: "RUNNING", Job: "a", Number: 1, Body: &text})
		shows(t, d, "pushed: RUNNING of a#1: half")

		d.send(kit.NoteMsg{Err: errors.New("it broke")}) // which must not be overwritten
		d.send(PushReceived{Status: "START", Job: "ghost", Number: 8})
		shows(t, d, "t broke")
	})
}

func TestPushedEnvironmentIsAskedForAgain(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d, _ := syncScreen(t, 120, 40)
		p := d.m.panes.all[kit.PaneEnv].(*envpane.Pane)
		asked := 0
		p.Reader = func(string) *kit.EnvReader {
			return &kit.EnvReader{Env: func(_ context.Context, run jenkins.Run) (env.Env, error) {
				asked++
				return env.Env{Ref: run.Ref, Run: run}.With([]env.Variable{{Name: "HOME", Value: "/root", Source: env.Received, Known: true}}), nil
			}}
		}
		run := d.m.runs.Current()
		p.Show(*run)
		d.send(PushReceived{Ref: run.Ref})
		if frame := kittest.Unstyled(p.View(80, 10)); asked != 1 || !strings.Contains(frame, "/root") || !strings.Contains(frame, "received") {
			t.Errorf("asked %d times:\n%s", asked, frame)
		}
	})
}
