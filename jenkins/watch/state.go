package watch

import (
	"cmp"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// state is what a watcher knows of its controller: a plain value that answers are entered into and snapshots are read
// from. It asks nothing itself; what should be asked stands in pending, gaps and suspectJobs.
type state struct {
	runs       []jenkins.Run       // of the last answer, less those that are known to have ended
	present    map[jenkins.Ref]int // where in runs
	nodes      []jenkins.Node
	reported   map[jenkins.Ref]int // progress in the last full poll
	reportedAt time.Time
	queue      []jenkins.Run // items that wait for their own build
	waiting    []jenkins.Run // items that are a part of a run: pipelines that wait for a node
	recent     recent
	inputWaits map[jenkins.Ref]inputWait // of the runs that have waited for input
	stagesSeen map[jenkins.Ref]stageSeen // of the runs that have been in a stage

	jobs        map[string]jobNote            // every job of the last tree, and those seen since
	pending     map[jenkins.Ref]*pendingBuild // builds that must be asked for alone
	gaps        map[string]gap                // by job: builds that were jumped over
	suspectJobs map[string]int                // jobs (in which turn) of which more queue items vanished than builds appeared
	started     map[string]int                // by job: builds that appeared since the queue was last answered

	turn      int // counts the answers of Running
	trees     int // counts the lastBuild trees
	treeTurn  int // the turn in which the last tree was asked
	treeAsked time.Time
}

// jobNote is what is known of one job.
type jobNote struct {
	high   int       // the highest number seen
	turn   int       // when a build of it was last seen
	tree   int       // the last tree that named it
	zombie int       // a build that says it runs forever, although no executor has it
	began  time.Time // when the build with the highest number started
	former time.Time // builds that started until then are of a job of this name that was deleted
}

// pendingBuild is a build that is not on any executor, or was never seen on one, and whose end is not known.
type pendingBuild struct {
	run   jenkins.Run
	shown bool // it was seen running: it stays among the runs until its end is known
	turn  int  // since when
	alone bool // a tree did not tell of it: a later build of its job is the last one
	tries int
	next  time.Time

	single bool // a page of its job's history did not tell of it either
}

// maxTries is how often a build without an end is asked for, backing off to a minute: about six minutes in all.
const maxTries = 10

func newState(known map[string]int) *state {
	s := &state{
		reported: map[jenkins.Ref]int{},
		present:  map[jenkins.Ref]int{}, jobs: make(map[string]jobNote, len(known)),
		pending: map[jenkins.Ref]*pendingBuild{}, gaps: map[string]gap{}, suspectJobs: map[string]int{}, started: map[string]int{},
	}
	for name, number := range known {
		s.jobs[name] = jobNote{high: number}
	}
	return s
}

// moves is what a poll changed.
type moves struct {
	runs  bool // runs came or went
	nodes bool // a run took or left a node
}

func (m moves) any() bool { return m.runs || m.nodes }

// addRunning enters an answer of Running.
func (s *state) addRunning(answer []jenkins.Run, nodes []jenkins.Node, now time.Time) (moved moves) {
	s.turn++
	s.nodes = nodes
	for i := range answer {
		if s.recreated(&answer[i]) {
			s.recreate(&answer[i], &answer[i])
			moved.runs = true
		}
	}
	last, before := s.runs, s.present
	s.present = make(map[jenkins.Ref]int, len(answer))

	var appeared, over []*jenkins.Run
	runs := make([]jenkins.Run, 0, len(answer))
	for i := range answer {
		run := &answer[i]
		old, stays := before[run.Ref]
		switch {
		case s.ofFormerJob(run), !stays && s.recent.has(run.Ref):
			continue // its end is known: the executor lingers
		case run.Status.Ended() && run.Duration > 0:
			over = append(over, run)
			continue
		case run.Status.Ended(): // without its duration: the whole of it is asked for
			if !stays {
				s.addPending(*run, false, now)
			}
			continue
		case !stays:
			appeared = append(appeared, run)
		case !slices.Equal(last[old].Nodes, run.Nodes):
			moved.nodes = true
		}
		delete(s.pending, run.Ref)
		runs = append(runs, *run)
	}
	slices.SortFunc(runs, jenkins.OldestFirst)
	for i := range runs {
		s.present[runs[i].Ref] = i
		s.noteSeen(runs[i].Job)
	}
	s.noteInputWaits(runs, now)
	s.noteStages(runs)
	s.runs = runs
	for ref, i := range before {
		if _, stays := s.present[ref]; !stays {
			s.addPending(last[i], true, now)
			moved.runs = true
		}
	}
	s.noteNumbers(append(appeared, over...))
	s.addEnded(over)
	moved.runs = moved.runs || len(appeared)+len(over) > 0
	return moved
}

// addPending notes that a build must be asked for.
func (s *state) addPending(run jenkins.Run, shown bool, now time.Time) {
	if _, ok := s.pending[run.Ref]; !ok && !s.recent.has(run.Ref) {
		s.pending[run.Ref] = &pendingBuild{run: run, shown: shown, next: now, turn: s.turn}
	}
}

// addNotice records that a build was reported from outside; whether it runs or has ended is for Jenkins to say.
func (s *state) addNotice(ref jenkins.Ref, now time.Time) {
	if _, runs := s.present[ref]; !runs {
		s.addPending(jenkins.Run{Ref: ref}, false, now)
	}
}

func (s *state) noteSeen(name string) {
	j := s.jobs[name]
	j.turn = s.turn
	s.jobs[name] = j
}

// noteNumbers notes the numbers of builds that were not seen before and, where they jump, the builds between.
func (s *state) noteNumbers(runs []*jenkins.Run) {
	slices.SortFunc(runs, func(x, y *jenkins.Run) int { return cmp.Or(cmp.Compare(x.Job, y.Job), cmp.Compare(x.Number, y.Number)) })
	for i := range runs {
		name, number := runs[i].Job, runs[i].Number
		j := s.jobs[name]
		switch {
		case j.high > 0 && number > j.high+1:
			s.addGap(name, j.high+1, number-1, time.Time{})
		case j.high == 0 && s.trees > 0 && number > 1 && listed(runs[i]):
			// A job that the last tree did not name: it was made, renamed or uncovered since.
			s.addGap(name, max(1, number-maxNewGap), number-1, s.treeAsked.Add(-time.Minute))
		}
		if number > j.high {
			s.started[name]++
			j.high, j.began = number, runs[i].StartedAt
		} else if number == j.high && j.began.IsZero() {
			j.began = runs[i].StartedAt
		}
		j.turn = s.turn
		s.jobs[name] = j
	}
}

// addEnded enters builds whose end is known.
func (s *state) addEnded(over []*jenkins.Run) {
	for i, run := range over {
		if d, ok := s.pending[run.Ref]; ok {
			over[i] = new(enriched(*run, &d.run))
			delete(s.pending, run.Ref)
		} else if at, ok := s.present[run.Ref]; ok {
			over[i] = new(enriched(*run, &s.runs[at]))
		}
		s.dropRun(run.Ref)
	}
	s.recent.add(len(s.jobs), over...)
}

// dropRun takes a build out of the runs of the last answer.
func (s *state) dropRun(ref jenkins.Ref) {
	at, ok := s.present[ref]
	if !ok {
		return
	}
	s.runs = slices.Delete(slices.Clone(s.runs), at, at+1)
	delete(s.present, ref)
	for i := at; i < len(s.runs); i++ {
		s.present[s.runs[i].Ref] = i
	}
}

// active reports whether something is under way that will change soon. What waits for a person, or for an agent that
// never comes, does not count.
func (s *state) active() bool {
	for i := range s.runs {
		if s.runs[i].Status != jenkins.Paused {
			return true
		}
	}
	return len(s.pending) > 0 || slices.ContainsFunc(s.queue, func(r jenkins.Run) bool { return !r.Stuck })
}

// visible returns the runs of the last answer, those whose end is not known yet, and why some of them wait.
func (s *state) visible() []jenkins.Run {
	runs := s.runs
	var late []jenkins.Run
	for _, d := range s.pending {
		if d.shown {
			late = append(late, d.run)
		}
	}
	if len(late)+len(s.waiting) == 0 {
		return runs
	}
	runs = slices.Concat(runs, late)
	if len(late) > 0 {
		slices.SortFunc(runs, jenkins.OldestFirst)
	}
	for i := range s.waiting {
		item := &s.waiting[i]
		whole := item.Ref
		whole.QueueID = 0
		for k := range runs {
			if run := &runs[k]; run.Ref == whole {
				run.Why, run.Stuck, run.QueuedAt = item.Why, item.Stuck, item.QueuedAt
			}
		}
	}
	return runs
}

// dropMissing forgets builds that are no longer there, and has what came before them asked for.
func (s *state) dropMissing(controller string, missing []notice) {
	for _, n := range missing {
		ref := jenkins.Ref{Controller: controller, Job: n.job, Number: n.number}
		delete(s.pending, ref)
		if !s.recent.has(ref) {
			continue
		}
		s.recent.keep(func(r *jenkins.Run) bool { return r.Ref != ref })
		s.suspectJobs[n.job] = s.turn
	}
}

// dropJob forgets the ended builds of a job that no longer has a build, or is not there itself.
func (s *state) dropJob(name string) {
	s.recent.keep(func(r *jenkins.Run) bool { return r.Job != name })
}
