package follow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

var began = time.Date(2026, 1, 31, 14, 0, 0, 0, time.UTC)

func stage(id, name string, state stages.State, took time.Duration, children ...stages.Stage) stages.Stage {
	return stages.Stage{ID: id, Name: name, State: state, StartedAt: began, Duration: took, Children: children}
}

func shown(events []Event) string {
	var b strings.Builder
	for i := range events {
		b.WriteString(string(events[i].Kind) + " " + strings.Join(cells(&events[i], began), ",") + "\n")
	}
	return b.String()
}

func TestChangesAreWhatDiffers(t *testing.T) {
	t.Parallel()
	run := jenkins.Run{Ref: jenkins.Ref{Job: "a", Number: 3}, Status: jenkins.Running, StartedAt: began}
	test := stage("2", "Test", stages.Running, 0, stage("3", "unit", stages.Running, 0))
	test.Steps = []stages.Step{{ID: "9", Name: "make", State: stages.Running}}
	docs := stages.Stage{ID: "7", Name: "Docs", State: stages.Skipped}
	first := &State{Run: run, Tree: stages.Tree{Stages: []stages.Stage{stage("1", "Build", stages.Success, time.Minute), docs, test}}}
	if got, want := shown(changesBetween(nil, first)), `status RUNNING,a#3,,
stage SUCCESS,Build,1m00s,
stage SKIPPED,Docs,,
stage RUNNING,Test,,
step RUNNING,Test,,make
stage RUNNING,Test/unit,,
`; got != want {
		t.Errorf("at first:\n%s", got)
	}
	if got := shown(changesBetween(first, first)); got != "" {
		t.Errorf("of the same:\n%s", got)
	}
	second := &State{Run: run, Tree: stages.Tree{Stages: []stages.Stage{stage("1", "Build", stages.Success, time.Minute),
		stage("2", "Test", stages.Paused, 0, stage("3", "unit", stages.Failure, time.Second))}}}
	second.Run.Status, second.Run.Inputs = jenkins.Paused, []jenkins.Input{{ID: "Ship", Message: "Ship it?"}}
	second.Tree.Stages[1].Steps = []stages.Step{{ID: "9", Name: "make", State: stages.Failure, Duration: time.Second}}
	if got, want := shown(changesBetween(first, second)), `status PAUSED,a#3,,
input PAUSED,a#3,,Ship it?
stage PAUSED,Test,,
step FAILURE,Test,1s,make
stage FAILURE,Test/unit,1s,
`; got != want {
		t.Errorf("then:\n%s", got)
	}
	second.Run.Status = jenkins.Failure
	if got := shown(changesBetween(second, second)); got != "" {
		t.Errorf("that it ended is Finish's to say:\n%s", got)
	}
}

// TestDrawingFits draws builds of all sizes: no line is wider and there are no more than there is room for, what runs stays.
func TestDrawingFits(t *testing.T) {
	t.Parallel()
	for n := range 30 {
		var list []stages.Stage
		for i := range n {
			list = append(list, stage(fmt.Sprint(i), fmt.Sprintf("stage %d with a name that is long", i), stages.Success, time.Minute,
				stage(fmt.Sprint(i, "a"), "inner", stages.Success, time.Second)))
		}
		last := stage("x", "Test", stages.Running, 0)
		last.Steps = []stages.Step{{ID: "7", Name: strings.Repeat("make ", 40), State: stages.Running}}
		s := &State{Run: jenkins.Run{Ref: jenkins.Ref{Job: strings.Repeat("folder/", 9) + "job", Number: 7}, Status: jenkins.Running,
			StartedAt: began, Estimated: time.Hour}, Tree: stages.Tree{Stages: append(list, last)}}
		for _, size := range [][2]int{{20, 1}, {40, 3}, {80, 9}, {200, 50}} {
			lines := drawBuild(s, began.Add(time.Minute), size[0], size[1], output.Paint{Color: true, Glyphs: true})
			if len(lines) > size[1] {
				t.Errorf("%d stages in %v: %d lines", n, size, len(lines))
			}
			for _, l := range lines {
				if ansi.StringWidth(l) > size[0] {
					t.Errorf("%d stages in %v: %q is too wide", n, size, l)
				}
			}
			if all := strings.Join(lines, "\n"); size[1] > 2 && !strings.Contains(all, "Test") {
				t.Errorf("%d stages in %v: what runs is not shown:\n%s", n, size, all)
			}
		}
	}
}

