package jenkinstest

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// repetition is how a build repeats another one.
type repetition struct {
	script string // an edited one
	from   string // the stage at which it begins
}

const notWithPasswords = "Replay is not allowed when password parameters are used."

func (b *Build) hasPassword() bool {
	return slices.ContainsFunc(b.params, func(p Param) bool { return p.Type == "Password" })
}

// repeat puts a build with the parameters of another into the queue.
func (q *request) repeat(b *Build, cause Cause, how repetition) *item {
	it := q.c.enqueue(b.job, slices.Clone(b.params), []Cause{{User: q.user.Name}, cause}, q.now, q.now)
	it.how = how
	return it
}

func (b *Build) replayCause() Cause {
	return Cause{Text: fmt.Sprintf("Replayed #%d", b.number), Class: "org.jenkinsci.plugins.workflow.cps.replay.ReplayCause"}
}

// rerun is Pipeline Graph View's.
func (q *request) rerun(b *Build) func() {
	if send := q.posted(); send != nil {
		return send
	}
	if send := q.needs("hudson.model.Item.Build"); send != nil {
		return send
	}
	if b.hasPassword() {
		return q.refuse(notWithPasswords)
	}
	if b.job.Disabled {
		return q.json([]pair{{"status", "error"}, {"message", "Could not schedule a build"}})
	}
	it := q.repeat(b, b.replayCause(), repetition{})
	return q.json([]pair{{"status", "ok"}, {"data", []pair{{"message", "Build scheduled"}, {"queueId", it.id}}}})
}

// replay answers what stands below a run's replay/. Without the right none of it exists.
func (q *request) replay(b *Build, page string) func() {
	if b.job.kind != pipeline || b.job.Disabled || !q.may("hudson.model.Run.Replay") {
		return q.missing()
	}
	if page == "" {
		return q.withContent(http.StatusOK, fmt.Sprintf(`<h1>Replay #%d</h1><form method="POST" name="config" action="run">`+
			`<textarea checkDependsOn="" name="_.mainScript" checkMethod="post" rows="5" class="jenkins-input validated">%s</textarea></form>`,
			b.number, html.EscapeString(b.scriptText())))
	}
	if send := q.posted(); send != nil {
		return send
	}
	switch page {
	case "checkScriptCompile":
		return q.checkCompile()
	case "run", "rebuild":
	default:
		return q.missing()
	}
	if b.hasPassword() {
		return q.refuse(notWithPasswords)
	}
	how := repetition{}
	if page == "run" {
		if q.r.FormValue("json") == "" {
			return q.plain(http.StatusBadRequest, "This page expects a form submission")
		}
		scripts, ok := stringsIn(q.r.FormValue("json"))
		if _, main := scripts["mainScript"]; !ok || !main {
			return q.oops()
		}
		how.script = scripts["mainScript"]
	}
	q.repeat(b, b.replayCause(), how)
	return q.redirect(q.c.Prefix + "/" + strings.Join(q.raw[:len(q.raw)-3], "/") + "/")
}

// checkCompile looks at brackets and quotes only.
func (q *request) checkCompile() func() {
	line, message := compileError(q.r.FormValue("value"))
	if message == "" {
		return q.json([]pair{{"line", 0}, {"column", 0}, {"message", ""}, {"status", "success"}})
	}
	return q.json([]any{[]pair{{"line", line}, {"column", 1}, {"message", message}, {"status", "fail"}}})
}

// compileError returns what is wrong with a script's brackets and quotes, and where.
func compileError(script string) (int, string) {
	var open []rune
	closes := map[rune]rune{')': '(', ']': '[', '}': '{'}
	for i, line := range strings.Split(script, "\n") {
		quote := rune(0)
		for _, r := range line {
			switch {
			case quote != 0:
				if r == quote {
					quote = 0
				}
			case r == '"' || r == '\'':
				quote = r
			case strings.ContainsRune("([{", r):
				open = append(open, r)
			case closes[r] != 0:
				if len(open) == 0 || open[len(open)-1] != closes[r] {
					return i + 1, "unexpected token: " + string(r)
				}
				open = open[:len(open)-1]
			}
		}
		if quote != 0 {
			return i + 1, "expecting anything but ''\\n''; got it anyway"
		}
	}
	if len(open) > 0 {
		return strings.Count(script, "\n") + 1, "unexpected end of file"
	}
	return 0, ""
}

