package watch

import (
	"cmp"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// state is what a watcher knows of its controller: a plain value that answers are entered into and snapshots are read
// from. It asks nothing itself; what it would like to be asked stands in pending, gaps and suspectJobs.
type state struct {
	runs       []jenkins.Run       // of the last answer, less those that are known to have ended
	present    map[jenkins.Ref]int // where in runs
	before     map[jenkins.Ref]int // the same of the answer before; the two maps take turns
	nodes      []jenkins.Node
	reported   map[jenkins.Ref]int // progress in the last full poll
	reportedAt time.Time
	queue      []jenkins.Run // items that wait for their own build
	waiting    []jenkins.Run // items that are a part of a run: pipelines that wait for a node
	recent     recent

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
	zombie int       // a build that says it runs for ever, although no executor has it
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
		present:  map[jenkins.Ref]int{}, before: map[jenkins.Ref]int{}, jobs: make(map[string]jobNote, len(known)),
		pending: map[jenkins.Ref]*pendingBuild{}, gaps: map[string]gap{}, suspectJobs: map[string]int{}, started: map[string]int{},
	}
	for name, number := range known {
		s.jobs[name] = jobNote{high: number}
	}
	return s
}

// moves is what a refresh changed.
type moves struct {
	set   bool // runs came or went
	nodes bool // a run took or left a node
}

func (m moves) any() bool { return m.set || m.nodes }

