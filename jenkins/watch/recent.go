package watch

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// maxRecent bounds the ended runs that are kept beside the last one of each job.
const maxRecent = 500

// recent holds the ended runs. Its slice is shared with snapshots and therefore never changed, only replaced.
type recent struct {
	runs  []jenkins.Run             // newest end first
	known map[jenkins.Ref]time.Time // when they started
}

func ended(r *jenkins.Run) time.Time { return r.StartedAt.Add(r.Duration) }

// newestFirst orders ended runs. Jobs' last builds often end in the same second: the name decides then, so that rows
// do not swap places.
func newestFirst(a, b *jenkins.Run) int {
	return cmp.Or(ended(b).Compare(ended(a)), cmp.Compare(a.Job, b.Job), cmp.Compare(b.Number, a.Number))
}

func (r *recent) has(ref jenkins.Ref) bool {
	_, ok := r.known[ref]
	return ok
}

// add takes in ended runs, new ones and newer views of known ones. What is added is in runs until the next add at
// least, however many there are: a consumer that sees every snapshot sees every run. jobs is how many jobs there are.
func (r *recent) add(jobs int, added ...*jenkins.Run) {
	if len(added) == 0 {
		return
	}
	r.trim(jobs)
	if r.known == nil {
		r.known = make(map[jenkins.Ref]time.Time, len(added))
	}
	views := make(map[jenkins.Ref]*jenkins.Run, len(added))
	for _, run := range added {
		views[run.Ref] = run
	}
	replaced := map[int]bool{}
	for i := range r.runs {
		old := &r.runs[i]
		if view, ok := views[old.Ref]; ok {
			whole := enriched(*view, old)
			if replaced[i] = !sameEnd(&whole, old); replaced[i] {
				views[old.Ref] = &whole
			} else {
				delete(views, old.Ref)
			}
		}
	}
	if len(views) == 0 {
		return
	}
	fresh := slices.SortedFunc(maps.Values(views), newestFirst)
	for _, run := range fresh {
		r.known[run.Ref] = run.StartedAt
	}
	merged := make([]jenkins.Run, 0, len(r.runs)+len(fresh))
	for i := range r.runs {
		if replaced[i] {
			continue
		}
		for len(fresh) > 0 && newestFirst(fresh[0], &r.runs[i]) < 0 {
			merged, fresh = append(merged, *fresh[0]), fresh[1:]
		}
		merged = append(merged, r.runs[i])
	}
	for _, run := range fresh {
		merged = append(merged, *run)
	}
	r.runs = merged
}

// amend changes what is known of the runs.
func (r *recent) amend(change func(*jenkins.Run)) {
	r.runs = slices.Clone(r.runs)
	for i := range r.runs {
		change(&r.runs[i])
	}
}

// trim forgets the oldest runs that are neither among the newest maxRecent nor the last of their job. It leaves room
// for a fifth more before it has to do so again.
func (r *recent) trim(jobs int) {
	if len(r.runs) <= jobs+maxRecent {
		return
	}
	last := make(map[string]int, jobs)
	for i := range r.runs {
		last[r.runs[i].Job] = max(last[r.runs[i].Job], r.runs[i].Number)
	}
	extras := 0
	r.keep(func(run *jenkins.Run) bool {
		if run.Number == last[run.Job] {
			return true
		}
		extras++
		return extras <= maxRecent*4/5
	})
}

// keep forgets the runs that are not wanted.
func (r *recent) keep(wanted func(*jenkins.Run) bool) {
	kept := make([]jenkins.Run, 0, len(r.runs))
	for i := range r.runs {
		if wanted(&r.runs[i]) {
			kept = append(kept, r.runs[i])
		} else {
			delete(r.known, r.runs[i].Ref)
		}
	}
	r.runs = kept
}

// enriched returns run with what only an earlier view of it has: a tree of all jobs names less than a poll of the running
// builds does, and once a build has ended no answer names the nodes that it held.
func enriched(run jenkins.Run, old *jenkins.Run) jenkins.Run {
	if run.Nodes == nil {
		run.Nodes, run.NodeLabels = old.Nodes, old.NodeLabels
	}
	if run.Causes == nil {
		run.Causes = old.Causes
	}
	if run.Parameters == nil {
		run.Parameters = old.Parameters
	}
	if run.Environment == nil {
		run.Environment = old.Environment
	}
	if run.Revisions == nil {
		run.Revisions = old.Revisions
	}
	run.LastStage = cmp.Or(run.LastStage, old.LastStage)
	run.Description = cmp.Or(run.Description, old.Description)
	run.DisplayName = cmp.Or(run.DisplayName, old.DisplayName)
	run.Estimated = cmp.Or(run.Estimated, old.Estimated)
	run.Pipeline = run.Pipeline || old.Pipeline
	return run
}

// sameEnd reports whether two views of an ended run show the same. The longer lists were taken over by enriched.
func sameEnd(a, b *jenkins.Run) bool {
	return alike(a, b) && a.StartedAt.Equal(b.StartedAt) && a.Estimated == b.Estimated &&
		len(a.Causes) == len(b.Causes) && len(a.Environment) == len(b.Environment)
}
