package watch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// busy lets so many builds run forever, so that partial polls are made.
func busy(f *fakeAsker, n int) {
	for i := range n {
		f.add(fmt.Sprintf("busy-%02d", i), 1, 0, 0)
	}
}

// polled counts partial polls separately and lets the test change what a full answer contains.
type polled struct {
	*fakeAsker
	whole, partials []time.Duration
	began           time.Time
	change          func(*jenkins.Run)
}

func (p *polled) Running(ctx context.Context) ([]jenkins.Run, []jenkins.Node, error) {
	p.whole = append(p.whole, time.Since(p.began))
	runs, nodes, err := p.fakeAsker.Running(ctx)
	for i := range runs {
		p.change(&runs[i])
	}
	return runs, nodes, err
}

func (p *polled) Partial(ctx context.Context, inputs bool) ([]jenkins.Run, []jenkins.Node, error) {
	p.partials = append(p.partials, time.Since(p.began))
	runs, nodes, err := p.fakeAsker.Partial(ctx, inputs)
	for i := range runs {
		whole := runs[i]
		p.change(&whole)
		runs[i].Nodes, runs[i].Stages = whole.Nodes, whole.Stages
		if inputs {
			runs[i].Status = whole.Status
		}
	}
	return runs, nodes, err
}

func TestPartialPollsAreMadeWhereManyBuildsRun(t *testing.T) {
	t.Parallel()
	for runs, want := range map[int]struct{ whole, partials int }{8: {20, 0}, 9: {2, 18}} {
		synctest.Test(t, func(t *testing.T) {
			p := &polled{fakeAsker: &fakeAsker{}, began: time.Now(), change: func(r *jenkins.Run) {
				r.Parameters = []jenkins.Parameter{{Name: "TARGET", Value: "prod"}}
				r.Estimated, r.Progress = 100*time.Second, int(time.Since(r.StartedAt)/time.Second)
			}}
			busy(p.fakeAsker, runs)
			for _, s := range watched(t, &Watcher{asker: p}, 39*time.Second) {
				for _, r := range s.Runs {
					if len(r.Parameters) != 1 || r.Status != jenkins.Running {
						t.Fatalf("a partial poll lost what was known: %+v", r)
					}
					if want := int(s.At.Sub(r.StartedAt) / time.Second); r.Progress != want {
						t.Fatalf("its progress is %d%%, want %d%%", r.Progress, want)
					}
				}
			}
			if len(p.whole) != want.whole || len(p.partials) != want.partials {
				t.Errorf("%d runs: %d whole answers and %d partial polls, want %+v", runs, len(p.whole), len(p.partials), want)
			}
		})
	}
}

func TestPartialPollThatMeetsANewBuildAsksForTheWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &polled{fakeAsker: &fakeAsker{}, began: time.Now(), change: func(r *jenkins.Run) { r.Description = "whole" }}
		busy(p.fakeAsker, 20)
		p.add("new", 1, 5*time.Second, 0)
		for _, s := range watched(t, &Watcher{asker: p}, 12*time.Second) {
			for _, r := range s.Runs {
				if r.Description != "whole" {
					t.Errorf("%s is shown although only its name is known", r.Job)
				}
			}
		}
		if want := []time.Duration{0, 6 * time.Second}; !slices.Equal(p.whole, want) {
			t.Errorf("whole answers at %v, want %v", p.whole, want)
		}
		if n := len(p.partials); p.partials[n-1] != 11*time.Second {
			t.Errorf("partial polls at %v: the second question is not paid for", p.partials)
		}
	})
}

func TestMatrixKeepsItsNodeThroughAPartialPoll(t *testing.T) {
	t.Parallel()
	now := time.Now()
	matrix := jenkins.Run{Ref: jenkins.Ref{Job: "matrix", Number: 7}, Status: jenkins.Running, Nodes: []string{"linux"}, NodeLabels: []string{"linux"}, Executor: -1}
	b := newState(nil)
	b.addRunning([]jenkins.Run{matrix}, nil, now)
	reported := matrix
	reported.Nodes, reported.NodeLabels = nil, nil
	runs, _, shifted, complete := b.mergePartial([]jenkins.Run{reported}, nil, true, now)
	if !complete || shifted || !slices.Equal(runs[0].Nodes, matrix.Nodes) || !slices.Equal(runs[0].NodeLabels, matrix.NodeLabels) {
		t.Errorf("%+v, complete %t, shifted %t", runs, complete, shifted)
	}
}

