package stages

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// TestTreeOfEachSource is how each source's answers look in the one model. The runs are the same where the recordings are.
func TestTreeOfEachSource(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pages  map[string]string
		status jenkins.Status
		source Source
		want   string
	}{
		"graph view, parallel runs": {map[string]string{"pipeline-overview/tree": "904", "pipeline-overview/allSteps": "905"}, "", GraphView, `
6 Work RUNNING
  11 loud RUNNING branch
    - 15 loud RUNNING
  12 silent RUNNING branch
    - 16 silent RUNNING
  13 sleepy RUNNING branch
    - 17 20 RUNNING
  14 quick SUCCESS branch
    - 18 Checks if running on a Unix-like node SUCCESS
    - 19 quick done SUCCESS
`},
		"wfapi, parallel runs in a stage that it calls a success": {map[string]string{"wfapi/describe": "906"}, "", WFAPI, `
6 Work RUNNING
  - 15 for i in 1 2 3 4 5 6 7 8 9 10; do echo loud $i; sleep 2; done RUNNING
  - 16 #!/bin/sh sleep 20 RUNNING
  - 17 20 RUNNING
  - 18 Checks if running on a Unix-like node SUCCESS
  - 19 quick done SUCCESS
`},
		"flow nodes, parallel runs": {map[string]string{"api/json": "907"}, "", FlowNodes, `
6 Work RUNNING
  11 loud RUNNING branch
    - 15 loud RUNNING
  12 silent RUNNING branch
    - 16 silent RUNNING
  13 sleepy RUNNING branch
    - 17 Sleep RUNNING
  14 quick SUCCESS branch
    - 18 Checks if running on a Unix-like node SUCCESS
    - 19 Print Message SUCCESS
`},
		"graph view's stages with wfapi's steps": {map[string]string{"pipeline-overview/tree": "904", "wfapi/describe": "906"}, "", GraphView, `
6 Work RUNNING
  11 loud RUNNING branch
    - 15 for i in 1 2 3 4 5 6 7 8 9 10; do echo loud $i; sleep 2; done RUNNING
  12 silent RUNNING branch
    - 16 #!/bin/sh sleep 20 RUNNING
  13 sleepy RUNNING branch
    - 17 20 RUNNING
  14 quick SUCCESS branch
    - 18 Checks if running on a Unix-like node SUCCESS
    - 19 quick done SUCCESS
`},
		"wfapi, ended": {map[string]string{"wfapi/describe": "914"}, jenkins.Failure, WFAPI, `
6 Work SUCCESS
  - 15 for i in 1 2 3 4 5 6 7 8 9 10; do echo loud $i; sleep 2; done SUCCESS
  - 16 #!/bin/sh sleep 20 SUCCESS
  - 17 20 SUCCESS
  - 18 Checks if running on a Unix-like node SUCCESS
  - 19 quick done SUCCESS
28 Never SUCCESS
  - 29 Determine current directory SUCCESS
  - 30 Checks if running on a Unix-like node SUCCESS
34 Break FAILURE
  - 37 echo about to break; exit 7 FAILURE
43 Stack FAILURE
`},
		"flow nodes, ended": {map[string]string{"api/json": "915"}, jenkins.Failure, FlowNodes, `
6 Work SUCCESS
  11 loud SUCCESS branch
    - 15 loud SUCCESS
  12 silent SUCCESS branch
    - 16 silent SUCCESS
  13 sleepy SUCCESS branch
    - 17 Sleep SUCCESS
  14 quick SUCCESS branch
    - 18 Checks if running on a Unix-like node SUCCESS
    - 19 Print Message SUCCESS
28 Never SUCCESS
  - 29 Determine current directory SUCCESS
  - 30 Checks if running on a Unix-like node SUCCESS
34 Break SUCCESS
  - 37 seven FAILURE
43 Stack FAILURE
  - 44 Pipeline error FAILURE
`},
		"no stage":                   {map[string]string{"pipeline-overview/tree": "928"}, jenkins.Success, GraphView, "\n2 System Generated SUCCESS block\n"},
		"a script that is no script": {map[string]string{"pipeline-overview/tree": "927", "wfapi/describe": "927b"}, jenkins.Failure, GraphView, "\n"},
		"waits for a node":           {map[string]string{"pipeline-overview/tree": "928b"}, "", GraphView, "\n4 Wait RUNNING\n"},
		"wfapi waits for a node":     {map[string]string{"wfapi/describe": "245"}, "", WFAPI, "\n"},
		"aborted":                    {map[string]string{"wfapi/describe": "217"}, jenkins.Aborted, WFAPI, "\n6 A ABORTED\n"},
		"waits for input":            {map[string]string{"wfapi/describe": "228"}, "", WFAPI, "\n4 Gate PAUSED\n"},
	} {
		r, _ := reading(t, c.pages)
		got, err := r.Whole(t.Context(), someRun(c.status))
		if err != nil && !errors.Is(err, ErrNoSteps) || got.Source != c.source || "\n"+outline(&got) != c.want {
			t.Errorf("%s: from %s, %v:\n%s", name, got.Source, err, outline(&got))
		}
	}
}

