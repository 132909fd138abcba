package watch

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/jenkins"
)

const (
	defaultInterval  = 2 * time.Second
	defaultPerMinute = 60
	minPollGap       = 250 * time.Millisecond // between an answer and the next question, however much one is poked
	longestStretch   = 6 * time.Second        // between two polls, because many builds ended
	queueEvery       = 3                      // refreshes
	fewRuns          = 8                      // up to so many a full poll is hardly longer than a partial one
	inputsEvery      = 3                      // partial polls: a fifth more bytes each time
	fullAfterMisses  = 5                      // refreshes
	fullEvery        = 20 * time.Second       // then description, environment and the like are read again
)

// loop is one life of a watcher: everything in it belongs to the goroutine that ranges over the snapshots.
type loop struct {
	w        *Watcher
	ask      asker
	name     string // of the controller
	yield    func(Snapshot) bool
	helpers  *crew.Crew
	state    *state
	rate     rate
	interval time.Duration

	snap       Snapshot // what stays the same between two refreshes: ages and errors
	failures   int
	sinceQueue int
	queueFails int
	queueNews  bool // somebody spoke of the queue
	tree       tree
	causes     causes

	fullAt        time.Time // when the last full poll was answered
	fullNext      bool      // the next poll must be full
	partials      int
	partialMisses int  // partial polls in a row that met a new build, then full ones made instead
	starved       bool // the cap left no room for what else is to be asked
	crowded       bool // so many builds leave that trees tell of their ends
	singles       rate // builds that were asked for one by one

	asked     time.Time     // when the last refresh began
	answered  time.Time     // when its last answer came
	took      time.Duration // how long answers take, the recent ones at their slowest
	quiet     time.Time     // since when nothing runs
	acted     time.Time     // when the user last did something
	news      time.Time     // when somebody last spoke of a build
	byNews    bool          // the last refresh was made because of news
	byBuilds  bool          // the same: of builds
	newsDue   bool          // the next one will be
	buildsDue bool
	allTold   bool      // all news since the last refresh are on the screen already
	suspect   time.Time // when something moved of which the events did not tell
	next      time.Time
	call      call
}

func newLoop(w *Watcher, yield func(Snapshot) bool, helpers *crew.Crew) *loop {
	l := &loop{
		w: w, ask: w.asker, yield: yield, helpers: helpers, state: newState(w.Known),
		rate:     rate{max: cmp.Or(max(0, w.MaxPerMinute), defaultPerMinute)},
		interval: w.interval(),
		tree:     tree{answers: make(chan jobsAnswer, 1), want: true},
		causes:   causes{answers: make(chan causesAnswer, 1)},
		quiet:    time.Now(),
	}
	if l.ask == nil {
		l.ask = w.Client
	}
	if w.Client != nil {
		l.name = w.Client.Name
	}
	return l
}

// refresh asks once for what runs and then for what that makes worth asking. It is false when the watch is over.
func (l *loop) refresh(ctx context.Context) bool {
	poked := l.listen()
	now := time.Now()
	first := l.snap.At.IsZero()
	if l.rate.left(now) == 0 {
		l.next, l.call.poked = l.rate.free(now), poked
		return true
	}
	l.asked, l.starved = now, false
	told := l.newsDue && l.allTold && len(l.state.queue) == 0 // what came or went was told, and no item of the queue went with it
	l.byNews, l.byBuilds, l.newsDue, l.buildsDue = l.newsDue, l.buildsDue, false, false
	began := now
	runs, nodes, err := l.askRunning(ctx, first || poked)
	now = time.Now()
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		return l.fail(err, now)
	}
	l.took = max(now.Sub(began), l.took/2)
	if l.failures > 0 && now.Sub(l.snap.ErrAt) > l.tree.spacing() {
		l.tree.want = true // who knows what happened meanwhile
	}
	l.failures, l.snap.Err, l.snap.ErrAt, l.snap.Retry = 0, nil, time.Time{}, time.Time{}
	l.snap.At = now.Round(0) // by the wall clock: the other one stands still while a laptop sleeps
	moved := l.state.saw(runs, nodes, now)
	l.trust(moved.set)
	if !l.show(now) {
		return false
	}

	l.sinceQueue++
	if first || poked || moved.any() && !told && !l.crowded || l.queueNews && l.sinceQueue > 1 || l.sinceQueue >= queueEvery {
		if !l.askQueue(ctx) {
			return false
		}
	}
	if !l.settle(ctx) {
		return false
	}
	l.startJobsPoll(ctx)
	l.askCauses(ctx)
	l.plan(time.Now())
	return true
}

// askRunning asks for the running builds: for all that there is to know of them if whole, now and then, or where they
// are few; else only for what changes all the time. When that shows that the rest is out of date, it is asked for at once.
func (l *loop) askRunning(ctx context.Context, whole bool) (runs []jenkins.Run, nodes []jenkins.Node, err error) {
	now := time.Now()
	if whole || l.fullNext || l.partialMisses >= 2 || l.failures > 0 || len(l.state.runs) <= fewRuns || now.Sub(l.fullAt) >= fullEvery {
		return l.askFull(ctx)
	}
	runs, nodes, complete, err := l.askPartial(ctx)
	if err != nil || complete {
		return runs, nodes, err
	}
	l.partialMisses++
	if l.rate.left(time.Now()) == 0 {
		l.fullNext = true
		return l.state.runs, l.state.nodes, nil // what is new has to wait
	}
	l.asked = l.asked.Add(l.interval / 2) // it pays for the second question
	return l.askFull(ctx)
}

