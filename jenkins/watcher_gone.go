package jenkins

// Gone tells that somebody asked for a build that had ended and that Jenkins does not have it any more. It is shown no
// longer, and its job's last build is asked for.
func (w *Watcher) Gone(job string, number int) {
	w.bell.ring(func(b *bell) {
		if len(b.gone) < maxNews {
			b.gone = append(b.gone, heard{job, number})
		}
		b.poked = true
	})
}

// lose forgets builds that are not there any more, and has what came before them asked for.
func (b *book) lose(controller string, gone []heard) {
	for _, h := range gone {
		ref := Ref{Controller: controller, Job: h.job, Number: h.number}
		delete(b.owed, ref)
		if !b.recent.has(ref) {
			continue
		}
		b.recent.keep(func(r *Run) bool { return r.Ref != ref })
		b.doubts[h.job] = b.turn
	}
}

// loseJob forgets the ended builds of a job that has no build any more, or is not there itself.
func (b *book) loseJob(name string) {
	b.recent.keep(func(r *Run) bool { return r.Job != name })
}
