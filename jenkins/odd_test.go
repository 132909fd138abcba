package jenkins

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The answers in this file are made up from the Java source of what exports them, named at each.

// oddRunning is computer/api/json with everything odd that Computer, Executor, Run, PlaceholderTask and their actions can
// export: an executable that we may not see is null (Executor.getCurrentExecutableForApi), an action that exports nothing is
// {}, a numberless placeholder (its run cannot be loaded), an agent that is gone, parameters of all kinds, causes without
// text, a display name and a description that somebody wrote, an estimate of -1, no start yet.
const oddRunning = `{"_class":"hudson.model.ComputerSet","computer":[
 {"_class":"hudson.model.Hudson$MasterComputer","assignedLabels":[{"name":"built-in"}],"displayName":"Integrierter Knoten","offline":false,
  "executors":[{"currentExecutable":null,"likelyStuck":false,"number":0,"progress":-1},null,{}],
  "oneOffExecutors":[
   {"currentExecutable":{"_class":"org.jenkinsci.plugins.workflow.job.WorkflowRun","actions":[null,{},
     {"_class":"hudson.model.CauseAction","causes":[{},{"_class":"jenkins.branch.BranchIndexingCause","shortDescription":"Branch indexing"},
       {"_class":"org.jenkinsci.plugins.workflow.cps.replay.ReplayCause","shortDescription":"Replayed #3"},
       {"_class":"hudson.model.Cause$UserIdCause","shortDescription":"Started by user <b>A</b>","userId":null},
       {"_class":"hudson.model.Cause$UpstreamCause","shortDescription":"Started by upstream project \"up\" build number 9","upstreamBuild":9,"upstreamProject":"up"}]},
     {"_class":"hudson.model.ParametersAction","parameters":[{},
       {"_class":"hudson.model.StringParameterValue","name":"S","value":null},
       {"_class":"hudson.model.TextParameterValue","name":"T","value":"one\ntwo"},
       {"_class":"hudson.model.BooleanParameterValue","name":"B","value":false},
       {"_class":"x.NumberValue","name":"N","value":12.50},
       {"_class":"x.ListValue","name":"L","value":["a","b"]},
       {"_class":"x.MapValue","name":"M","value":{"a":1}},
       {"_class":"hudson.model.FileParameterValue","name":"F"},
       {"_class":"hudson.model.RunParameterValue","name":"R"},
       {"_class":"com.cloudbees.plugins.credentials.CredentialsParameterValue","name":"C","value":"deploy-key"},
       {"_class":"hudson.model.PasswordParameterValue","name":"P"},
       {"_class":"com.michelin.cio.hudson.plugins.passwordparam.PasswordParameterValue","name":"P2","value":"leaked"}]},
     {"_class":"org.jenkinsci.plugins.workflow.cps.EnvActionImpl","environment":{"A":"1","NULL":null}},
     {"_class":"org.jenkinsci.plugins.workflow.support.steps.input.InputAction","executions":[
       {"id":"Ship-1","input":{"id":"Ship-1","message":"Ship\n<b>it</b>?","ok":"Los","submitter":"","parameters":[
         {"_class":"hudson.model.ChoiceParameterDefinition","name":"WHERE","type":"ChoiceParameterDefinition","description":null,"choices":["a",7],"defaultParameterValue":{"_class":"hudson.model.StringParameterValue","value":"a"}},
         {"_class":"hudson.model.FileParameterDefinition","name":"FILE","type":"FileParameterDefinition","defaultParameterValue":null}]}},
       {"id":"Again","input":{"id":"Again","message":"Again?","ok":"Proceed","submitter":"a, b","parameters":null}}],"waitingForInput":true}],
     "building":true,"description":"<p>ready &amp; <i>waiting</i></p>","displayName":"v2 (main)","estimatedDuration":-1,"fullDisplayName":"Team » web » feature/x v2 (main)",
     "number":4,"result":null,"timestamp":0,"url":"https://ci.corp/jenkins/job/team/job/web/job/feature%252Fx/4/"},"likelyStuck":false,"number":-1,"progress":-1},
   {"currentExecutable":{"_class":"hudson.matrix.MatrixBuild","actions":[],"building":true,"builtOn":"","displayName":"#7","estimatedDuration":5000,"fullDisplayName":"matrix #7",
     "number":7,"timestamp":1795467602752,"url":"https://ci.corp/jenkins/job/matrix/7/"},"likelyStuck":true,"number":-1,"progress":99}]},
 {"_class":"hudson.slaves.SlaveComputer","assignedLabels":null,"displayName":"linux #1","offline":true,"executors":[
   {"currentExecutable":{"_class":"org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask$PlaceholderExecutable","displayName":"Team » web » feature/x v2 (main) (Ship (all))",
     "estimatedDuration":-1,"fullDisplayName":"Team » web » feature/x v2 (main) (Ship (all))","number":4,"timestamp":1795467602752,"url":"https://ci.corp/jenkins/job/team/job/web/job/feature%252Fx/4/"},"number":0,"progress":-1},
   {"currentExecutable":{"_class":"org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask$PlaceholderExecutable","displayName":"part of gone#3",
     "estimatedDuration":-1,"fullDisplayName":"part of gone#3","number":null,"timestamp":null,"url":""},"number":1,"progress":-1},
   {"currentExecutable":{"_class":"hudson.matrix.MatrixRun","actions":[{}],"building":true,"builtOn":"linux #1","displayName":"#7","estimatedDuration":"soon","fullDisplayName":"matrix » jdk=17,os=linux #7",
     "number":7,"timestamp":1795467602752,"url":"https://ci.corp/jenkins/job/matrix/jdk=17,os=linux/7/"},"number":2,"progress":40},
   {"currentExecutable":{"_class":"hudson.maven.MavenModuleSetBuild","actions":{},"building":true,"builtOn":"linux #1","description":null,"displayName":"#8","estimatedDuration":1,"fullDisplayName":"mvn #8",
     "number":8,"timestamp":1795467602752,"url":"https://ci.corp/jenkins/job/mvn/8/"},"number":3,"progress":40},
   {"currentExecutable":{"actions":[{"causes":null},{"parameters":null}],"building":true,"displayName":"#2","fullDisplayName":"classless #2","number":2,"timestamp":1795467602752,"url":"https://ci.corp/jenkins/job/classless/2/"},"number":4,"progress":null}],
  "oneOffExecutors":null}]}`

