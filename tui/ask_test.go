package tui

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// played is options for a controller that jenkinstest plays, without a socket.
func played(c *jenkinstest.Controller) kit.Options {
	u, _ := url.Parse("http://ci.example.com/")
	client := &jenkins.Client{Name: "ci", URL: u, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token,
		HTTP: &http.Client{Transport: c.Transport()}}
	return kit.Options{Controllers: []kit.Controller{{Name: "ci", Host: u.Host, Client: client}}, Mouse: true}
}

// watch hands the model what the watcher of its first controller yields while this time passes.
func (d *driver) watch(pass time.Duration) {
	d.t.Helper()
	if d.snaps == nil {
		d.snaps = make(chan watch.Snapshot)
		w := d.m.opts.Controllers[0].Watcher
		if w == nil {
			w = &watch.Watcher{Client: d.m.opts.Controllers[0].Client}
		}
		go func() {
			for s := range w.Snapshots(d.t.Context()) {
				select {
				case d.snaps <- s:
				case <-d.t.Context().Done():
				}
			}
		}()
	}
	end := time.After(pass)
	for {
		select {
		case s := <-d.snaps:
			d.send(s)
		case <-end:
			return
		}
	}
}

// asked counts the requests whose path contains a text.
func asked(c *jenkinstest.Controller, path string) int {
	n := 0
	for _, r := range c.Requests() {
		if strings.Contains(r.URI, path) {
			n++
		}
	}
	return n
}

func TestJobPickerReachesAnyJobAndItsHistory(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := demo.New()
		d := drive(t, played(c), 120, 40)
		plainPanes(d)
		d.watch(time.Second)
		d.press("p")
		if !strings.Contains(d.screen(), "shop/checkout/main") {
			t.Fatalf("the picker does not list the jobs:\n%s", d.screen())
		}
		d.write("grö maß")
		if !strings.Contains(d.screen(), "data/größe & maß") {
			t.Fatalf("the picker does not find an odd name:\n%s", d.screen())
		}
		d.press("enter")
		if r := d.m.runs.Current(); r == nil || r.Job != "data/größe & maß" || d.m.popups.top != nil {
			t.Fatalf("its last build is not opened, but %+v", r)
		}
		if h := d.m.runs.List.Rows[0].Heading; h != "" {
			t.Errorf("it is listed already, and yet it comes again under %q", h)
		}

		d.press("p")
		d.write("cart main")
		d.press("ctrl+b")
		if !strings.Contains(d.screen(), "Builds of shop/cart/main") || !strings.Contains(d.screen(), "#1203  FAILURE") {
			t.Fatalf("the history is not shown:\n%s", d.screen())
		}
		d.press("esc")
		if !strings.Contains(d.screen(), "› cart main") {
			t.Fatalf("esc does not lead back to the picker:\n%s", d.screen())
		}
		d.press("ctrl+b")
		d.send(tea.WindowSizeMsg{Width: 60, Height: 20})
		if !strings.Contains(d.screen(), "✗ #1203  FAILURE    push even…") {
			t.Errorf("where there is little room the beginning of a line is cut:\n%s", d.screen())
		}
		d.send(tea.WindowSizeMsg{Width: 120, Height: 40})
		d.press("down", "enter")
		if r := d.m.runs.Current(); r == nil || r.Job != "shop/cart/main" || r.Number == 1203 {
			t.Fatalf("an earlier build is not opened, but %+v", r.Ref)
		}
		if h := d.m.runs.List.Rows[0].Heading; h != "opened" {
			t.Errorf("an opened build comes under %q", h)
		}
		d.press("esc")
		if r := d.m.runs.Current(); r != nil && r.Job == "shop/cart/main" && r.Number < 1203 {
			t.Error("esc does not close the opened build")
		}
	})
}

func TestHistoryComesPageByPage(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := jenkinstest.New(jenkinstest.Options{})
		job := c.AddFreestyle("busy", jenkinstest.Job{Keep: 200})
		for range 120 {
			b := c.StartAt(job, time.Now().Add(-time.Minute), nil)
			c.Finish(b, "SUCCESS")
		}
		d := drive(t, played(c), 120, 40)
		plainPanes(d)
		d.watch(time.Second)
		c.ForgetRequests()
		d.press("b")
		if got := d.m.popups.top.Hint(); got != "50+" {
			t.Fatalf("the first page has %s builds", got)
		}
		for range 3 {
			d.press("ctrl+end")
		}
		if got := d.m.popups.top.Hint(); got != "120" || asked(c, "job/busy/") != 3 {
			t.Errorf("%s builds in %d requests, want 120 in 3", got, asked(c, "job/busy/"))
		}
		d.press("ctrl+end")
		if asked(c, "job/busy/") != 3 {
			t.Error("at the end it asks again")
		}
		d.write("#7 ")
		if !strings.Contains(d.screen(), "#7    SUCCESS") {
			t.Errorf("the history cannot be filtered:\n%s", d.screen())
		}
	})
}

