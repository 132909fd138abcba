package jenkinstest

import (
	"bytes"
	"cmp"
	"html"
	"net/http"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// wfapi answers the pages of pipeline-rest-api for which somebody asks.
func (q buildPages) wfapi(rest []string) func() {
	switch strings.Join(rest, "/") {
	case "artifacts":
		return q.json(q.scope().Artifacts(q.b))
	case "describe":
		return q.json(q.scope().DescribeRun(q.b, q.r.FormValue("fullStages") == "true"))
	}
	return q.missing()
}

// wfapiNode describes a node of the flow graph: a stage or a step.
func (q buildPages) wfapiNode(id string) func() {
	for _, sp := range q.b.Plan.All {
		if strconv.Itoa(sp.ID) == id && q.b.State(sp, q.now) != "" {
			return q.json(q.scope().DescribeNode(q.b, sp))
		}
	}
	if p, ok := q.node(id); ok {
		return q.json(q.scope().DescribeStep(q.b, p))
	}
	return q.missing()
}

// graphView answers the pages of pipeline-graph-view, which lie elsewhere in each of its versions.
func (q buildPages) graphView(at, page string) func() {
	where := cmp.Or(q.c.GraphViewAt, "pipeline-overview")
	switch {
	case q.c.NoGraphView, q.b.Job().Kind != world.Pipeline:
	case at == where && page == "rerun" && (at == "stages" || at == "pipeline-overview"):
		return q.rerun()
	case at == where && page == "tree":
		return q.graph(tree.Map("complete", q.b.Ended(), "stages", q.scope().Stages(q.b)))
	case at != where && (where != "pipeline-graph" || at != "pipeline-console"):
	case page == "allSteps":
		return q.graph(tree.Map("steps", q.scope().Steps(q.b), "runIsComplete", q.b.Ended()))
	case page == "exceptionText":
		return q.exceptionText()
	}
	return q.missing()
}

func (q buildPages) graph(data []tree.Entry) func() {
	q.w.Header().Set("Cache-Control", "private, no-store")
	return q.json(tree.Map("status", "ok", "data", data))
}

// node finds the step with an id. A stage without a list of its steps may have several: its other ids are the same step.
func (q buildPages) node(id string) (world.PlayedStep, bool) {
	n, _ := strconv.Atoi(id)
	for _, sp := range q.b.Plan.All {
		steps := q.b.Steps(sp, q.now)
		for _, p := range steps {
			if p.ID == n {
				return p, true
			}
		}
		if len(sp.Steps) == 0 && len(steps) == 1 && q.b.SpanOf(n) == sp {
			p := steps[0]
			if p.ID = n; n > sp.ID+5 {
				p.Log = nil
			}
			return p, true
		}
	}
	return world.PlayedStep{}, false
}

func (q buildPages) exceptionText() func() {
	p, _ := q.node(q.r.FormValue("nodeId"))
	text := cmp.Or(p.Error, "null")
	if p.Exception {
		text = "Found unhandled " + world.Exception + " exception:\n" + text + "\n\tWorkflowScript.run(WorkflowScript:7)\n"
	}
	return func() { q.send("text/plain;charset=utf-8", []byte(text)) }
}

// stepHTML answers a step's own log with links to what it started.
func (q buildPages) stepHTML(id string) func() {
	p, ok := q.node(id)
	if !ok {
		return q.notFound()
	}
	text := html.EscapeString(q.b.StepText(p, q.now))
	if d := q.b.StartedBy(p.Starts); d != nil {
		text = strings.Join(d.Lines(q.c.htmlLink), "\n") + "\n"
	}
	h := q.w.Header()
	h.Set("X-Text-Size", strconv.Itoa(len(text)))
	h.Set("X-ConsoleAnnotator", annotator)
	if p.State == "running" {
		h.Set("X-More-Data", "true")
	}
	return func() { q.send("text/html;charset=utf-8", []byte(text)) }
}

// stepLog answers a step's own log.
func (q buildPages) stepLog(id string) func() {
	p, ok := q.node(id)
	if !ok {
		return q.notFound()
	}
	text := q.b.StepText(p, q.now)
	from, err := strconv.Atoi(cmp.Or(q.r.FormValue("start"), "0"))
	if err != nil {
		return q.oops()
	}
	if from < 0 || from > len(text) { // unlike a build's console
		from = 0
	}
	h := q.w.Header()
	h.Set("X-Text-Size", strconv.Itoa(len(text)))
	if p.State == "running" {
		h.Set("X-More-Data", "true")
	}
	return func() {
		var buf bytes.Buffer
		if q.r.Method != http.MethodHead {
			put(crlfWriter{&buf}, []byte(text[from:]))
		}
		q.send("text/plain;charset=utf-8", buf.Bytes())
	}
}

// htmlLink returns a name as the HTML of a console shows it.
func (c *Controller) htmlLink(name, path string) string {
	return "<a href='" + c.Prefix + "/" + path + "' class='jenkins-table__link model-link model-link--float'>" + html.EscapeString(name) + "</a>"
}
