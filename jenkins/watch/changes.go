package watch

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// ChangeKind is what happened to a run.
type ChangeKind string

const (
	Added   ChangeKind = "added"
	Changed ChangeKind = "changed"
	Removed ChangeKind = "removed"
)

// Change is what happened to one run between two snapshots.
type Change struct {
	// Kind is RunAdded for a run or queue item that the earlier snapshot did not name. It may have ended already: a build
	// that started and ended between two refreshes is first seen with its result.
	//
	// It is RunChanged for a run of which something other than its clock changed: its status, a stage, a node, its
	// description. A run that ends is changed; its status is then its result.
	//
	// It is RunRemoved for a queue item that left the queue (its build, if it became one, is added under its own number),
	// and for a build that was deleted before its result was known. An ended run that has become too old to be kept is
	// not removed: nothing happened to it.
	Kind ChangeKind
	Run  jenkins.Run // as it is now; when removed as it was
}

// Changes returns what happened between two snapshots of one controller: first what was removed, then runs oldest first,
// then the queue. If it is given every snapshot in turn, every build that the watcher ever learns of is reported once
// as it starts (or as it is first seen) and once as it ends. The runs that were Recent when the first lastBuild tree
// arrived are reported as added too: a caller that wants only new ones skips those that ended earlier.
func Changes(prev, next Snapshot) []Change {
	before := make(map[jenkins.Ref]*jenkins.Run, len(prev.Runs)+len(prev.Queue))
	for _, list := range [][]jenkins.Run{prev.Runs, prev.Queue} {
		for i := range list {
			before[list[i].Ref] = &list[i]
		}
	}
	var changes []Change
	meet := func(run *jenkins.Run) {
		old, known := before[run.Ref]
		switch {
		case !known || !jenkins.SameBuild(old, run): // the other build of this number is removed
			changes = append(changes, Change{Added, *run})
			return
		case !alike(old, run):
			changes = append(changes, Change{Changed, *run})
		}
		delete(before, run.Ref)
	}
	if !sameSlice(prev.Recent, next.Recent) {
		known := make(map[jenkins.Ref]*jenkins.Run, len(prev.Recent))
		for i := range prev.Recent {
			known[prev.Recent[i].Ref] = &prev.Recent[i]
		}
		for i := range slices.Backward(next.Recent) {
			run := &next.Recent[i]
			if old, ok := known[run.Ref]; !ok || !jenkins.SameBuild(old, run) {
				meet(run)
			} else if !alike(old, run) {
				changes = append(changes, Change{Changed, *run})
			}
		}
	}
	for _, list := range [][]jenkins.Run{next.Runs, next.Queue} {
		for i := range list {
			meet(&list[i])
		}
	}
	if len(before) == 0 {
		return changes
	}
	var removed []Change
	for _, list := range [][]jenkins.Run{prev.Runs, prev.Queue} {
		for i := range list {
			if _, left := before[list[i].Ref]; left {
				removed = append(removed, Change{Removed, list[i]})
			}
		}
	}
	return append(removed, changes...)
}

// sameSlice reports whether two slices are the same memory: snapshots share what did not change.
func sameSlice(a, b []jenkins.Run) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// alike reports whether nothing but the clock changed. Progress and the estimate move with every refresh; so do the
// seconds in a queue item's reason ("In the quiet period. Expires in 3.2 sec").
func alike(a, b *jenkins.Run) bool {
	return a.Status == b.Status && a.Stuck == b.Stuck && a.LikelyStuck == b.LikelyStuck &&
		a.Description == b.Description && a.DisplayName == b.DisplayName && a.Duration == b.Duration &&
		slices.Equal(a.Stages, b.Stages) && slices.Equal(a.Nodes, b.Nodes) &&
		slices.Equal(a.Parameters, b.Parameters) &&
		slices.EqualFunc(a.Inputs, b.Inputs, func(x, y jenkins.Input) bool { return x.ID == y.ID }) &&
		jenkins.SameReason(a.Why, b.Why)
}