// TestDrawingFitsEveryWidthWhateverItsNamesAndTimesAre, those of a clock that is decades off among them.
func TestDrawingFitsEveryWidthWhateverItsNamesAndTimesAre(t *testing.T) {
	t.Parallel()
	fits := func(name string, runs, usual time.Duration, w int) {
		t.Helper()
		failing := stage("1", name, stages.Failure, time.Minute, stage("2", name, stages.Running, 0))
		failing.Steps = []stages.Step{{ID: "7", Name: name, Title: name, State: stages.Failure}}
		s := &State{Run: jenkins.Run{Ref: jenkins.Ref{Job: name, Number: 7}, Status: jenkins.Running, StartedAt: began, Estimated: usual,
			Inputs: []jenkins.Input{{Message: name}}}, Tree: stages.Tree{Stages: []stages.Stage{failing}}}
		for _, l := range drawBuild(s, began.Add(runs), w, w%12, output.Paint{Color: true, Glyphs: true}) {
			if ansi.StringWidth(l) > w || strings.ContainsAny(ansi.Strip(l), "\x1b\a\u202e\u200b") {
				t.Fatalf("%d cells: %q", w, l)
			}
		}
	}
	const evil = "e\x1b[31m\x1b]0;x\a\u202e\u200b日本語क्ष👩‍👩‍👧"
	for _, name := range []string{"", evil, strings.Repeat(evil, 30), "a" + strings.Repeat("\u0301", 10_000)} {
		for w := range 301 {
			fits(name, time.Minute, time.Hour, w)
		}
	}
	for _, runs := range []time.Duration{-time.Hour, 0, time.Minute, 32 * 365 * 24 * time.Hour} {
		for _, usual := range []time.Duration{0, 1, time.Hour, 100 * 365 * 24 * time.Hour} {
			fits("a", runs, usual, 80)
		}
	}
}

func TestDrawingSaysWhatRunsAndCountsWhatWentWell(t *testing.T) {
	t.Parallel()
	var list []stages.Stage
	for i := range 12 {
		list = append(list, stage(fmt.Sprint(i), fmt.Sprintf("S%d", i), stages.Success, time.Minute))
	}
	broken := stage("x", "Test", stages.Running, 0, stage("y", "unit", stages.Failure, time.Second), stage("z", "e2e", stages.Running, 0))
	broken.Children[1].Steps = []stages.Step{{ID: "7", Title: "Shell Script", Name: "npm test", State: stages.Running}}
	broken.Children[1].Node = "agent-9"
	s := &State{Run: jenkins.Run{Ref: jenkins.Ref{Job: "a/b", Number: 7}, Status: jenkins.Running, StartedAt: began}, Tree: stages.Tree{Stages: append(list, broken)}}
	got := strings.Join(drawBuild(s, began.Add(90*time.Second), 80, 6, output.Paint{Glyphs: true}), "\n")
	want := `a/b #7  ▶ RUNNING  1m30s
  ✓ 11 stages
  ✓ S11                      1m00s
  ▶ Test                     1m30s
    ✗ unit                      1s
    ▶ e2e                    1m30s  agent-9  npm test`
	if got != want {
		t.Errorf("it draws\n%s", got)
	}
}

// TestDrawingCutsTheMiddle where no more can be left out, and counts it; what failed or runs stays.
func TestDrawingCutsTheMiddle(t *testing.T) {
	t.Parallel()
	s := many(20, jenkins.Running, stages.Running)
	s.Tree.Stages[11].State = stages.Failure
	got := strings.Join(drawBuild(s, began, 80, 8, output.Paint{Glyphs: true}), "\n")
	want := `shop #3  ▶ RUNNING  0s
  … 2 more stages
  ◐ S2                       1m00s
  … 8 more stages
  ✗ S11                      1m00s
  … 6 more stages
  ✓ S18                      1m00s
  ▶ S19                         0s`
	if got != want {
		t.Errorf("it draws\n%s", got)
	}
}

