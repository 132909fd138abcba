package status

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestAPausedStageHasTheListAsked has the stages show an input before the list does.
func TestAPausedStageHasTheListAsked(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		p := New(kittest.Shared())
		run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 1}, Pipeline: true}
		poked := func(state stages.State) bool {
			cmd := p.Update(StagesMsg{Ref: run.Ref, Stages: stages.Tree{Stages: []stages.Stage{
				{Name: "Test", State: stages.Running, Children: []stages.Stage{{Name: "gate", State: state}}}}}})
			if cmd == nil {
				return false
			}
			msg, ok := cmd().(kit.PokeMsg)
			return ok && msg.Controller == "ci"
		}
		for i, step := range []struct {
			run   jenkins.Status // as the list has it
			state stages.State
			want  bool
		}{
			{jenkins.Running, stages.Running, false}, {jenkins.Running, stages.Paused, true}, {jenkins.Running, stages.Paused, false},
			{jenkins.Paused, stages.Paused, false}, {jenkins.Paused, stages.Running, true}, {jenkins.Running, stages.Success, false},
			{jenkins.Paused, stages.Success, false},
		} {
			run.Status = step.run
			p.run = run
			if got := poked(step.state); got != step.want {
				t.Errorf("step %d: the list is asked: %t, want %t", i, got, step.want)
			}
		}
	})
}

// asking is a pane that asks the demo, and its runs.
func asking(t testing.TB) (*screen, *jenkinstest.Controller) {
	c := demo.New()
	u, _ := url.Parse("http://ci.example.com/")
	client := &jenkins.Client{Name: "ci", URL: u, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: c.Transport()}}
	s := &screen{Pane: New(kittest.Shared()), t: t, w: 100, h: 30}
	s.sh.Opts.Controllers = []kit.Controller{{Name: "ci", Client: client}}
	return s, c
}

func (s *screen) build(job string, number int) jenkins.Run {
	s.t.Helper()
	run, err := s.sh.Client("ci").Build(s.t.Context(), jenkins.BuildSpec{Job: job, Number: number})
	if err != nil {
		s.t.Fatal(err)
	}
	run.Pipeline = true
	return run
}

func TestAnEndedRunIsAskedForOnceHoweverOftenItIsSelected(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, c := asking(t)
		red, green := s.build("shop/cart/main", 1203), s.build("shop/checkout/PR-91", 4)
		s.show(red, nil)
		first := s.text()
		if !strings.Contains(first, "Test ▸ npm test") || s.sh.FailedStage(&red) != "Test" {
			t.Errorf("it shows, with %q for the list:\n%s", s.sh.FailedStage(&red), first)
		}
		s.show(green, nil)
		before := len(c.Requests())
		for range 3 {
			time.Sleep(time.Minute)
			s.show(green, nil)
			s.show(red, nil)
		}
		if n := len(c.Requests()) - before; n != 0 || !strings.Contains(s.text(), "Test ▸ npm test") {
			t.Errorf("%d more requests, and it shows:\n%s", n, s.text())
		}
	})
}

func TestAPipelineThatWaitsShowsInWhichStepOfWhichStage(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, _ := asking(t)
		run := s.build("release/ship-it", 31)
		run.Status = jenkins.Paused
		s.show(run, nil)
		if got := s.text(); !strings.Contains(got, "Gate    ‖") || !strings.Contains(got, "‖ Wait for interactive input") {
			t.Errorf("it shows:\n%s", got)
		}
	})
}

func TestWhatIsToComeIsAskedForOnceAJob(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, c := asking(t)
		run, other := s.build("shop/checkout/main", 412), s.build("shop/cart/main", 1203)
		run.Status, run.Duration = jenkins.Running, 0
		for range 4 {
			s.show(run, nil)
			time.Sleep(2 * time.Second)
			s.show(other, nil)
		}
		s.show(run, nil)
		n := 0
		for _, r := range c.Requests() {
			if strings.Contains(r.URI, "lastSuccessfulBuild") {
				n++
			}
		}
		if got := s.text(); n != 1 || !strings.Contains(got, "Deploy   ○  ~0:20") {
			t.Errorf("asked %d times:\n%s", n, got)
		}
	})
}

func TestARefreshAsksForStagesAndNowAndThenForSteps(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, c := asking(t)
		run := s.build("shop/checkout/main", 412)
		run.Status, run.Duration = jenkins.Running, 0
		s.show(run, nil)
		before := len(c.Requests())
		for range 15 {
			time.Sleep(2 * time.Second)
			s.show(run, nil)
			if !strings.Contains(s.text(), "▶ make") {
				t.Fatalf("the step is gone:\n%s", s.text())
			}
		}
		if n := len(c.Requests()) - before; n > 15+30/5 {
			t.Errorf("%d requests in 30 seconds", n)
		}
	})
}

func TestWhyThereAreNoStagesIsSaidInFull(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := open(t, 58, 18, running(time.Now()), nil)
		s.send(StagesMsg{Ref: s.run.Ref, Err: &jenkins.Error{Kind: jenkins.Unreachable, Op: "ask Jenkins for the stages",
			Err: errors.New("dial tcp 127.0.0.1:8204: connect: connection refused")}})
		flat := strings.Join(strings.Fields(s.text()), " ")
		if !strings.Contains(flat, "Stages: Jenkins cannot be reached: dial tcp 127.0.0.1:8204: connect: connection refused Check the controller's url") {
			t.Errorf("it says:\n%s", s.text())
		}
	})
}

func TestAnAbortedRunSaysWhoAbortedIt(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, _ := asking(t)
		run := s.build("tools/bench", 1)
		listed := run
		listed.Interrupted = nil // the list does not ask for it
		listed.Pipeline = false
		s.show(listed, nil)
		if got := s.text(); run.Status != jenkins.Aborted || !strings.Contains(got, "\n Aborted by tom\n") {
			t.Errorf("%s shows:\n%s", run.Status, got)
		}
	})
}
