package env

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/request"
)

// envScript is what the script console is asked to run, word for word as docs/script-console.md shows it. It reads and
// changes nothing. JOB and STAGE are filled in as base64, whose letters mean nothing to Groovy, and NUMBER as digits.
//
//go:embed script.groovy
var envScript string

var errScriptOff = &request.Cause{What: "the script console is switched off for this controller",
	Do: "set allow_script_console = true in the controller's section of the config: docs/script-console.md"}

// ScriptEnv asks the run itself for its environment through the script console, with one request: what a step outside
// every block would see. With the id of a stage it also returns what withEnv and environment {} blocks added
// for it. It needs AllowScript, the right to run scripts, and an API token: a password login would need a crumb.
// Merge the answer with [Env.With].
func (c *Client) ScriptEnv(ctx context.Context, run jenkins.Run, stage string) ([]Variable, error) {
	q := jenkins.Question{Op: "ask the run for its environment", Path: "scriptText", Method: http.MethodPost, Limit: 16 * jenkins.Mega,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: url.Values{"script": {scriptFor(run.Ref, stage)}}.Encode()}
	if !c.AllowScript {
		return nil, &jenkins.Error{Kind: jenkins.NotAllowed, Op: q.Op, Path: q.Path, Err: errScriptOff}
	}
	var answer struct {
		Environment map[string]string
		Passwords   []string
		Overrides   []string
		Error       string
		Unread      string // why it is not known what the stage adds
	}
	text, err := c.Fetch(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, &jenkins.Error{Kind: jenkins.NotJenkins, Op: q.Op, Path: q.Path, Status: http.StatusOK, Err: err}
	}
	if answer.Unread != "" {
		answer.Error = "it does not say what the stage adds: " + clean.Line(answer.Unread)
	}
	if answer.Error != "" {
		return nil, &jenkins.Error{Kind: jenkins.Refused, Op: q.Op, Path: q.Path, Status: http.StatusOK, Err: errors.New(answer.Error), Direct: true}
	}
	vars := make([]Variable, 0, len(answer.Environment)+len(answer.Overrides))
	for name, value := range answer.Environment {
		v := Variable{Name: name, Value: value, Source: FromScript, Known: true}
		v.Password = slices.Contains(answer.Passwords, name)
		v.Secret, v.MaskWhole = v.Password, v.Password
		vars = append(vars, v)
	}
	for _, override := range answer.Overrides {
		if name, value, ok := strings.Cut(override, "="); ok && name != "" {
			vars = append(vars, Variable{Name: name, Value: value, Source: Staged, Known: true})
		}
	}
	return vars, nil
}

// scriptFor returns the script for one run, and for one stage of it unless that is empty.
func scriptFor(ref jenkins.Ref, stage string) string {
	plain := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return strings.NewReplacer("@JOB@", plain(ref.Job), "@NUMBER@", strconv.Itoa(ref.Number), "@STAGE@", plain(stage)).
		Replace(envScript)
}