// saw enters an answer of Running.
func (s *state) saw(answer []jenkins.Run, nodes []jenkins.Node, now time.Time) (moved moves) {
	s.turn++
	s.nodes = nodes
	for i := range answer {
		if s.renewed(&answer[i]) {
			s.renew(&answer[i], &answer[i])
			moved.set = true
		}
	}
	last := s.runs
	s.before, s.present = s.present, s.before
	clear(s.present)

	var appeared, over []*jenkins.Run
	runs := make([]jenkins.Run, 0, len(answer))
	for i := range answer {
		run := &answer[i]
		old, stays := s.before[run.Ref]
		switch {
		case s.outdated(run), !stays && s.recent.has(run.Ref):
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
		s.touch(runs[i].Job)
	}
	s.runs = runs
	for ref, i := range s.before {
		if _, stays := s.present[ref]; !stays {
			s.addPending(last[i], true, now)
			moved.set = true
		}
	}
	s.observe(append(appeared, over...))
	s.settle(over)
	moved.set = moved.set || len(appeared)+len(over) > 0
	return moved
}

// addPending notes that a build must be asked for.
func (s *state) addPending(run jenkins.Run, shown bool, now time.Time) {
	if _, ok := s.pending[run.Ref]; !ok && !s.recent.has(run.Ref) {
		s.pending[run.Ref] = &pendingBuild{run: run, shown: shown, next: now, turn: s.turn}
	}
}

// notified records that somebody spoke of a build; whether it runs or has ended is for Jenkins to say.
func (s *state) notified(ref jenkins.Ref, now time.Time) {
	if _, runs := s.present[ref]; !runs {
		s.addPending(jenkins.Run{Ref: ref}, false, now)
	}
}

func (s *state) touch(name string) {
	j := s.jobs[name]
	j.turn = s.turn
	s.jobs[name] = j
}

// observe notes the numbers of builds that were not seen before and, where they jump, the builds between.
func (s *state) observe(runs []*jenkins.Run) {
	slices.SortFunc(runs, func(x, y *jenkins.Run) int { return cmp.Or(cmp.Compare(x.Job, y.Job), cmp.Compare(x.Number, y.Number)) })
	for i := range runs {
		name, number := runs[i].Job, runs[i].Number
		j := s.jobs[name]
		switch {
		case j.high > 0 && number > j.high+1:
			s.miss(name, j.high+1, number-1, time.Time{})
		case j.high == 0 && s.trees > 0 && number > 1 && listed(runs[i]):
			// A job that the last tree did not name: it was made, renamed or uncovered since.
			s.miss(name, max(1, number-maxNewGap), number-1, s.treeAsked.Add(-time.Minute))
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

// settle enters builds whose end is known.
func (s *state) settle(over []*jenkins.Run) {
	for i, run := range over {
		if d, ok := s.pending[run.Ref]; ok {
			over[i] = new(enriched(*run, &d.run))
			delete(s.pending, run.Ref)
		} else if at, ok := s.present[run.Ref]; ok {
			over[i] = new(enriched(*run, &s.runs[at]))
		}
		s.leave(run.Ref)
	}
	s.recent.add(len(s.jobs), over...)
}

// leave takes a build out of the runs of the last answer.
func (s *state) leave(ref jenkins.Ref) {
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

// queued enters an answer of Queue. A job that lost more items than builds of it appeared is doubted: an item was
// cancelled, or its build started and ended unseen.
func (s *state) queued(items []jenkins.Run) {
	stays := make(map[int64]struct{}, len(items))
	queue, waiting := []jenkins.Run(nil), []jenkins.Run(nil)
	for i := range items {
		stays[items[i].QueueID] = struct{}{}
		if items[i].PartOf {
			waiting = append(waiting, items[i])
		} else {
			queue = append(queue, items[i])
		}
	}
	for i := range s.queue {
		item := &s.queue[i]
		if _, waits := stays[item.QueueID]; waits || item.NoBuild {
			continue
		}
		if s.started[item.Job]--; s.started[item.Job] < 0 {
			s.suspectJobs[item.Job] = s.turn
		}
	}
	clear(s.started)
	s.queue, s.waiting = queue, waiting
}

// built enters the answer to a question for one build.
func (s *state) built(run jenkins.Run, now time.Time) {
	if s.renewed(&run) {
		s.renew(&run, &run)
	}
	s.observe([]*jenkins.Run{&run})
	switch {
	case s.recent.has(run.Ref):
	case run.Status.Ended():
		s.settle([]*jenkins.Run{&run})
	default:
		if _, runs := s.present[run.Ref]; !runs {
			s.addPending(run, true, now)
			s.postpone(run.Ref, &run, now)
		}
	}
}

// postpone notes that a question for a build brought no end: it still runs, or there was no answer. It is asked again,
// ever more rarely, and given up at last.
func (s *state) postpone(ref jenkins.Ref, run *jenkins.Run, now time.Time) {
	d := s.pending[ref]
	if d == nil {
		return
	}
	if run != nil {
		d.run, d.shown = enriched(*run, &d.run), true
	}
	d.tries++
	d.next = now.Add(min(time.Minute, time.Second<<d.tries))
	if d.tries >= maxTries {
		j := s.jobs[ref.Job]
		j.zombie = ref.Number
		s.jobs[ref.Job] = j
		delete(s.pending, ref)
	}
}

// await puts off the questions for builds that a tree is about to tell of.
func (s *state) await(refs []jenkins.Ref, until time.Time) {
	for _, ref := range refs {
		s.pending[ref].next = until
	}
}

// due are the builds to be asked for now, those that wait longest first.
func (s *state) due(now time.Time) []jenkins.Ref {
	var refs []jenkins.Ref
	for ref, d := range s.pending {
		if !d.next.After(now) {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, func(x, y jenkins.Ref) int {
		return cmp.Or(s.pending[x].next.Compare(s.pending[y].next), cmp.Compare(x.Job, y.Job), cmp.Compare(x.Number, y.Number))
	})
	return refs
}

// active tells whether something is under way that will change soon. What waits for a person, or for an agent that
// never comes, does not count.
func (s *state) active() bool {
	for i := range s.runs {
		if s.runs[i].Status != jenkins.Paused {
			return true
		}
	}
	return len(s.pending) > 0 || slices.ContainsFunc(s.queue, func(r jenkins.Run) bool { return !r.Stuck })
}

// fill writes what the book knows into a snapshot.
func (s *state) fill(into *Snapshot) {
	into.Runs, into.Queue, into.Recent, into.Nodes = s.shown(), s.queue, s.recent.runs, s.nodes
}

// shown are the runs of the last answer, those whose end is not known yet, and why some of them wait.
func (s *state) shown() []jenkins.Run {
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
