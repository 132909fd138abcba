package console

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// fivehundred is an answer with 500 running builds, made of the recorded one: a pipeline in a node block and a freestyle
// build in turn, each with causes, parameters and its list of empty actions.
func fiveHundred(tb testing.TB) string {
	tb.Helper()
	const actions = `"actions":[{"_class":"hudson.model.ParametersAction","parameters":[{"_class":"hudson.model.StringParameterValue",` +
		`"name":"TARGET","value":"staging"},{"_class":"hudson.model.PasswordParameterValue","name":"API_KEY"}]},` +
		`{"_class":"hudson.model.CauseAction","causes":[{"_class":"hudson.model.Cause$UserIdCause","shortDescription":` +
		`"Started by user admin","userId":"admin"}]},{"_class":"jenkins.metrics.impl.TimeInQueueAction"},` +
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
	c := reading(answering(func(req *http.Request) *http.Response { return canned(req, body) }))
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
	r := record(b, "603")
	body := string(r.body)
	c := reading(answering(func(req *http.Request) *http.Response { return canned(req, body) }))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if jobs, err := c.LastBuilds(b.Context()); err != nil || len(jobs) < 1000 {
			b.Fatal(len(jobs), err)
		}
	}
}

// canned is an answer whose body is not copied, so that the benchmark measures the client.
func canned(req *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header:        http.Header{"Content-Type": {"application/json;charset=utf-8"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body))}
}

func BenchmarkReadLog(b *testing.B) {
	body := bytes.Repeat([]byte("\x1b[32m[INFO]\x1b[0m Building module 17 of 42 of the application, as usual\r\n"), 1<<14)
	size := strconv.FormatInt(rawLength(body), 10)
	c := reading(answering(func(req *http.Request) *http.Response {
		w := httptest.NewRecorder()
		w.Header().Set("X-Text-Size", size)
		resp := w.Result()
		resp.Body = io.NopCloser(bytes.NewReader(body))
		return resp
	}))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range (&Client{Client: c}).ReadLog(b.Context(), someRun, 0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkCleanLog(b *testing.B) {
	text := bytes.Repeat([]byte("by \x1b[8mha:////4Abc+/=\x1b[0madmin \x1b[31mred\x1b[0m and the rest of a line of usual length\r\n"), 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		jenkins.CleanLog(text)
	}
}
