package watch

import (
	"cmp"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// maxRecent bounds the ended runs that are kept beside the last one of each job.
const maxRecent = 500

// recentRoom is for how many builds there is room before the others.
const recentRoom = 64

// recent holds the ended runs. Its slice is shared with snapshots and therefore never changed, only replaced, or continued
// at its front: a build that has just ended stands before all others, and thousands need not be copied for it.
type recent struct {
	runs  []jenkins.Run // newest end first: all[room:]
	all   []jenkins.Run
	room  int
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

// index says where each known run stands.
func (r *recent) index() map[jenkins.Ref]int {
	at := make(map[jenkins.Ref]int, len(r.runs))
	for i := range r.runs {
		at[r.runs[i].Ref] = i
	}
	return at
}

// add takes in ended runs, new ones and newer views of known ones. What is added is in runs until the next add at
// least, however many there are: a consumer that sees every snapshot sees every run. jobs is how many jobs there are.
func (r *recent) add(jobs int, added ...*jenkins.Run) {
	r.trim(jobs)
	if r.known == nil {
		r.known = make(map[jenkins.Ref]time.Time, len(added))
	}
	fresh := make([]*jenkins.Run, 0, len(added))
	var at map[jenkins.Ref]int // made when first needed: a run that just ended is not known
	replaced := map[int]struct{}{}
	for _, run := range added {
		if r.has(run.Ref) {
			if at == nil {
				at = r.index()
			}
			i, stands := at[run.Ref]
			if !stands {
				continue // named twice in added
			}
			old := &r.runs[i]
			whole := enriched(*run, old)
			if sameEnd(&whole, old) {
				continue
			}
			run, replaced[i] = new(whole), struct{}{}
		}
		fresh = append(fresh, run)
		r.known[run.Ref] = run.StartedAt
	}
	if len(fresh) == 0 {
		return
	}
	slices.SortFunc(fresh, newestFirst)
	n := len(fresh)
	if len(r.runs) > 0 && len(replaced) == 0 && n <= r.room && newestFirst(fresh[n-1], &r.runs[0]) < 0 {
		r.room -= n
		for i, run := range fresh {
			r.all[r.room+i] = *run
		}
		r.runs = r.all[r.room:]
		return
	}
	merged := make([]jenkins.Run, recentRoom, recentRoom+len(r.runs)+len(fresh))
	for i := range r.runs {
		if _, gone := replaced[i]; gone {
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
	r.all, r.room, r.runs = merged, recentRoom, merged[recentRoom:]
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

// keep forgets the runs for which wanted says no.
func (r *recent) keep(wanted func(*jenkins.Run) bool) {
	kept := make([]jenkins.Run, 0, len(r.runs))
	for i := range r.runs {
		if wanted(&r.runs[i]) {
			kept = append(kept, r.runs[i])
		} else {
			delete(r.known, r.runs[i].Ref)
		}
	}
	r.runs, r.all, r.room = kept, nil, 0
}

// enriched is run with what only an earlier view of it told: a tree over all jobs names less than a refresh does, and
// once a build has ended nobody tells any more which nodes it held.
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
	run.Description = cmp.Or(run.Description, old.Description)
	run.DisplayName = cmp.Or(run.DisplayName, old.DisplayName)
	run.Estimated = cmp.Or(run.Estimated, old.Estimated)
	run.Pipeline = run.Pipeline || old.Pipeline
	return run
}

// sameEnd tells whether two views of an ended run show the same. The longer lists were taken over by enriched.
func sameEnd(a, b *jenkins.Run) bool {
	return alike(a, b) && a.StartedAt.Equal(b.StartedAt) && a.Estimated == b.Estimated &&
		len(a.Causes) == len(b.Causes) && len(a.Environment) == len(b.Environment)
}