// askFull asks for all that there is to know of the running builds.
func (l *loop) askFull(ctx context.Context) (runs []jenkins.Run, nodes []jenkins.Node, err error) {
	err = l.question(ctx, func(ctx context.Context) (err error) {
		runs, nodes, err = l.ask.Running(ctx)
		return err
	})
	if err == nil {
		if l.partialMisses >= 2 { // where builds start all the time, partial polls are of no use for a while
			l.partialMisses = (l.partialMisses + 1) % (2 + fullAfterMisses)
		}
		l.fullNext, l.fullAt = false, time.Now()
		l.state.noteProgress(runs, l.fullAt)
	}
	return runs, nodes, err
}

// askPartial asks for what changes all the time. It is not complete when a build runs of which nothing is known.
func (l *loop) askPartial(ctx context.Context) (runs []jenkins.Run, nodes []jenkins.Node, complete bool, err error) {
	l.partials++
	inputs := l.partials%inputsEvery == 0
	err = l.question(ctx, func(ctx context.Context) (err error) {
		runs, nodes, err = l.ask.Partial(ctx, inputs)
		return err
	})
	if err != nil {
		return nil, nil, false, err
	}
	runs, nodes, shifted, complete := l.state.mergePartial(runs, nodes, inputs, time.Now())
	if complete {
		l.fullNext, l.partialMisses = shifted, 0
	}
	return runs, nodes, complete, nil
}

// question puts one question under the cap and counts its requests.
func (l *loop) question(ctx context.Context, ask func(context.Context) error) error {
	ctx, requests := jenkins.CountRequests(ctx)
	began := time.Now()
	l.w.since.Store(began.UnixNano())
	err := ask(ctx)
	l.w.since.Store(0)
	l.rate.note(began, max(1, int(requests.Load())))
	l.answered = time.Now()
	return err
}

// fail notes that a refresh brought nothing, and when the next is due.
func (l *loop) fail(err error, now time.Time) bool {
	l.failures++
	if l.failures == 1 {
		l.snap.ErrAt = now.Round(0)
	}
	l.snap.Err = err
	pause := jenkins.Backoff(l.failures, l.interval, backoffMost)
	if jenkins.IsKind(err, jenkins.NotAllowed) {
		pause = jenkins.Backoff(l.failures, notAllowedFirst, notAllowedMost)
	}
	if l.call.unfocused {
		pause = max(pause, unfocusedEvery)
	}
	if e, ok := errors.AsType[*jenkins.Error](err); ok {
		pause = max(pause, e.RetryAfter)
	}
	l.next = latest(now.Add(pause), l.rate.free(now))
	l.snap.Retry = l.next.Round(0)
	return l.show(now)
}

// show yields what is known.
func (l *loop) show(now time.Time) bool {
	s := l.snap
	s.Controller = l.name
	s.RequestsPerMinute = l.rate.used(now)
	s.Events = l.call.streaming
	if l.w.Client != nil {
		s.Version = l.w.Client.Version()
	}
	l.state.fill(&s)
	return l.yield(s)
}

// askQueue asks for the queue. That it fails does not make the running builds any older.
func (l *loop) askQueue(ctx context.Context) bool {
	if !l.spare() {
		l.starved = true
		return true
	}
	var items []jenkins.Run
	err := l.question(ctx, func(ctx context.Context) (err error) {
		items, err = l.ask.Queue(ctx)
		return err
	})
	if ctx.Err() != nil {
		return false
	}
	l.snap.QueueErr = err
	if err != nil {
		// A queue that we may not see is asked for ever more rarely.
		l.queueFails = min(l.queueFails+1, 6)
		l.sinceQueue = -queueEvery << l.queueFails
		return l.show(time.Now())
	}
	l.sinceQueue, l.queueFails, l.queueNews = 0, 0, false
	l.state.queued(items)
	return l.show(time.Now())
}

// spare tells whether the cap leaves room for more than the running builds.
func (l *loop) spare() bool { return l.rate.left(time.Now()) > l.rate.max/6 }

// plan decides when the next refresh is due.
func (l *loop) plan(now time.Time) {
	if l.failures > 0 {
		return // fail did
	}
	p := pace{
		base: l.interval, perMinute: l.rate.max, active: l.state.active(), unfocused: l.call.unfocused,
		streaming: l.call.streaming || !l.news.IsZero() && now.Sub(l.news) < time.Minute,
		took:      l.took, actedAgo: -1, starved: l.starved,
	}
	if p.active {
		l.quiet = now
	}
	p.quietFor = now.Sub(l.quiet)
	if !l.acted.IsZero() {
		p.actedAgo = now.Sub(l.acted)
	}
	every := p.interval()
	l.next = latest(l.asked.Add(every), l.rate.free(now))
	if p.actedAgo < 0 || p.actedAgo >= actedFor {
		// Builds that come and go cost questions of their own. The refreshes after pay for them, so that a busy minute takes
		// hardly more than a quiet one: a question for each refresh and a third of one for the queue.
		if l.crowded {
			l.next = latest(l.next, l.asked.Add(max(every, longestStretch)))
		}
		l.next = latest(l.next, earliest(l.asked.Add(max(every, min(3*every, longestStretch))), l.rate.below(now, l.calm()+1)))
	}
}

// calm is how many requests a minute takes in which no build comes or goes.
func (l *loop) calm() int { return int(window * 4 / 3 / min(l.interval, defaultInterval)) }
