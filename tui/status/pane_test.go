package status

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// screen is a pane and what it had the root do.
type screen struct {
	*Pane
	t    testing.TB
	w, h int
	sent []tea.Msg
}

// open shows a run in a pane of w by h cells, with the keys.
func open(t testing.TB, w, h int, run jenkins.Run, tree *stages.Tree) *screen {
	s := &screen{Pane: New(kittest.Shared()), t: t, w: w, h: h}
	s.show(run, tree)
	return s
}

// show shows a run as the next snapshot has it, with stages if there are any.
func (s *screen) show(run jenkins.Run, tree *stages.Tree) {
	s.exec(s.Pane.Show(run))
	if tree != nil {
		s.send(StagesMsg{Ref: run.Ref, Stages: *tree, ended: run.Status.Ended()})
	}
	s.Focus(true)
	s.Resize(s.w, s.h)
}

func (s *screen) send(msg tea.Msg) {
	s.exec(s.Update(msg))
	s.Resize(s.w, s.h)
}

// exec runs a command and what comes of it. What is the root's is kept.
func (s *screen) exec(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			s.exec(c)
		}
	case StagesMsg, buildMsg, usualMsg, cardMsg, reasonMsg:
		s.send(msg)
	default:
		s.sent = append(s.sent, msg)
	}
}

func (s *screen) press(intents ...kit.Intent) {
	for _, in := range intents {
		s.send(in)
	}
}

func (s *screen) text() string {
	s.t.Helper()
	frame := s.View(s.w, s.h)
	kittest.Fits(s.t, frame, s.w, s.h)
	lines := strings.Split(kittest.Unstyled(frame), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// under is the line under the cursor.
func (s *screen) under() string {
	s.t.Helper()
	for l := range strings.Lines(s.text()) {
		if after, ok := strings.CutPrefix(l, s.sh.Glyphs.Mark); ok {
			return strings.TrimSpace(after)
		}
	}
	return ""
}

func running(now time.Time) jenkins.Run {
	return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/checkout/main", Number: 412}, Status: jenkins.Running, Pipeline: true,
		StartedAt: now.Add(-200 * time.Second), Estimated: 340 * time.Second, Nodes: []string{"agent-7", "agent-9"},
		Causes: []jenkins.Cause{{Text: "Started by a push"}}}
}

func failed(now time.Time) jenkins.Run {
	r := running(now)
	r.Status, r.Duration, r.Estimated = jenkins.Failure, 200*time.Second, 0
	return r
}

// sample is the tree of a run that began 200 seconds ago: e2e runs, or ended like this.
func sample(now time.Time, e2e stages.State) *stages.Tree {
	began := now.Add(-200 * time.Second)
	id := 0
	stage := func(name string, kind stages.Kind, from, took time.Duration, state stages.State) stages.Stage {
		id += 10
		s := stages.Stage{ID: fmt.Sprint(id), Name: name, Kind: kind, State: state, StartedAt: began.Add(from), Node: "agent-7"}
		if state.Ended() {
			s.Duration = took
		}
		s.Steps = []stages.Step{
			{ID: fmt.Sprint(id + 1), Name: "Check out from version control", State: stages.Success, StartedAt: s.StartedAt, Duration: time.Second},
			{ID: fmt.Sprint(id + 2), Title: "Shell Script", Name: "make " + name, State: state, StartedAt: s.StartedAt.Add(time.Second), Duration: s.Duration},
		}
		return s
	}
	test := stage("Test", stages.Plain, 108*time.Second, 90*time.Second, e2e)
	test.Steps = nil
	test.Children = []stages.Stage{stage("unit", stages.Branch, 108*time.Second, 52*time.Second, stages.Success),
		stage("lint", stages.Branch, 108*time.Second, 11*time.Second, stages.Success), stage("e2e", stages.Branch, 108*time.Second, 90*time.Second, e2e)}
	test.Children[2].Node = "agent-9"
	return &stages.Tree{Source: stages.GraphView, StepSource: stages.GraphView, Stages: []stages.Stage{
		stage("Checkout", stages.Plain, 0, 8*time.Second, stages.Success), stage("Build", stages.Plain, 8*time.Second, 100*time.Second, stages.Success), test}}
}

// usual is what the run before did.
func usual(now time.Time) []stages.Stage {
	tree := sample(now, stages.Success)
	return append(tree.Stages, stages.Stage{ID: "99", Name: "Deploy", Kind: stages.Plain, State: stages.Success, Duration: 31 * time.Second,
		Children: []stages.Stage{{Name: "eu", Kind: stages.Branch}, {Name: "us", Kind: stages.Branch}}},
		stages.Stage{ID: "120", Name: "Only on tags", State: stages.Skipped})
}

func TestFrames(t *testing.T) {
	states := []struct {
		name string
		open func(t testing.TB, w, h int, now time.Time) *screen
	}{
		{"running", func(t testing.TB, w, h int, now time.Time) *screen {
			s := open(t, w, h, running(now), sample(now, stages.Running))
			s.send(usualMsg{jobOf(&s.run), usual(now)})
			return s
		}},
		{"failed", func(t testing.TB, w, h int, now time.Time) *screen {
			tree := sample(now, stages.Failure)
			tree.Stages[2].Children[2].Steps[1].Error = "script returned exit code 2"
			return open(t, w, h, failed(now), tree)
		}},
		{"unfolded", func(t testing.TB, w, h int, now time.Time) *screen {
			s := open(t, w, h, failed(now), sample(now, stages.Failure))
			s.press(kit.IntentTop, kit.IntentRight, kit.IntentNextStage, kit.IntentNextStage, kit.IntentLeft)
			return s
		}},
		{"cut", func(t testing.TB, w, h int, now time.Time) *screen {
			tree := sample(now, stages.Failure)
			tree.Source, tree.StepSource = stages.WFAPI, stages.WFAPI
			e2e := &tree.Stages[2].Children[2]
			e2e.Cut, e2e.Steps[1].State = true, stages.Success
			return open(t, w, h, failed(now), tree)
		}},
		{"asking", func(t testing.TB, w, h int, now time.Time) *screen {
			s := open(t, w, h, running(now), nil)
			s.stages.asking = true
			return s
		}},
		{"ascii", func(t testing.TB, w, h int, now time.Time) *screen {
			s := open(t, w, h, running(now), sample(now, stages.Running))
			s.sh.Glyphs, s.sh.Styles = &kit.ASCIIGlyphs, kittest.Styles(true)
			s.send(usualMsg{jobOf(&s.run), usual(now)})
			return s
		}},
	}
	for _, state := range states {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}, {30, 8}} {
			t.Run(fmt.Sprintf("%s/%dx%d", state.name, size[0], size[1]), func(t *testing.T) {
				kittest.InBubble(t, func(t *testing.T) {
					golden.RequireEqual(t, state.open(t, size[0], size[1], time.Now()).text())
				})
			})
		}
	}
}

