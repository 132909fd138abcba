package env

import (
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
	// run only because more was said of it than Jenkins says: by a push, the run itself, a listing in its console.
	Unknown Change = "unknown"
)

// Delta is one variable of two runs side by side.
type Delta struct {
	Name   string
	Change Change
	Before Variable // zero when the first run lacks it
	After  Variable // zero when the second run lacks it
	// Noise is why the change means nothing: the value differs between any two runs. Empty when it does mean something.
	Noise Noise
}

// Secret reports whether either side is a secret: that it changed is shown, its values and their parts are not.
func (d Delta) Secret() bool { return d.Before.Secret || d.After.Secret }

// Differs reports whether this is a difference that is not noise.
func (d Delta) Differs() bool {
	return d.Noise == "" && (d.Change == Added || d.Change == Removed || d.Change == Changed)
}

// Comparison is the environments of two runs side by side, sorted by name.
type Comparison struct {
	Before, After jenkins.Ref
	Deltas        []Delta
}

// Differs reports whether the runs differ in anything but noise.
func (d Comparison) Differs() bool { return slices.ContainsFunc(d.Deltas, Delta.Differs) }

// Count returns how many variables changed in this way, noise apart.
func (d Comparison) Count(c Change) int {
	return d.count(func(delta Delta) bool { return delta.Change == c && delta.Noise == "" })
}

// Folded returns how many changes are noise.
func (d Comparison) Folded() int {
	return d.count(func(delta Delta) bool { return delta.Noise != "" })
}

func (d Comparison) count(want func(Delta) bool) int {
	n := 0
	for _, delta := range d.Deltas {
		if want(delta) {
			n++
		}
	}
	return n
}

// Diff compares the environments of two runs, a the earlier or the one compared with. Names are compared as Jenkins
// does, without regard to case.
func Diff(a, b Env) Comparison {
	d := Comparison{Before: a.Ref, After: b.Ref, Deltas: make([]Delta, 0, max(len(a.Variables), len(b.Variables)))}
	after := make(map[string]Variable, len(b.Variables))
	for _, v := range b.Variables {
		after[foldName(v.Name)] = v
	}
	unseenBefore, unseenAfter := unseenBy(a), unseenBy(b)
	for _, before := range a.Variables {
		key := foldName(before.Name)
		if v, ok := after[key]; ok {
			d.Deltas = append(d.Deltas, compare(before, v))
			delete(after, key)
			continue
		}
		d.Deltas = append(d.Deltas, Delta{Name: before.Name, Change: unseenAfter.or(Removed, before), Before: before})
	}
	for _, v := range after {
		d.Deltas = append(d.Deltas, Delta{Name: v.Name, Change: unseenBefore.or(Added, v), After: v})
	}
	slices.SortFunc(d.Deltas, func(a, b Delta) int { return compareNames(a.Name, b.Name) })
	return d
}

// compare returns the delta of a variable that both runs have.
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

// unseen is what is not known of a run and it may well have had all the same.
type unseen struct {
	missing map[string]bool // folded names that Jenkins does not expose
	sources map[Source]bool // that know more than Jenkins, and of which the run has nothing
}

func unseenBy(e Env) unseen {
	u := unseen{make(map[string]bool, len(e.Missing)), map[Source]bool{}}
	for _, name := range e.Missing {
		u.missing[foldName(name)] = true
	}
	seen := map[Source]bool{}
	for _, v := range e.Variables {
		for _, s := range v.Sources() {
			seen[s] = true
		}
	}
	own := seen[Received] || seen[FromScript] || seen[Injected] // each has all that the run itself had
	for _, s := range []Source{Received, FromScript, Injected} {
		u.sources[s] = !own
	}
	u.sources[Printed] = !seen[Printed]
	u.sources[Staged] = !seen[Staged]
	return u
}

// or returns change, or Unknown where it is not known whether the run had a variable that another run has.
func (u unseen) or(change Change, v Variable) Change {
	onlyUnseen := !slices.ContainsFunc(v.Sources(), func(s Source) bool { return !u.sources[s] })
	if u.missing[foldName(v.Name)] || onlyUnseen {
		return Unknown
	}
	return change
}
