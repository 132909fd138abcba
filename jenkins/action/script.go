package action

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Restartable asks for the stages from which a declarative pipeline build can be restarted: those at the top that ran or
// were skipped. Of any other build there are none.
func Restartable(ctx context.Context, c *jenkins.Client, r jenkins.Run) ([]string, error) {
	page, err := c.Page(ctx, r.Ref, "ask Jenkins for the stages to restart from", "api/json",
		"tree="+url.QueryEscape("actions[_class,restartEnabled,restartableStages]"))
	if err != nil {
		return nil, err
	}
	return readRestartable(page)
}

func readRestartable(page []byte) ([]string, error) {
	var build struct {
		Actions []struct {
			RestartEnabled    bool
			RestartableStages []string
		}
	}
	if err := json.Unmarshal(page, &build); err != nil {
		return nil, &jenkins.Error{Kind: jenkins.NotJenkins, Op: "read the stages to restart from", Err: err}
	}
	for _, a := range build.Actions {
		if a.RestartEnabled {
			return a.RestartableStages, nil
		}
	}
	return nil, nil
}

// Script is the Groovy that a pipeline build ran.
type Script struct {
	Main   string
	Loaded []Loaded // by load steps, in Jenkins' order
}

// Loaded is a script that a load step loaded.
type Loaded struct{ Name, Text string }

// Edited is a text that replaces a script, with the line ends that Jenkins has and its end as it was: editors change both by themselves.
func Edited(was, text string) string {
	text = strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if strings.HasSuffix(was, "\n") {
		text += "\n"
	}
	return text
}

// scriptPage bounds the replay page: measured, it is 103 KB with a short script.
const scriptPage = 16 * mega

// ScriptOf asks for the script of a pipeline build. It is only on Jenkins' replay page, which needs the right to replay.
func ScriptOf(ctx context.Context, c *jenkins.Client, r jenkins.Run) (Script, error) {
	q := jenkins.Question{Op: "ask Jenkins for the script of " + targetOf(r).String(), Path: c.BuildPath(r.Ref) + "replay/",
		Text: true, Page: true, Limit: scriptPage}
	page, err := c.Fetch(ctx, q)
	if jenkins.IsKind(err, jenkins.NotFound) {
		return Script{}, &Error{Op: q.Op, Err: err, What: "Jenkins offers no replay of this build (HTTP 404): the right Run/Replay is missing, " +
			"the job is disabled, or it is no pipeline", Fix: "ask the controller's administrator for this right"}
	}
	if err != nil {
		return Script{}, err
	}
	s, ok := readScript(string(page))
	if !ok {
		return Script{}, &Error{Op: q.Op, What: "Jenkins' replay page shows no script", Fix: "replay the build in the browser"}
	}
	return s, nil
}

// readScript reads the text areas of the replay page: "_.mainScript", and one for each loaded script (recording 940).
func readScript(page string) (Script, bool) {
	var s Script
	found := false
	for {
		_, area, more := strings.Cut(page, "<textarea")
		if !more {
			return s, found
		}
		head, rest, ok := strings.Cut(area, ">")
		text, after, ends := strings.Cut(rest, "</textarea")
		if !ok || !ends {
			return s, found
		}
		page = after
		_, name, _ := strings.Cut(head, `name="_.`)
		name, _, ok = strings.Cut(name, `"`)
		if !ok || name == "" {
			continue
		}
		text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\n") // HTML adds one
		text, name = html.UnescapeString(text), html.UnescapeString(name)
		switch {
		case name == "mainScript" && !found:
			s.Main, found = text, true
		case name != "mainScript":
			s.Loaded = append(s.Loaded, Loaded{name, text})
		}
	}
}

// Problem is what Jenkins says of a script that it would not run.
type Problem struct {
	Line, Column int // from 1; 0: not known
	Text         string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.Text
	}
	return fmt.Sprintf("line %d, column %d: %s", p.Line, p.Column, p.Text)
}