func TestBuildNamedAtTheStartIsOpened(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := demo.New()
		o := played(c)
		o.Open = []kit.Target{{Controller: "ci", BuildSpec: jenkins.BuildSpec{Job: "shop/cart/main", Permalink: "lastFailed"}}}
		d := drive(t, o, 120, 40)
		plainPanes(d)
		d.run(d.m.Init())
		if r := d.m.runs.Current(); r == nil || r.Job != "shop/cart/main" || r.Status != jenkins.Failure {
			t.Fatalf("opened is %+v", r)
		}
		d.watch(time.Second)
		if r := d.m.runs.Current(); r.Job != "shop/cart/main" {
			t.Errorf("the first refresh took the selection to %v", r.Ref)
		}

		o.Open = []kit.Target{{Controller: "ci", BuildSpec: jenkins.BuildSpec{Job: "no/such/job", Permalink: "last"}}}
		d = drive(t, o, 120, 40)
		d.run(d.m.Init())
		if screen := d.screen(); !strings.Contains(screen, "no/such/job#last") || !strings.Contains(screen, "no such thing") ||
			!strings.Contains(screen, "Check the name") {
			t.Errorf("no error and hint for a job that does not exist:\n%s", screen)
		}
		d.press("j")
		if strings.Contains(d.screen(), "no such thing") {
			t.Errorf("a key does not close it:\n%s", d.screen())
		}

		o.Open = []kit.Target{{Controller: "ci", BuildSpec: jenkins.BuildSpec{Job: "shop/cart/main", Permalink: "last"}}}
		d = drive(t, o, 60, 20)
		d.run(d.m.Init())
		if d.m.panes.want.Focus != kit.PaneStatus {
			t.Errorf("where one pane fits, it shows %v", d.m.panes.want.Focus)
		}
	})
}

func TestStagesAreAskedWhileThePipelineRunsAndOnceWhenItHasEnded(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := demo.New()
		d := drive(t, played(c), 120, 40)
		plainPanes(d)
		d.watch(time.Second)
		d.selectJob("shop/checkout/main")
		if screen := d.screen(); !strings.Contains(screen, "Checkout") || !strings.Contains(screen, "e2e") {
			t.Errorf("the stages are not drawn:\n%s", screen)
		}
		c.ForgetRequests()
		d.watch(time.Minute)
		if n := asked(c, "job/checkout/job/main/412/pipeline-overview/tree"); n < 5 || n > 31 {
			t.Errorf("the stages of a running pipeline were asked %d times in a minute", n)
		}
		if n := asked(c, "job/checkout/job/main/412/pipeline-overview/allSteps"); n < 3 || n > 12 {
			t.Errorf("the steps of a running stage were asked %d times in a minute", n)
		}

		// A run that has ended is asked for once.
		d.press("p")
		d.write("parser main")
		d.press("enter")
		d.rest()
		c.ForgetRequests()
		d.watch(time.Minute)
		for _, r := range c.Requests() {
			if strings.Contains(r.URI, "job/parser/") {
				t.Errorf("%s %s: asked again although it has ended", r.Method, r.URI)
			}
		}
	})
}

func TestEachTroubleIsAStateWithWhatToDo(t *testing.T) {
	t.Parallel()
	for fault, want := range map[jenkinstest.Fault]string{
		jenkinstest.Down:         "✗ unreachable",
		jenkinstest.Unauthorized: "✗ not allowed",
		jenkinstest.Forbidden:    "✗ not allowed",
		jenkinstest.NotFound:     "✗ not found",
		jenkinstest.ServerError:  "✗ refused",
		jenkinstest.Starting:     "✗ starting up",
		jenkinstest.HTML:         "✗ not Jenkins",
		jenkinstest.CutShort:     "✗ cut short",
		jenkinstest.LoginPage:    "✗ not allowed",
		jenkinstest.Huge:         "✗ too large",
		jenkinstest.EmptyOK:      "✗ cut short",
		jenkinstest.BadGateway:   "✗ unreachable",
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			kittest.InBubble(t, func(t *testing.T) {
				c := demo.New()
				c.Fault(fault)
				d := drive(t, played(c), 80, 24)
				plainPanes(d)
				d.watch(time.Second)
				if screen := d.screen(); !strings.Contains(screen, want) || !strings.Contains(screen, "asks now") {
					t.Errorf("at the start it does not say %q and what to do:\n%s", want, screen)
				}
				if hint := kit.HintOf(d.m.runs.Data.Snapshot("ci").Err); hint == "" {
					t.Errorf("no hint for %v", d.m.runs.Data.Snapshot("ci").Err)
				}
				if fault == jenkinstest.Huge {
					return // each answer of this one takes a while to make
				}
				c.Fault(jenkinstest.Healthy)
				d.watch(2 * time.Minute)
				if screen := d.screen(); !strings.Contains(screen, "● live") || !strings.Contains(screen, "infra/nightly images") {
					t.Errorf("back again, it is not live:\n%s", screen)
				}
				c.Fault(fault)
				d.watch(2 * time.Minute)
				if screen := d.screen(); !strings.Contains(screen, want) || !strings.Contains(screen, "infra/nightly images") {
					t.Errorf("later it does not say %q beside the old data:\n%s", want, screen)
				}
				d.press("p")
				if screen := d.screen(); !strings.Contains(screen, "Jobs") || strings.Contains(screen, "Asking for the jobs") {
					t.Errorf("the picker does not tell the trouble:\n%s", screen)
				}
			})
		})
	}
}
