package jsonview

import (
	"regexp"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/actions"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
)

// Acted is an action that was done.
type Acted struct {
	Action     string `json:"action"`
	Controller string `json:"controller"`
	Target     string `json:"target"`
	Job        string `json:"job"`
	Number     *int   `json:"number"` // of the build that it was about
	Outcome    string `json:"outcome"`
	Message    string `json:"message"`
	QueueID    *int64 `json:"queue_id"` // of the item that becomes the build, if Jenkins names it
	Undo       string `json:"undo"`     // a command; empty where there is none
	Run        *Run   `json:"run"`      // the build that came of it, where that is known
}

// Preview is what --dry-run prints of an action.
type Preview struct {
	Action     string      `json:"action"`
	Controller string      `json:"controller"`
	Target     string      `json:"target"`
	Question   string      `json:"question"`
	Effect     string      `json:"effect"`
	Permission string      `json:"permission"`
	Method     string      `json:"method"`
	URL        string      `json:"url"`
	Values     []sentValue `json:"values"`
}

type sentValue struct {
	Name   string  `json:"name"`
	Value  *string `json:"value"` // null: it is secret
	Secret bool    `json:"secret"`
}

// Action is an action in the local history.
type Action struct {
	At         time.Time   `json:"at"`
	Controller string      `json:"controller"`
	User       string      `json:"user"`
	Action     string      `json:"action"`
	Target     string      `json:"target"`
	Job        string      `json:"job"`
	Number     *int        `json:"number"`
	Parameters []sentValue `json:"parameters"`
	Outcome    string      `json:"outcome"` // done, already, failed, refused, unclear; asked: the program ended before the answer came
	Answer     string      `json:"answer"`
	QueueID    *int64      `json:"queue_id"`
}

// Input is a question of a paused pipeline with all that an answer needs.
type Input struct {
	ID         string           `json:"id"`
	Message    string           `json:"message"`
	Proceed    string           `json:"proceed"` // the pipeline's word for yes
	Abort      string           `json:"abort"`
	Submitter  string           `json:"submitter"` // empty: whoever may build
	Parameters []definitionJSON `json:"parameters"`
}

type definitionJSON struct {
	Name        string   `json:"name"`
	Kind        string   `json:"kind"`
	Description string   `json:"description"`
	Default     *string  `json:"default"` // null: Jenkins does not tell it
	Choices     []string `json:"choices"`
	Secret      bool     `json:"secret"`
}

func NewActed(a action.Action, r action.Result, run *jenkins.Run, flags []string, now time.Time, own []*regexp.Regexp) Acted {
	_, undo := a.Next(r, run, flags...)
	v := Acted{Action: string(a.Kind), Controller: a.Target.Controller, Target: a.Target.String(), Job: a.Target.Job,
		Number: orNull(a.Target.Number), Outcome: string(actions.Done), Message: r.Message, QueueID: orNull(r.QueueID), Undo: undo}
	if r.Already {
		v.Outcome = string(actions.Already)
	}
	if run != nil {
		shown := NewRun(*run, now, own)
		v.Run = &shown
	}
	return v
}

func NewPreview(a action.Action, p action.Preview, own []*regexp.Regexp) Preview {
	v := Preview{Action: string(a.Kind), Controller: a.Target.Controller, Target: a.Target.String(), Question: a.Question, Effect: a.Effect,
		Permission: a.Permission, Method: p.Method, URL: p.URL, Values: []sentValue{}}
	for _, s := range ShownValues(p.Values, own) {
		shown := sentValue{Name: s.Name, Secret: s.Secret}
		if !s.Secret {
			shown.Value = &s.Text
		}
		v.Values = append(v.Values, shown)
	}
	return v
}

// ShownValues are values with the text that may be shown of them.
func ShownValues(values []action.Value, own []*regexp.Regexp) []action.Value {
	var list []action.Value
	for _, v := range values {
		v.Secret = v.Secret || v.File == nil && secrets.Detect(v.Name, v.Text, own)
		list = append(list, action.Value{Name: v.Name, Text: v.Shown(), Secret: v.Secret})
	}
	return list
}

func NewActions(list []actions.Entry) []Action {
	out := []Action{}
	for _, e := range list {
		v := Action{At: e.At, Controller: e.Controller, User: e.User, Action: string(e.Kind), Target: e.Target, Job: e.Job, Number: orNull(e.Number),
			Parameters: []sentValue{}, Outcome: string(e.Outcome), Answer: e.Answer, QueueID: orNull(e.QueueID)}
		for _, p := range e.Parameters {
			shown := sentValue{Name: p.Name, Secret: p.Secret}
			if !p.Secret {
				shown.Value = &p.Value
			}
			v.Parameters = append(v.Parameters, shown)
		}
		out = append(out, v)
	}
	return out
}

func NewInputs(list []action.Input) []Input {
	out := []Input{}
	for _, in := range list {
		v := Input{ID: in.ID, Message: in.Message, Proceed: in.Yes(), Abort: in.No(), Submitter: in.Submitter, Parameters: []definitionJSON{}}
		for _, p := range in.Parameters {
			d := definitionJSON{Name: p.Name, Kind: string(p.Kind), Description: p.Description, Choices: append([]string{}, p.Choices...), Secret: p.Secret}
			if p.HasDefault {
				d.Default = &p.Default
			}
			v.Parameters = append(v.Parameters, d)
		}
		out = append(out, v)
	}
	return out
}

// orNull is null where a number is not known.
func orNull[T int | int64](n T) *T {
	if n == 0 {
		return nil
	}
	return &n
}