// CheckScript has Jenkins check a script before it is replayed: a wrong one is accepted, and its build fails. Every script is
// compiled as Groovy; a declarative pipeline is checked as one, too.
func CheckScript(ctx context.Context, c *jenkins.Client, r jenkins.Run, s Script) ([]Problem, error) {
	if strings.TrimSpace(s.Main) == "" {
		return []Problem{{Text: "the script is empty"}}, nil
	}
	var all []Problem
	texts := []Loaded{{"", s.Main}}
	for _, l := range append(texts, s.Loaded...) {
		page, err := c.Post(ctx, question("have Jenkins check the script", c.BuildPath(r.Ref)+"replay/checkScriptCompile", url.Values{"value": {l.Text}}))
		if err != nil {
			return nil, err
		}
		found, err := readCompile(page.Body)
		if err != nil {
			return nil, err
		}
		for i := range found {
			if l.Name != "" {
				found[i].Text = clean.Line(l.Name) + ": " + found[i].Text
			}
		}
		all = append(all, found...)
	}
	if len(all) > 0 || !isDeclarative(s.Main) {
		return all, nil
	}
	page, err := c.Post(ctx, question("have Jenkins check the pipeline", "pipeline-model-converter/validateJenkinsfile",
		url.Values{"jenkinsfile": {s.Main}}))
	if jenkins.IsKind(err, jenkins.NotFound) {
		return all, nil // without the plugin there are no declarative pipelines
	}
	if err != nil {
		return nil, err
	}
	return readValidation(page.Body)
}

func question(op, path string, form url.Values) jenkins.Question {
	return jenkins.Question{Op: op, Path: path, Body: form.Encode(), Asks: true, Text: true, Limit: mega,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
}

// isDeclarative reports whether a script is a declarative pipeline: a line begins with its block.
func isDeclarative(script string) bool {
	return slices.ContainsFunc(strings.Split(script, "\n"), func(line string) bool {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "pipeline")
		return ok && strings.HasPrefix(strings.TrimSpace(rest), "{")
	})
}

// readCompile reads the answer of checkScriptCompile: a list of failures, or one object (recordings 945, 945b).
func readCompile(page []byte) ([]Problem, error) {
	type finding struct {
		Line, Column    int
		Message, Status string
	}
	var list []finding
	if err := json.Unmarshal(page, &list); err != nil {
		var one finding
		if err := json.Unmarshal(page, &one); err != nil {
			return nil, &jenkins.Error{Kind: jenkins.NotJenkins, Op: "read what Jenkins says of the script", Err: err}
		}
		list = []finding{one}
	}
	var problems []Problem
	for _, f := range list {
		if f.Status != "success" {
			problems = append(problems, Problem{max(0, f.Line), max(0, f.Column), clean.Line(f.Message)})
		}
	}
	return problems, nil
}

// readValidation reads the answer of validateJenkinsfile, whose errors are texts or lists of texts (recording 945c).
func readValidation(page []byte) ([]Problem, error) {
	var answer struct {
		Data struct {
			Result string
			Errors []struct{ Error any }
		}
	}
	if err := json.Unmarshal(page, &answer); err != nil {
		return nil, &jenkins.Error{Kind: jenkins.NotJenkins, Op: "read what Jenkins says of the pipeline", Err: err}
	}
	if answer.Data.Result != "failure" {
		return nil, nil
	}
	var problems []Problem
	for _, e := range answer.Data.Errors {
		switch text := e.Error.(type) {
		case string:
			problems = append(problems, Problem{Text: clean.Line(text)})
		case []any:
			for _, t := range text {
				problems = append(problems, Problem{Text: clean.Line(fmt.Sprint(t))})
			}
		}
	}
	if len(problems) == 0 {
		problems = []Problem{{Text: "Jenkins does not say what is wrong"}}
	}
	return problems, nil
}