func TestTheCursorFollowsWhatRunsUntilTheUserMovesIt(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		s := open(t, 80, 9, running(now), sample(now, stages.Running))
		if got := s.under(); !strings.Contains(got, "make e2e") {
			t.Errorf("the cursor begins on %q", got)
		}
		s.press(kit.IntentUp)
		next := sample(now, stages.Success)
		next.Stages = append(next.Stages, stages.Stage{ID: "200", Name: "Deploy", State: stages.Running, StartedAt: now})
		s.show(running(now), next)
		if got := s.under(); !strings.HasPrefix(got, "└ ▸ e2e") {
			t.Errorf("after a refresh the cursor left for %q", got)
		}
		s.press(kit.IntentTop)
		s.show(running(now), next)
		if got := s.under(); !strings.HasPrefix(got, "▸ Checkout") || !strings.Contains(s.text(), "RUNNING  3:20") {
			t.Errorf("the first line shows %q:\n%s", got, s.text())
		}
		s.press(kit.IntentBottom)
		if !strings.Contains(s.text(), "nodes ") || !strings.Contains(s.text(), "RUNNING  3:20") {
			t.Errorf("the end cannot be reached:\n%s", s.text())
		}
	})
}

func TestFoldingShowsLessStepByStepAndUnfoldingMore(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		s := open(t, 80, 30, failed(now), sample(now, stages.Failure))
		shows := func(after, want, not string) {
			t.Helper()
			got := s.text()
			if want != "" && !strings.Contains(got, want) || not != "" && strings.Contains(got, not) {
				t.Errorf("after %s, want %q and no %q:\n%s", after, want, not, got)
			}
		}
		shows("opening", "✗ Shell Script  make e2e", "Check out")
		s.press(kit.IntentPrevStage, kit.IntentRight)
		shows("unfolding e2e", "✓ Check out from version control", "make unit")
		s.press(kit.IntentLeft)
		shows("folding e2e", "▸ e2e", "✗ Shell Script")
		s.press(kit.IntentLeft)
		if got := s.under(); !strings.HasPrefix(got, "▾ Test") {
			t.Errorf("left goes from a folded stage to %q", got)
		}
		s.press(kit.IntentLeft)
		shows("folding Test", "▸ Test", "lint")
		s.press(kit.IntentRight)
		shows("unfolding Test", "▸ e2e", "")
		s.press(kit.IntentTop, kit.IntentRight)
		shows("unfolding Checkout", "make Checkout", "make Build")
	})
}

