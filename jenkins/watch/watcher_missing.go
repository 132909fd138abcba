package watch

import (
	"github.com/jenkwatch/jenkwatch/jenkins"
)

// NotifyMissing says that somebody asked for a build that had ended and that Jenkins does not have it any more. It is shown no
// longer, and its job's last build is asked for.
func (w *Watcher) NotifyMissing(job string, number int) {
	w.bell.ring(func(b *bell) {
		if len(b.gone) < maxNews {
			b.gone = append(b.gone, notice{job, number})
		}
		b.poked = true
	})
}

// dropMissing forgets builds that are not there any more, and has what came before them asked for.
func (s *state) dropMissing(controller string, gone []notice) {
	for _, h := range gone {
		ref := jenkins.Ref{Controller: controller, Job: h.job, Number: h.number}
		delete(s.pending, ref)
		if !s.recent.has(ref) {
			continue
		}
		s.recent.keep(func(r *jenkins.Run) bool { return r.Ref != ref })
		s.suspectJobs[h.job] = s.turn
	}
}

// dropJob forgets the ended builds of a job that has no build any more, or is not there itself.
func (s *state) dropJob(name string) {
	s.recent.keep(func(r *jenkins.Run) bool { return r.Job != name })
}
