package main

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/sender"
)

func TestOfSeveralControllersAllThatTellSomethingAreHeard(t *testing.T) {
	t.Parallel()
	asked := func(op string, e *jenkins.Error) error { e.Op = op; return e }
	unknown := asked("a", &jenkins.Error{Kind: jenkins.NotFound})
	meant := &problem{unknown, "did you mean x?", exitNotFound}
	known := &problem{errors.New("x has no build 9"), "its last is #8", exitNotFound}
	away := of(&controller{controllerConfig: controllerConfig{Name: "away"}}, asked("a", &jenkins.Error{Kind: jenkins.Unreachable}))
	for _, tt := range []struct {
		errs []error
		want string
		code int
	}{
		{[]error{unknown, unknown}, "a: there is no such thing, or no right to see it (HTTP 404)", 5},
		{[]error{unknown, meant, known, meant}, "x has no build 9", 5},
		{[]error{unknown, meant}, meant.Error(), 5},
		{[]error{unknown, away}, `controller "away": a: it cannot be reached`, 3},
		{[]error{meant, away}, `controller "away": a: it cannot be reached` + "\n" + meant.Error(), 3},
	} {
		if err := worst(tt.errs); err.Error() != tt.want || codeOf(err) != tt.code {
			t.Errorf("%v: %q, code %d, want %q, %d", tt.errs, err, codeOf(err), tt.want, tt.code)
		}
	}
}

// TestATokenThatCannotBeHadKeepsNobodyElseFromBeingAsked: of several controllers only its own fails, and says why.
func TestATokenThatCannotBeHadKeepsNobodyElseFromBeingAsked(t *testing.T) {
	t.Parallel()
	lost, err := sender.ParseReference("env:JENKWATCH_TEST_UNSET")
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(nil, nil, nil)
	a.stateDir = t.TempDir()
	a.loadOnce.Do(func() {
		a.cfg = &config{Controllers: []controllerConfig{{Name: "good", URL: "http://good.example"}, {Name: "bad", URL: "http://bad.example", Token: lost}}}
	})
	cs, err := a.controllers(t.Context())
	if err != nil || len(cs) != 2 || cs[1].client.Name != "bad" {
		t.Fatal(cs, err)
	}
	_, _, err = cs[1].client.Running(t.Context())
	if want := "ask Jenkins for the running builds: it cannot be asked: its token: "; err == nil || !strings.HasPrefix(err.Error(), want) ||
		hintOf(err) != "set JENKWATCH_TEST_UNSET in the environment of this process" {
		t.Errorf("%v, %q", err, hintOf(err))
	}
	a.flags.controller = "bad"
	if _, err := a.controllers(t.Context()); err == nil {
		t.Error("nobody else is asked, and yet there is no error")
	}
}

func TestAURLMayBeginAsJenkinsItselfWritesIt(t *testing.T) {
	t.Parallel()
	reached := func(name, root string) *controller {
		c := jenkinstest.New(jenkinstest.Options{RootURL: root})
		return &controller{client: &jenkins.Client{
			Name: name, URL: &url.URL{Scheme: "http", Host: name + ".tunnel"}, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token,
			HTTP: &http.Client{Transport: c.Transport()},
		}}
	}
	cs := []*controller{reached("a", "https://ci.example.com/"), reached("b", "https://build.example.com/")}
	owners, specs, err := buildOwners(t.Context(), cs, "https://build.example.com/job/shop/job/main/7/console")
	if err != nil || len(owners) != 1 || owners[0] != cs[1] || specs[cs[1]] != (jenkins.BuildSpec{Job: "shop/main", Number: 7}) {
		t.Errorf("it is read as %v of %v: %v", specs, owners, err)
	}
	if _, _, err := buildOwners(t.Context(), cs, "https://elsewhere.example.com/job/shop/7/"); codeOf(err) != exitUsage {
		t.Errorf("a URL of nobody: %v", err)
	}
}
