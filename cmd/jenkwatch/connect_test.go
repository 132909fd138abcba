package main

import (
	"io"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/internal/crew"
)

func TestWhatPanicsInOneOfSeveralQuestionsPanicsWhereTheyWereAsked(t *testing.T) {
	t.Parallel()
	defer func() {
		if p, ok := recover().(*crew.Panic); !ok || p.Value != "as ordered by the test" {
			t.Errorf("it panics with %v", p)
		}
	}()
	answers, errs := together([]func() (int, error){
		func() (int, error) { return 1, nil },
		func() (int, error) { panic("as ordered by the test") },
	})
	t.Errorf("it goes on: %v, %v", answers, errs)
}

// TestATokenIsNotSentToAHostThatOnlyAPastedURLNames: the URL may come from anybody.
func TestATokenIsNotSentToAHostThatOnlyAPastedURLNames(t *testing.T) {
	for _, name := range []string{"JENKINS_URL", "JENKINS_API_TOKEN"} {
		t.Setenv(name, "")
	}
	t.Setenv("JENKINS_USER_ID", "alice")
	choose := func(build string) ([]controllerConfig, error) {
		a := newApp(nil, io.Discard, io.Discard)
		a.loadOnce.Do(func() { a.cfg = &config{} })
		return a.chooseControllers(build)
	}
	const build = "https://ci.example.com/jenkins/view/all/job/x/12/console"
	cs, err := choose(build)
	if err != nil || len(cs) != 1 || cs[0].URL != "https://ci.example.com/jenkins" || cs[0].User != "" {
		t.Errorf("asked is %+v, %v", cs, err)
	}
	t.Setenv("JENKINS_API_TOKEN", "secret")
	if cs, err := choose(build); err == nil || !strings.Contains(hintOf(err), "--url 'https://ci.example.com/jenkins'") {
		t.Errorf("with a token asked is %+v, %v", cs, err)
	}
	if cs, err := choose("shop/main#4"); err == nil {
		t.Errorf("of a bare name asked is %+v", cs)
	}
}
