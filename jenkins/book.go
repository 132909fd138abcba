package jenkins

import (
	"cmp"
	"slices"
	"time"
)

// book is what a watcher knows of its controller: a plain value that answers are entered into and snapshots are read
// from. It asks nothing itself; what it would like to be asked stands in owed, gaps and doubts.
type book struct {
	runs    []Run       // of the last answer, less those that are known to have ended
	present map[Ref]int // where in runs
	before  map[Ref]int // the same of the answer before; the two maps take turns
	nodes   []Node
	told    map[Ref]int // progress in the last whole answer
	toldAt  time.Time
	queue   []Run // items that wait for their own build
	waiting []Run // items that are a part of a run: pipelines that wait for a node
	recent  recent

	jobs    map[string]jobNote // every job of the last tree, and those seen since
	owed    map[Ref]*debt      // builds that must be asked for alone
	gaps    map[string]gap     // by job: builds that were jumped over
	doubts  map[string]int     // jobs (in which turn) of which more queue items vanished than builds appeared
	started map[string]int     // by job: builds that appeared since the queue was last answered

	turn      int // counts the answers of Running
	trees     int // counts the lastBuild trees
	treeTurn  int // the turn in which the last tree was asked
	treeAsked time.Time
}

// jobNote is what is known of one job.
type jobNote struct {
	high   int // the highest number seen
	turn   int // when a build of it was last seen
	tree   int // the last tree that named it
	zombie int // a build that says it runs for ever, although no executor has it
}

// debt is a build that is not on any executor, or was never seen on one, and whose end is not known.
type debt struct {
	run   Run
	shown bool // it was seen running: it stays among the runs until its end is known
	turn  int  // since when
	alone bool // a tree did not tell of it: a later build of its job is the last one
	tries int
	next  time.Time

	single bool // a page of its job's history did not tell of it either
}

// maxTries is how often a build without an end is asked for, backing off to a minute: about six minutes in all.
const maxTries = 10

func newBook(known map[string]int) *book {
	b := &book{
		told:    map[Ref]int{},
		present: map[Ref]int{}, before: map[Ref]int{}, jobs: make(map[string]jobNote, len(known)),
		owed: map[Ref]*debt{}, gaps: map[string]gap{}, doubts: map[string]int{}, started: map[string]int{},
	}
	for name, number := range known {
		b.jobs[name] = jobNote{high: number}
	}
	return b
}

// moves is what a refresh changed.
type moves struct {
	set   bool // runs came or went
	nodes bool // a run took or left a node
}

func (m moves) any() bool { return m.set || m.nodes }

// saw enters an answer of Running.
func (b *book) saw(answer []Run, nodes []Node, now time.Time) (moved moves) {
	b.turn++
	b.nodes = nodes
	last := b.runs
	b.before, b.present = b.present, b.before
	clear(b.present)

	var appeared, over []*Run
	runs := make([]Run, 0, len(answer))
	for i := range answer {
		run := &answer[i]
		old, stays := b.before[run.Ref]
		switch {
		case !stays && b.recent.has(run.Ref):
			continue // its end is known: the executor lingers
		case run.Status.Ended() && run.Duration > 0:
			over = append(over, run)
			continue
		case run.Status.Ended(): // without its duration: the whole of it is asked for
			if !stays {
				b.owe(*run, false, now)
			}
			continue
		case !stays:
			appeared = append(appeared, run)
		case !slices.Equal(last[old].Nodes, run.Nodes):
			moved.nodes = true
		}
		delete(b.owed, run.Ref)
		runs = append(runs, *run)
	}
	slices.SortFunc(runs, oldestFirst)
	for i := range runs {
		b.present[runs[i].Ref] = i
		b.touch(runs[i].Job)
	}
	b.runs = runs
	for ref, i := range b.before {
		if _, stays := b.present[ref]; !stays {
			b.owe(last[i], true, now)
			moved.set = true
		}
	}
	b.observe(append(appeared, over...))
	b.settle(over)
	moved.set = moved.set || len(appeared)+len(over) > 0
	return moved
}

// owe notes that a build must be asked for.
func (b *book) owe(run Run, shown bool, now time.Time) {
	if _, ok := b.owed[run.Ref]; !ok && !b.recent.has(run.Ref) {
		b.owed[run.Ref] = &debt{run: run, shown: shown, next: now, turn: b.turn}
	}
}

// heard notes that somebody told of a build; whether it runs or has ended is for Jenkins to say.
func (b *book) heard(ref Ref, now time.Time) {
	if _, runs := b.present[ref]; !runs {
		b.owe(Run{Ref: ref}, false, now)
	}
}

func (b *book) touch(name string) {
	j := b.jobs[name]
	j.turn = b.turn
	b.jobs[name] = j
}

