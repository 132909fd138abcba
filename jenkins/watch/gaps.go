package watch

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// gap are builds of one job that were jumped over: its numbers went on without them. The job's history has them.
type gap struct {
	numbers []int     // ascending
	from    int       // where in the history the next page begins
	tries   int       // how often it brought no answer
	after   time.Time // those that ended earlier are not news
}

const (
	maxGap    = 1000 // how many missed builds of one job are looked for
	maxNewGap = 20   // the same for a job that was not known before
	pageSize  = 100  // builds a page of a job's history has at most
	spareRows = 3    // by which a page is longer than needed: builds may have started meanwhile
)

// addGap notes that the builds from low to high of a job were jumped over.
func (s *state) addGap(name string, low, high int, after time.Time) {
	g := s.gaps[name]
	if len(g.numbers) == 0 {
		g.after = after
	}
	for n := max(low, high-maxGap+1); n <= high; n++ {
		g.numbers = append(g.numbers, n)
	}
	if extra := len(g.numbers) - maxGap; extra > 0 {
		g.numbers = slices.Clone(g.numbers[extra:])
	}
	g.from = 0
	s.gaps[name] = g
}

// listed reports whether the trees over all jobs name a run's job: a matrix configuration and a Maven module they do not.
func listed(r *jenkins.Run) bool {
	return r.URL == "" || strings.HasSuffix(r.URL, "/"+jenkins.Path(r.Job)+strconv.Itoa(r.Number)+"/")
}

// historyPage returns the page of a job's history to ask for next: what its gap misses, and the builds pending.
func (s *state) historyPage(name string, pending []jenkins.Ref) (from, n int) {
	high := s.jobs[name].high
	low, g := high, s.gaps[name]
	if len(g.numbers) > 0 {
		low = g.numbers[0]
	}
	for _, ref := range pending {
		low = min(low, ref.Number)
	}
	// No build is further back than the numbers say: those that were deleted only bring the others forward.
	return g.from, max(1, min(pageSize, high-low+1+spareRows-g.from))
}

// addHistory enters the page of a job's history, newest first, that was asked for: n builds from the from-th.
func (s *state) addHistory(name string, pending []jenkins.Ref, runs []jenkins.Run, n int, now time.Time) {
	for i := range slices.Backward(runs) {
		if s.recreated(&runs[i]) {
			s.recreate(&runs[i], &runs[0])
			s.addNotice(runs[0].Ref, now) // and what came before it, as a gap
			return
		}
	}
	g := s.gaps[name]
	var over []*jenkins.Run
	for i := range runs {
		run := &runs[i]
		_, isPending := s.pending[run.Ref]
		_, runsNow := s.present[run.Ref]
		_, missed := slices.BinarySearch(g.numbers, run.Number)
		switch {
		case isPending && run.Status.Ended():
			over = append(over, run)
		case isPending:
			s.postpone(run.Ref, run, now)
		case !missed || runsNow || s.recent.has(run.Ref):
		case !run.Status.Ended():
			s.addPending(*run, true, now)
		case run.EndedAt().After(g.after):
			over = append(over, run)
		}
	}
	for _, ref := range pending {
		if d, still := s.pending[ref]; still && !slices.ContainsFunc(runs, func(r jenkins.Run) bool { return r.Ref == ref }) {
			d.single = true // deleted, or further back than a page reaches
		}
	}
	s.addEnded(over)
	s.noteSeen(name)
	if len(g.numbers) == 0 {
		return
	}
	if len(runs) < n || runs[len(runs)-1].Number <= g.numbers[0] {
		delete(s.gaps, name) // what is still missing no longer exists
		return
	}
	g.from += len(runs)
	s.gaps[name] = g
}

// byPage groups builds by the question that shows them: those of one job that no tree of all jobs names, as a page of its
// history may, and each of the others alone.
func (s *state) byPage(due []jenkins.Ref) [][]jenkins.Ref {
	var groups [][]jenkins.Ref
	at := map[string]int{}
	for _, ref := range due {
		if d := s.pending[ref]; !d.alone || d.single {
			groups = append(groups, []jenkins.Ref{ref})
		} else if i, ok := at[ref.Job]; ok {
			groups[i] = append(groups[i], ref)
		} else {
			at[ref.Job] = len(groups)
			groups = append(groups, []jenkins.Ref{ref})
		}
	}
	return groups
}
