package stages

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestFailedNamesTheInnermostStageAndItsStep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pages       map[string]string
		result      jenkins.Status
		stage, step string
	}{
		"a step, after failures that were caught": {map[string]string{"pipeline-overview/tree": "924", "pipeline-overview/allSteps": "924b"},
			jenkins.Failure, "141", "144"},
		"unstable":                 {map[string]string{"pipeline-overview/tree": "924", "pipeline-overview/allSteps": "924b"}, jenkins.Unstable, "120", "121"},
		"nothing was aborted":      {map[string]string{"pipeline-overview/tree": "924", "pipeline-overview/allSteps": "924b"}, jenkins.Aborted, "", ""},
		"an exception, flow nodes": {map[string]string{"api/json": "915"}, jenkins.Failure, "43", "44"},
		"an exception, wfapi":      {map[string]string{"wfapi/describe": "914"}, jenkins.Failure, "43", ""},
		"success":                  {map[string]string{"api/json": "915"}, jenkins.Success, "", ""},
	} {
		r, _ := reading(t, c.pages)
		tree, err := r.Whole(t.Context(), someRun(c.result))
		if err != nil {
			t.Fatal(name, err)
		}
		f, ok := tree.Failed(c.result)
		stage, step := "", ""
		if s := f.Stage(); s != nil {
			stage = s.ID
		}
		if f.Step != nil {
			step = f.Step.ID
		}
		if stage != c.stage || step != c.step || f.Cut || ok != (stage != "") {
			t.Errorf("%s: %q %q %+v, want %q %q", name, stage, step, f, c.stage, c.step)
		}
	}
}

// TestNoFailingStepIsTakenFromACutList: wfapi lists the first 100 of 140 steps, of which the last failed.
func TestNoFailingStepIsTakenFromACutList(t *testing.T) {
	t.Parallel()
	stage := "200 " + `{"stages":[` + string(recorded.Read(t, "900").Body) + `]}`
	r, _ := reading(t, map[string]string{"wfapi/describe": stage})
	tree, err := r.Whole(t.Context(), someRun(jenkins.Failure))
	if err != nil || len(tree.Stages[0].Steps) != 100 || !tree.Stages[0].Cut {
		t.Fatalf("%v: %d steps", err, len(tree.Stages[0].Steps))
	}
	tree.Stages[0].Steps[40].State = Failure // which was caught
	f, ok := tree.Failed(jenkins.Failure)
	if !ok || f.Stage().Name != "Many" || f.Step != nil || !f.Cut || f.Stage().Error != "step 140 fails" {
		t.Errorf("%+v, %v", f, ok)
	}
	if _, step := tree.Current(jenkins.Failure); step != nil {
		t.Errorf("shows %+v", step)
	}

	many := `200 {"status":"ok","data":{"stages":[{"id":"6","name":"Many","state":"failure","type":"STAGE"}]}}`
	r, _ = reading(t, map[string]string{"pipeline-overview/tree": many, "pipeline-overview/allSteps": "901", "wfapi/describe": stage})
	tree, err = r.Whole(t.Context(), someRun(jenkins.Failure))
	f, _ = tree.Failed(jenkins.Failure)
	if err != nil || f.Cut || f.Step == nil || f.Step.Name != "step 140 fails" || len(f.Stage().Steps) != 140 {
		t.Errorf("of all steps: %+v, %v", f, err)
	}
	r, _ = reading(t, map[string]string{"pipeline-overview/tree": many, "wfapi/describe": stage})
	tree, err = r.Whole(t.Context(), someRun(jenkins.Failure))
	if f, _ = tree.Failed(jenkins.Failure); err != nil || !f.Cut || f.Step != nil {
		t.Errorf("graph view without its steps: %+v, %v", f, err)
	}
}

func TestTheFirstBranchToFailAndNoPostActionIsTheFailure(t *testing.T) {
	t.Parallel()
	tree := Tree{Stages: []Stage{
		{ID: "1", Name: "Test", State: Failure, Children: []Stage{
			{ID: "2", Name: "late", Kind: Branch, State: Failure, StartedAt: at(10), Duration: 50},
			{ID: "3", Name: "early", Kind: Branch, State: Failure, StartedAt: at(10), Duration: 20, Steps: []Step{
				{ID: "5", State: Failure}, {ID: "7", State: Success}, {ID: "9", State: Failure}, {ID: "11", State: Success}}},
			{ID: "4", Name: "cancelled", Kind: Branch, State: Aborted, StartedAt: at(10), Duration: 10},
		}},
		{ID: "20", Name: "Post Actions", State: Failure, post: true, Steps: []Step{{ID: "21", State: Failure}}},
	}}
	f, _ := tree.Failed(jenkins.Failure)
	if len(f.Path) != 2 || f.Path[0].Name != "Test" || f.Stage().Name != "early" || f.Step == nil || f.Step.ID != "9" {
		t.Errorf("%+v", f)
	}
	tree.Stages = tree.Stages[1:]
	if f, _ := tree.Failed(jenkins.Failure); f.Step == nil || f.Step.ID != "21" {
		t.Errorf("where only they failed: %+v", f)
	}
}