func TestOddAnswersAboutRunningBuilds(t *testing.T) {
	t.Parallel()
	c := reading(answering(func(req *http.Request) *http.Response {
		if got := req.Header.Get("Accept-Language"); got != "en" { // "Integrierter Knoten" is what Jenkins says else
			t.Errorf("asked for the language %q", got)
		}
		return canned(req, oddRunning)
	}))
	runs, nodes, err := c.Running(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(nodes) != 2 || nodes[0].Name != "built-in" || nodes[1].Name != "linux #1" || !nodes[1].Offline || nodes[1].Busy != 5 || nodes[0].Executors != 3 {
		t.Errorf("nodes %+v", nodes)
	}
	var names []string
	for _, r := range runs {
		names = append(names, r.Job+"|"+r.DisplayName+"|"+string(r.Status)+"|"+strings.Join(r.Nodes, ",")+"|"+strings.Join(r.Stages, ",")+"|"+r.URL)
	}
	want := []string{
		"team/web/feature%2Fx|v2 (main)|PAUSED|linux #1|Ship (all)|http://ci.example/jenkins/job/team/job/web/job/feature%252Fx/4/",
		"classless|#2|RUNNING|linux #1||http://ci.example/jenkins/job/classless/2/",
		"matrix|#7|RUNNING|built-in||http://ci.example/jenkins/job/matrix/7/",
		"matrix/jdk=17,os=linux|#7|RUNNING|linux #1||http://ci.example/jenkins/job/matrix/jdk=17,os=linux/7/",
		"mvn|#8|RUNNING|linux #1||http://ci.example/jenkins/job/mvn/8/",
	}
	if d := cmp.Diff(want, names); d != "" {
		t.Fatal(d)
	}
	run := runs[0]
	if run.Progress != -1 || run.Estimated != 0 || !run.StartedAt.IsZero() || run.Elapsed(time.Now()) != 0 {
		t.Errorf("progress %d, estimate %v, started %v", run.Progress, run.Estimated, run.StartedAt)
	}
	parameters := []Parameter{{Name: "S", Untold: true}, {Name: "T", Value: "one\ntwo"}, {Name: "B", Value: "false"}, {Name: "N", Value: "12.50"},
		{Name: "L", Untold: true}, {Name: "M", Untold: true}, {Name: "F", Untold: true}, {Name: "R", Untold: true},
		{Name: "C", Value: "deploy-key"}, {Name: "P", Secret: true}, {Name: "P2", Secret: true}}
	if d := cmp.Diff(parameters, run.Parameters); d != "" {
		t.Error(d)
	}
	causes := []Cause{{Text: "Branch indexing"}, {Text: "Replayed #3"}, {Text: "Started by user <b>A</b>"},
		{Text: `Started by upstream project "up" build number 9`, UpstreamJob: "up", UpstreamBuild: 9}}
	if d := cmp.Diff(causes, run.Causes); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]string{"A": "1", "NULL": ""}, run.Environment); d != "" {
		t.Error(d)
	}
	if len(run.Inputs) != 2 || run.Inputs[0].OK != "Los" || run.Inputs[1].Submitter != "a, b" || len(run.Inputs[0].Parameters) != 2 ||
		run.Inputs[0].Parameters[0].Default != "a" {
		t.Errorf("inputs %+v", run.Inputs)
	}
}