func TestAWaitingStepMakesItsStageWait(t *testing.T) {
	t.Parallel()
	r, _ := reading(t, map[string]string{"pipeline-overview/tree": "923", "pipeline-overview/allSteps": "923b"})
	got, err := r.Whole(t.Context(), someRun(jenkins.Running))
	if s := got.Find("136"); err != nil || s == nil || s.State != Paused || s.Steps[0].Paused != 745*time.Millisecond {
		t.Errorf("%v:\n%s", err, outline(&got))
	}
	stage, step := got.Current(jenkins.Paused)
	if stage == nil || stage.Name != "Approve" || step == nil || step.ID != "137" {
		t.Errorf("the current step is %v of %v", step, stage)
	}
}

// anAnswer is one that has stages.
const anAnswer = `200 {"stages":[{"id":"4","name":"Build","status":"SUCCESS","stageFlowNodes":[]}]}`

func TestTheNextSourceIsAskedWhenOneHasNoUsableAnswer(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"an error with 200":  `200 {"status":"error","message":"boom"}`,
		"no stages":          `200 {"status":"ok","data":{"complete":false,"stages":[]}}`,
		"stages are absent":  `200 {"status":"ok","data":{"complete":false}}`,
		"stages are null":    `200 {"status":"ok","data":{"stages":null}}`,
		"null data":          `200 {"status":"ok","data":null}`,
		"no data":            `200 {"status":"ok"}`,
		"data is text":       `200 {"status":"ok","data":"no"}`,
		"an empty object":    `200 {}`,
		"another page":       `200 <html><body>Sign in</body></html>`,
		"cut":                `200 {"status":"ok","data":{"stages":[{"id":"4","na`,
		"nothing":            `200 `,
		"an internal error":  `500 {"oops":true}`,
		"forbidden":          `403 {}`,
		"an unknown page":    `404 {}`,
		"a list":             `200 {"status":"ok","data":[]}`,
		"stages are a thing": `200 {"status":"ok","data":{"stages":{"id":"4"}}}`,
	} {
		r, _ := reading(t, map[string]string{"pipeline-overview/tree": answer, "wfapi/describe": anAnswer})
		got, err := r.Tree(t.Context(), someRun(jenkins.Success))
		if err != nil || got.Source != WFAPI || len(got.Stages) != 1 {
			t.Errorf("%s: from %s, %v:\n%s", name, got.Source, err, outline(&got))
		}
		if installed := name != "an unknown page"; (got.Refused != nil) != installed || strings.Contains(got.Missing(), "the plugin") == installed {
			t.Errorf("%s: %v, %q is said to be missing", name, got.Refused, got.Missing())
		}
		r, _ = reading(t, map[string]string{"pipeline-overview/tree": "904", "pipeline-overview/allSteps": answer, "wfapi/describe": "906"})
		got, err = r.Whole(t.Context(), someRun(""))
		if err != nil || name != "no stages" && got.StepSource != WFAPI {
			t.Errorf("steps, %s: from %s, %v", name, got.StepSource, err)
		}
	}
}

