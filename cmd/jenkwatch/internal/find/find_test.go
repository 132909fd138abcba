package find

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/sender"
)

func TestOfSeveralControllersAllThatTellSomethingAreHeard(t *testing.T) {
	t.Parallel()
	asked := func(op string, e *jenkins.Error) error { e.Op = op; return e }
	unknown := asked("a", &jenkins.Error{Kind: jenkins.NotFound})
	meant := &exit.Error{Err: unknown, Fix: "did you mean x?", Code: exit.CodeNotFound}
	known := &exit.Error{Err: errors.New("x has no build 9"), Fix: "its last is #8", Code: exit.CodeNotFound}
	away := OnController(&cli.Controller{Controller: config.Controller{Name: "away"}}, asked("a", &jenkins.Error{Kind: jenkins.Unreachable}))
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
		if err := worst(tt.errs); err.Error() != tt.want || exit.CodeOf(err) != tt.code {
			t.Errorf("%v: %q, code %d, want %q, %d", tt.errs, err, exit.CodeOf(err), tt.want, tt.code)
		}
	}
}

// TestTokenThatCannotBeHadKeepsNobodyElseFromBeingAsked: of several controllers only its own fails, and says why.
func TestTokenThatCannotBeHadKeepsNobodyElseFromBeingAsked(t *testing.T) {
	t.Parallel()
	lost, err := sender.ParseReference("env:JENKWATCH_TEST_UNSET")
	if err != nil {
		t.Fatal(err)
	}
	a := cli.New(nil, nil, nil)
	a.StateDir = t.TempDir()
	a.LoadOnce.Do(func() {
		a.Cfg = &config.Config{Controllers: []config.Controller{{Name: "good", URL: "http://good.example"}, {Name: "bad", URL: "http://bad.example", Token: lost}}}
	})
	cs, err := a.Controllers(t.Context())
	if err != nil || len(cs) != 2 || cs[1].Client.Name != "bad" {
		t.Fatal(cs, err)
	}
	_, _, err = cs[1].Client.Running(t.Context())
	if want := "ask Jenkins for the running builds: it cannot be asked: its token: "; err == nil || !strings.HasPrefix(err.Error(), want) ||
		exit.HintOf(err) != "set JENKWATCH_TEST_UNSET in the environment of this process" {
		t.Errorf("%v, %q", err, exit.HintOf(err))
	}
	a.Flags.Controller = "bad"
	if _, err := a.Controllers(t.Context()); err == nil {
		t.Error("nobody else is asked, and yet there is no error")
	}
}

func TestURLMayBeginAsJenkinsItselfWritesIt(t *testing.T) {
	t.Parallel()
	reached := func(name, root string) *cli.Controller {
		c := jenkinstest.New(jenkinstest.Options{RootURL: root})
		return &cli.Controller{Client: &jenkins.Client{
			Name: name, URL: &url.URL{Scheme: "http", Host: name + ".tunnel"}, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token,
			HTTP: &http.Client{Transport: c.Transport()},
		}}
	}
	cs := []*cli.Controller{reached("a", "https://ci.example.com/"), reached("b", "https://build.example.com/")}
	owners, specs, err := Owners(t.Context(), cs, "https://build.example.com/job/shop/job/main/7/console")
	if err != nil || len(owners) != 1 || owners[0] != cs[1] || specs[cs[1]] != (jenkins.BuildSpec{Job: "shop/main", Number: 7}) {
		t.Errorf("it is read as %v of %v: %v", specs, owners, err)
	}
	if _, _, err := Owners(t.Context(), cs, "https://elsewhere.example.com/job/shop/7/"); exit.CodeOf(err) != exit.CodeUsage {
		t.Errorf("a URL of nobody: %v", err)
	}
}
