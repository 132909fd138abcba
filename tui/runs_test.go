package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/runs"
)

func TestSelectionFollowsTheRunWhenOthersComeAndGo(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		s := sampleSnapshot(time.Now())
		d.send(s)
		d.selectJob("shop/cart/PR-88")
		want := d.m.runs.List.Selected

		fresh := s.Runs[4]
		fresh.Job, fresh.Number = "brand/new", 1
		s.Runs = append([]jenkins.Run{fresh, fresh}, s.Runs...)
		s.Runs[1].Number = 2
		d.send(s)
		if d.m.runs.List.Selected != want || kit.KeyOf(d.m.runs.Current()) != want {
			t.Fatalf("the cursor left its run for %v", d.m.runs.Current().Ref)
		}

		// The same with a list longer than the screen: the run stays on its line of the screen.
		big := manyRuns(500, time.Now())
		d.send(big)
		d.press("G", "pgup", "pgup")
		want = d.m.runs.List.Selected
		line := d.m.runs.List.Cursor - d.m.runs.List.Offset
		more := big
		more.Runs = append(slices.Clone(s.Runs), big.Runs...)
		d.send(more)
		if got := d.m.runs.List.Cursor - d.m.runs.List.Offset; got != line || d.m.runs.List.Selected != want {
			t.Errorf("the selected run moved from line %d to %d of the screen", line, got)
		}
	})
}

func TestSelectionFollowsAQueueItemIntoItsBuild(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		s := sampleSnapshot(time.Now())
		d.send(s)
		d.selectJob("shop/web/feature%2Flogin")

		build := s.Runs[0]
		build.Ref = jenkins.Ref{Controller: "ci", Job: "shop/web/feature%2Flogin", Number: 9}
		build.StartedAt = time.Now()
		older := build
		older.Number, older.StartedAt = 8, time.Now().Add(-time.Hour)
		s.Queue = nil
		s.Runs = append([]jenkins.Run{older, build}, s.Runs...)
		d.send(s)
		if got := d.m.runs.List.Selected; got != kit.KeyOf(&build) {
			t.Errorf("selected is %v, want the build that the item became", got)
		}
	})
}

func TestFinishedRunKeepsTheSelectionAndShowsItsResult(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		s := sampleSnapshot(time.Now())
		d.send(s)
		d.selectJob("hello-free")
		done := s.Runs[4]
		done.Status, done.Duration = jenkins.Failure, 21*time.Second
		s.Runs = s.Runs[:4]
		s.Recent = append([]jenkins.Run{done}, s.Recent...)
		d.send(s)
		if got := d.m.runs.Current(); got.Ref != done.Ref || got.Status != jenkins.Failure {
			t.Fatalf("the cursor stands on %v %s", got.Ref, got.Status)
		}
		if !strings.Contains(d.screen(), "✗ FAILURE  in 0:21") {
			t.Errorf("the status pane does not tell the result:\n%s", d.screen())
		}
	})
}

func TestWhenTheSelectedRunLeavesItsNeighbourIsSelected(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		s := sampleSnapshot(time.Now())
		d.send(s)
		d.selectJob("shop/cart/PR-88")
		s.Runs = slices.Delete(slices.Clone(s.Runs), 3, 4)
		d.send(s)
		if got := d.m.runs.Current().Job; got != "hello-free" {
			t.Errorf("selected is %s, want what moved into its line", got)
		}
		d.send(watch.Snapshot{Controller: "ci", At: time.Now()})
		if d.m.runs.Current() != nil {
			t.Error("something is selected in an empty list")
		}
	})
}

func TestCursorNeverStandsOnAHeading(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press("F")
		for _, k := range []string{"g", "j", "j", "j", "G", "k", "k", "pgup", "pgdown", "ctrl+d", "ctrl+u", "home", "end"} {
			d.press(k)
			if d.m.runs.Current() == nil {
				t.Errorf("after %s the cursor stands on row %d, a heading", k, d.m.runs.List.Cursor)
			}
		}
	})
}