// TestSkippedStagesSayThatTheyAre, also where they are counted.
func TestSkippedStagesSayThatTheyAre(t *testing.T) {
	t.Parallel()
	s := &State{Run: jenkins.Run{Ref: jenkins.Ref{Job: "a", Number: 7}, Status: jenkins.Running, StartedAt: began}, Tree: stages.Tree{Stages: []stages.Stage{
		stage("1", "Build", stages.Success, time.Minute), stage("2", "Lint", stages.Skipped, 0), stage("3", "Docs", stages.Skipped, 0),
		stage("4", "Old", stages.NotBuilt, 0), {ID: "5", Name: "Ship", State: stages.Queued}}}}
	got := strings.Join(drawBuild(s, began, 80, 9, output.Paint{Glyphs: true}), "\n")
	want := `a #7  ▶ RUNNING  0s
  ✓ Build                    1m00s
  ○ Lint                   skipped
  ○ Docs                   skipped
  ○ Old                    to come
  … Ship`
	if got != want {
		t.Errorf("it draws\n%s", got)
	}
	if got := strings.Join(drawBuild(s, began, 80, 5, output.Paint{Glyphs: true}), "\n"); !strings.Contains(got, "○ 2 stages skipped\n") {
		t.Errorf("it draws\n%s", got)
	}
	s.Run.Status = jenkins.Success
	if got := strings.Join(drawBuild(s, began, 80, 9, output.Paint{Glyphs: true}), "\n"); !strings.Contains(got, "○ Old                    not run\n") {
		t.Errorf("it draws\n%s", got)
	}
}

// TestWaitForInputIsNoBuildTime in the drawing, as on the screen.
func TestWaitForInputIsNoBuildTime(t *testing.T) {
	t.Parallel()
	gate := stage("1", "Gate", stages.Success, 11*time.Minute)
	gate.Paused = 10 * time.Minute
	s := &State{Run: jenkins.Run{Ref: jenkins.Ref{Job: "a", Number: 7}, Status: jenkins.Running, StartedAt: began, Estimated: 4 * time.Minute},
		Tree: stages.Tree{Stages: []stages.Stage{gate}}}
	got := strings.Join(drawBuild(s, began.Add(12*time.Minute), 80, 9, output.Paint{Glyphs: true, ASCII: true}), "\n")
	want := `a #7  > RUNNING  2m00s of about 4m00s, waited 10m00s  ######......
  + Gate                    11m00s  waited 10m00s`
	if got != want {
		t.Errorf("it draws\n%s", got)
	}
}

// recorder is a printer that remembers.
type recorder struct{ said []string }

func (r *recorder) Show(s *State, changes []Event) error {
	for i := range changes {
		r.said = append(r.said, string(changes[i].Kind)+" "+string(s.Run.Status))
	}
	return nil
}
func (r *recorder) Tick() error           { return nil }
func (r *recorder) Log(text []byte) error { r.said = append(r.said, "log "+string(text)); return nil }
func (r *recorder) Note(text string)      { r.said = append(r.said, "note "+text) }
func (r *recorder) Away(err error)        { r.said = append(r.said, fmt.Sprint("away ", err != nil)) }
func (r *recorder) Finish(s *State, why *failure.Card) error {
	r.said = append(r.said, fmt.Sprint("finish ", s.Run.Status, " ", why != nil))
	return nil
}

// played returns a controller whose answers come from a function.
func played(answer recorded.Answers) *cli.Controller {
	u := &url.URL{Scheme: "http", Host: "ci.example"}
	return cli.NewController(config.Controller{}, &jenkins.Client{Name: "ci", URL: u, HTTP: &http.Client{Transport: answer}}, nil)
}

