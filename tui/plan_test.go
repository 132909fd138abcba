package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestTallAndWideScreens draws the sizes at which the panes stand otherwise than at those of TestScreens.
func TestTallAndWideScreens(t *testing.T) {
	for _, size := range [][2]int{{80, 100}, {300, 60}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			kittest.InBubble(t, func(t *testing.T) {
				d := drive(t, testOptions(), size[0], size[1])
				plainPanes(d)
				d.send(sampleSnapshot(time.Now()))
				golden.RequireEqual(t, trimRight(d.screen()))
			})
		})
	}
}

func TestNoBorderIsDouble(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		for _, size := range goldenSizes {
			d := drive(t, sending(), size[0], size[1])
			d.send(sampleSnapshot(time.Now()))
			for _, keys := range [][]string{nil, {"tab"}, {"c"}} {
				d.press(keys...)
				if s := d.screen(); strings.Contains(s, "││") || strings.Contains(s, "╯╰") {
					t.Errorf("a border is double:\n%s", s)
				}
			}
		}
	})
}

// TestShortListLeavesItsLinesToThePaneBelow and gets them back, but never because of a refresh that takes rows from it.
func TestShortListLeavesItsLinesToThePaneBelow(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		full := sampleSnapshot(time.Now())
		d.send(full)
		rows := func(when string, want int) {
			t.Helper()
			checkFrame(t, d.frame(), 80, 24)
			if got := d.m.panes.plan.Panes[0].Inner().H; got != want {
				t.Errorf("%s the list has %d lines, want %d:\n%s", when, got, want, d.screen())
			}
		}
		short := full
		short.Recent = full.Recent[:1]
		share := 8
		rows("at first", share)
		d.send(watch.Snapshot{Controller: full.Controller, At: full.At})
		rows("without a row", share)
		d.send(full)
		d.press("/")
		d.write("hello")
		rows("while a filter is typed", share)
		d.press("enter")
		rows("of a short list", 4)
		d.send(short)
		rows("after a refresh", 4)
		d.press("esc")
		rows("of a long list", share)
		d.press("3")
		few := d.m.panes.plan.Panes[0].Inner().H
		if few >= share {
			t.Errorf("the list of what fails has %d lines:\n%s", few, d.screen())
		}
		d.press("1")
		rows("of all again", share)
		d.send(watch.Snapshot{Controller: full.Controller, At: full.At, Runs: full.Runs[:1]})
		rows("after a refresh that leaves one", share)
		d.press("2", "1")
		rows("of all, which are few", 4)
		d.send(full)
		rows("of all, which are more", share)
		d.m.Update(tea.WindowSizeMsg{Width: 80, Height: 18})
		if p := d.m.panes.plan.Panes; len(p) != 2 || p[1].Inner().H < 4 {
			t.Errorf("on a lower screen: %+v", p)
		}
	})
}

func TestColumnsOfTheConfigAreShown(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.Columns = []string{"cause"}
		d := drive(t, o, 120, 40)
		d.send(sampleSnapshot(time.Now()))
		lines := strings.Split(d.screen(), "\n")
		i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "shop/checkout/main") })
		if row, _, _ := strings.Cut(strings.TrimPrefix(lines[i], "│"), "│"); !strings.Contains(lines[3], " started by ") || strings.Contains(row, "e2e") || !strings.Contains(row, "alice") {
			t.Errorf("it shows:\n%s", d.screen())
		}
	})
}
