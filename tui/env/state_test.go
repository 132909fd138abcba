package env

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// What is asked again, what is remembered, and which answers come too late.

func TestRunningRunIsAskedForAgainWhenItComesBack(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.RunningRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.Hide()
		d.Show(kittest.RunningRun(412))
		d.Show(kittest.EndedRun(411))
		d.Show(kittest.RunningRun(412))
		d.Show(kittest.EndedRun(411))
		d.Show(kittest.EndedRun(412)) // what is known is of while it ran
		if !slices.Equal(f.Asked, []int{412, 412, 411, 412, 412}) {
			t.Errorf("asked for %v", f.Asked)
		}
	})
}

func TestPushForAnotherRunMakesThePaneForgetWhatItKnewOfThat(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.EndedRun(411), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Show(kittest.EndedRun(412))
		d.Run(p.Update(EnvReceived{kittest.EndedRun(411).Ref}))
		d.Show(kittest.EndedRun(411))
		if !slices.Equal(f.Asked, []int{411, 412, 411}) {
			t.Errorf("asked for %v", f.Asked)
		}
	})
}

func TestVariablesThatWereChosenAreNotChosenOfAnotherRun(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.on(t, "GIT_BRANCH")
		d.Do("choose variable")
		d.Show(kittest.EndedRun(411))
		if got := p.Hint(); strings.Contains(got, "chosen") {
			t.Errorf("the border says %q", got)
		}
	})
}

func TestOnlyTheLatestRunsAreRemembered(t *testing.T) {
	t.Parallel()
	var c cache
	for n := range cacheSize + 1 {
		r := kittest.EndedRun(n + 1)
		c.put(&r, env.Env{Ref: r.Ref})
		c.put(&r, env.Env{Ref: r.Ref}) // once more is no other run
	}
	first, second := kittest.EndedRun(1), kittest.EndedRun(2)
	if _, ok := c.get(&first); ok || len(c.envs) != cacheSize {
		t.Errorf("%d are remembered, the first among them: %t", len(c.envs), ok)
	}
	if _, ok := c.get(&second); !ok {
		t.Error("the second is forgotten")
	}
}

func TestAnswerForAnotherStageIsNotShown(t *testing.T) {
	t.Parallel()
	envScene(t, stagedEnvs(true), stagedRun(), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("stage")
		d.Choose("  ▶ e2e red")
		d.Run(p.Update(scriptMsg{session: p.read.session, stage: "14", vars: kittest.Vars(env.Staged, "OF_ANOTHER", "1")}))
		d.Settle()
		if _, shown := p.read.env.Lookup("OF_ANOTHER"); shown {
			t.Error("it is shown")
		}
	})
}

func TestStageOfAnotherRunIsNotChosen(t *testing.T) {
	t.Parallel()
	envScene(t, stagedEnvs(true), stagedRun(), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("stage")
		d.Show(kittest.EndedRun(411))
		d.Choose("  ▶ e2e red")
		if p.read.stage != nil {
			t.Error("it is chosen")
		}
	})
}

func TestBuildsOfTheRunBeforeAreNotOffered(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		late := p.compareMenu()
		d.Show(kittest.EndedRun(411))
		next := p.compareMenu()
		d.Run(late)
		d.Settle()
		if d.Menu.Name != "" {
			t.Errorf("offered is %q", d.Menu.Name)
		}
		d.Run(next)
		d.Settle()
		if d.Menu.Name != "Compare shop/checkout/main #411 with" {
			t.Errorf("offered is %q", d.Menu.Name)
		}
	})
}

func TestComparisonIgnoresTheAnswerForTheOneBefore(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		late := p.compare(compareMsg{what: "a", run: kittest.EndedRun(411)})
		d.Run(p.compare(compareMsg{what: "b", run: kittest.EndedRun(410)}))
		d.Run(late)
		d.Settle()
		if got := p.Title(100); !strings.Contains(got, "with #410 (b)") || p.diff.base.Ref.Number != 410 {
			t.Errorf("the title is %q, compared is #%d", got, p.diff.base.Ref.Number)
		}
	})
}

func TestEnvironmentOfARunningBaseIsNotRemembered(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.EndedRun(411), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Run(p.compare(compareMsg{what: "newer", run: kittest.RunningRun(412)}))
		d.Settle()
		d.Show(kittest.EndedRun(412))
		if !slices.Equal(f.Asked, []int{411, 412, 412}) {
			t.Errorf("asked for %v", f.Asked)
		}
	})
}

func TestRunsOfTwoJobsAreOrderedByTheirBeginnings(t *testing.T) {
	t.Parallel()
	at := func(controller, job string, n int, start time.Duration) *jenkins.Run {
		r := &jenkins.Run{Ref: jenkins.Ref{Controller: controller, Job: job, Number: n}}
		if start > 0 {
			r.StartedAt = time.Unix(0, 0).Add(start)
		}
		return r
	}
	for _, c := range []struct {
		a, b *jenkins.Run
		want bool
	}{
		{at("ci", "a", 1, 2), at("ci", "a", 2, 1), true},
		{at("ci", "a", 1, 2), at("ci", "b", 2, 1), false},
		{at("ci", "a", 9, 1), at("ci", "b", 2, 2), true},
		{at("ci", "a", 9, 1), at("other", "a", 2, 2), true},
		{at("ci", "a", 1, 1), at("ci", "b", 2, 0), false}, // nobody knows when b began
	} {
		if got := isOlder(c.a, c.b); got != c.want {
			t.Errorf("%v before %v: %t", c.a.Ref, c.b.Ref, got)
		}
	}
}

func TestBaseOfAnotherControllerIsNamedInFull(t *testing.T) {
	t.Parallel()
	base := kittest.EndedRun(411)
	base.Controller = "there"
	c := comparison{what: "marked", run: base}
	if got := c.name(kittest.EndedRun(412)); got != "shop/checkout/main #411" {
		t.Errorf("it is called %q", got)
	}
}

func TestWithoutARunTheFooterOffersNoFilter(t *testing.T) {
	t.Parallel()
	p := New(kittest.Shared())
	for _, in := range []kit.Intent{kit.IntentFilter, kit.IntentDown, kit.IntentGroupEnv, kit.IntentStage} {
		if word, set := p.Footer().Words[in]; !set || word != "" {
			t.Errorf("%s is offered as %q", in, word)
		}
	}
}