// observe notes the numbers of builds that were not seen before and, where they jump, the builds between.
func (b *book) observe(runs []*Run) {
	slices.SortFunc(runs, func(x, y *Run) int { return cmp.Or(cmp.Compare(x.Job, y.Job), cmp.Compare(x.Number, y.Number)) })
	for i := range runs {
		name, number := runs[i].Job, runs[i].Number
		j := b.jobs[name]
		switch {
		case j.high > 0 && number > j.high+1:
			b.miss(name, j.high+1, number-1, time.Time{})
		case j.high == 0 && b.trees > 0 && number > 1 && listed(runs[i]):
			// A job that the last tree did not name: it was made, renamed or uncovered since.
			b.miss(name, max(1, number-maxNewGap), number-1, b.treeAsked.Add(-time.Minute))
		}
		if number > j.high {
			b.started[name]++
			j.high = number
		}
		j.turn = b.turn
		b.jobs[name] = j
	}
}

// settle enters builds whose end is known.
func (b *book) settle(over []*Run) {
	for i, run := range over {
		if d, ok := b.owed[run.Ref]; ok {
			over[i] = new(enriched(*run, &d.run))
			delete(b.owed, run.Ref)
		} else if at, ok := b.present[run.Ref]; ok {
			over[i] = new(enriched(*run, &b.runs[at]))
		}
		b.leave(run.Ref)
	}
	b.recent.add(len(b.jobs), over...)
}

// leave takes a build out of the runs of the last answer.
func (b *book) leave(ref Ref) {
	at, ok := b.present[ref]
	if !ok {
		return
	}
	b.runs = slices.Delete(slices.Clone(b.runs), at, at+1)
	delete(b.present, ref)
	for i := at; i < len(b.runs); i++ {
		b.present[b.runs[i].Ref] = i
	}
}

// queued enters an answer of Queue. A job that lost more items than builds of it appeared is doubted: an item was
// cancelled, or its build started and ended unseen.
func (b *book) queued(items []Run) {
	stays := make(map[int64]struct{}, len(items))
	queue, waiting := []Run(nil), []Run(nil)
	for i := range items {
		stays[items[i].QueueID] = struct{}{}
		if items[i].PartOf {
			waiting = append(waiting, items[i])
		} else {
			queue = append(queue, items[i])
		}
	}
	for i := range b.queue {
		item := &b.queue[i]
		if _, waits := stays[item.QueueID]; waits || item.NoBuild {
			continue
		}
		if b.started[item.Job]--; b.started[item.Job] < 0 {
			b.doubts[item.Job] = b.turn
		}
	}
	clear(b.started)
	b.queue, b.waiting = queue, waiting
}

// built enters the answer to a question for one build.
func (b *book) built(run Run, now time.Time) {
	b.observe([]*Run{&run})
	switch {
	case b.recent.has(run.Ref):
	case run.Status.Ended():
		b.settle([]*Run{&run})
	default:
		if _, runs := b.present[run.Ref]; !runs {
			b.owe(run, true, now)
			b.postpone(run.Ref, &run, now)
		}
	}
}

// postpone notes that a question for a build brought no end: it still runs, or there was no answer. It is asked again,
// ever more rarely, and given up at last.
func (b *book) postpone(ref Ref, run *Run, now time.Time) {
	d := b.owed[ref]
	if d == nil {
		return
	}
	if run != nil {
		d.run, d.shown = enriched(*run, &d.run), true
	}
	d.tries++
	d.next = now.Add(min(time.Minute, time.Second<<d.tries))
	if d.tries >= maxTries {
		j := b.jobs[ref.Job]
		j.zombie = ref.Number
		b.jobs[ref.Job] = j
		delete(b.owed, ref)
	}
}

// await puts off the questions for builds that a tree is about to tell of.
func (b *book) await(refs []Ref, until time.Time) {
	for _, ref := range refs {
		b.owed[ref].next = until
	}
}

// due are the builds to be asked for now, those that wait longest first.
func (b *book) due(now time.Time) []Ref {
	var refs []Ref
	for ref, d := range b.owed {
		if !d.next.After(now) {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, func(x, y Ref) int {
		return cmp.Or(b.owed[x].next.Compare(b.owed[y].next), cmp.Compare(x.Job, y.Job), cmp.Compare(x.Number, y.Number))
	})
	return refs
}

// active tells whether something is under way that will change soon. What waits for a person, or for an agent that
// never comes, does not count.
func (b *book) active() bool {
	for i := range b.runs {
		if b.runs[i].Status != Paused {
			return true
		}
	}
	return len(b.owed) > 0 || slices.ContainsFunc(b.queue, func(r Run) bool { return !r.Stuck })
}

// fill writes what the book knows into a snapshot.
func (b *book) fill(s *Snapshot) {
	s.Runs, s.Queue, s.Recent, s.Nodes = b.shown(), b.queue, b.recent.runs, b.nodes
}

// shown are the runs of the last answer, those whose end is not known yet, and why some of them wait.
func (b *book) shown() []Run {
	runs := b.runs
	var late []Run
	for _, d := range b.owed {
		if d.shown {
			late = append(late, d.run)
		}
	}
	if len(late)+len(b.waiting) == 0 {
		return runs
	}
	runs = slices.Concat(runs, late)
	if len(late) > 0 {
		slices.SortFunc(runs, oldestFirst)
	}
	for i := range b.waiting {
		item := &b.waiting[i]
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