// TestInputStepThatKeepsItsNodeIsSeenWithinThreePartialPolls: nothing else of the run changes then.
func TestInputStepThatKeepsItsNodeIsSeenWithinThreePartialPolls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		p := &polled{fakeAsker: &fakeAsker{}, began: began, change: func(r *jenkins.Run) {
			if at := time.Since(began); r.Job == "busy-03" && at > 3*time.Second && at < 11*time.Second {
				r.Status, r.Inputs = jenkins.Paused, []jenkins.Input{{ID: "Ship"}}
			}
		}}
		busy(p.fakeAsker, 20)
		var reported []string
		for _, s := range watched(t, &Watcher{asker: p}, 19*time.Second) {
			r := find(s.Runs, "busy-03", 1)
			word := fmt.Sprintf("%v %s %d", s.At.Sub(began), r.Status, len(r.Inputs))
			if len(reported) == 0 || reported[len(reported)-1][strings.Index(reported[len(reported)-1], " "):] != word[strings.Index(word, " "):] {
				reported = append(reported, word)
			}
		}
		if got, want := fmt.Sprint(reported), "[0s RUNNING 0 6s PAUSED 0 8s PAUSED 1 14s RUNNING 0]"; got != want {
			t.Errorf("reported %s, want %s", got, want)
		}
	})
}

// TestStageThatARunWasLastSeenInIsKept when it ends, through full and partial polls.
func TestStageThatARunWasLastSeenInIsKept(t *testing.T) {
	t.Parallel()
	post := "Declarative: Post Actions"
	for name, c := range map[string]struct {
		stages [][]string
		result jenkins.Status
		want   string
	}{
		"the last":                              {[][]string{{"Build"}, {"Test"}}, jenkins.Failure, "Test"},
		"between two stages":                    {[][]string{{"Build"}, {"Test"}, nil}, jenkins.Failure, "Test"},
		"post actions":                          {[][]string{{"Test"}, {post}, {post}}, jenkins.Failure, "Test"},
		"only post actions":                     {[][]string{{post}}, jenkins.Failure, ""},
		"stopped":                               {[][]string{{"Deploy"}}, jenkins.Aborted, "Deploy"},
		"succeeded":                             {[][]string{{"Deploy"}}, jenkins.Success, ""},
		"unstable, which goes on":               {[][]string{{"Test"}, {"Deploy"}}, jenkins.Unstable, ""},
		"one of several branches":               {[][]string{{"Build"}, {"unit", "e2e"}}, jenkins.Failure, ""},
		"the branch that went on":               {[][]string{{"unit", "e2e"}, {"e2e"}}, jenkins.Failure, ""},
		"the branch that went on, then post":    {[][]string{{"unit", "e2e"}, {"e2e"}, {post}}, jenkins.Failure, ""},
		"after branches":                        {[][]string{{"unit", "e2e"}, {"e2e"}, {"Deploy"}}, jenkins.Failure, "Deploy"},
		"nothing was seen":                      {[][]string{nil}, jenkins.Failure, ""},
		"a stage of this name after a parallel": {[][]string{{"a", "b"}, {"Test"}, {"a"}}, jenkins.Failure, "a"},
	} {
		s, start := newState(nil), time.Now()
		run := runOf("a", 1, jenkins.Running)
		run.StartedAt, run.Pipeline = start, true
		for i, stages := range c.stages {
			run.Stages = stages
			answer, now := []jenkins.Run{run}, start.Add(time.Duration(2*i)*time.Second)
			if i > 0 && i%2 == 0 {
				answer, _, _, _ = s.mergePartial(answer, nil, false, now)
			}
			s.addRunning(answer, nil, now)
		}
		s.addRunning(nil, nil, start.Add(time.Minute))
		end := run
		end.Status, end.Duration, end.Stages = c.result, time.Minute, nil
		s.addEnded([]*jenkins.Run{&end})
		if got := s.recent.runs; len(got) != 1 || got[0].FailedIn() != c.want {
			t.Errorf("%s: failed in %q, want %q", name, got[0].FailedIn(), c.want)
		}
		if len(s.stagesSeen) > 0 {
			t.Errorf("%s: of a run that is gone %v is kept", name, s.stagesSeen)
		}
	}
}

// TestStageOfAnotherBuildIsNotTaken: the job was deleted and made again.
func TestStageOfAnotherBuildIsNotTaken(t *testing.T) {
	t.Parallel()
	s, start := newState(nil), time.Now()
	run := runOf("a", 1, jenkins.Running)
	run.StartedAt, run.Stages = start, []string{"Test"}
	s.addRunning([]jenkins.Run{run}, nil, start)
	run.StartedAt, run.Stages = start.Add(time.Hour), nil
	s.addRunning([]jenkins.Run{run}, nil, start.Add(time.Hour))
	if got := s.visible(); len(got) != 1 || got[0].LastStage != "" {
		t.Errorf("%+v", got)
	}
}