func TestEnterOpensTheLogOfTheStageOrStep(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		s := open(t, 80, 30, failed(now), sample(now, stages.Failure))
		opened := func() kit.OpenLogMsg {
			s.sent = nil
			s.press(kit.IntentEnter)
			for _, msg := range s.sent {
				if m, ok := msg.(kit.OpenLogMsg); ok {
					return m
				}
			}
			return kit.OpenLogMsg{}
		}
		if m := opened(); m.Step == nil || m.Step.ID != "52" && m.Step.Name != "make e2e" || m.Title != "Test > e2e > make e2e" || m.Run.Number != 412 {
			t.Errorf("the failed step opens %+v", m)
		}
		s.press(kit.IntentPrevStage)
		if m := opened(); m.Step != nil || m.Stage.Name != "e2e" || m.Title != "Test > e2e" {
			t.Errorf("the failed stage opens %+v", m)
		}
		s = open(t, 80, 30, jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "free", Number: 3}, Status: jenkins.Success}, nil)
		if m := opened(); m.Run.Job != "free" || m.Title != "" || m.Stage.ID != "" {
			t.Errorf("a run without stages opens %+v", m)
		}
		s = open(t, 80, 30, running(now), sample(now, stages.Running))
		s.send(usualMsg{jobOf(&s.run), usual(now)})
		s.press(kit.IntentBottom)
		if m := opened(); m.Run.Job != "" || !strings.HasPrefix(s.under(), "▸ Deploy") {
			t.Errorf("%q, which has not begun, opens %+v", s.under(), m)
		}
	})
}

func TestAListOfStepsThatIsCutNamesNoStep(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		tree := sample(now, stages.Failure)
		e2e := &tree.Stages[2].Children[2]
		e2e.Cut, e2e.Steps = true, nil
		for i := range 100 {
			e2e.Steps = append(e2e.Steps, stages.Step{ID: fmt.Sprint(300 + i), Name: fmt.Sprint("step ", i), State: stages.Success})
		}
		e2e.Steps[40].State = stages.Failure // retried
		s := open(t, 100, 40, failed(now), tree)
		if got := s.text(); strings.Contains(got, "step 40") || strings.Count(got, "not among the first 100") != 2 {
			t.Errorf("it reads:\n%s", got)
		}
	})
}

func TestWaitingIsNotBuildTime(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		run := running(now)
		run.StartedAt, run.Estimated = now.Add(-20*time.Minute), 4*time.Minute
		tree := sample(now, stages.Running)
		tree.Stages[0].Steps[0].Paused = 18 * time.Minute
		s := open(t, 100, 30, run, tree)
		if got := s.text(); strings.Contains(got, "over") || !strings.Contains(got, "2:00 of about 4:00, waited 18:00") || !strings.Contains(got, "50%") {
			t.Errorf("after a wait it reads:\n%s", got)
		}
		if got := s.sh.Built(&run, now); got != 2*time.Minute {
			t.Errorf("the list takes it for %v", got)
		}
		run.Status = jenkins.Paused
		s.show(run, nil)
		if got := s.text(); strings.Contains(got, "over") || strings.Contains(got, "%") || !strings.Contains(got, "PAUSED  started 20:00 ago") {
			t.Errorf("while it waits it reads:\n%s", got)
		}
		run.Status, tree.Stages[0].Steps[0].Paused = jenkins.Running, 0
		s.show(run, nil)
		s.send(StagesMsg{Ref: run.Ref, Stages: *tree})
		if got := s.text(); !strings.Contains(got, "20:00, 16:00 over the usual 4:00!") || !strings.Contains(got, "500%") {
			t.Errorf("late it reads:\n%s", got)
		}
		run.Estimated = 20*time.Minute - 500*time.Millisecond
		s.show(run, nil)
		if got := s.text(); strings.Contains(got, "over") {
			t.Errorf("late by less than a second it reads:\n%s", got)
		}
	})
}

func TestTheFooterOffersWhatTheRunHas(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, _ := asking(t)
		for _, c := range []struct {
			job    string
			number int
			want   string
		}{{"shop/cart/main", 1203, "tests changes send why"}, {"deploy/preview", 5, "upstream"}, {"shop/cart/main", 1201, "tests"}, {"perf/soak test", 1, ""}} {
			s.show(s.build(c.job, c.number), nil)
			f := s.Footer()
			var words []string
			for _, in := range f.First[3:] {
				words = append(words, f.Words[in])
			}
			if got := strings.Join(words, " "); got != c.want {
				t.Errorf("%s offers %q, want %q", c.job, got, c.want)
			}
		}
	})
}

