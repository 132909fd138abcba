package jenkins

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// What every question about builds asks of a build's actions. A password parameter has no value in any answer, and the
// tree hides the default of a password that an input asks for.
const actionFields = "_class," + parameterFields + otherFields

// jobName and number are those of a run parameter, which has no value.
const parameterFields = "parameters[name,value,jobName,number],"

const otherFields = "environment," + inputFields + causesTree

// What a pipeline that waits for input asks; see [inputAsking].
const inputFields = "waitingForInput," +
	"executions[id,input[id,message,ok,submitter,parameters[name,type,description,choices,defaultParameterValue[value]]]],"

const causesTree = "causes[shortDescription,userId,upstreamProject,upstreamBuild]"

type action struct {
	Class           string `json:"_class"`
	Parameters      []parameter
	Environment     map[string]string
	WaitingForInput bool
	Executions      []execution
	Causes          []cause

	LastBuiltRevision *revision
	RemoteURLs        []string
}

type parameter struct {
	Class string `json:"_class"`
	Name  string
	Value json.RawMessage
	// Of a run parameter, which has no value.
	JobName, Number string
}

type cause struct {
	ShortDescription string
	UserID           string
	UpstreamProject  string
	UpstreamBuild    int
}

type execution struct {
	ID    string
	Input struct {
		ID, Message, OK, Submitter string
		Parameters                 []definition
	}
}

type definition struct {
	Class                 string `json:"_class"`
	Name, Type            string
	Description           string
	Choices               []string
	DefaultParameterValue struct{ Value json.RawMessage }
}

type revision struct {
	SHA1   string
	Branch []struct{ Name string }
}

// buildAnswer is a run as any of the questions shows it; what a question does not name stays zero.
type buildAnswer struct {
	Class             string `json:"_class"`
	Number            int
	URL               string
	DisplayName       string
	FullDisplayName   string
	Description       string
	Result            string
	Building          *bool
	Timestamp         int64
	Duration          int64
	EstimatedDuration int64
	BuiltOn           *string
	Actions           []action
	Executor          *executor
}

// run makes the value out of the answer. at is where the build's URL, or its job's, says it is.
func (b *buildAnswer) run(c *Client, at Place) Run {
	r := Run{
		Ref:         Ref{Controller: c.Name, Job: at.Job, Number: b.Number},
		URL:         buildURL(c, at.Path, b.Number),
		DisplayName: clean.Line(b.DisplayName),
		Executor:    -1,
		StartedAt:   TimeOf(b.Timestamp),
		Ahead:       c.state.Ahead(),
		Estimated:   DurationOf(b.EstimatedDuration),
		Progress:    -1,
		Pipeline:    strings.HasSuffix(b.Class, ".WorkflowRun"),
		Description: clean.Text(b.Description),
	}
	if r.DisplayName == "" {
		r.DisplayName = "#" + strconv.Itoa(b.Number)
	}
	waiting := r.take(b.Actions)
	switch {
	case b.Building != nil && *b.Building && waiting, b.Building == nil && b.Result == "" && waiting:
		r.Status = Paused
	case b.Building != nil && *b.Building, b.Building == nil && b.Result == "":
		r.Status = Running
	case b.Result == "":
		r.Status = Complete
	default:
		r.Status = Status(clean.Line(b.Result))
	}
	if r.Status != Paused {
		r.Inputs = nil
	}
	if r.Status.Ended() {
		r.Duration = DurationOf(b.Duration)
	}
	if b.BuiltOn != nil {
		r.Nodes = []string{builtOnName(*b.BuiltOn)}
	}
	if b.Executor != nil && !r.Status.Ended() {
		b.Executor.describe(&r)
	}
	return r
}

// take reads a build's (or a queue item's) actions and reports whether it waits for input.
func (r *Run) take(actions []action) (waiting bool) {
	for i := range actions {
		a := &actions[i]
		for _, p := range a.Parameters {
			if p.Name != "" {
				r.Parameters = append(r.Parameters, p.value())
			}
		}
		if a.interrupts() {
			for _, ca := range a.Causes {
				if why := clean.Line(ca.ShortDescription); why != "" {
					r.Interrupted = append(r.Interrupted, why)
				}
			}
		} else {
			r.Causes = appendCauses(r.Causes, a.Causes)
		}
		if a.Class == "hudson.tasks.junit.TestResultAction" {
			r.HasTests = true
		}
		if len(a.Environment) > 0 {
			r.Environment = a.Environment
		}
		if a.LastBuiltRevision != nil {
			r.Revisions = append(r.Revisions, a.revision())
		}
		if a.WaitingForInput {
			waiting = true
			for _, e := range a.Executions {
				r.Inputs = append(r.Inputs, e.input())
			}
		}
	}
	return waiting
}

// interrupts reports whether the action's causes say why the build was aborted, and not why it was started.
func (a *action) interrupts() bool { return strings.HasSuffix(a.Class, ".InterruptedBuildAction") }

func appendCauses(to []Cause, causes []cause) []Cause {
	for _, ca := range causes {
		if ca == (cause{}) {
			continue // some plugin's, which exports nothing
		}
		to = append(to, Cause{clean.Line(ca.ShortDescription), ca.UserID, ca.UpstreamProject, ca.UpstreamBuild})
	}
	return to
}

func (a *action) revision() Revision {
	rev := Revision{Commit: a.LastBuiltRevision.SHA1, Remotes: a.RemoteURLs}
	for _, b := range a.LastBuiltRevision.Branch {
		rev.Branches = append(rev.Branches, b.Name)
	}
	return rev
}

func (p *parameter) value() Parameter {
	if isPassword(p.Class) {
		return Parameter{Name: p.Name, Secret: true} // should a plugin ever show a value, we do not take it
	}
	if len(p.Value) == 0 || bytes.Equal(p.Value, []byte("null")) || p.Value[0] == '{' || p.Value[0] == '[' {
		v := Parameter{Name: p.Name, ValueHidden: true}
		if strings.HasSuffix(p.Class, ".RunParameterValue") && isNumber(p.Number) {
			v.RunJob, v.RunNumber = p.JobName, p.Number
		}
		return v
	}
	return Parameter{Name: p.Name, Value: text(p.Value)}
}

// isPassword knows PasswordParameterValue, NonStoredPasswordParameterValue and the definitions of both.
func isPassword(class string) bool { return strings.Contains(class, "Password") }

func (e *execution) input() Input {
	in := Input{ID: e.Input.ID, Message: clean.Text(e.Input.Message), OK: clean.Line(e.Input.OK),
		Submitter: clean.Line(e.Input.Submitter)}
	if in.ID == "" {
		in.ID = e.ID
	}
	for i := range e.Input.Parameters {
		in.Parameters = append(in.Parameters, e.Input.Parameters[i].value())
	}
	return in
}

func (d *definition) value() ParameterDefinition {
	v := ParameterDefinition{Name: d.Name, Type: d.Type, Description: clean.Text(d.Description),
		Default: text(d.DefaultParameterValue.Value), Choices: d.Choices}
	if isPassword(d.Type) || isPassword(d.Class) {
		v.Secret, v.Default = true, ""
	}
	return v
}

// text returns a JSON value as a variable holds it: strings as they are, true and 12 as written, null empty.
func text(raw json.RawMessage) string {
	switch {
	case len(raw) == 0 || bytes.Equal(raw, []byte("null")):
		return ""
	case raw[0] == '"':
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s
		}
	}
	return string(raw)
}
