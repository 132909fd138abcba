package watch

import (
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// noteProgress records the progress that a full poll returned.
func (s *state) noteProgress(answer []jenkins.Run, now time.Time) {
	clear(s.reported)
	for i := range answer {
		s.reported[answer[i].Ref] = answer[i].Progress
	}
	s.reportedAt = now
}

// mergePartial completes the answer to a partial poll by what is known from the last full one. complete is false when a
// build runs of which nothing is known. shifted reports whether a run took or left a node, or, where inputs were asked for,
// came to an input step or left one: the rest of it must be asked for.
func (s *state) mergePartial(partial []jenkins.Run, nodes []jenkins.Node, inputs bool, now time.Time) (runs []jenkins.Run, all []jenkins.Node, shifted, complete bool) {
	all = slices.Clone(s.nodes)
	for i := range all {
		if at := slices.IndexFunc(nodes, func(n jenkins.Node) bool { return n.Name == all[i].Name }); at >= 0 {
			all[i].Busy = nodes[at].Busy
		}
	}
	runs = make([]jenkins.Run, 0, len(partial))
	for i := range partial {
		if s.renewed(&partial[i]) {
			return nil, nil, false, false
		}
		if s.recent.has(partial[i].Ref) {
			continue
		}
		at, known := s.present[partial[i].Ref]
		if !known {
			return nil, nil, false, false
		}
		run := s.runs[at]
		run.Stages = partial[i].Stages
		// Only pipelines move. A matrix build holds no executor: it tells its node itself, which a partial poll does not ask for.
		if run.Pipeline && !slices.Equal(run.Nodes, partial[i].Nodes) {
			shifted = true
			run.Nodes, run.NodeLabels, run.Executor = partial[i].Nodes, nil, -1
			if len(run.Nodes) > 0 {
				if n := slices.IndexFunc(all, func(n jenkins.Node) bool { return n.Name == run.Nodes[0] }); n >= 0 {
					run.NodeLabels = all[n].Labels
				}
			}
		}
		if inputs && run.Status != partial[i].Status && (run.Status == jenkins.Paused || partial[i].Status == jenkins.Paused) {
			shifted = true
			run.Status, run.Inputs = partial[i].Status, nil
		}
		run.Progress = s.progress(&run, now)
		runs = append(runs, run)
	}
	return runs, all, shifted, true
}

// progress is a run's progress as Jenkins would compute it now.
func (s *state) progress(run *jenkins.Run, now time.Time) int {
	told, ok := s.reported[run.Ref]
	if !ok || told < 0 || run.Estimated <= 0 {
		return run.Progress
	}
	return min(max(told, 99), told+int(100*now.Sub(s.reportedAt)/run.Estimated))
}
