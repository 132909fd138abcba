package jenkins

import (
	"maps"
	"time"
)

// tree enters an answer of LastBuilds that was asked for in the given turn.
func (b *book) tree(jobs []Job, turn int, asked, now time.Time) {
	var seen, over []*Run // of what may be thousands nothing is copied
	for i := range jobs {
		if jobs[i].Folder || jobs[i].Last == nil {
			continue
		}
		run := jobs[i].Last
		j, known := b.jobs[run.Job]
		if !b.named(run.Ref, turn) {
			seen = append(seen, run)
		}
		if before := jobs[i].Ended; before != nil {
			if !known || before.Number > j.high {
				seen = append(seen, before)
			}
			// Later a build that was seen has been told of, and may have been forgotten since.
			if _, owed := b.owed[before.Ref]; b.trees == 0 || owed || !known || before.Number > j.high {
				over = append(over, before)
			}
		}
		if run.Status.Ended() {
			over = append(over, run)
		} else if _, runs := b.present[run.Ref]; !runs && j.zombie != run.Number {
			b.owe(*run, false, now)
		}
	}
	b.observe(seen)
	b.settle(over)
	b.counted(turn, asked)
	for _, d := range b.owed {
		if d.turn <= turn && !d.alone {
			d.alone = true
			if d.tries == 0 { // it was put off for this tree
				d.next = now
			}
		}
	}
}

// named notes that the tree that was asked for in the given turn names a build as its job's last. It is false when the
// build is news.
func (b *book) named(ref Ref, turn int) bool {
	j, known := b.jobs[ref.Job]
	if known && ref.Number < j.high && j.turn < turn {
		// The last builds were deleted, or the job was made anew.
		j.high = ref.Number
		b.recent.keep(func(r *Run) bool { return r.Job != ref.Job || r.Number <= ref.Number })
	}
	j.tree = b.trees + 1
	b.jobs[ref.Job] = j
	return known && ref.Number <= j.high
}

// counted notes that a tree has been entered.
func (b *book) counted(turn int, asked time.Time) {
	b.trees++
	b.forget()
	b.treeTurn, b.treeAsked = turn, asked
	maps.DeleteFunc(b.doubts, func(_ string, since int) bool { return since <= turn })
}

// forget drops the jobs that the last tree did not name and of which nothing was seen since the tree before.
func (b *book) forget() {
	gone := map[string]struct{}{}
	for name, j := range b.jobs {
		if j.tree != b.trees && j.turn <= b.treeTurn {
			gone[name] = struct{}{}
			delete(b.jobs, name)
			delete(b.gaps, name)
			delete(b.doubts, name)
		}
	}
	if len(gone) > 0 {
		b.recent.keep(func(r *Run) bool { _, drop := gone[r.Job]; return !drop })
	}
}