func TestSeveralControllersAreOneList(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.Controllers = append(o.Controllers, kit.Controller{Name: "prod", Host: "prod.example.com", Mark: "PRODUCTION"})
		d := drive(t, o, 200, 60)
		now := time.Now()
		d.send(sampleSnapshot(now))
		other := sampleSnapshot(now)
		other.Controller = "prod"
		other.Runs = slices.Clone(other.Runs[:1])
		other.Runs[0].Controller, other.Runs[0].StartedAt = "prod", now.Add(-30*time.Minute)
		other.Queue, other.Recent = nil, nil
		d.send(other)
		if got := len(listedJobs(d)); got != 12 {
			t.Errorf("%d runs are listed, want those of both", got)
		}
		if r := d.m.runs.List.Rows[1].Run; r.Controller != "prod" {
			t.Errorf("the second row is of %s, want the two merged by age", r.Controller)
		}
		screen := d.screen()
		for _, want := range []string{"ci ● live", "prod  PRODUCTION  ● live", "prod  infra/nightly images",
			"infra/nightly images #902 · ci ─"} {
			if !strings.Contains(screen, want) {
				t.Errorf("the screen does not show %q:\n%s", want, screen)
			}
		}

		// One of them fails: its old data stays, the other goes on.
		other.Err = &jenkins.Error{Kind: jenkins.Starting, Status: 503}
		d.send(other)
		if screen := d.screen(); !strings.Contains(screen, "prod: Jenkins is starting up") || len(listedJobs(d)) != 12 {
			t.Errorf("the error of one is not shown, or its data is gone:\n%s", screen)
		}
	})
}

func TestFirstAnswersOfSeveralControllersLeaveTheCursorAtTheTop(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.Controllers = append(o.Controllers, kit.Controller{Name: "late", Host: "late.example.com"})
		d := drive(t, o, 60, 20)
		first, second := sampleSnapshot(time.Now()), sampleSnapshot(time.Now().Add(-time.Minute))
		second.Controller = "late"
		for _, runs := range [][]jenkins.Run{second.Runs, second.Queue, second.Recent} {
			for i := range runs {
				runs[i].Controller = "late"
			}
		}
		d.send(first)
		d.send(second)
		if d.m.runs.List.Cursor != 0 || d.m.runs.Current().Controller != "late" {
			t.Errorf("the cursor stands on row %d, on %v", d.m.runs.List.Cursor, d.m.runs.Current().Ref)
		}
		d.press("enter")
		if !strings.Contains(d.screen(), "controller  late") {
			t.Errorf("the status does not tell the controller:\n%s", d.screen())
		}
		d.press("esc", "j")
		was := d.m.runs.List.Selected
		d.send(first)
		if d.m.runs.List.Selected != was {
			t.Errorf("a later answer moved the selection to %v", d.m.runs.List.Selected)
		}
	})
}

func TestPinnedVariablesAreColumnsWhereThereIsRoom(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.Pinned = []string{"TARGET", "DEPLOY_PASSWORD"}
		d := drive(t, o, 300, 60)
		s := sampleSnapshot(time.Now())
		s.Runs[2].Parameters[1].Value = "hunter2" // Jenkins never sends it; if it did, it would not be shown
		d.send(s)
		i := slices.IndexFunc(strings.Split(d.screen(), "\n"), func(l string) bool {
			return strings.Contains(l, "shop/checkout/main") && strings.Contains(l, "prod") && strings.Contains(l, secrets.Masked)
		})
		if i < 0 || strings.Contains(d.screen(), "hunter2") {
			t.Errorf("the row does not show its pinned variables, masked:\n%s", d.screen())
		}
	})
}

func TestBorderTellsWhereTheCursorStandsInALongList(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press("j", "j")
		if !strings.Contains(d.screen(), " · 3 of 11 ─╮") {
			t.Errorf("it does not:\n%s", d.screen())
		}
		d.send(tea.WindowSizeMsg{Width: 120, Height: 40})
		if strings.Contains(d.screen(), "of 11") {
			t.Errorf("it does although all is in sight:\n%s", d.screen())
		}
	})
}

