// Package env says what environment a build has or had: what Jenkins says of it, what follows from that by Jenkins' own
// rules, what the console printed and what was pushed, merged by how far each source can be trusted. It compares and exports
// environments, and keeps copies of them for when Jenkins has discarded the build.
package env

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Source is where a variable's value came from. They are listed from strongest to weakest: where two name the same variable,
// the stronger one's value counts. docs/env.md says why the order is this one.
type Source string

const (
	Staged     Source = "stage"     // withEnv and environment {} blocks around and in the selected stage
	Assigned   Source = "assigned"  // env.X = ... in the pipeline (EnvActionImpl): Jenkins lays it over everything else
	Received   Source = "received"  // pushed by the plugin or by sync: the run's own environment, the exact truth
	FromScript Source = "script"    // asked of the run itself through /scriptText
	Injected   Source = "injected"  // EnvInject's injectedEnvVars
	Param      Source = "parameter" // a value given, or a default that Jenkins filled in
	SCM        Source = "scm"       // revision, branch or change, from the run's actions
	CauseVar   Source = "cause"     // the upstream build, from the run's causes
	NodeVar    Source = "node"      // name and labels of the node, executor number
	Derived    Source = "derived"   // what Jenkins computes from run and job, by its rules
	Printed    Source = "printed"   // an env, printenv, set or export listing in the console
)

// strength lists the sources from strongest to weakest.
var strength = []Source{
	Staged, Assigned, Received, FromScript, Injected, Param, SCM, CauseVar, NodeVar, Derived, Printed,
}

// Rank returns the place of the source among all: 0 is the strongest.
func (s Source) Rank() int { return slices.Index(strength, s) }

// spelling lists the sources from the one whose spelling of a name counts most. Jenkins' map ignores case and keeps the
// spelling of the source that named the variable first: a parameter job_name changes the value of JOB_NAME, not its name.
var spelling = []Source{
	Received, FromScript, Injected, Derived, NodeVar, SCM, Param, Assigned, Staged, CauseVar, Printed,
}

// Variable is one environment variable of a run.
type Variable struct {
	Name   string // raw
	Value  string // raw; empty and Known false for a password parameter
	Source Source
	Known  bool // false: Jenkins names it but never shows its value (a password, or a file and the like)
	Secret bool // a password parameter, or it looks like a secret: mask it until it is to be revealed
	// MaskWhole reports that Secret means all of the value, not only the credentials of a URL in it.
	MaskWhole bool
	// Password is true for a password parameter only: what the endpoint's policy (send, mask, drop) is about.
	Password bool
	// Also lists weaker sources that named it too, with their values, strongest first.
	Also []Variable
}

// Env is the environment of one run, sorted by name without regard to case.
type Env struct {
	Ref       jenkins.Ref
	Run       jenkins.Run
	Variables []Variable
	Missing   []string // names known to exist on the agent whose values Jenkins does not expose
	FromCopy  bool     // read from the local copy: Jenkins no longer has the build
	// SecretPatterns are the user's own patterns of what is secret, for values that are merged in later.
	SecretPatterns []*regexp.Regexp
}

// Lookup returns a variable by its name, as Jenkins does: without regard to case.
func (e Env) Lookup(name string) (Variable, bool) {
	i, ok := slices.BinarySearchFunc(e.Variables, name, func(v Variable, name string) int { return compareNames(v.Name, name) })
	if !ok {
		return Variable{}, false
	}
	return e.Variables[i], true
}

// With returns the env with more variables merged in: a push that was received, a listing that the console printed, the
// answer of a script. e itself stays as it is.
func (e Env) With(parts ...[]Variable) Env {
	all := append([][]Variable{unmerged(e.Variables)}, parts...)
	e.Variables = Merge(all...)
	MarkSecrets(e.Variables, e.SecretPatterns...)
	e.Missing = missing(e.Run, e.Variables)
	return e
}

// Of returns what these sources say, each variable with the value of the strongest of them, also where yet another source
// is stronger; all variables when no source is named.
func (e Env) Of(sources ...Source) []Variable {
	if len(sources) == 0 {
		return e.Variables
	}
	return e.pick(func(v Variable) bool { return slices.Contains(sources, v.Source) })
}