// TestBuildIsFollowedThroughAnOutage of an hour, and given up when it is refused for half a minute.
func TestBuildIsFollowedThroughAnOutage(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{
		http.StatusServiceUnavailable: "status RUNNING|away true|away false|finish FAILURE true",
		http.StatusForbidden:          "status RUNNING|away true",
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			c := played(func(path string) (int, string) {
				age := time.Since(start)
				switch {
				case age > 10*time.Second && age < time.Hour:
					return status, ""
				case path != "/job/a/3/api/json":
					return http.StatusNotFound, ""
				case age < time.Hour:
					return http.StatusOK, `{"number":3,"building":true,"timestamp":1000,"url":"http://ci.example/job/a/3/"}`
				}
				return http.StatusOK, `{"number":3,"result":"FAILURE","duration":5,"timestamp":1000,"url":"http://ci.example/job/a/3/"}`
			})
			var r recorder
			f := Follower{On: c, Printer: &r}
			last, err := f.Run(t.Context(), jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 3}})
			if got := strings.Join(r.said, "|"); got != want {
				t.Errorf("%d: it said %q, %v", status, got, err)
			}
			if gaveUp := err != nil; gaveUp != (status == http.StatusForbidden) || !gaveUp && last.Run.Status != jenkins.Failure {
				t.Errorf("%d: it ended with %s, %v", status, last.Run.Status, err)
			}
		})
	}
}

func TestBuildThatTookTheNumberOfAnotherIsNotFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c := played(func(string) (int, string) {
			at := 1000
			if time.Since(start) > 10*time.Second {
				at = 999000
			}
			return http.StatusOK, fmt.Sprintf(`{"number":3,"building":true,"timestamp":%d,"url":"http://ci.example/job/a/3/"}`, at)
		})
		run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 3}, StartedAt: time.UnixMilli(1000)}
		f := Follower{On: c, Printer: &recorder{}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := f.Run(ctx, run); !errors.Is(err, jenkins.ErrOtherBuild) {
			t.Errorf("it ended with %v", err)
		}
	})
}

// TestDrawingIsTakenOffInATerminalThatBecameNarrower counts the lines that the terminal broke.
func TestDrawingIsTakenOffInATerminalThatBecameNarrower(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	w := 40
	l := &Live{out: &out, err: &out, size: func() (int, int) { return w, 24 }}
	s := &State{Run: jenkins.Run{Ref: jenkins.Ref{Job: "a", Number: 3}, Status: jenkins.Running}, At: began,
		Tree: stages.Tree{Stages: []stages.Stage{stage("1", "Build", stages.Success, time.Minute)}}}
	if err := l.Show(s, nil); err != nil {
		t.Fatal(err)
	}
	if err := l.Log([]byte("printed\n")); err != nil || !strings.Contains(out.String(), "\r\x1b[A\x1b[2K\x1b[A\x1b[2Kprinted\na #3") {
		t.Errorf("a log stands above the drawing: %q, %v", out.String(), err)
	}
	out.Reset()
	w = 10
	if err := l.Tick(); err != nil || strings.Count(out.String(), ansi.CUU1+ansi.EraseEntireLine) != 5 {
		t.Errorf("it takes off %q, %v", out.String(), err)
	}
}

// TestStagesThatCannotBeReadStayAsTheyWere: else all of them would be said again with the next answer.
func TestStagesThatCannotBeReadStayAsTheyWere(t *testing.T) {
	t.Parallel()
	c := played(func(path string) (int, string) {
		if path == "/job/a/3/api/json" {
			return http.StatusOK, `{"_class":"org.jenkinsci.plugins.workflow.job.WorkflowRun","number":3,"building":true,"timestamp":1000,"url":"http://ci.example/job/a/3/"}`
		}
		return http.StatusServiceUnavailable, ""
	})
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 3}, StartedAt: time.UnixMilli(1000)}
	prev := State{Run: run, Tree: stages.Tree{Stages: []stages.Stage{stage("1", "Build", stages.Running, 0)}}}
	f := Follower{On: c}
	next, err := f.ask(t.Context(), run, &prev)
	if err != nil || !next.Run.Pipeline || len(next.Tree.Stages) != 1 || shown(changesBetween(&prev, &next)) != "status RUNNING,a#3,,\n" {
		t.Errorf("%+v, %v: %q", next, err, shown(changesBetween(&prev, &next)))
	}
}