func TestCurrentIsTheInnermostStageThatMatters(t *testing.T) {
	t.Parallel()
	ok := Stage{ID: "1", Name: "Checkout", State: Success}
	lint := Stage{ID: "3", Name: "lint", State: Running, Steps: []Step{{ID: "4", State: Success}, {ID: "5", State: Running}}}
	for name, c := range map[string]struct {
		stages []Stage
		status jenkins.Status
		want   string
	}{
		"all went well":       {[]Stage{ok}, jenkins.Success, ""},
		"between two stages":  {[]Stage{ok}, jenkins.Running, ""},
		"one runs":            {[]Stage{ok, {Name: "Build", State: Running}}, jenkins.Running, "Build"},
		"a branch runs":       {[]Stage{ok, {Name: "Test", State: Running, Children: []Stage{lint, ok}}}, jenkins.Running, "lint 5"},
		"one broke, one runs": {[]Stage{lint, {Name: "Deploy", State: Failure}, ok}, jenkins.Running, "lint 5"},
		"the last broke":      {[]Stage{{Name: "Deploy", State: Failure}, ok}, jenkins.Running, "Deploy"},
		"it failed":           {[]Stage{{Name: "Deploy", State: Failure}, {Name: "Warn", State: Unstable}}, jenkins.Failure, "Deploy"},
	} {
		tree := Tree{Stages: c.stages}
		stage, step := tree.Current(c.status)
		got := ""
		if stage != nil {
			got = stage.Name
		}
		if step != nil {
			got += " " + step.ID
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestCaughtFailureIsFoundInFlowNodes has the run of a recording end behind its catchError: all stages look like successes.
func TestCaughtFailureIsFoundInFlowNodes(t *testing.T) {
	t.Parallel()
	var graph flowNodes
	if err := json.Unmarshal(recorded.Read(t, "915").Body, &graph); err != nil {
		t.Fatal(err)
	}
	for i := range graph.Actions {
		graph.Actions[i].Nodes = slices.DeleteFunc(graph.Actions[i].Nodes, func(n *flowNode) bool { return compareIDs(string(n.ID), "41") > 0 })
	}
	list, steps, err := graph.stages(func(s string) string { return s })
	if err != nil {
		t.Fatal(err)
	}
	tree := Tree{Source: FlowNodes, Stages: list, Steps: steps}
	for _, result := range []jenkins.Status{jenkins.Failure, jenkins.Unstable} {
		f, ok := tree.Failed(result)
		if !ok || f.Stage() == nil || f.Stage().Name != "Break" || f.Step == nil || f.Step.Name != "seven" {
			t.Errorf("%s: %+v, %v", result, f, ok)
		}
	}
	if f, ok := tree.Failed(jenkins.Aborted); ok {
		t.Errorf("aborted: %+v", f)
	}
}

func TestTheBranchThatFailedIsNamedNotThoseThatWereAbortedForIt(t *testing.T) {
	t.Parallel()
	cell := func(id, name string, state State, took time.Duration) Stage {
		return Stage{ID: id, Name: name, Kind: Branch, State: state, StartedAt: at(10), Duration: took,
			Children: []Stage{{ID: id + "1", Name: "Install", State: Success}, {ID: id + "2", Name: "Run", State: state,
				Steps: []Step{{ID: id + "3", Name: "make test", State: state}}}}}
	}
	for _, around := range []State{Failure, Aborted} { // sources differ in how they call the stage of a failFast
		tree := Tree{Stages: []Stage{{ID: "1", Name: "Matrix", State: around, Children: []Stage{
			cell("20", "linux", Aborted, 20), cell("30", "mac", Failure, 21), cell("40", "win", Aborted, 22)}}}}
		f, ok := tree.Failed(jenkins.Failure)
		if !ok || len(f.Path) != 3 || f.Path[1].Name != "mac" || f.Stage().ID != "302" || f.Step == nil || f.Step.ID != "303" {
			t.Errorf("%s: %+v", around, f)
		}
	}
}

func TestAStepThatALaterAttemptPassedIsNotNamed(t *testing.T) {
	t.Parallel()
	pull := func(id string, state State) Step {
		return Step{ID: id, Title: "Shell Script", Name: "docker pull", State: state}
	}
	for name, c := range map[string]struct {
		steps []Step
		want  string
	}{
		"the stage failed otherwise": {[]Step{pull("5", Failure), pull("7", Failure), pull("9", Success), {ID: "11", Name: "echo", State: Success}}, ""},
		"a later step failed":        {[]Step{pull("5", Failure), pull("7", Success), {ID: "9", Name: "make", State: Failure}}, "9"},
		"every attempt failed":       {[]Step{pull("5", Success), pull("7", Failure), pull("9", Failure), {ID: "11", Name: "cleanup", State: Success}}, "9"},
	} {
		tree := Tree{StepSource: GraphView, Stages: []Stage{{ID: "1", Name: "Push", State: Failure, Steps: c.steps}}}
		f, _ := tree.Failed(jenkins.Failure)
		got := ""
		if f.Step != nil {
			got = f.Step.ID
		}
		if got != c.want || f.Stage() == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// flowOf makes flow nodes of lines "id class parent color name".
func flowOf(lines ...string) *flowNodes {
	var f flowNodes
	f.Actions = append(f.Actions, struct {
		Nodes []*flowNode `json:"nodes"`
	}{})
	for _, l := range lines {
		w := strings.SplitN(l, " ", 5)
		n := &flowNode{ID: flowID(w[0]), Class: "Step" + w[1] + "Node", IconColor: w[3], DisplayName: w[4]}
		if w[2] != "-" {
			n.Parents = []flowID{flowID(w[2])}
		}
		f.Actions[0].Nodes = append(f.Actions[0].Nodes, n)
	}
	return &f
}

// TestTheFlowNodesTellWhichFailureEndedTheStage: the end of a block is red if an exception came out of it (recording 915), so that a
// step in a block that ended well was tried again, or caught.
func TestTheFlowNodesTellWhichFailureEndedTheStage(t *testing.T) {
	t.Parallel()
	stage := []string{"2 Start - blue Stage : Start", "3 Start 2 blue Deploy"}
	retry := []string{"4 Start 3 blue Retry the body up to N times : Start", "5 Start 4 blue Retry the body up to N times : Body : Start",
		"6 Atom 5 red Shell Script", "7 End 6 red Retry the body up to N times : Body : End",
		"8 Start 7 blue Retry the body up to N times : Body : Start", "9 Atom 8 blue Shell Script",
		"10 End 9 blue Retry the body up to N times : Body : End", "11 End 10 blue Retry the body up to N times : End"}
	for name, c := range map[string]struct {
		nodes []string
		want  string
	}{
		"tried again, then an exception": {append(retry, "20 End 11 red Stage : Body : End", "21 End 20 red Stage : End"), "Pipeline error"},
		"tried again, then another failed": {append(retry, "12 Atom 11 red deploy", "13 Atom 12 blue clean up",
			"20 End 13 red Stage : Body : End", "21 End 20 red Stage : End"), "deploy"},
		"caught, then an exception": {[]string{"4 Start 3 blue Catch error and set build result to failure : Start",
			"5 Start 4 blue Catch error and set build result to failure : Body : Start", "6 Atom 5 red lint",
			"7 End 6 red Catch error and set build result to failure : Body : End", "8 End 7 blue Catch error and set build result to failure : End",
			"20 End 8 red Stage : Body : End", "21 End 20 red Stage : End"}, "Pipeline error"},
		"tried again in vain": {[]string{"4 Start 3 blue Retry the body up to N times : Start", "5 Start 4 blue Retry the body up to N times : Body : Start",
			"6 Atom 5 red pull", "7 End 6 red Retry the body up to N times : Body : End", "11 End 7 red Retry the body up to N times : End",
			"20 End 11 red Stage : Body : End", "21 End 20 red Stage : End"}, "pull"},
	} {
		list, steps, err := flowOf(append(slices.Clone(stage), c.nodes...)...).stages(func(s string) string { return s })
		if err != nil {
			t.Fatal(err)
		}
		f, _ := (&Tree{Source: FlowNodes, Stages: list, Steps: steps}).Failed(jenkins.Failure)
		if f.Stage() == nil || f.Stage().Name != "Deploy" || f.Step == nil || f.Step.Name != c.want {
			t.Errorf("%s: stage %+v, step %+v", name, f.Stage(), f.Step)
		}
	}
}

// TestAStepIsNotNamedForAnotherFailure: wfapi says with which message a stage failed, and each step.
func TestAStepIsNotNamedForAnotherFailure(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{"script returned exit code 1": "5", "no target given": "", "": "5"} {
		tree := Tree{Source: WFAPI, StepSource: WFAPI, Stages: []Stage{{ID: "1", Name: "Deploy", State: Failure, Error: message,
			Steps: []Step{{ID: "5", State: Failure, Error: "script returned exit code 1"}, {ID: "7", State: Success}}}}}
		f, ok := tree.Failed(jenkins.Failure)
		if got := f.Step; !ok || f.Stage() == nil || got == nil != (want == "") {
			t.Errorf("%q: %+v", message, f)
		}
	}
}
