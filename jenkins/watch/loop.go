package watch

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/sourcegraph/conc/panics"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

const (
	defaultInterval  = 2 * time.Second
	defaultPerMinute = 60
	minPollGap       = 250 * time.Millisecond // between an answer and the next question, however much one is poked
	longestStretch   = 6 * time.Second        // between two polls, because many builds ended
)

// loop is one use of a watcher: everything in it belongs to the goroutine that ranges over the snapshots.
type loop struct {
	w        *Watcher
	ask      asker
	name     string // of the controller
	yield    func(Snapshot) bool
	helpers  helpers
	interval time.Duration
	rate     rate
	state    *state
	snap     Snapshot // what stays the same between two polls: ages and errors

	running runningPoll
	queue   queuePoll
	builds  buildPoll
	jobs    jobsPoll
	causes  causesPoll

	signals  signals // that were taken last
	news     newsFlow
	next     time.Time     // when the next poll is due
	asked    time.Time     // when the last poll began
	answered time.Time     // when its last answer came
	took     time.Duration // how long answers take, see answerTime
	lastTook time.Duration // how long the last one took
	failures int           // in a row
	idle     time.Time     // since when nothing runs
	acted    time.Time     // when the user last did something
}

func newLoop(w *Watcher, yield func(Snapshot) bool) *loop {
	l := &loop{
		w: w, ask: w.asker, yield: yield, state: newState(w.Known), interval: w.interval(), idle: time.Now(),
		helpers: helpers{panicked: make(chan *panics.Recovered, 1)},
		rate:    rate{max: cmp.Or(max(0, w.MaxPerMinute), defaultPerMinute)},
		jobs:    jobsPoll{answers: make(chan jobsAnswer, 1), wanted: true},
		causes:  causesPoll{answers: make(chan causesAnswer, 1)},
	}
	if l.ask == nil {
		l.ask = w.Client
	}
	if w.Client != nil {
		l.name = w.Client.Name
	}
	return l
}

// poll asks once for what runs and then for what that makes worth asking. It is false when the watch is over.
func (l *loop) poll(ctx context.Context) bool {
	poked := l.takeSignals()
	now := time.Now()
	first := l.snap.At.IsZero()
	if l.rate.left(now) == 0 {
		l.next, l.signals.poked = l.rate.free(now), poked
		return true
	}
	l.asked, l.builds.starved = now, false
	shown := l.news.due && l.news.allShown && len(l.state.queue) == 0 // what came or went is shown, and no queue item went with it
	l.news.polled, l.news.polledBuilds, l.news.due, l.news.dueBuilds = l.news.due, l.news.dueBuilds, false, false
	began := now
	runs, nodes, err := l.askRunning(ctx, first || poked)
	now = time.Now()
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		return l.fail(err, now)
	}
	l.took, l.lastTook = answerTime(now.Sub(began), l.lastTook), now.Sub(began)
	if l.failures > 0 && now.Sub(l.snap.ErrAt) > l.jobs.spacing() {
		l.jobs.wanted = true // for what happened meanwhile
	}
	l.failures, l.snap.Err, l.snap.ErrAt, l.snap.Retry = 0, nil, time.Time{}, time.Time{}
	l.snap.At = now.Round(0) // by the wall clock: the other one stands still while a laptop sleeps
	moved := l.state.addRunning(runs, nodes, now)
	l.checkStream(moved.runs)
	if !l.show(now) {
		return false
	}

	l.queue.polls++
	if first || poked || moved.any() && !shown && !l.builds.crowded || l.queue.wanted && l.queue.polls > 1 || l.queue.polls >= queueEvery {
		if !l.askQueue(ctx) {
			return false
		}
	}
	if !l.askBuilds(ctx) {
		return false
	}
	l.startJobsPoll(ctx)
	l.startCausesPoll(ctx)
	l.plan(time.Now())
	return true
}

// question asks one question under the cap and counts its requests.
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

// fail notes that a poll brought nothing, and when the next is due.
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
	if l.signals.unfocused {
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
	s.Events = l.signals.streaming
	if l.w.Client != nil {
		s.Version, s.Session = l.w.Client.Version(), l.w.Client.Session()
	}
	if p := l.pace(now); l.failures == 0 {
		s.Every = p.interval()
		p.took = 0
		s.EveryUnslowed = p.interval()
	}
	s.Runs, s.Queue, s.Recent, s.Nodes = l.state.visible(), l.state.queue, l.state.recent.runs, l.state.nodes
	return l.yield(s)
}

// hasRoom reports whether the cap leaves room for more than the running builds.
func (l *loop) hasRoom() bool { return l.rate.left(time.Now()) > l.rate.max/6 }

// pace is what the next refresh depends on.
func (l *loop) pace(now time.Time) pace {
	p := pace{
		base: l.interval, perMinute: l.rate.max, active: l.state.active(), unfocused: l.signals.unfocused,
		streaming: l.signals.streaming || !l.news.last.IsZero() && now.Sub(l.news.last) < time.Minute,
		took:      l.took, actedAgo: -1, starved: l.builds.starved,
	}
	if !p.active {
		p.idleFor = now.Sub(l.idle)
	}
	if !l.acted.IsZero() {
		p.actedAgo = now.Sub(l.acted)
	}
	return p
}

// plan decides when the next poll is due.
func (l *loop) plan(now time.Time) {
	if l.failures > 0 {
		return // fail did
	}
	p := l.pace(now)
	if p.active {
		l.idle = now
	}
	every := p.interval()
	l.next = latest(l.asked.Add(every), l.rate.free(now))
	if p.actedAgo < 0 || p.actedAgo >= actedFor {
		// Builds that come and go cost questions of their own. The polls after pay for them, so that a busy minute takes
		// hardly more than a quiet one.
		if l.builds.crowded {
			l.next = latest(l.next, l.asked.Add(max(every, longestStretch)))
		}
		l.next = latest(l.next, earliest(l.asked.Add(max(every, min(3*every, longestStretch))), l.rate.below(now, l.quietMinute()+1)))
	}
}

// quietMinute returns how many requests a minute takes in which no build comes or goes: one for each poll and a third of
// one for the queue.
func (l *loop) quietMinute() int { return int(window * 4 / 3 / min(l.interval, defaultInterval)) }
