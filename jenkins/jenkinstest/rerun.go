package jenkinstest

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

const notWithPasswords = "Replay is not allowed when password parameters are used."

// repeat puts a build with the parameters of another into the queue.
func (q buildPages) repeat(cause Cause, how world.Repetition) *world.Item {
	it := q.c.world.Enqueue(q.b.Job(), slices.Clone(q.b.Params), []Cause{{User: q.user.Name}, cause}, q.now, q.now)
	how.Commit = q.b.CheckedOut().SHA1
	it.How = how
	return it
}

func replayCause(b *Build) Cause {
	return Cause{Text: fmt.Sprintf("Replayed #%d", b.Number()), Class: "org.jenkinsci.plugins.workflow.cps.replay.ReplayCause"}
}

// rerun is Pipeline Graph View's.
func (q buildPages) rerun() func() {
	if send := q.posted(); send != nil {
		return send
	}
	if send := q.needs("hudson.model.Item.Build"); send != nil {
		return send
	}
	if q.b.HasPassword() {
		return q.refuse(notWithPasswords)
	}
	if q.b.Job().Disabled {
		return q.json(tree.Map("status", "error", "message", "Could not schedule a build"))
	}
	it := q.repeat(replayCause(q.b), world.Repetition{})
	return q.json(tree.Map("status", "ok", "data", tree.Map("message", "Build scheduled", "queueId", it.ID)))
}

// replay answers what stands below a run's replay/. Without the right none of it exists.
func (q buildPages) replay(page string) func() {
	if q.b.Job().Kind != world.Pipeline || q.b.Job().Disabled || !q.may("hudson.model.Run.Replay") {
		return q.missing()
	}
	if page == "" {
		return q.withContent(http.StatusOK, fmt.Sprintf(`<h1>Replay #%d</h1><form method="POST" name="config" action="run">`+
			`<textarea checkDependsOn="" name="_.mainScript" checkMethod="post" rows="5" class="jenkins-input validated">%s</textarea></form>`,
			q.b.Number(), html.EscapeString(q.b.ScriptText())))
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
	if q.b.HasPassword() {
		return q.refuse(notWithPasswords)
	}
	how := world.Repetition{}
	if page == "run" {
		if q.r.FormValue("json") == "" {
			return q.plain(http.StatusBadRequest, "This page expects a form submission")
		}
		scripts, ok := stringsIn(q.r.FormValue("json"))
		if _, main := scripts["mainScript"]; !ok || !main {
			return q.oops()
		}
		how.Script = scripts["mainScript"]
	}
	q.repeat(replayCause(q.b), how)
	return q.redirect(q.c.Prefix + "/" + strings.Join(q.raw[:len(q.raw)-3], "/") + "/")
}

// checkCompile looks at brackets and quotes only.
func (q *request) checkCompile() func() {
	line, message := world.CompileError(q.r.FormValue("value"))
	if message == "" {
		return q.json(tree.Map("line", 0, "column", 0, "message", "", "status", "success"))
	}
	return q.json([]any{tree.Map("line", line, "column", 1, "message", message, "status", "fail")})
}

// validate returns the check of a declarative pipeline, which anybody may ask for.
func (q *request) validate() func() {
	if send := q.posted(); send != nil {
		return send
	}
	script := q.r.FormValue("jenkinsfile")
	var wrong []any
	if at := stageWithoutSteps(script); at > 0 {
		wrong = append(wrong, tree.Map("error", []any{
			fmt.Sprintf("Expected one of \"steps\", \"stages\", or \"parallel\" for stage @ line %d, column 12.", at)}))
	}
	if !strings.Contains(script, "agent") {
		wrong = append(wrong, tree.Map("error", "Missing required section \"agent\" @ line 1, column 1."))
	}
	if len(wrong) > 0 {
		return q.json(tree.Map("status", "ok", "data", tree.Map("result", "failure", "errors", wrong)))
	}
	return q.json(tree.Map("status", "ok", "data", tree.Map("result", "success")))
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
func (q buildPages) restart() func() {
	if q.b.Job().Kind != world.Pipeline || q.b.Job().Disabled || !q.may("hudson.model.Item.Build") {
		return q.missing()
	}
	if send := q.posted(); send != nil {
		return send
	}
	stage := q.r.FormValue("stageName")
	answer := func(success, message string) func() {
		return q.json(tree.Map("status", "ok", "data", tree.Map("success", success, "message", message)))
	}
	if !q.b.Ended() || !slices.Contains(q.b.Restartable(q.now), stage) {
		return answer("false", fmt.Sprintf("Failure restarting from stage: java.lang.IllegalStateException: Stage %s is not present in the "+
			"top-level stages for %s %s, so cannot be restarted.", stage, q.b.Job().FullDisplay(), q.b.Shown()))
	}
	q.repeat(Cause{Text: fmt.Sprintf("Restarted from build #%d, stage %s", q.b.Number(), stage),
		Class: "org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause"}, world.Repetition{From: stage})
	return answer("true", "ok")
}

// stringsIn reads a JSON object of texts.
func stringsIn(text string) (map[string]string, bool) {
	var values map[string]string
	err := json.Unmarshal([]byte(text), &values)
	return values, err == nil
}