// TestWaitsForInputAreRememberedByBuild: they are kept by full and partial polls, and not given to a build that takes over the number.
func TestWaitsForInputAreRememberedByBuild(t *testing.T) {
	t.Parallel()
	start := time.Now()
	run := runOf("a", 1, jenkins.Running)
	run.StartedAt = start
	paused := run
	paused.Status = jenkins.Paused
	again := run
	again.StartedAt = start.Add(time.Hour)
	s := newState(nil)
	for i, step := range []struct {
		run     jenkins.Run
		partial bool
		want    time.Duration
	}{
		{run, false, 0}, {paused, false, 0}, {paused, true, 0}, {run, true, 2 * time.Minute}, {run, false, 2 * time.Minute},
		{paused, true, 2 * time.Minute}, {run, false, 3 * time.Minute}, {again, false, 0},
	} {
		now := start.Add(time.Duration(i) * time.Minute)
		answer := []jenkins.Run{step.run}
		if step.partial {
			answer, _, _, _ = s.mergePartial(answer, nil, true, now)
		}
		s.addRunning(answer, nil, now)
		if got := s.visible(); len(got) != 1 || got[0].InputWait != step.want {
			t.Errorf("%d: %+v, want it to have waited %v", i, got, step.want)
		}
	}
	if s.addRunning(nil, nil, start.Add(time.Hour)); len(s.inputWaits) > 0 {
		t.Errorf("of a run that is gone %v is kept", s.inputWaits)
	}
}

func TestRunThatLeavesItsNodeIsReadWholeNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		p := &polled{fakeAsker: &fakeAsker{}, began: began, change: func(r *jenkins.Run) {
			if r.Job == "busy-03" {
				r.Pipeline, r.Stages = true, []string{"Build"}
				if time.Since(began) > 5*time.Second { // it comes to an input step outside of its node
					r.Nodes, r.Stages, r.Status = nil, nil, jenkins.Paused
				}
			}
		}}
		busy(p.fakeAsker, 20)
		var reported []string
		for _, s := range watched(t, &Watcher{asker: p}, 11*time.Second) {
			r := find(s.Runs, "busy-03", 1)
			word := fmt.Sprintf("%v %s %v %v", s.At.Sub(began), r.Status, r.Nodes, r.Stages)
			if len(reported) == 0 || reported[len(reported)-1] != word {
				reported = append(reported, word)
			}
		}
		want := "[0s RUNNING [agent-1] [Build] 2s RUNNING [agent-1] [Build] 4s RUNNING [agent-1] [Build] " +
			"6s PAUSED [] [] 8s PAUSED [] [] 10s PAUSED [] []]"
		if got := fmt.Sprint(reported); got != want {
			t.Errorf("reported %s, want %s", got, want)
		}
	})
}

// TestPartialPollsAreMadeAgainWhereBuildsStartedAllTheTime has a build start with every poll for half a minute.
func TestPartialPollsAreMadeAgainWhereBuildsStartedAllTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &polled{fakeAsker: &fakeAsker{}, began: time.Now(), change: func(*jenkins.Run) {}}
		busy(p.fakeAsker, 20)
		for i := range 30 {
			p.add(fmt.Sprintf("new-%02d", i), 1, time.Duration(i)*time.Second, 0)
		}
		watched(t, &Watcher{asker: p}, 2*time.Minute)
		starting, after := 0, 0
		for _, at := range p.partials {
			if at < 30*time.Second {
				starting++
			} else if at > time.Minute {
				after++
			}
		}
		if starting > 6 || after < 20 {
			t.Errorf("%d partial polls while builds started, %d in the last minute", starting, after)
		}
	})
}

func TestFirstPollAfterAnOutageIsAFullOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &polled{fakeAsker: &fakeAsker{}, began: time.Now(), change: func(*jenkins.Run) {}}
		busy(p.fakeAsker, 20)
		time.AfterFunc(3*time.Second, func() { p.setFail("Running", &jenkins.Error{Kind: jenkins.Unreachable}) })
		time.AfterFunc(5*time.Second, func() { p.setFail("", nil) })
		watched(t, &Watcher{asker: p}, 12*time.Second)
		if len(p.whole) != 2 || p.whole[1] < 5*time.Second {
			t.Errorf("full polls at %v, partial ones at %v", p.whole, p.partials)
		}
	})
}
