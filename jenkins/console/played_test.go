package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// TestEveryQuestionIsAnsweredByThePlayedController asks each question of the demo's controller, which lies behind a
// prefix and believes to have another address, so that neither side drifts from the other unseen.
func TestEveryQuestionIsAnsweredByThePlayedController(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	played := demo.With(jenkinstest.Options{RootURL: "https://build.example/jenkins/", Prefix: "/ci"})
	c := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "tunnel.example", Path: "/ci/"}, User: jenkinstest.Admin.Name,
		Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: played.Transport()}}

	who, err := c.WhoAmI(ctx)
	if err != nil || who.ID != "admin" || who.Anonymous || who.Version != "2.528.1" {
		t.Errorf("who: %+v, %v", who, err)
	}
	runs, nodes, err := c.Running(ctx)
	if err != nil || len(runs) == 0 || len(nodes) == 0 {
		t.Fatalf("running: %v, %v, %v", runs, nodes, err)
	}
	if _, err := c.Queue(ctx); err != nil {
		t.Error(err)
	}
	if root, err := c.Root(ctx); err != nil || root != "https://build.example/jenkins/" {
		t.Errorf("root: %s, %v", root, err)
	}
	jobs, err := c.Jobs(ctx)
	if err != nil || len(jobs) == 0 {
		t.Fatalf("jobs: %v, %v", jobs, err)
	}
	last, err := c.LastBuilds(ctx)
	if err != nil || len(last) == 0 || len(last) > len(jobs) {
		t.Fatalf("last builds: %d of %d jobs, %v", len(last), len(jobs), err)
	}
	builds := 0
	for _, job := range last {
		if job.Last == nil {
			continue
		}
		builds++
		want := *job.Last
		if !strings.HasPrefix(want.URL, "http://tunnel.example/ci/job/") {
			t.Errorf("%s is reached at %s", job.Name, want.URL)
		}
		spec, err := c.ParseBuildSpec(want.URL)
		if err != nil || spec.Job != job.Name || spec.Number != want.Number {
			t.Errorf("%s is read as %v, %v", want.URL, spec, err)
		}
		got, err := c.Build(ctx, spec)
		if err != nil || got.Ref != want.Ref || got.Status.Ended() != want.Status.Ended() || got.Pipeline != want.Pipeline {
			t.Errorf("%v: got %+v, %v, want %+v", spec, got, err, want)
		}
		page, err := c.History(ctx, job.Name, 0, 2)
		if err != nil || len(page) == 0 || page[0].Ref != want.Ref {
			t.Errorf("history of %s: %v, %v", job.Name, page, err)
		}
		if tree, err := (&stages.Reader{Client: c}).Whole(ctx, got); err != nil || got.Pipeline != (tree.Source != "") {
			t.Errorf("stages of %v: %+v, %v", spec, tree, err)
		}
		readsAlike(t, c, got.Ref)
	}
	if builds < 10 {
		t.Errorf("only %d jobs have a build", builds)
	}
}

// readsAlike reads a console in every way and compares.
func readsAlike(t *testing.T, c *jenkins.Client, ref jenkins.Ref) {
	t.Helper()
	ctx := t.Context()
	console := &console.Client{Client: c}
	var whole strings.Builder
	var end int64
	for chunk, err := range console.ReadLog(ctx, ref, 0) {
		if err != nil {
			t.Errorf("console of %v: %v", ref, err)
			return
		}
		whole.Write(chunk.Text)
		end = chunk.Next
	}
	tail, err := console.LogTail(ctx, ref, 300)
	if err != nil {
		t.Errorf("tail of %v: %v", ref, err)
		return
	}
	if tail.Next != end {
		return // it grows
	}
	text := string(tail.Text)
	for from := tail.Start; from > 0; {
		chunk, err := console.LogBefore(ctx, ref, from, 300)
		if err != nil || chunk.Start >= from {
			t.Errorf("console of %v before %d: %v", ref, from, err)
			return
		}
		text = string(chunk.Text) + text
		from = chunk.Start
	}
	if text != whole.String() {
		t.Errorf("console of %v: read backward it has %d bytes, forward %d", ref, len(text), whole.Len())
	}
}