func TestWideListShowsStageNodeAndCause(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 200, 60)
		d.send(sampleSnapshot(time.Now()))
		for _, l := range strings.Split(d.screen(), "\n") {
			if strings.Contains(l, "shop/checkout/main") && strings.Contains(l, "e2e") && strings.Contains(l, "agent-7") &&
				strings.Contains(l, "GitHub push by") {
				return
			}
		}
		t.Errorf("it does not:\n%s", d.screen())
	})
}

func TestCauseIsShortInAColumn(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]jenkins.Cause{
		"by up/feature/x #3": {Text: `Started by upstream project "up/feature%2Fx" build number 3`, UpstreamJob: "up/feature%2Fx", UpstreamBuild: 3},
		"rebuilds build #7":  {Text: "Rebuilds build #7", UpstreamJob: "web", UpstreamBuild: 7}, // an UpstreamCause, too
		"by ann":             {Text: "Started by user Ann", UserID: "ann"},
		"branch indexing":    {Text: "Branch indexing"},
	} {
		run := jenkins.Run{Ref: jenkins.Ref{Job: "web", Number: 9}, Status: jenkins.Running, Causes: []jenkins.Cause{c}}
		if got := kit.CauseText(&run); got != want {
			t.Errorf("%+v is %q, want %q", c, got, want)
		}
	}
}

func TestEndedRunsArePickedAnewWhenTheyOrTheChoiceChange(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		now := time.Now()
		s := watch.Snapshot{Controller: "ci", At: now}
		for i, job := range []string{"b1", "a1", "x1"} {
			s.Recent = append(s.Recent, jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, Number: 1},
				Status: jenkins.Success, StartedAt: now.Add(-time.Duration(i+1) * time.Hour)})
		}
		listed := func(want string) {
			t.Helper()
			got := ""
			for _, r := range d.m.runs.List.Rows {
				if r.Run != nil {
					got += r.Name
				}
			}
			if got != want {
				t.Errorf("%s is listed, want %s", got, want)
			}
		}
		d.send(s)
		listed("b1a1x1")
		d.m.runs.Sort = runs.SortName
		d.send(s)
		listed("a1b1x1")
		d.m.runs.Sort = runs.SortJenkins
		d.send(s)
		listed("b1a1x1")
		d.press("/", "x", "enter")
		d.send(s)
		listed("x1")
		d.press("esc")
		s.Recent = append([]jenkins.Run(nil), s.Recent...)
		s.Recent[1].Job = "z"
		d.send(s)
		listed("b1zx1")
		s.Recent = s.Recent[:2]
		d.send(s)
		listed("b1z")
	})
}

func TestMomentOfASmallWindowLeavesTheListAsItWas(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press("j", "j", "j")
		for _, h := range []int{20, 1, 8, 24} {
			d.send(tea.WindowSizeMsg{Width: 80, Height: h})
		}
		if d.m.runs.List.Offset != 0 || d.m.runs.List.Cursor != 3 {
			t.Errorf("the list begins with row %d, the cursor is on row %d", d.m.runs.List.Offset, d.m.runs.List.Cursor)
		}
	})
}

// TestWhatRunsStaysInSightWhenTheSelectedBuildEnds: the cursor goes with it, to below all that run.
func TestWhatRunsStaysInSightWhenTheSelectedBuildEnds(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		s := manyRuns(60, time.Now())
		d.send(s)
		was := d.m.runs.Current().Ref
		over := s.Runs[0]
		over.Status, over.Duration = jenkins.Success, time.Minute
		s.Runs, s.Recent = s.Runs[1:], append([]jenkins.Run{over}, s.Recent...)
		d.send(s)
		running := 0
		for _, r := range d.m.runs.List.Rows[d.m.runs.List.Offset:][:d.m.runs.List.Height] {
			if r.Run != nil && !r.Run.Status.Ended() {
				running++
			}
		}
		if d.m.runs.Current().Ref != was || running < 4 {
			t.Errorf("selected is %v, want %v; %d running builds are in sight", d.m.runs.Current().Ref, was, running)
		}
		s.Runs = s.Runs[1:]
		line := d.m.runs.List.Cursor - d.m.runs.List.Offset
		d.send(s)
		if got := d.m.runs.List.Cursor - d.m.runs.List.Offset; got != line {
			t.Errorf("then its line moves from %d to %d", line, got)
		}
	})
}
