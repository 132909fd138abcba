package watch

import (
	"maps"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// tree enters an answer of LastBuilds that was asked for in the given turn.
func (s *state) tree(jobs []jenkins.Job, turn int, asked, now time.Time) {
	var seen, over []*jenkins.Run // of what may be thousands nothing is copied
	for i := range jobs {
		if jobs[i].Folder || jobs[i].Last == nil {
			continue
		}
		run := jobs[i].Last
		if s.overtaken(run, turn) {
			continue
		}
		before := jobs[i].Ended
		if before != nil && s.overtaken(before, turn) {
			before = nil
		}
		if before != nil && s.renewed(before) {
			s.renew(before, run)
		} else if s.renewed(run) {
			s.renew(run, run)
		}
		j, known := s.jobs[run.Job]
		if !s.named(run, turn) {
			seen = append(seen, run)
		}
		if before != nil {
			if !known || before.Number > j.high {
				seen = append(seen, before)
			}
			// Later a build that was seen has been told of, and may have been forgotten since.
			if _, pending := s.pending[before.Ref]; s.trees == 0 || pending || !known || before.Number > j.high {
				over = append(over, before)
			}
		}
		if run.Status.Ended() {
			over = append(over, run)
		} else if _, runs := s.present[run.Ref]; !runs && j.zombie != run.Number {
			s.addPending(*run, false, now)
		}
	}
	s.observe(seen)
	s.settle(over)
	s.counted(turn, asked)
	for _, d := range s.pending {
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
func (s *state) named(run *jenkins.Run, turn int) bool {
	j, known := s.jobs[run.Job]
	if known && run.Number < j.high && j.turn < turn {
		// The last builds were deleted, or the job was made anew.
		j.high, j.began = run.Number, run.StartedAt
		s.recent.keep(func(r *jenkins.Run) bool { return r.Job != run.Job || r.Number <= run.Number })
	}
	j.tree = s.trees + 1
	s.jobs[run.Job] = j
	return known && run.Number <= j.high
}

// counted notes that a tree has been entered.
func (s *state) counted(turn int, asked time.Time) {
	s.trees++
	s.forget()
	s.treeTurn, s.treeAsked = turn, asked
	maps.DeleteFunc(s.suspectJobs, func(_ string, since int) bool { return since <= turn })
}

// forget drops the jobs that the last tree did not name and of which nothing was seen since the tree before.
func (s *state) forget() {
	gone := map[string]struct{}{}
	for name, j := range s.jobs {
		if j.tree != s.trees && j.turn <= s.treeTurn {
			gone[name] = struct{}{}
			delete(s.jobs, name)
			delete(s.gaps, name)
			delete(s.suspectJobs, name)
		}
	}
	if len(gone) > 0 {
		s.recent.keep(func(r *jenkins.Run) bool { _, drop := gone[r.Job]; return !drop })
	}
}
