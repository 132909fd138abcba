package jenkinstest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/api"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// job answers everything below /job/NAME.
func (q *request) job() func() {
	j, i := q.c.world.Root, 0
	for i+1 < len(q.path) && q.path[i] == "job" && j.HoldsJobs() {
		next := j.Child(q.path[i+1])
		if next == nil || next.Hidden && (q.user == nil || !q.user.Admin) {
			return q.notFound()
		}
		j, i = next, i+2
	}
	spelled := strings.Join(q.raw[:i], "/") + "/"
	rest := q.path[i:]
	switch {
	case j == q.c.world.Root:
		return q.notFound()
	case len(rest) == 0:
		if !strings.HasSuffix(q.r.URL.Path, "/") {
			return q.redirect(q.c.Prefix + "/" + spelled)
		}
		return q.html(j.FullName()+" - Jenkins", http.StatusOK)
	case rest[0] == "api":
		return q.apiOf(rest, api.Job(j), q.spelling(j, spelled))
	case j.HoldsJobs():
		return q.notFound()
	}
	var b *Build
	if n, err := strconv.Atoi(rest[0]); err == nil {
		b = j.Build(n)
	} else if strings.HasPrefix(rest[0], "last") {
		b = j.Permalink(rest[0])
	} else {
		return jobPages{q, j}.jobAction(rest)
	}
	if b == nil {
		return q.notFound()
	}
	return buildPages{q, b}.build(rest[1:], spelled)
}

// jobAction answers what stands directly below a job.
func (q jobPages) jobAction(rest []string) func() {
	switch rest[0] {
	case "build", "buildWithParameters":
		if len(rest) == 1 {
			return q.trigger(rest[0] == "buildWithParameters")
		}
	case "disable", "enable":
		return q.enable(rest[0] == "disable")
	}
	return q.notFound()
}

// build answers everything below a build.
func (q buildPages) build(rest []string, spelled string) func() {
	if len(rest) == 0 {
		return q.html(q.b.Job().FullName()+" "+q.b.Shown()+" - Jenkins", http.StatusOK)
	}
	switch rest[0] {
	case "api":
		q.c.world.Allocate(q.now)
		return q.apiOf(rest, api.Build(q.b), q.spelling(q.b.Job(), spelled))
	case "logText":
		if len(rest) == 2 && rest[1] == "progressiveText" {
			return q.progressive(false)
		}
		if len(rest) == 2 && rest[1] == "progressiveHtml" {
			return q.progressive(true)
		}
	case "consoleText":
		return q.consoleText()
	case "testReport":
		return q.testReport(rest[1:])
	case "artifact":
		return q.artifact(rest[1:])
	case "stop", "term", "kill":
		return q.stop(rest[0])
	case "submitDescription", "toggleLogKeep", "doDelete":
		return q.change(rest[0])
	case "replay":
		return q.replay(strings.Join(rest[1:], "/"))
	case "restart":
		if len(rest) == 2 && rest[1] == "restartPipeline" {
			return q.restart()
		}
	case "injectedEnvVars":
		if q.c.EnvInject && q.b.Job().Kind == world.Freestyle && len(rest) > 1 {
			return q.injected(rest[1:])
		}
	case "wfapi":
		if q.b.Job().Kind == world.Pipeline && !q.c.NoStageView {
			return q.wfapi(rest[1:])
		}
	case "stages", "pipeline-overview", "pipeline-console", "pipeline-graph":
		if len(rest) == 2 {
			return q.graphView(rest[0], rest[1])
		}
	case "execution":
		if q.b.Job().Kind == world.Pipeline && len(rest) == 6 && rest[1] == "node" && rest[3] == "log" && rest[5] == "progressiveText" {
			return q.stepLog(rest[2])
		}
		if q.b.Job().Kind == world.Pipeline && len(rest) == 6 && rest[1] == "node" && rest[3] == "log" && rest[5] == "progressiveHtml" {
			return q.stepHTML(rest[2])
		}
		if q.b.Job().Kind == world.Pipeline && !q.c.NoStageView && len(rest) == 5 && rest[1] == "node" && rest[3] == "wfapi" && rest[4] == "describe" {
			return q.wfapiNode(rest[2])
		}
	case "input":
		if q.b.Job().Kind == world.Pipeline && len(rest) == 3 {
			return q.answer(rest[1], rest[2])
		}
	}
	return q.missing()
}

func (q *request) computers() func() {
	q.c.world.Allocate(q.now)
	rest := q.path[1:]
	if len(rest) > 0 && rest[0] != "api" {
		for _, n := range q.c.world.Nodes {
			if rest[0] == n.Name || n.Name == "" && rest[0] == "(built-in)" {
				if len(rest) == 2 && rest[1] == "toggleOffline" {
					return q.toggle(n)
				}
				return q.api(rest[1:], api.Node(n))
			}
		}
		return q.notFound()
	}
	return q.api(rest, api.Computers(q.c.world))
}

func (q *request) queuePage() func() {
	rest := q.path[1:]
	switch {
	case len(rest) == 1 && rest[0] == "cancelItem":
		return q.cancel()
	case len(rest) >= 2 && rest[0] == "item":
		id, _ := strconv.ParseInt(rest[1], 10, 64)
		it := q.c.world.Item(id)
		if it == nil {
			return q.notFound()
		}
		return q.api(rest[2:], q.scope().Item(it))
	}
	return q.api(rest, api.Queue(q.c.world))
}

// spelling is the scope of an answer about a job that was spelled in a way.
func (q *request) spelling(j *Job, spelled string) *api.Scope {
	x := q.scope()
	x.Asked, x.Spelled = j, spelled
	return x
}

// labelPage answers for a label, which an address spells with blanks that its name does not have.
func (q *request) labelPage() func() {
	if len(q.path) < 2 {
		return q.notFound()
	}
	q.c.world.Allocate(q.now)
	name := strings.NewReplacer(" && ", "&&", " || ", "||").Replace(q.path[1])
	return q.api(q.path[2:], api.Label(q.c.world.Label(name)))
}
