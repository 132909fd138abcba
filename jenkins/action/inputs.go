package action

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Input is a question of a paused pipeline that is still open. Its texts are cleaned, ID is as Jenkins has it.
type Input struct {
	ID         string // capitalised by Jenkins, and case-sensitive
	Message    string
	OK, Cancel string // the words of the pipeline for yes and no; empty: Jenkins' own
	Submitter  string // users and groups that may answer, separated by commas; empty: all who may build
	Parameters []Parameter
}

// Yes is the caption of the button that goes on.
func (in Input) Yes() string {
	if in.OK == "" {
		return "Proceed"
	}
	return in.OK
}

// No is the caption of the button that aborts.
func (in Input) No() string {
	if in.Cancel == "" {
		return "Abort"
	}
	return in.Cancel
}

// Who says who may answer.
func (in Input) Who() string {
	if in.Submitter == "" {
		return "anyone who may build the job"
	}
	return jenkins.SubmitterNames(in.Submitter) + ", and administrators"
}

const inputTree = "building,actions[_class,waitingForInput,executions[id,settled,displayName,input[id,message,ok,cancel,submitter," +
	"submitterParameter,parameters[" + parameterTree + "]]]]"

// Inputs asks for the questions of a build that are open, in Jenkins' order. After a restart of the controller the answer
// may take up to a minute.
func Inputs(ctx context.Context, c *jenkins.Client, r jenkins.Run) ([]Input, error) {
	page, err := c.Page(ctx, r.Ref, "ask Jenkins for the inputs", "api/json", "tree="+url.QueryEscape(inputTree))
	if err != nil {
		return nil, err
	}
	return readInputs(page)
}

func readInputs(page []byte) ([]Input, error) {
	var build struct {
		Actions []struct {
			WaitingForInput bool
			Executions      []struct {
				ID      string
				Settled bool
				Input   struct {
					ID, Message, OK, Cancel, Submitter string
					Parameters                         []definition
				}
			}
		}
	}
	if err := json.Unmarshal(page, &build); err != nil {
		return nil, &jenkins.Error{Kind: jenkins.NotJenkins, Op: "read the inputs", Err: err}
	}
	var open []Input
	for _, a := range build.Actions {
		for _, e := range a.Executions {
			if !a.WaitingForInput || e.Settled {
				continue
			}
			in := Input{ID: e.Input.ID, Message: clean.Line(e.Input.Message), OK: clean.Line(e.Input.OK), Cancel: clean.Line(e.Input.Cancel),
				Submitter: clean.Line(e.Input.Submitter)}
			if in.ID == "" {
				in.ID = e.ID
			}
			for i := range e.Input.Parameters {
				in.Parameters = append(in.Parameters, e.Input.Parameters[i].parameter())
			}
			open = append(open, in)
		}
	}
	return open, nil
}

// keepsDefault is what an input takes for the default of its password parameter.
const keepsDefault = "<DEFAULT>"

// fill checks the values and adds those that were left out: an input has no defaults of its own.
func (in Input) fill(values []Value) ([]Value, error) {
	given := slices.Clone(values)
	for i := range in.Parameters {
		p := &in.Parameters[i]
		if slices.ContainsFunc(given, func(v Value) bool { return v.Name == p.Name }) {
			continue
		}
		switch {
		case p.HasDefault:
			given = append(given, Value{Name: p.Name, Text: p.Default})
		case p.Kind == Password:
			given = append(given, Value{Name: p.Name, Text: keepsDefault})
		case p.Kind == String || p.Kind == Text:
			given = append(given, Value{Name: p.Name})
		case p.Kind == FileContent:
		default:
			return nil, &Error{What: clean.Line(p.Name) + ": Jenkins does not tell its default, and it must be sent",
				Fix: "give it: -p " + clean.Line(p.Name) + "=VALUE"}
		}
	}
	for i := range in.Parameters {
		if p := &in.Parameters[i]; p.Kind == FileContent {
			return nil, &Error{What: clean.Line(p.Name) + ": the file that this input asks for cannot be sent from here", Fix: "answer it in the browser"}
		}
	}
	return validate(in.Parameters, given)
}

// jsonKind is how the form of an input names a value.
type jsonKind int

const (
	asText jsonKind = iota
	asBool
	asRun // (source) RunParameterValue takes runId
)

// inputForm is the form that answers an input (recording 972).
func inputForm(values []Value) (string, error) {
	type parameter struct {
		Name  string `json:"name"`
		Value any    `json:"value,omitempty"`
		RunID string `json:"runId,omitempty"`
	}
	form := struct {
		Parameter []parameter `json:"parameter"`
	}{}
	for _, v := range values {
		p := parameter{Name: v.Name, Value: v.Text}
		switch v.json {
		case asBool:
			yes, err := strconv.ParseBool(v.Text)
			if err != nil {
				return "", fmt.Errorf("%s is neither true nor false", clean.Line(v.Name))
			}
			p.Value = yes
		case asRun:
			p.Value, p.RunID = nil, v.Text
		}
		form.Parameter = append(form.Parameter, p)
	}
	b, err := json.Marshal(form)
	return string(b), err
}