// pick returns the variables as the strongest source has them for which want is true.
func (e Env) pick(want func(Variable) bool) []Variable {
	var vars []Variable
	for _, v := range e.Variables {
		all := append([]Variable{v}, v.Also...)
		if i := slices.IndexFunc(all, want); i >= 0 {
			v.Value, v.Source, v.Known, v.Also = all[i].Value, all[i].Source, all[i].Known, nil
			vars = append(vars, v)
		}
	}
	return vars
}

// Sources returns all sources that named the variable, strongest first.
func (v Variable) Sources() []Source {
	sources := []Source{v.Source}
	for _, weaker := range v.Also {
		sources = append(sources, weaker.Source)
	}
	return sources
}

// Merge merges what several sources say about one run. Names are compared as Jenkins does, without regard to case. The
// strongest known value wins and keeps the others in Also; a value that is not known never hides a known one, but
// A variable is a password if any source says so. Variables of one source follow each other: the later one wins, as in a shell.
func Merge(parts ...[]Variable) []Variable {
	groups := map[string][]Variable{}
	for _, part := range parts {
		for _, v := range part {
			v.Also = nil
			key := foldName(v.Name)
			groups[key] = append(groups[key], v)
		}
	}
	merged := make([]Variable, 0, len(groups))
	for _, group := range groups {
		merged = append(merged, mergeOne(group))
	}
	SortByName(merged)
	return merged
}

// mergeOne makes one variable of all that were called the same.
func mergeOne(vars []Variable) Variable {
	if len(vars) == 1 {
		return vars[0]
	}
	slices.Reverse(vars) // the sort below is stable: of one source the last comes first
	name := slices.MinFunc(vars, func(a, b Variable) int {
		return cmp.Compare(slices.Index(spelling, a.Source), slices.Index(spelling, b.Source))
	}).Name
	slices.SortStableFunc(vars, func(a, b Variable) int {
		if a.Known != b.Known {
			if a.Known {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Source.Rank(), b.Source.Rank())
	})
	vars = slices.CompactFunc(vars, func(a, b Variable) bool { return a.Source == b.Source })
	v := vars[0]
	v.Name = name
	if len(vars) > 1 {
		v.Also = vars[1:]
	}
	for _, other := range v.Also {
		v.Password = v.Password || other.Password
		v.Secret = v.Secret || other.Secret
		v.MaskWhole = v.MaskWhole || other.Password
	}
	return v
}

// unmerged takes variables apart again into what each source said.
func unmerged(vars []Variable) []Variable {
	flat := make([]Variable, 0, len(vars))
	for _, v := range vars {
		flat = append(flat, v.Also...)
		v.Also = nil
		flat = append(flat, v)
	}
	return flat
}

// SortByName sorts variables as Jenkins does: by name, without regard to case.
func SortByName(vars []Variable) {
	slices.SortFunc(vars, func(a, b Variable) int {
		return cmp.Or(compareNames(a.Name, b.Name), cmp.Compare(a.Name, b.Name))
	})
}

// foldName returns the name as Jenkins compares it: String.compareToIgnoreCase folds each character up and then down.
func foldName(name string) string { return strings.ToLower(strings.ToUpper(name)) }

func compareNames(a, b string) int { return cmp.Compare(foldName(a), foldName(b)) }

// onAgent is what Jenkins sets for every run or the agent brings along, and no API exposes.
var onAgent = []string{
	"HOME", "HUDSON_HOME", "HUDSON_SERVER_COOKIE", "JENKINS_HOME", "JENKINS_SERVER_COOKIE", "LANG", "PATH",
}

// onNode is what a run on one node has besides: known while it runs, from its console or from its node.
var onNode = []string{"EXECUTOR_NUMBER", "NODE_LABELS", "NODE_NAME", "WORKSPACE", "WORKSPACE_TMP"}

// missing returns the names that such a run is known to have and that no source names. A password parameter is not among
// them: it has a row of its own.
func missing(run jenkins.Run, vars []Variable) []string {
	if run.Status == jenkins.Queued {
		return nil // it has no environment yet
	}
	expected := slices.Clone(onAgent)
	if !run.Pipeline {
		expected = append(expected, onNode...)
	}
	known := make(map[string]bool, len(vars))
	for _, v := range vars {
		known[foldName(v.Name)] = true
	}
	expected = slices.DeleteFunc(expected, func(name string) bool { return known[foldName(name)] })
	slices.Sort(expected)
	return expected
}
