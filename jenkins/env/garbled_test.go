package env_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// garbled puts what JSON forbids into every text of an answer, and a byte order mark in front.
type garbled struct{ next http.RoundTripper }

var texts = regexp.MustCompile(`"(displayName|description|why|shortDescription|message|value|parameterDescription)":"`)

func (g garbled) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := g.next.RoundTrip(req)
	if err != nil || !strings.Contains(resp.Header.Get("Content-Type"), "json") {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	body = texts.ReplaceAll(body, []byte("$0\x07\x00\n\x1b[31m\xff\xc3\\ud800\\x\\'"))
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(append([]byte("\ufeff"), body...))), -1
	resp.Header.Del("Content-Length")
	return resp, err
}

func TestNoAnswerIsLostForBytesThatJSONForbids(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	played := demo.With(jenkinstest.Options{})
	c := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "ci.example"}, User: jenkinstest.Admin.Name,
		Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: garbled{played.Transport()}}}
	environments := &env.Client{Client: c}
	runs, nodes, err := c.Running(ctx)
	if err != nil || len(runs) == 0 || len(nodes) == 0 {
		t.Fatalf("running: %v, %v, %v", runs, nodes, err)
	}
	if _, err := c.Queue(ctx); err != nil {
		t.Errorf("queue: %v", err)
	}
	if jobs, err := c.Jobs(ctx); err != nil || len(jobs) == 0 {
		t.Errorf("jobs: %v, %v", jobs, err)
	}
	if jobs, err := c.LastBuilds(ctx); err != nil || len(jobs) == 0 {
		t.Errorf("last builds: %v, %v", jobs, err)
	}
	for _, run := range runs {
		if got, err := c.Build(ctx, jenkins.BuildSpec{Job: run.Job, Number: run.Number}); err != nil || got.Ref != run.Ref {
			t.Errorf("build %v: %v, %v", run.Ref, got, err)
		}
		if _, err := c.History(ctx, run.Job, 0, 5); err != nil {
			t.Errorf("history of %s: %v", run.Job, err)
		}
		if _, err := (&stages.Reader{Client: c}).Tree(ctx, run); err != nil {
			t.Errorf("stages of %v: %v", run.Ref, err)
		}
		if got, err := environments.Env(ctx, run); err != nil || len(got.Variables) == 0 {
			t.Errorf("env of %v: %v", run.Ref, err)
		}
	}
}
