package action

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// ParameterKind is how a parameter is asked for.
type ParameterKind string

// The kinds of parameters. A kind that jenkwatch does not know is Other, and is sent as text.
const (
	String      ParameterKind = "string"
	Text        ParameterKind = "text" // several lines
	Choice      ParameterKind = "choice"
	Boolean     ParameterKind = "boolean"
	Password    ParameterKind = "password"
	RunOf       ParameterKind = "run" // a build: "full/job#12"
	FileContent ParameterKind = "file"
	Credentials ParameterKind = "credentials" // the ID of one
	Other       ParameterKind = "other"
)

var kinds = map[string]ParameterKind{
	"StringParameterDefinition": String, "TextParameterDefinition": Text, "ChoiceParameterDefinition": Choice,
	"BooleanParameterDefinition": Boolean, "PasswordParameterDefinition": Password, "RunParameterDefinition": RunOf,
	"FileParameterDefinition": FileContent, "CredentialsParameterDefinition": Credentials,
}

// Parameter is a parameter that a job or an input asks for. Its texts are cleaned, except Name, Default and Choices, which
// are sent back as Jenkins gave them.
type Parameter struct {
	Name        string
	Kind        ParameterKind
	Type        string // as Jenkins names it: "StringParameterDefinition"
	Description string
	Default     string
	HasDefault  bool // Jenkins gives one; not for passwords, runs, files and credentials
	Choices     []string
	Job         string // of a RunOf: whose builds are meant
	Secret      bool
	Note        string // what a person should know of it; may be empty
}

const parameterTree = "_class,type,name,description,defaultParameterValue[name,value],choices,projectName,filter"

// definition is a parameter as Jenkins defines it (recordings 933, 933b, 968).
type definition struct {
	Class                 string `json:"_class"`
	Type, Name            string
	Description           string
	Choices               json.RawMessage // a list of texts; a plugin's may be anything
	ProjectName           string
	DefaultParameterValue *struct{ Value json.RawMessage }
}

func (d *definition) parameter() Parameter {
	kind, known := kinds[d.Type]
	p := Parameter{Name: d.Name, Kind: kind, Type: clean.Line(d.Type), Description: clean.Text(d.Description), Job: d.ProjectName}
	if !known {
		p.Kind = Other
		p.Note = "a kind of parameter that jenkwatch does not know (" + p.Type + "): sent as text"
		if strings.Contains(d.Type, "Password") || strings.Contains(d.Class, "Password") {
			p.Kind, p.Note = Password, ""
		}
	}
	if json.Unmarshal(d.Choices, &p.Choices) != nil {
		p.Choices = nil
	}
	p.Secret = p.Kind == Password
	switch p.Kind {
	case Password:
		p.Note = "left out, its default is used, which Jenkins does not tell"
	case RunOf:
		p.Note = "left out, the newest build of " + clean.Line(d.ProjectName) + " is used"
	case FileContent:
		p.Note = "the content of a file; left out, there is none"
	case Credentials:
		p.Note = "the ID of a credential; left out, its default is used, which Jenkins does not tell"
	}
	if v := d.DefaultParameterValue; v != nil && !p.Secret && len(v.Value) > 0 && string(v.Value) != "null" {
		p.Default, p.HasDefault = plain(v.Value), true
	}
	return p
}

// plain is a JSON value as text: strings as they are, true and 12 as written.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// Parameters asks for the parameters that a job defines, in its order. A declarative pipeline has none before its first run.
func Parameters(ctx context.Context, c *jenkins.Client, job string) ([]Parameter, error) {
	q := jenkins.Question{Op: "ask Jenkins for the parameters of " + jenkins.DisplayName(job), Path: c.Path(job) + "api/json",
		Tree: "property[parameterDefinitions[" + parameterTree + "]]", Limit: 4 * mega}
	page, err := c.Fetch(ctx, q)
	if err != nil {
		return nil, err
	}
	return readParameters(page)
}

func readParameters(page []byte) ([]Parameter, error) {
	var job struct {
		Property []struct{ ParameterDefinitions []definition }
	}
	if err := json.Unmarshal(page, &job); err != nil {
		return nil, &jenkins.Error{Kind: jenkins.NotJenkins, Op: "read the job's parameters", Err: err}
	}
	var list []Parameter
	for _, p := range job.Property {
		for i := range p.ParameterDefinitions {
			if d := &p.ParameterDefinitions[i]; d.Name != "" {
				list = append(list, d.parameter())
			}
		}
	}
	return list, nil
}

