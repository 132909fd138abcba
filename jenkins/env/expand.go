package env

import (
	"regexp"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// ofRun is what a run's own environment holds as far as it follows from what is known of the run, expanded as Jenkins
// does it last.
func ofRun(f facts, r jenkins.Run, change []Variable, own []*regexp.Regexp) []Variable {
	root, _ := rootURL(f)
	parts := [][]Variable{derive(f), given(r), runsGiven(r, root), change}
	revision := revisionOf(r)
	if !r.Pipeline {
		parts = append(parts, revision)
	}
	vars := Merge(parts...)
	MarkSecrets(vars, own...) // what names a secret becomes one
	expand(vars)
	vars = append(unmerged(vars), assignedBy(r)...)
	if r.Pipeline { // only its steps see these, and nothing expands them
		vars = append(vars, revision...)
	}
	return append(vars, upstreamOf(r)...)
}

// reference is how a value names another variable; $$ is a dollar sign.
var reference = regexp.MustCompile(`\$(?:[A-Za-z0-9_]+|\{[A-Za-z0-9_.]+\}|\$)`)

// expand replaces $NAME and ${NAME} in each value by the variable's value, as Jenkins' EnvVars.resolve does: one variable
// after the other in the order of their names, so that an earlier one is expanded already when a later one names it. A
// reference to nothing that is known stays as it stands: so does Jenkins with what does not exist.
func expand(vars []Variable) {
	e := Env{Variables: vars}
	for i := range vars {
		v := &vars[i]
		if !v.Known || !strings.Contains(v.Value, "$") {
			continue
		}
		v.Value = reference.ReplaceAllStringFunc(v.Value, func(ref string) string {
			if ref == "$$" {
				return "$"
			}
			if named, ok := e.Lookup(strings.Trim(ref, "${}")); ok && named.Known {
				v.Secret = v.Secret || named.Secret
				v.Whole = v.Whole || named.Whole
				return named.Value
			}
			return ref
		})
	}
}
