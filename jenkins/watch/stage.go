package watch

import (
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// stageSeen is the stage that a run was last seen in.
type stageSeen struct {
	began  time.Time // StartedAt of the run: what the number meant before is another build
	last   string
	beside []string // branches that were seen beside others: the one that is left may not be the one that failed
}

// postActions is the stage of a declarative pipeline that follows whatever happened.
const postActions = "Declarative: Post Actions"

// noteStages enters into runs the stage that each was last seen in, also before: between two stages it is in none.
func (s *state) noteStages(runs []jenkins.Run) {
	var seen map[jenkins.Ref]stageSeen
	for i := range runs {
		run := &runs[i]
		last := s.stagesSeen[run.Ref]
		if !last.began.Equal(run.StartedAt) {
			last = stageSeen{began: run.StartedAt}
		}
		switch now := run.Stages; {
		case len(now) > 1:
			last.last, last.beside = "", append(slices.Clip(last.beside), now...)
		case len(now) == 0 || now[0] == postActions:
		case slices.Contains(last.beside, now[0]):
			last.last = ""
		default:
			last.last, last.beside = now[0], nil
		}
		if run.LastStage = last.last; last.last != "" || last.beside != nil {
			if seen == nil {
				seen = map[jenkins.Ref]stageSeen{}
			}
			seen[run.Ref] = last
		}
	}
	s.stagesSeen = seen
}