// From returns the parameters with the values of an earlier build as their defaults, and the names of those whose value
// Jenkins does not tell, so that they have to be given again.
func From(parameters []Parameter, r jenkins.Run) (filled []Parameter, untold []string) {
	filled = slices.Clone(parameters)
	for i := range filled {
		p := &filled[i]
		at := slices.IndexFunc(r.Parameters, func(v jenkins.Parameter) bool { return v.Name == p.Name })
		if at < 0 {
			continue
		}
		v := r.Parameters[at]
		given, known := v.Given()
		switch {
		case !known || p.Secret:
			p.Default, p.HasDefault = "", false
			p.Note = "Jenkins does not tell the value that it had"
			untold = append(untold, p.Name)
		case p.Kind == Choice && !slices.Contains(p.Choices, given):
			p.Note = "it was " + clean.Line(given) + ", which is no longer a choice"
		default:
			p.Default, p.HasDefault = given, true
		}
	}
	return filled, untold
}

// Defaults returns the values that are sent for what was left unchanged: those that Jenkins gave.
func Defaults(parameters []Parameter) []Value {
	var values []Value
	for _, p := range parameters {
		if p.HasDefault {
			values = append(values, Value{Name: p.Name, Text: p.Default})
		}
	}
	return values
}

// validate checks values against the definitions: Jenkins drops an unknown name without a word, and of a bad value it does
// not say what is wrong with it. It returns the values as they are sent, in the definitions' order.
func validate(parameters []Parameter, values []Value) ([]Value, error) {
	for i, v := range values {
		known := slices.ContainsFunc(parameters, func(p Parameter) bool { return p.Name == v.Name })
		switch {
		case !known && len(parameters) == 0:
			return nil, &Error{What: fmt.Sprintf("there is no parameter %q: there are none", clean.Line(v.Name)),
				Fix: "leave it out; a declarative pipeline has no parameters before its first build"}
		case !known:
			return nil, &Error{What: fmt.Sprintf("there is no parameter %q", clean.Line(v.Name)), Fix: "there are " + names(parameters)}
		case slices.ContainsFunc(values[:i], func(o Value) bool { return o.Name == v.Name }):
			return nil, &Error{What: fmt.Sprintf("the parameter %q is given twice", clean.Line(v.Name)), Fix: "give it once"}
		}
	}
	var sent []Value
	for i := range parameters {
		p := &parameters[i]
		at := slices.IndexFunc(values, func(v Value) bool { return v.Name == p.Name })
		if at < 0 {
			continue
		}
		v, err := p.Check(values[at])
		if err != nil {
			return nil, err
		}
		sent = append(sent, v)
	}
	return sent, nil
}

func names(parameters []Parameter) string {
	var list []string
	for _, p := range parameters {
		list = append(list, clean.Line(p.Name))
	}
	return strings.Join(list, ", ")
}

// Check checks a value for this parameter and returns it as it is sent.
func (p *Parameter) Check(v Value) (Value, error) {
	v.Secret = p.Secret
	fail := func(what, fix string) (Value, error) {
		return Value{}, &Error{What: clean.Line(p.Name) + ": " + what, Fix: fix}
	}
	if (v.File != nil) != (p.Kind == FileContent) {
		if p.Kind == FileContent {
			return fail("it takes a file", "name one: -p "+clean.Line(p.Name)+"=@FILE")
		}
		return fail("it takes no file", "give a text")
	}
	switch p.Kind {
	case Boolean:
		v.json = asBool
		if v.Text = strings.ToLower(strings.TrimSpace(v.Text)); v.Text != "true" && v.Text != "false" {
			return fail(fmt.Sprintf("%q is neither true nor false", clean.Line(v.Text)), "give true or false")
		}
	case Choice:
		if len(p.Choices) > 0 && !slices.Contains(p.Choices, v.Text) {
			return fail(fmt.Sprintf("%q is none of its choices", clean.Line(v.Text)), "choose one of "+clean.Line(strings.Join(p.Choices, ", ")))
		}
	case RunOf:
		v.json = asRun
		v.Text = strings.TrimSpace(v.Text)
		if p.Job != "" && v.Text != "" && strings.Trim(v.Text, "#0123456789") == "" {
			v.Text = p.Job + "#" + strings.TrimPrefix(v.Text, "#")
		}
		job, number, found := strings.Cut(v.Text, "#")
		if !found || job == "" || number == "" || strings.Trim(number, "0123456789") != "" {
			return fail(fmt.Sprintf("%q names no build", clean.Line(v.Text)), "name a build as JOB#12")
		}
	}
	return v, nil
}