func TestAnErrorIsSaidWhereNoOtherSourceHasStages(t *testing.T) {
	t.Parallel()
	r, _ := reading(t, map[string]string{"pipeline-overview/tree": `200 {"status":"error","message":"boom\u001b[31m"}`})
	_, err := r.Tree(t.Context(), someRun(jenkins.Success))
	if err == nil || !strings.HasSuffix(err.Error(), "no usable answer: boom") {
		t.Errorf("got %v", err)
	}
}

func TestARunThatHasJustStartedHasNoStagesYet(t *testing.T) {
	t.Parallel()
	r, h := reading(t, map[string]string{"pipeline-overview/tree": "927", "wfapi/describe": "914"})
	run := someRun(jenkins.Running)
	run.StartedAt = time.Now()
	got, err := r.Tree(t.Context(), run)
	if err != nil || got.Source != GraphView || slices.Contains(h.asked, "wfapi/describe") {
		t.Errorf("got %+v, %v after %v", got, err, h.asked)
	}
}

func TestTimesThatAreTextComeFromWFAPI(t *testing.T) {
	t.Parallel()
	other := strings.NewReplacer(`"id":"10"`, `"id":10`, `"agent":"built-in"`, `"agent":null`)
	old := regexp.MustCompile(`("\w+Millis":)\d+`).ReplaceAllString(other.Replace(string(recorded.Read(t, "924").Body)), `$1"Took 0.52 sec"`)
	r, _ := reading(t, map[string]string{"pipeline-console/tree": "200 " + old, "wfapi/describe": "924c"})
	got, err := r.Tree(t.Context(), someRun(jenkins.Failure))
	if err != nil || got.Source != GraphView {
		t.Fatalf("from %s, %v", got.Source, err)
	}
	unit, build := got.Find("30"), got.Find("10")
	if unit == nil || unit.Duration != 421*time.Millisecond || !unit.StartedAt.Equal(time.UnixMilli(1795998248379)) {
		t.Errorf("a branch: %+v", unit)
	}
	if build == nil || build.Node != "" || build.StartedAt.IsZero() {
		t.Errorf("a stage whose id is a number: %+v", build)
	}
}

func TestStepsOfEndedBranchesHaveWFAPIsDurations(t *testing.T) {
	t.Parallel()
	r, _ := reading(t, map[string]string{"pipeline-overview/tree": "904", "pipeline-overview/allSteps": "913", "wfapi/describe": "914"})
	got, err := r.Whole(t.Context(), someRun(jenkins.Failure))
	if s := got.Find("11"); err != nil || len(s.Steps) != 1 || s.Steps[0].Duration != 20856*time.Millisecond {
		t.Errorf("%v: %+v", err, s)
	}
}

func TestAStageGoesOnInNoRunThatHasEnded(t *testing.T) {
	t.Parallel()
	for status, want := range map[jenkins.Status]State{jenkins.Aborted: Aborted, jenkins.Success: Unknown, jenkins.Running: Running} {
		r, _ := reading(t, map[string]string{"pipeline-overview/tree": "904"})
		got, err := r.Tree(t.Context(), someRun(status))
		if err != nil || got.Stages[0].State != want {
			t.Errorf("%s: %v, %v", status, got.Stages, err)
		}
	}
}

func TestTheFourAddressesOfGraphViewAreAskedForOnceEach(t *testing.T) {
	t.Parallel()
	for i, v := range graphViews {
		r, h := reading(t, map[string]string{v.tree: "904", v.steps: "905", v.exception: "903b"})
		for range 2 {
			got, err := r.Whole(t.Context(), someRun(""))
			if err != nil || got.Source != GraphView || got.StepSource != GraphView {
				t.Errorf("%s: from %s and %s, %v", v.tree, got.Source, got.StepSource, err)
			}
			text, err := r.Exception(t.Context(), someRun(""), &got, "44")
			if err != nil || !strings.HasPrefix(text, "Found unhandled java.lang.IndexOutOfBoundsException exception:\nIndex 5 out of") {
				t.Errorf("%s: %q, %v", v.exception, text, err)
			}
		}
		if len(h.asked) != i+3+3 {
			t.Errorf("%s: asked %q", v.tree, h.asked)
		}
	}
}

