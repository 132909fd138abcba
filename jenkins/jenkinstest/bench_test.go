package jenkinstest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

const refreshTree = "computer[displayName,offline,assignedLabels[name],executors[number,progress,likelyStuck,currentExecutable[_class,number,url," +
	"fullDisplayName,displayName,timestamp,estimatedDuration,building,description,builtOn,actions[_class,parameters[name,value],environment," +
	"waitingForInput,causes[shortDescription,userId,upstreamProject,upstreamBuild]]]],oneOffExecutors[number,progress,likelyStuck," +
	"currentExecutable[_class,number,url,fullDisplayName,displayName,timestamp,estimatedDuration,building,description,builtOn,actions[_class," +
	"parameters[name,value],environment,waitingForInput,causes[shortDescription,userId,upstreamProject,upstreamBuild]]]]]"

const lastBuildTree = "jobs[name,url,color,lastBuild[number,result,building,timestamp,duration],jobs[name,url,color,lastBuild[number,result," +
	"building,timestamp,duration],jobs[name,url,color,lastBuild[number,result,building,timestamp,duration]]]]"

func BenchmarkServe(b *testing.B) {
	for _, bm := range []struct {
		name, uri     string
		jobs, running int
	}{
		{"computer-22", "/computer/api/json?tree=" + url.QueryEscape(refreshTree), 2000, 22},
		{"computer-500", "/computer/api/json?tree=" + url.QueryEscape(refreshTree), 2000, 500},
		{"lastBuild-2000", "/api/json?tree=" + url.QueryEscape(lastBuildTree), 2000, 22},
	} {
		b.Run(bm.name, func(b *testing.B) {
			c := Large(bm.jobs, bm.running)
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, bm.uri, nil)
			r.SetBasicAuth(Admin.Name, Admin.Token)
			b.ReportAllocs()
			var n int
			for b.Loop() {
				w := httptest.NewRecorder()
				c.ServeHTTP(w, r)
				n = w.Body.Len()
			}
			b.ReportMetric(float64(n), "B/answer")
		})
	}
}

func BenchmarkLargeStarts(b *testing.B) {
	for b.Loop() {
		Large(2000, 22)
	}
}
