package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestDeletedBuildIsMarkedWhenItIsOpenedAndGoesWhenItIsLeft deletes a build that the list has from the tree of all jobs,
// which is asked for rarely.
func TestDeletedBuildIsMarkedWhenItIsOpenedAndGoesWhenItIsLeft(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := jenkinstest.New(jenkinstest.Options{})
		job := c.AddPipeline("shop/main", jenkinstest.Job{})
		c.StartAt(job, time.Now().Add(-3*time.Hour), nil)
		last := c.StartAt(job, time.Now().Add(-2*time.Hour), nil)
		c.StartAt(c.AddPipeline("shop/other", jenkinstest.Job{}), time.Now().Add(-time.Hour), nil)
		o := played(c)
		o.Controllers[0].Watcher = &watch.Watcher{Client: o.Controllers[0].Client}
		d := drive(t, o, 120, 40)
		d.watch(3 * time.Second)
		c.Delete(last)
		d.watch(5 * time.Second)
		if got := d.screen(); !strings.Contains(got, "#2  SUCCESS") {
			t.Fatalf("it is not listed any more, before anybody asked:\n%s", got)
		}
		d.press("j")
		d.rest()
		if got := d.screen(); !strings.Contains(got, "#2  not there any more") || !strings.Contains(got, "does not have this build any more") ||
			!strings.Contains(got, "Jenkins does not have shop/main #2 any more") || d.m.runs.List.Selected.Number != 2 {
			t.Fatalf("opened:\n%s", got)
		}
		d.watch(3 * time.Second)
		if d.m.runs.List.Selected.Number != 2 {
			t.Error("the row moved away under the cursor")
		}
		d.press("k")
		if got := d.screen(); strings.Contains(got, "#2") {
			t.Errorf("left:\n%s", got)
		}
		d.watch(3 * time.Second)
		if got := d.screen(); strings.Contains(got, "#2") || d.m.runs.List.Find(kit.BuildKey{Ref: jenkins.Ref{Controller: "ci", Job: "shop/main", Number: 1}}) < 0 {
			t.Errorf("a few seconds later the build before is not shown:\n%s", got)
		}
	})
}

// TestBuildThatOnlySeemedGoneIsListedAgain has Jenkins, or a proxy, answer 404 for a while.
func TestBuildThatOnlySeemedGoneIsListedAgain(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := jenkinstest.New(jenkinstest.Options{})
		c.StartAt(c.AddPipeline("shop/main", jenkinstest.Job{}), time.Now().Add(-time.Hour), nil)
		c.StartAt(c.AddPipeline("shop/other", jenkinstest.Job{}), time.Now().Add(-2*time.Hour), nil)
		o := played(c)
		o.Controllers[0].Watcher = &watch.Watcher{Client: o.Controllers[0].Client}
		d := drive(t, o, 120, 40)
		c.FaultAt(jenkinstest.NotFound, "/main/")
		d.watch(3 * time.Second)
		if got := d.screen(); !strings.Contains(got, "not there any more") {
			t.Fatalf("answered with 404:\n%s", got)
		}
		c.Fault(jenkinstest.Healthy)
		d.watch(2 * time.Minute)
		if got := d.screen(); strings.Contains(got, "any more") || !strings.Contains(got, "shop/main") {
			t.Errorf("asked again:\n%s", got)
		}
	})
}