func TestWhatIsMissingIsForgottenWhenTheControllerRestarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		run := someRun("")
		run.Stages = []string{"Build"}
		r, h := reading(t, nil)
		h.session = "one"
		for range 2 {
			got, err := r.Tree(t.Context(), run)
			if err != nil || got.Source != Refresh || outline(&got) != " Build RUNNING\n" {
				t.Errorf("got %v, %v", got, err)
			}
		}
		if len(h.asked) != len(graphViews)+2 {
			t.Errorf("asked again: %q", h.asked)
		}
		h.pages = map[string]string{"stages/tree": "904", "api/json": "907"}
		if got, _ := r.Tree(t.Context(), run); got.Source != Refresh {
			t.Errorf("asked again: %q", h.asked)
		}
		h.session = "two"
		if _, err := r.Client.Page(t.Context(), run.Ref, "ask", "api/json", ""); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Tree(t.Context(), run); err != nil || got.Source != GraphView {
			t.Errorf("from %s, %v", got.Source, err)
		}
	})
}

func TestABrokenPageRestsForAWhileForItsRunOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, h := reading(t, map[string]string{"stages/tree": "500 {}", "wfapi/describe": anAnswer})
		asked := func(run jenkins.Run) (n int) {
			h.asked = nil
			if got, err := r.Tree(t.Context(), run); err != nil || got.Source != WFAPI {
				t.Errorf("from %s, %v", got.Source, err)
			}
			for _, page := range h.asked {
				if page == "stages/tree" {
					n++
				}
			}
			return n
		}
		other := someRun("")
		other.Job = "b"
		if asked(someRun("")) != 1 || asked(someRun("")) != 0 || asked(other) != 1 {
			t.Errorf("asked %q", h.asked)
		}
		time.Sleep(brokenFor)
		if asked(other) != 1 {
			t.Error("it is never asked again")
		}
	})
}

func TestAControllerThatIsAwayIsAskedOnce(t *testing.T) {
	t.Parallel()
	r, h := reading(t, map[string]string{"stages/tree": "503 <title>Starting Jenkins</title>"})
	_, err := r.Tree(t.Context(), someRun(""))
	if e, ok := errors.AsType[*jenkins.Error](err); !ok || e.Kind != jenkins.Starting || len(h.asked) != 1 {
		t.Errorf("%v after %q", err, h.asked)
	}
}

func TestADiscardedBuildIsNotFound(t *testing.T) {
	t.Parallel()
	gone := "404 <html>" + strings.Repeat("<p>Not found</p>", 500)
	pages := map[string]string{"wfapi/describe": gone, "api/json": gone}
	for _, v := range graphViews {
		pages[v.tree] = gone
	}
	r, h := reading(t, pages)
	for range 2 {
		_, err := r.Tree(t.Context(), someRun(""))
		if e, ok := errors.AsType[*jenkins.Error](err); !ok || e.Kind != jenkins.NotFound {
			t.Errorf("got %v", err)
		}
	}
	if len(h.asked) != 2*(len(graphViews)+2) {
		t.Errorf("one discarded build says nothing about the controller, asked %q", h.asked)
	}
}

func TestAFreestyleRunHasNoStages(t *testing.T) {
	t.Parallel()
	r, h := reading(t, nil)
	got, err := r.Whole(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "a", Number: 1}})
	if err != nil || got.Stages != nil || len(h.asked) != 0 {
		t.Errorf("got %v, %v after %q", got, err, h.asked)
	}
}

// newer-graph-view.json is an answer of Pipeline Graph View 900, made up from its Java source: absent values are left out,
// a branch that waits for an executor is queued and says what for, branches hold stages, and a second parallel step of a
// stage comes in a block of its own.
func TestTreeOfANewerGraphView(t *testing.T) {
	t.Parallel()
	r, _ := reading(t, map[string]string{"stages/tree": "200 " + file(t, "newer-graph-view.json")})
	got, err := r.Tree(t.Context(), someRun(""))
	const want = `
6 Build SUCCESS
11 Test RUNNING
  15 linux RUNNING branch
    20 unit NOT_BUILT
  16 arm QUEUED branch
30 Deploy SKIPPED
`
	if err != nil || "\n"+outline(&got) != want || got.Find("16").Why != "There are no nodes with the label ‘arm64’" {
		t.Errorf("%v:\n%s", err, outline(&got))
	}
}