// validate returns the check of a declarative pipeline, which anybody may ask for.
func (q *request) validate() func() {
	if send := q.posted(); send != nil {
		return send
	}
	script := q.r.FormValue("jenkinsfile")
	var wrong []any
	if at := stageWithoutSteps(script); at > 0 {
		wrong = append(wrong, []pair{{"error", []any{
			fmt.Sprintf("Expected one of \"steps\", \"stages\", or \"parallel\" for stage @ line %d, column 12.", at)}}})
	}
	if !strings.Contains(script, "agent") {
		wrong = append(wrong, []pair{{"error", "Missing required section \"agent\" @ line 1, column 1."}})
	}
	if len(wrong) > 0 {
		return q.json([]pair{{"status", "ok"}, {"data", []pair{{"result", "failure"}, {"errors", wrong}}}})
	}
	return q.json([]pair{{"status", "ok"}, {"data", []pair{{"result", "success"}}}})
}

// stageWithoutSteps returns the line of the first stage in which no steps, stages or parallel follow; 0: there is none.
func stageWithoutSteps(script string) int {
	for at, found := 0, 0; ; at += found + 1 {
		if found = strings.Index(script[at:], "stage("); found < 0 {
			return 0
		}
		body := script[at+found+1:]
		if next := strings.Index(body, "stage("); next >= 0 && !strings.Contains(body[:next], "stages") && !strings.Contains(body[:next], "parallel") {
			body = body[:next]
		}
		if !strings.Contains(body, "steps") && !strings.Contains(body, "parallel") && !strings.Contains(body, "stages") {
			return strings.Count(script[:at+found], "\n") + 1
		}
	}
}

// restart begins a build at a stage of another.
func (q *request) restart(b *Build) func() {
	if b.job.kind != pipeline || b.job.Disabled || !q.may("hudson.model.Item.Build") {
		return q.missing()
	}
	if send := q.posted(); send != nil {
		return send
	}
	stage := q.r.FormValue("stageName")
	answer := func(success, message string) func() {
		return q.json([]pair{{"status", "ok"}, {"data", []pair{{"success", success}, {"message", message}}}})
	}
	if !b.ended() || !slices.Contains(b.restartable(q.now), stage) {
		return answer("false", fmt.Sprintf("Failure restarting from stage: java.lang.IllegalStateException: Stage %s is not present in the "+
			"top-level stages for %s %s, so cannot be restarted.", stage, b.job.fullDisplay(), b.shown()))
	}
	q.repeat(b, Cause{Text: fmt.Sprintf("Restarted from build #%d, stage %s", b.number, stage),
		Class: "org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause"}, repetition{from: stage})
	return answer("true", "ok")
}

// restartable returns the stages at the top that ran, or were skipped by their condition.
func (b *Build) restartable(now time.Time) []string {
	var names []string
	for _, sp := range b.plan.spans {
		state := b.stageState(sp, now)
		if state == "" {
			break
		}
		names = append(names, sp.Name)
		if state == "failure" || state == "aborted" {
			break
		}
	}
	return names
}

// apply makes of a job's script what a build that repeats another runs.
func (h repetition) apply(s Script) Script {
	if h.from != "" {
		s.Stages = slices.Clone(s.Stages)
		for i := range s.Stages {
			if s.Stages[i].Name == h.from {
				break
			}
			s.Stages[i].Skip = true
		}
	}
	if h.script == "" {
		return s
	}
	s.Text = h.script
	if line, message := compileError(h.script); message != "" {
		return Script{Text: h.script, Result: "FAILURE", Log: []string{"org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:",
			fmt.Sprintf("WorkflowScript: %d: %s", line, message)}}
	}
	for _, m := range echoes.FindAllStringSubmatch(h.script, -1) {
		s.Log = append(s.Log, m[1]+m[2])
	}
	return s
}

// echoes are the texts that an edited script prints.
var echoes = regexp.MustCompile(`echo[ (]+(?:'([^'\n]*)'|"([^"\n]*)")`)

// scriptText returns the Groovy of a pipeline build: that of its Script, or what its stages could have been written as.
func (b *Build) scriptText() string {
	if b.plan.Text != "" {
		return b.plan.Text
	}
	var t strings.Builder
	t.WriteString("pipeline {\n    agent any\n    stages {\n")
	for _, st := range b.plan.Stages {
		fmt.Fprintf(&t, "        stage('%s') {\n            steps {\n                sh './%s.sh'\n            }\n        }\n", st.Name,
			strings.ToLower(strings.ReplaceAll(st.Name, " ", "-")))
	}
	t.WriteString("    }\n}\n")
	return t.String()
}

// stringsIn reads a JSON object of texts.
func stringsIn(text string) (map[string]string, bool) {
	var values map[string]string
	err := json.Unmarshal([]byte(text), &values)
	return values, err == nil
}