// oddQueue is queue/api/json as Queue.Item, its classes and the tasks export it: a scan of an organisation and of a multibranch
// project, a task of a plugin without URL, an item without a task that we may see, one without a reason, a pipeline's part.
const oddQueue = `{"_class":"hudson.model.Queue","items":[
 {"_class":"hudson.model.Queue$WaitingItem","actions":[{},null],"id":1,"inQueueSince":1795467602752,"stuck":false,"why":"In the quiet period. Expires in 4.9 sec",
  "task":{"_class":"jenkins.branch.OrganizationFolder","name":"org","url":"https://ci.corp/jenkins/job/org/"}},
 {"_class":"hudson.model.Queue$BuildableItem","actions":[],"id":2,"inQueueSince":1795467602753,"stuck":true,"why":"Waiting for next available executor",
  "task":{"_class":"org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject","name":"web","url":"https://ci.corp/jenkins/job/org/job/web/"}},
 {"_class":"hudson.model.Queue$BlockedItem","actions":[],"id":3,"inQueueSince":1795467602754,"why":null,"task":{"_class":"x.BackupTask","name":"Nightly backup"}},
 {"_class":"hudson.model.Queue$BlockedItem","actions":[],"id":4,"inQueueSince":1795467602755,"why":null,"task":{}},
 {"_class":"hudson.model.Queue$LeftItem","actions":[],"id":5,"inQueueSince":1795467602756,"why":null,"task":{"_class":"hudson.model.FreeStyleProject","name":"a b","url":"https://ci.corp/jenkins/job/a%20b/"}},
 {"_class":"hudson.model.Queue$BuildableItem","actions":[],"id":6,"inQueueSince":1795467602757,"why":"There are no nodes with the label ‘arm’",
  "task":{"_class":"org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask","name":"part of a » b #3","url":"job/a/job/b/3/"}},
 {"_class":"hudson.model.Queue$BuildableItem","id":7,"task":null}]}`

func TestOddAnswersAboutTheQueue(t *testing.T) {
	t.Parallel()
	items, err := reading(answering(func(req *http.Request) *http.Response { return canned(req, oddQueue) })).Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	type item struct {
		job     string
		id      int64
		noBuild bool
		partOf  bool
	}
	var got []item
	for _, r := range items {
		got = append(got, item{r.Job, r.QueueID, r.NoBuild, r.PartOf})
	}
	want := []item{{"org", 1, true, false}, {"org/web", 2, true, false}, {"Nightly backup", 3, true, false}, {"a b", 5, false, false}, {"a/b", 6, false, true}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(item{})); d != "" {
		t.Error(d)
	}
}

// TestAScanThatLeavesTheQueueIsNoBuild has a multibranch project scanned: it has no last build to ask for, and its 404
// is 86 KB.
func TestAScanThatLeavesTheQueueIsNoBuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("busy", 1, 0, 0)
		f.wait("org/web", 1, 0, 9*time.Second).run.NoBuild = true
		seen := false
		for _, s := range watched(t, &Watcher{asker: f}, time.Minute) {
			seen = seen || len(s.Queue) == 1
		}
		for _, call := range f.calls {
			if strings.HasPrefix(call.question, "Build") {
				t.Errorf("asked %s", call.question)
			}
		}
		if !seen {
			t.Error("it was never in the queue")
		}
	})
}
