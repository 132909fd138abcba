package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/status"
)

// below returns the requests for pages of a job and of its builds.
func below(c *jenkinstest.Controller, job string) (pages []string) {
	for _, r := range c.Requests() {
		if path, _, _ := strings.Cut(r.URI, "?"); strings.Contains(path, job) {
			pages = append(pages, path)
		}
	}
	return pages
}

// TestCardOfAFailedRunIsAskedForOnce counts what it costs to look at a failed run, again and again.
func TestCardOfAFailedRunIsAskedForOnce(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := demo.New()
		d := drive(t, played(c), 120, 40)
		plainPanes(d)
		d.watch(time.Second)
		c.ForgetRequests()
		d.selectJob("shop/cart/main")
		d.watch(3 * time.Second)
		first := below(c, "job/cart/job/main/")
		if !d.m.panes.all[kit.PaneStatus].(*status.Pane).KnowsWhy() || len(first) == 0 || len(first) > 20 {
			t.Fatalf("why it failed is known: %t, with %d requests: %q", d.m.panes.all[kit.PaneStatus].(*status.Pane).KnowsWhy(), len(first), first)
		}
		seen := map[string]int{}
		for _, page := range first {
			seen[page]++
		}
		for _, page := range []string{"testReport/api/json", "pipeline-overview/tree", "pipeline-overview/allSteps"} {
			for path, n := range seen {
				if strings.HasSuffix(path, page) && n > 1 {
					t.Errorf("%s was asked for %d times", path, n)
				}
			}
		}

		c.ForgetRequests()
		d.watch(time.Minute)
		d.selectJob("lib/parser/main")
		d.selectJob("shop/cart/main")
		d.watch(time.Minute)
		if again := below(c, "job/cart/job/main/"); len(again) > 0 {
			t.Errorf("it has ended and is asked again: %q", again)
		}
		if !d.m.panes.all[kit.PaneStatus].(*status.Pane).KnowsWhy() {
			t.Error("why it failed is forgotten")
		}
	})
}

// TestMovingThroughTheListAsksForNothing moves faster than anybody reads: only where the selection rests is asked.
func TestMovingThroughTheListAsksForNothing(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := demo.New()
		d := drive(t, played(c), 120, 40)
		plainPanes(d)
		d.watch(time.Second)
		d.press("down") // a single move is followed at once
		c.ForgetRequests()
		for range 8 {
			d.press("down")
			time.Sleep(20 * time.Millisecond)
		}
		if pages := below(c, "/job/"); len(pages) > 0 {
			t.Errorf("on the way it asks for %q", pages)
		}
		d.rest()
		rests := d.m.runs.Current()
		d.watch(3 * time.Second)
		name := rests.Job[strings.LastIndexByte(rests.Job, '/')+1:]
		for _, page := range below(c, "/job/") {
			if !strings.Contains(page, name) && !strings.Contains(page, "computer") {
				t.Errorf("the selection rests on %s, and it asks for %s", rests.Job, page)
			}
		}
	})
}
