package jenkins

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// fiveHundred returns an answer with 500 running builds, made of the recorded one: a pipeline in a node block and a freestyle
// build in turn, each with causes, parameters and its list of empty actions.
func fiveHundred(tb testing.TB) string {
	tb.Helper()
	const actions = `"actions":[{"_class":"hudson.model.ParametersAction","parameters":[{"_class":"hudson.model.StringParameterValue",` +
		`"name":"TARGET","value":"staging"},{"_class":"hudson.model.PasswordParameterValue","name":"API_KEY"}]},` +
		`{"_class":"hudson.model.CauseAction","causes":[{"_class":"hudson.model.Cause$UserIdCause","shortDescription":` +
		`"Started by user admin","userId":"admin"}]},{"_class":"metrics.impl.TimeInQueueAction"},` +
		`{"_class":"org.jenkinsci.plugins.workflow.libs.LibrariesAction"},{},{},{},` +
		`{"_class":"org.jenkinsci.plugins.displayurlapi.actions.RunDisplayAction"},{},{},{},` +
		`{"_class":"org.jenkinsci.plugins.workflow.job.views.FlowGraphAction"},{},{}]`
	var executors, oneOff []string
	for i := range 250 {
		common := fmt.Sprintf(`"building":true,"description":null,"displayName":"#%d","estimatedDuration":111720,`+
			`"fullDisplayName":"team » pipe-%d #%d","number":%d,"timestamp":%d,"url":"http://127.0.0.1:8090/job/team/job/pipe-%d/%d/"`,
			i, i, i, i+1, 1795471774548+i, i, i+1)
		oneOff = append(oneOff, onExecutor(-1, workflow, actions+","+common))
		executors = append(executors, onExecutor(i, aPart, common), onExecutor(i, freestyle, actions+`,"builtOn":"agent",`+
			strings.ReplaceAll(common, "pipe-", "free-")))
	}
	return `{"computer":[{"_class":"hudson.slaves.SlaveComputer","displayName":"agent","offline":false,"assignedLabels":[{"name":"linux"}],` +
		`"executors":[` + strings.Join(executors, ",") + `],"oneOffExecutors":[` + strings.Join(oneOff, ",") + `]}]}`
}

func BenchmarkDecode500Running(b *testing.B) {
	body := fiveHundred(b)
	c := reading(recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, body) }))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		runs, _, err := c.Running(b.Context())
		if err != nil || len(runs) != 500 {
			b.Fatal(len(runs), err)
		}
	}
}

func BenchmarkDecodeBigLastBuilds(b *testing.B) {
	body := string(recorded.Read(b, "603").Body)
	c := reading(recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, body) }))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if jobs, err := c.LastBuilds(b.Context()); err != nil || len(jobs) < 1000 {
			b.Fatal(len(jobs), err)
		}
	}
}

func BenchmarkCleanLog(b *testing.B) {
	text := bytes.Repeat([]byte("by \x1b[8mha:////4Abc+/=\x1b[0madmin \x1b[31mred\x1b[0m and the rest of a line of usual length\r\n"), 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		clean.Log(text)
	}
}
