package watch

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// With is the snapshot with a newer view of one build, as somebody else told it: a push, say. It stays until the
// controller's own next answer.
func (s Snapshot) With(run jenkins.Run) Snapshot {
	same := func(r jenkins.Run) bool { return r.Ref == run.Ref }
	for _, list := range [][]jenkins.Run{s.Runs, s.Recent} {
		if at := slices.IndexFunc(list, same); at >= 0 && !jenkins.SameBuild(&list[at], &run) {
			return s // one of the two is of a job that was deleted: the next answer says which
		}
	}
	at, recent := slices.IndexFunc(s.Runs, same), slices.IndexFunc(s.Recent, same)
	switch {
	case recent >= 0:
		return s // its end is known
	case run.Status.Ended():
		if at >= 0 {
			run = enriched(run, &s.Runs[at])
			s.Runs = slices.Delete(slices.Clone(s.Runs), at, at+1)
		}
		s.Recent = append([]jenkins.Run{run}, s.Recent...)
	case at >= 0:
		s.Runs = slices.Clone(s.Runs)
		s.Runs[at] = enriched(run, &s.Runs[at])
	default:
		s.Runs = append(slices.Clip(s.Runs), run)
	}
	return s
}