// FuzzKeys presses keys in any order while the run goes on: nothing panics and every line fits.
func FuzzKeys(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, uint8(60), uint8(20))
	f.Add([]byte{10, 10, 9, 8, 13, 14, 3, 3, 3}, uint8(12), uint8(3))
	f.Add([]byte{12, 1, 1, 1, 9, 9, 11, 8, 8, 8, 15, 16, 17}, uint8(255), uint8(1))
	intents := []kit.Intent{kit.IntentUp, kit.IntentDown, kit.IntentPageUp, kit.IntentPageDown, kit.IntentHalfUp, kit.IntentHalfDown, kit.IntentTop,
		kit.IntentBottom, kit.IntentLeft, kit.IntentRight, kit.IntentNextStage, kit.IntentPrevStage, kit.IntentEnter, kit.IntentRefresh}
	f.Fuzz(func(t *testing.T, keys []byte, w, h uint8) {
		now := time.Now()
		s := open(t, int(w)+1, int(h)+1, running(now), sample(now, stages.Running))
		trees := []*stages.Tree{nil, {}, sample(now, stages.Running), sample(now, stages.Failure), sample(now, stages.Paused)}
		for _, k := range keys {
			switch n := int(k); {
			case n < len(intents):
				s.press(intents[n])
			case n < 100:
				s.send(kit.ClickMsg{X: n % 7, Y: n % 19})
			case n < 150:
				s.send(kit.WheelMsg{Lines: n - 125})
			case n < 200:
				s.show(running(now), trees[n%len(trees)])
			case n < 220:
				s.show(failed(now), trees[n%len(trees)])
			case n < 240:
				s.send(usualMsg{jobOf(&s.run), usual(now)})
			default:
				s.w, s.h = 1+n*7%130, 1+n*3%50
				s.Resize(s.w, s.h)
			}
			kittest.Fits(t, s.View(s.w, s.h), s.w, s.h)
		}
	})
}

// BenchmarkTwoThousandNodes draws a graph of 2,000 nodes as its answer comes in.
func BenchmarkTwoThousandNodes(b *testing.B) {
	now := time.Now()
	tree := &stages.Tree{Source: stages.GraphView, StepSource: stages.GraphView}
	for i := range 40 {
		stage := stages.Stage{ID: fmt.Sprint(i + 1), Name: fmt.Sprint("Stage ", i), State: stages.Success, StartedAt: now.Add(-time.Minute), Duration: time.Second}
		for j := range 48 {
			stage.Steps = append(stage.Steps, stages.Step{ID: fmt.Sprint(1000 + 48*i + j), Title: "Shell Script", Name: "make all", State: stages.Success})
		}
		tree.Stages = append(tree.Stages, stage)
	}
	s := open(b, 120, 40, running(now), tree)
	s.body.tree.folds = map[string]fold{}
	for i := range tree.Stages {
		s.body.tree.folds["/"+tree.Stages[i].Name] = unfolded
	}
	for b.Loop() {
		s.Update(StagesMsg{Ref: s.run.Ref, Stages: *tree})
		s.Resize(120, 40)
		s.View(120, 40)
	}
}

func TestTheFooterOffersNoKeyThatDoesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, 60, 20, jenkins.Run{}, nil)
	for _, in := range []kit.Intent{kit.IntentDown, kit.IntentEnter, kit.IntentNextStage, kit.IntentFilter} {
		if word, set := s.Footer().Words[in]; !set || word != "" {
			t.Errorf("without a run %s is offered as %q", in, word)
		}
	}
	s = open(t, 60, 2, failed(time.Now()), nil)
	if got := s.Footer().Words[kit.IntentDown]; got != "scroll" {
		t.Errorf("where not all is in sight it is %q", got)
	}
}

// TestParametersAreShownAsGiven: a run parameter has no value, but names a build; of a file nothing is told.
func TestParametersAreShownAsGiven(t *testing.T) {
	t.Parallel()
	run := failed(time.Now())
	run.Parameters = []jenkins.Parameter{{Name: "FROM", ValueHidden: true, RunJob: "shop/main", RunNumber: "12"}, {Name: "values.yaml", ValueHidden: true},
		{Name: "API_KEY", Secret: true}, {Name: "DB_TOKEN", Value: "hunter2"}, {Name: "NOTES", Value: ""}}
	s := open(t, 80, 30, run, sample(time.Now(), stages.Failure))
	got := kittest.Unstyled(strings.Join(s.parameters(s.sh.Styles), "\n"))
	want := " FROM=shop/main#12\n values.yaml=(not told by Jenkins)\n API_KEY=••••••••\n DB_TOKEN=••••••••\n NOTES="
	if got != want {
		t.Errorf("it shows\n%s\nwant\n%s", got, want)
	}
}
