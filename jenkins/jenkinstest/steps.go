package jenkinstest

import (
	"bytes"
	"cmp"
	"html"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Step is a step of a stage. Those of one stage share its time.
type Step struct {
	Name   string // its label, or what it was given: "make test"
	Title  string // what it is where Name says something else: "Sleep"; a shell script has none here
	Result string // FAILURE, UNSTABLE, ABORTED; default SUCCESS
	Log    []string
	Error  string // what it failed with
	Starts string // the full name of the job that it builds; it prints what came of that
	NoWait bool   // and does not wait for it
	// Exception has no step at all but an exception that ends the stage.
	Exception bool
}

// playedStep is a step as it stands at a moment.
type playedStep struct {
	Step
	id, before   int
	state        string
	begin        time.Time
	took, paused time.Duration
	plan         time.Duration // what it takes in the end, without pauses
}

// scripted returns the steps of a stage: one shell script where the script says nothing of them.
func (sp *span) scripted() []Step {
	switch {
	case sp.skipped:
		return []Step{{Name: "Get contextual object from internal APIs"}}
	case len(sp.Steps) > 0:
		return sp.Steps
	case sp.Input != nil:
		return []Step{{Name: "Wait for interactive input"}}
	}
	return []Step{{Name: "make", Log: sp.Log, Result: sp.Result, Error: map[bool]string{true: "script returned exit code 1"}[sp.Result == "FAILURE"]}}
}

// steps returns those of a stage's steps that have begun.
func (b *Build) steps(sp *span, now time.Time) []playedStep {
	state := b.stageState(sp, now)
	if state == "" {
		return nil
	}
	begin, took, paused := b.stageTimes(sp, now)
	list := sp.scripted()
	each := sp.Takes / time.Duration(len(list))
	var out []playedStep
	for i, st := range list {
		p := playedStep{Step: st, id: sp.id + 1 + i, before: sp.id + i, begin: begin.Add(time.Duration(i) * each), took: each, plan: each,
			state: strings.ToLower(cmp.Or(st.Result, "SUCCESS"))}
		if len(list) == 1 {
			p.took, p.paused = took, paused
		}
		goesOn := i == len(list)-1 || !p.begin.Add(each).Before(now) // the last one does for as long as its stage
		if (state == "running" || state == "paused") && goesOn {
			p.state = state
		}
		if state == "aborted" && !p.begin.Add(each).Before(begin.Add(took)) {
			p.state = state
		}
		if d := b.downstreamOf(st.Starts); d != nil {
			p.Log = d.lines(b.job.c, plainLink)
		}
		out = append(out, p)
		if p.state == "running" || p.state == "paused" || state == "aborted" && p.state == "aborted" {
			break
		}
	}
	return out
}

// allSteps answers pipeline-graph-view's steps.
func (q *request) allSteps(b *Build) func() {
	list := []any{}
	for _, sp := range b.plan.all {
		for _, p := range b.steps(sp, q.now) {
			typ := "STEP"
			if p.Exception {
				typ, p.Name = "UNHANDLED_EXCEPTION", "Pipeline error"
			}
			entries := object(pair{"id", strconv.Itoa(p.id)}, pair{"name", p.Name}, pair{"state", p.state}, pair{"type", typ},
				pair{"title", p.Title})
			entries = append(entries, q.c.graphTimes(p.begin, p.took, p.paused, p.state)...)
			entries = append(entries, pair{"stageId", strconv.Itoa(sp.id)})
			if p.state == "paused" && sp.Input != nil {
				entries = append(entries, pair{"inputStep", object(pair{"message", sp.Input.Message}, pair{"cancel", "Abort"},
					pair{"id", sp.Input.id()}, pair{"ok", sp.Input.ok()}, pair{"parameters", len(sp.Input.Params) > 0})})
			}
			list = append(list, entries)
		}
	}
	q.w.Header().Set("Cache-Control", "private, no-store")
	return q.json(object(pair{"status", "ok"}, pair{"data", object(pair{"steps", list}, pair{"runIsComplete", b.ended()})}))
}

// graphTimes returns the times of a stage or step; versions 112 to 431 send text.
func (c *Controller) graphTimes(begin time.Time, took, paused time.Duration, state string) []pair {
	if c.GraphViewText {
		return object(pair{"pauseDurationMillis", "Queued " + paused.String()}, pair{"startTimeMillis", "Started 3 min ago"},
			pair{"totalDurationMillis", "Took " + took.String()})
	}
	times := object(pair{"pauseDurationMillis", paused}, pair{"startTimeMillis", begin})
	if state != "running" && state != "paused" {
		times = append(times, pair{"totalDurationMillis", took})
	}
	return times
}

// graphView answers the pages of pipeline-graph-view, which lie elsewhere in each of its versions.
func (q *request) graphView(b *Build, at, page string) func() {
	where := cmp.Or(q.c.GraphViewAt, "pipeline-overview")
	switch {
	case q.c.NoGraphView, b.job.kind != pipeline:
	case at == where && page == "rerun" && (at == "stages" || at == "pipeline-overview"):
		return q.rerun(b)
	case at == where && page == "tree":
		return q.overview(b)
	case at != where && (where != "pipeline-graph" || at != "pipeline-console"):
	case page == "allSteps":
		return q.allSteps(b)
	case page == "exceptionText":
		return q.exceptionText(b)
	case page == "log":
		return q.stageLog(b)
	}
	return q.missing()
}

// node finds the step with an id. A stage without a list of its steps may have several: its other ids are the same step.
func (q *request) node(b *Build, id string) (playedStep, bool) {
	n, _ := strconv.Atoi(id)
	for _, sp := range b.plan.all {
		steps := b.steps(sp, q.now)
		for _, p := range steps {
			if p.id == n {
				return p, true
			}
		}
		if len(sp.Steps) == 0 && len(steps) == 1 && n > sp.id && n < sp.id+sp.ids {
			p := steps[0]
			if p.id = n; n > sp.id+5 {
				p.Log = nil
			}
			return p, true
		}
	}
	return playedStep{}, false
}

func (q *request) exceptionText(b *Build) func() {
	p, _ := q.node(b, q.r.FormValue("nodeId"))
	text := cmp.Or(p.Error, "null")
	if p.Exception {
		text = "Found unhandled java.lang.IllegalStateException exception:\n" + text + "\n\tWorkflowScript.run(WorkflowScript:7)\n"
	}
	return func() { q.send("text/plain;charset=utf-8", []byte(text)) }
}

// stageLog returns what the steps directly in a stage printed.
func (q *request) stageLog(b *Build) func() {
	var text strings.Builder
	for _, sp := range b.plan.all {
		for _, p := range b.steps(sp, q.now) {
			if id := q.r.FormValue("nodeId"); id == strconv.Itoa(sp.id) || id == strconv.Itoa(p.id) {
				text.WriteString(b.stepText(p, q.now))
			}
		}
	}
	if text.Len() == 0 {
		text.WriteString("No logs found\n")
	}
	return func() { q.send("text/plain;charset=utf-8", []byte(text.String())) }
}

// stepText returns what a step has printed so far.
func (b *Build) stepText(p playedStep, now time.Time) string {
	n := len(p.Log)
	if p.state == "running" && p.plan > 0 && p.Starts == "" {
		n = min(n, int(time.Duration(n)*now.Sub(p.begin)/p.plan))
	}
	if n <= 0 {
		return ""
	}
	return strings.Join(p.Log[:n], "\n") + "\n"
}

// stepHTML answers a step's own log with links to what it started.
func (q *request) stepHTML(b *Build, id string) func() {
	p, ok := q.node(b, id)
	if !ok {
		return q.notFound()
	}
	text := html.EscapeString(b.stepText(p, q.now))
	if d := b.downstreamOf(p.Starts); d != nil {
		text = strings.Join(d.lines(q.c, q.c.htmlLink), "\n") + "\n"
	}
	h := q.w.Header()
	h.Set("X-Text-Size", strconv.Itoa(len(text)))
	h.Set("X-ConsoleAnnotator", annotator)
	if p.state == "running" {
		h.Set("X-More-Data", "true")
	}
	return func() { q.send("text/html;charset=utf-8", []byte(text)) }
}

// stepLog answers a step's own log.
func (q *request) stepLog(b *Build, id string) func() {
	p, ok := q.node(b, id)
	if !ok {
		return q.notFound()
	}
	text := b.stepText(p, q.now)
	from, err := strconv.Atoi(cmp.Or(q.r.FormValue("start"), "0"))
	if err != nil {
		return q.oops()
	}
	if from < 0 || from > len(text) { // unlike a build's console
		from = 0
	}
	h := q.w.Header()
	h.Set("X-Text-Size", strconv.Itoa(len(text)))
	if p.state == "running" {
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

// wfSteps are as many of a stage's steps as wfapi lists.
const wfSteps = 100

func (b *Build) describeSteps(sp *span, now time.Time) []any {
	list := []any{}
	for _, p := range b.steps(sp, now) {
		if !p.Exception && len(list) < wfSteps {
			list = append(list, b.describeStep(p))
		}
	}
	return list
}
