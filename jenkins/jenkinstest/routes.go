package jenkinstest

import (
	"net/http"
	"strconv"
	"strings"
)

// job answers everything below /job/NAME.
func (q *request) job() func() {
	j, i := q.c.root, 0
	for i+1 < len(q.path) && q.path[i] == "job" && j.holdsJobs() {
		next := j.child(q.path[i+1])
		if next == nil || next.Hidden && (q.user == nil || !q.user.Admin) {
			return q.notFound()
		}
		j, i = next, i+2
	}
	spelled := strings.Join(q.raw[:i], "/") + "/"
	rest := q.path[i:]
	switch {
	case j == q.c.root:
		return q.notFound()
	case len(rest) == 0:
		if !strings.HasSuffix(q.r.URL.Path, "/") {
			return q.redirect(q.c.Prefix + "/" + spelled)
		}
		return q.html(j.full+" - Jenkins", http.StatusOK)
	case rest[0] == "api":
		return q.apiOf(rest, j.bean(), j, spelled)
	case j.holdsJobs():
		return q.notFound()
	}
	var b *Build
	if n, err := strconv.Atoi(rest[0]); err == nil {
		b = j.build(n)
	} else if strings.HasPrefix(rest[0], "last") {
		b = j.permalink(rest[0])
	} else {
		return q.jobAction(j, rest)
	}
	if b == nil {
		return q.notFound()
	}
	return q.build(b, rest[1:], spelled)
}

// jobAction answers what stands directly below a job.
func (q *request) jobAction(j *Job, rest []string) func() {
	switch rest[0] {
	case "build", "buildWithParameters":
		if len(rest) == 1 {
			return q.trigger(j, rest[0] == "buildWithParameters")
		}
	case "disable", "enable":
		return q.enable(j, rest[0] == "disable")
	case "wfapi":
		if j.kind == pipeline && !q.c.NoStageView {
			return q.wfapiJob(j, rest[1:])
		}
	}
	return q.notFound()
}

// build answers everything below a build.
func (q *request) build(b *Build, rest []string, spelled string) func() {
	if len(rest) == 0 {
		return q.html(b.job.full+" "+b.shown()+" - Jenkins", http.StatusOK)
	}
	switch rest[0] {
	case "api":
		q.c.allocate(q.now)
		return q.apiOf(rest, b.bean(), b.job, spelled)
	case "logText":
		if len(rest) == 2 && rest[1] == "progressiveText" {
			return q.progressive(b, false)
		}
		if len(rest) == 2 && rest[1] == "progressiveHtml" {
			return q.progressive(b, true)
		}
	case "consoleText":
		return q.consoleText(b)
	case "testReport":
		return q.testReport(b, rest[1:])
	case "artifact":
		return q.artifact(b, rest[1:])
	case "stop", "term", "kill":
		return q.stop(b, rest[0])
	case "submitDescription", "toggleLogKeep", "doDelete":
		return q.change(b, rest[0])
	case "replay":
		return q.replay(b, strings.Join(rest[1:], "/"))
	case "restart":
		if len(rest) == 2 && rest[1] == "restartPipeline" {
			return q.restart(b)
		}
	case "injectedEnvVars":
		if q.c.EnvInject && b.job.kind == freestyle && len(rest) > 1 {
			return q.injected(b, rest[1:])
		}
	case "wfapi":
		if b.job.kind == pipeline && !q.c.NoStageView {
			return q.wfapi(b, rest[1:])
		}
	case "stages", "pipeline-overview", "pipeline-console", "pipeline-graph":
		if len(rest) == 2 {
			return q.graphView(b, rest[0], rest[1])
		}
	case "execution":
		if b.job.kind == pipeline && len(rest) == 6 && rest[1] == "node" && rest[3] == "log" && rest[5] == "progressiveText" {
			return q.stepLog(b, rest[2])
		}
		if b.job.kind == pipeline && len(rest) == 6 && rest[1] == "node" && rest[3] == "log" && rest[5] == "progressiveHtml" {
			return q.stepHTML(b, rest[2])
		}
		if b.job.kind == pipeline && !q.c.NoStageView && len(rest) == 5 && rest[1] == "node" && rest[3] == "wfapi" {
			return q.wfapiNode(b, rest[2], rest[4])
		}
	case "input":
		if b.job.kind == pipeline && len(rest) == 3 {
			return q.answer(b, rest[1], rest[2])
		}
	}
	return q.missing()
}

func (q *request) computers() func() {
	q.c.allocate(q.now)
	rest := q.path[1:]
	if len(rest) > 0 && rest[0] != "api" {
		for _, n := range q.c.nodes {
			if rest[0] == n.Name || n.Name == "" && rest[0] == "(built-in)" {
				if len(rest) == 2 && rest[1] == "toggleOffline" {
					return q.toggle(n)
				}
				return q.api(rest[1:], n.bean())
			}
		}
		return q.notFound()
	}
	return q.api(rest, bean{class: computerSet, o: q.c})
}

func (q *request) queuePage() func() {
	rest := q.path[1:]
	switch {
	case len(rest) == 1 && rest[0] == "cancelItem":
		return q.cancel()
	case len(rest) >= 2 && rest[0] == "item":
		id, _ := strconv.ParseInt(rest[1], 10, 64)
		it := q.c.items[id]
		if it == nil {
			return q.notFound()
		}
		x := &exporter{c: q.c, now: q.now}
		return q.api(rest[2:], x.item(it))
	}
	return q.api(rest, bean{class: queueClass, o: q.c})
}
