package tui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	statuspane "github.com/jenkwatch/jenkwatch/tui/status"
)

var goldenSizes = [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}}

// TestScreens draws each state of the screen at each size.
func TestScreens(t *testing.T) {
	fail := func(k jenkins.Kind, status int) error {
		return &jenkins.Error{Kind: k, Op: "ask Jenkins for the running builds", Status: status, Sent: "ci"}
	}
	states := []struct {
		name string
		set  func(d *driver)
	}{
		{"loading", func(*driver) {}},
		{"live", func(d *driver) { d.send(sampleSnapshot(time.Now())) }},
		{"empty", func(d *driver) { d.send(watch.Snapshot{Controller: "ci", At: time.Now(), RecentAt: time.Now()}) }},
		{"stages", func(d *driver) {
			d.send(sampleSnapshot(time.Now()))
			d.press("j", "j")
			d.rest()
			d.send(statuspane.StagesMsg{Ref: d.m.runs.List.Selected.Ref, Stages: sampleStages(time.Now())})
			d.press("enter")
		}},
		{"stale", func(d *driver) {
			d.send(sampleSnapshot(time.Now()))
			time.Sleep(2 * time.Minute)
			d.send(kit.TickMsg{})
		}},
		{"unreachable", func(d *driver) {
			s := sampleSnapshot(time.Now())
			time.Sleep(40 * time.Second)
			s.Err = &jenkins.Error{Kind: jenkins.Unreachable, Op: "ask Jenkins for the running builds",
				Err: errors.New("dial tcp 10.0.0.7:443: connect: connection refused")}
			s.ErrAt, s.Retry = time.Now(), time.Now().Add(8*time.Second)
			d.send(s)
		}},
		{"never-reached", func(d *driver) {
			d.send(watch.Snapshot{Controller: "ci", Err: fail(jenkins.Unreachable, 502), Retry: time.Now().Add(4 * time.Second)})
		}},
		{"not-allowed", func(d *driver) { d.send(watch.Snapshot{Controller: "ci", Err: fail(jenkins.NotAllowed, 401)}) }},
		{"starting", func(d *driver) { d.send(watch.Snapshot{Controller: "ci", Err: fail(jenkins.Starting, 503)}) }},
		{"paused", func(d *driver) {
			d.send(sampleSnapshot(time.Now()))
			d.press("j")
			d.rest()
			d.press("enter")
		}},
		{"queue-stuck", func(d *driver) {
			d.send(sampleSnapshot(time.Now()))
			d.selectJob("shop/web/feature%2Flogin")
			d.press("enter")
		}},
		{"odd-names", func(d *driver) {
			d.send(oddSnapshot(time.Now()))
			d.press("enter")
		}},
		{"grouped", func(d *driver) {
			d.send(sampleSnapshot(time.Now()))
			d.press("F", "O")
		}},
		{"filter", func(d *driver) {
			d.send(sampleSnapshot(time.Now()))
			d.press("/")
			d.write("shop main")
		}},
		{"nothing-matches", func(d *driver) {
			d.send(sampleSnapshot(time.Now()))
			d.press("/")
			d.write("zzz")
			d.press("enter")
		}},
		{"help", func(d *driver) { d.press("?") }},
		{"palette", func(d *driver) {
			d.send(sampleSnapshot(time.Now()))
			d.press(":")
			d.write("copy")
		}},
		{"compact", func(d *driver) {
			d.send(sampleSnapshot(time.Now()))
			d.press("Z")
		}},
	}
	for _, s := range states {
		for _, size := range goldenSizes {
			t.Run(fmt.Sprintf("%s/%dx%d", s.name, size[0], size[1]), func(t *testing.T) {
				kittest.InBubble(t, func(t *testing.T) {
					d := drive(t, testOptions(), size[0], size[1])
					plainPanes(d)
					s.set(d)
					golden.RequireEqual(t, trimRight(d.screen()))
				})
			})
		}
	}
}

// trimRight takes the blanks off the ends of lines, so that editors leave the golden files alone.
func trimRight(s string) string {
	ls := strings.Split(s, "\n")
	for i := range ls {
		ls[i] = strings.TrimRight(ls[i], " ")
	}
	return strings.Join(ls, "\n") + "\n"
}

// oddSnapshot has names that are long, wide, hostile or empty.
func oddSnapshot(now time.Time) watch.Snapshot {
	run := func(job string, n int) jenkins.Run {
		return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, Number: n}, Status: jenkins.Running,
			StartedAt: now.Add(-time.Minute), Estimated: time.Hour, Progress: -1,
			Causes: []jenkins.Cause{{Text: "Started by \x1b[31mred\x1b[0m\x07 \u202eevil"}}, Description: "two\nlines\tand a tab",
			Nodes: []string{"エージェント-1"}, Stages: []string{"Déploiement → 本番"}}
	}
	return watch.Snapshot{Controller: "ci", At: now, RecentAt: now, Runs: []jenkins.Run{
		run("platform/infrastructure/terraform/environments/production/eu-central-1/feature%2Fvery-long-branch-name-JIRA-12345", 1234567),
		run("日本語のジョブ/とても長い名前のジョブです/ブランチ%2F機能", 5),
		run("emoji 👩‍👩‍👧‍👦/🚀 deploy", 1),
		run("esc\x1b]0;owned\x07/\x1b[2Jclear", 2),
		run("a", 1),
		run("100%25 sure?/#1", 3),
	}}
}
