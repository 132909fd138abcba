package jsonview

import (
	"regexp"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// StatusView is a build as "status --json" prints it.
type StatusView struct {
	Run      jenkins.Run
	Tree     stages.Tree
	Stage    *stages.Stage // the one that runs, waits or broke, and its step that does; nil where all went well
	Step     *stages.Step
	FromCopy bool
	Waits    *queued.Reason   // why it waits for a node; nil where it does not
	Own      []*regexp.Regexp // the user's patterns of what is a secret
}

// StageName returns the name of the stage that a step is in, empty for one outside of any.
func StageName(s *stages.Stage) string {
	if s == nil {
		return ""
	}
	return s.Name
}

// Parameters returns a run's parameters as variables, so that they are masked by the same rules.
func Parameters(r jenkins.Run, own []*regexp.Regexp) []env.Variable {
	vars := make([]env.Variable, len(r.Parameters))
	for i, p := range r.Parameters {
		value, known := p.Given()
		vars[i] = env.Variable{Name: p.Name, Value: value, Source: env.Param, Known: known, Password: p.Secret}
	}
	env.MarkSecrets(vars, own...)
	return vars
}
