package watch

import (
	"maps"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// clockSlack is how much earlier a build may claim to have started than one that was numbered before it.
const clockSlack = time.Second

// recreated reports whether a build proves that its job was deleted and created again: its number went to another build
// before, or to one of those before a build that started earlier.
func (s *state) recreated(run *jenkins.Run) bool {
	j := s.jobs[run.Job]
	if run.StartedAt.IsZero() || s.ofFormerJob(run) {
		return false
	}
	if old, ok := s.startOf(run.Ref); ok {
		return !old.Equal(run.StartedAt)
	}
	return run.Number <= j.high && !j.began.IsZero() && run.StartedAt.Sub(j.began) > clockSlack
}

// ofFormerJob reports whether a build is one of the job that was deleted, which an answer that lags behind may still name.
func (s *state) ofFormerJob(run *jenkins.Run) bool {
	return !run.StartedAt.IsZero() && !run.StartedAt.After(s.jobs[run.Job].former)
}

// overtaken is ofFormerJob for an answer that was asked for in that turn: the job may have been made again since.
func (s *state) overtaken(run *jenkins.Run, turn int) bool {
	known, ok := s.startOf(run.Ref)
	return s.ofFormerJob(run) || ok && !run.StartedAt.IsZero() && run.StartedAt.Before(known) && s.jobs[run.Job].turn >= turn
}

// startOf returns when the build that is known by this name started.
func (s *state) startOf(ref jenkins.Ref) (at time.Time, ok bool) {
	if i, runs := s.present[ref]; runs {
		at = s.runs[i].StartedAt
	} else if p := s.pending[ref]; p != nil {
		at = p.run.StartedAt
	} else {
		at = s.recent.known[ref]
	}
	return at, !at.IsZero()
}

// recreate forgets the builds of a job that was deleted and created again, as one build of the new job proves. The ones before
// the latest that is known of it, if any, are looked for.
func (s *state) recreate(proof, latest *jenkins.Run) {
	name, former := proof.Job, s.formerStart(proof)
	deleted := func(r *jenkins.Run) bool { return r.Job == name && !r.StartedAt.After(former) || r.Ref == proof.Ref }
	s.recent.keep(func(r *jenkins.Run) bool { return !deleted(r) })
	s.runs = slices.DeleteFunc(slices.Clone(s.runs), func(r jenkins.Run) bool { return deleted(&r) })
	clear(s.present)
	for i := range s.runs {
		s.present[s.runs[i].Ref] = i
	}
	maps.DeleteFunc(s.pending, func(_ jenkins.Ref, p *pendingBuild) bool { return deleted(&p.run) })
	delete(s.gaps, name)
	delete(s.suspectJobs, name)
	s.jobs[name] = jobNote{high: latest.Number, began: latest.StartedAt, turn: s.turn, former: former}
	if latest.Number > 1 && listed(latest) {
		s.addGap(name, max(1, latest.Number-maxNewGap), latest.Number-1, former)
	}
}

// formerStart returns when the latest known build of a job's earlier life started, before the build that proves the new one.
func (s *state) formerStart(proof *jenkins.Run) (at time.Time) {
	consider := func(t time.Time) {
		if t.Before(proof.StartedAt) && t.After(at) {
			at = t
		}
	}
	consider(s.jobs[proof.Job].began)
	for _, list := range [][]jenkins.Run{s.runs, s.recent.runs} {
		for i := range list {
			if list[i].Job == proof.Job {
				consider(list[i].StartedAt)
			}
		}
	}
	for ref, p := range s.pending {
		if ref.Job == proof.Job {
			consider(p.run.StartedAt)
		}
	}
	if at.IsZero() { // the controller's clock was set back
		at = proof.StartedAt.Add(-time.Millisecond)
	}
	return at
}
