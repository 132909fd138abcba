package env

import (
	"cmp"
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Change is how a variable differs between two runs.
type Change string

const (
	Added   Change = "added"   // only the second run has it
	Removed Change = "removed" // only the first run has it
	Changed Change = "changed" // both have it, with different values
	Same    Change = "same"
	// Unknown is a variable that cannot be compared: a password that Jenkins does not show, or one that is known of one
	// run only because somebody told more of it than Jenkins does: a push, the run itself, a listing in its console.
	Unknown Change = "unknown"
)

// Delta is one variable of two runs side by side.
type Delta struct {
	Name   string
	Change Change
	Before Variable // zero when the first run lacks it
	After  Variable // zero when the second run lacks it
	// Noise is why this change tells nothing: the value differs between any two runs. Empty when it does tell something.
	Noise Noise
}

// Secret tells whether either side is a secret: its change is told, its values and their parts are not.
func (d Delta) Secret() bool { return d.Before.Secret || d.After.Secret }

// EnvDiff is the environments of two runs side by side, sorted by name.
type EnvDiff struct {
	Before, After jenkins.Ref
	Deltas        []Delta
}

// Differs tells whether the runs differ in anything but noise.
func (d EnvDiff) Differs() bool {
	return slices.ContainsFunc(d.Deltas, Delta.Tells)
}

// Tells tells whether this is a difference that is not noise.
func (d Delta) Tells() bool {
	return d.Noise == "" && (d.Change == Added || d.Change == Removed || d.Change == Changed)
}

// Count is how many variables changed in this way, noise apart.
func (d EnvDiff) Count(c Change) int {
	n := 0
	for _, delta := range d.Deltas {
		if delta.Change == c && delta.Noise == "" {
			n++
		}
	}
	return n
}

// Folded is how many changes are noise.
func (d EnvDiff) Folded() int {
	n := 0
	for _, delta := range d.Deltas {
		if delta.Noise != "" {
			n++
		}
	}
	return n
}

// Diff compares the environments of two runs, a the earlier or the one compared with. Names are compared as Jenkins
// does, without regard to case.
func Diff(a, b Env) EnvDiff {
	d := EnvDiff{Before: a.Ref, After: b.Ref, Deltas: make([]Delta, 0, max(len(a.Variables), len(b.Variables)))}
	before, after := keyed(a.Variables), keyed(b.Variables)
	hidden := [2]blind{blindOf(a), blindOf(b)}
	i, j := 0, 0
	for i < len(before) || j < len(after) {
		order := 0
		switch {
		case i == len(before):
			order = 1
		case j == len(after):
			order = -1
		default:
			order = cmp.Compare(before[i].key, after[j].key)
		}
		var delta Delta
		switch {
		case order < 0:
			delta = Delta{Name: before[i].v.Name, Change: Removed, Before: *before[i].v}
			if hidden[1].to(before[i]) {
				delta.Change = Unknown
			}
			i++
		case order > 0:
			delta = Delta{Name: after[j].v.Name, Change: Added, After: *after[j].v}
			if hidden[0].to(after[j]) {
				delta.Change = Unknown
			}
			j++
		default:
			delta = compare(*before[i].v, *after[j].v)
			i++
			j++
		}
		d.Deltas = append(d.Deltas, delta)
	}
	return d
}

// compare is the delta of a variable that both runs have.
func compare(a, b Variable) Delta {
	d := Delta{Name: b.Name, Before: a, After: b}
	switch {
	case !a.Known || !b.Known:
		d.Change = Unknown
	case a.Value == b.Value:
		d.Change = Same
	default:
		d.Change = Changed
		d.Noise = noiseOf(b.Name, a.Value, b.Value)
	}
	return d
}

type keyedVariable struct {
	key string
	v   *Variable
}

// keyed is the variables by folded name, sorted; an Env has them sorted already.
func keyed(vars []Variable) []keyedVariable {
	out := make([]keyedVariable, len(vars))
	for i := range vars {
		out[i] = keyedVariable{foldName(vars[i].Name), &vars[i]}
	}
	byKey := func(a, b keyedVariable) int { return cmp.Compare(a.key, b.key) }
	if !slices.IsSortedFunc(out, byKey) {
		slices.SortStableFunc(out, byKey)
	}
	return out
}

// blind is what is not known of a run: what it cannot see, the run may well have had.
type blind struct {
	missing  map[string]bool // folded names that Jenkins does not expose
	listings map[Source]bool // sources that tell more than Jenkins, of which none was heard
}

func blindOf(e Env) blind {
	b := blind{make(map[string]bool, len(e.Missing)), map[Source]bool{}}
	for _, name := range e.Missing {
		b.missing[foldName(name)] = true
	}
	heard := map[Source]bool{}
	for i := range e.Variables {
		heard[e.Variables[i].Source] = true
		for j := range e.Variables[i].Also {
			heard[e.Variables[i].Also[j].Source] = true
		}
	}
	own := heard[Received] || heard[FromScript] || heard[Injected] // each tells all that the run itself has
	for _, s := range []Source{Received, FromScript, Injected} {
		b.listings[s] = !own
	}
	b.listings[Printed] = !heard[Printed]
	b.listings[Staged] = !heard[Staged]
	return b
}

// to tells whether it is not known if the run had a variable that another one has.
func (b blind) to(v keyedVariable) bool {
	return b.missing[v.key] || b.listings[v.v.Source] &&
		!slices.ContainsFunc(v.v.Also, func(said Variable) bool { return !b.listings[said.Source] })
}
