package watch

import (
	"context"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// newsFlow is how the loop follows what others say of builds.
type newsFlow struct {
	last         time.Time // when a build was last reported from outside
	polled       bool      // the last poll was made because of news
	polledBuilds bool      // the same: of builds
	due          bool      // the next one will be
	dueBuilds    bool
	allShown     bool      // all news since the last poll are on the screen already
	silent       time.Time // when something moved of which the events did not tell
}

// gather is how long news are waited for that belong to the first: Jenkins sends three events for a start.
const gather = 50 * time.Millisecond

// takeSignals enters what came into the inbox. It reports whether the user poked.
func (l *loop) takeSignals() (poked bool) {
	before := l.signals
	l.signals = l.w.inbox.take()
	poked = l.signals.poked || before.poked
	now := time.Now()
	if poked {
		l.acted = now
	}
	if len(l.signals.news) > 0 {
		l.news.last = now
	}
	for n := range l.signals.news {
		if n.number == 0 {
			l.queue.wanted = true
		} else {
			l.state.addNotice(jenkins.Ref{Controller: l.name, Job: n.job, Number: n.number}, now)
		}
	}
	l.jobs.wanted = l.jobs.wanted || l.signals.moreNews
	l.state.dropMissing(l.name, l.signals.missing)
	l.causes.wanted = l.causes.wanted || l.signals.causes
	return poked
}

// wait sleeps until the next poll is due. It is false when the watch is over.
func (l *loop) wait(ctx context.Context) bool {
	woken := l.w.inbox.woken()
	timer := time.NewTimer(time.Until(l.next))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return true
		case p := <-l.helpers.panicked:
			panic(p)
		case answer := <-l.jobs.answers:
			if !l.finishJobsPoll(answer) {
				return false
			}
		case answer := <-l.causes.answers:
			if !l.finishCausesPoll(answer) {
				return false
			}
		case <-woken:
			l.handleSignals()
			l.startCausesPoll(ctx)
		}
		timer.Reset(time.Until(l.next))
	}
}

// handleSignals moves the next poll to where the signals want it.
func (l *loop) handleSignals() {
	wasUnfocused, due := l.signals.unfocused, l.next
	poked, now := l.takeSignals(), time.Now()
	soon := latest(l.answered.Add(minPollGap), l.rate.free(now))
	switch {
	case poked:
		l.signals.poked = true // for the poll
		l.next = earliest(l.next, soon)
	case l.failures > 0: // only the user knows better than the backoff
	case len(l.signals.news) > 0:
		l.followNews(now, soon)
	case wasUnfocused && !l.signals.unfocused:
		l.plan(now)
		l.next = latest(l.next, soon)
	default:
		l.plan(now)
		if l.news.due { // a signal without news (they come in pairs) does not put off what is due
			l.next = earliest(l.next, due)
		}
	}
}

// followNews moves the next poll to where news want it. The first are followed at once; while they pour in, the pace is the
// quick one, or where all is shown already the one that events make slow. A build's start comes right after the news that
// it left the queue: it must not wait because those have just been followed.
func (l *loop) followNews(now, soon time.Time) {
	n, builds, shown := &l.news, l.signals.builds(), l.signals.allShown()
	if builds && n.polledBuilds || !builds && n.polled {
		every := l.interval
		if shown {
			every *= streamingFactor
		}
		soon = latest(soon, l.asked.Add(every))
	}
	n.allShown = shown && (n.allShown || !n.due)
	n.due, n.dueBuilds = true, n.dueBuilds || builds
	l.next = earliest(l.next, latest(soon, now.Add(gather)))
}

// checkStream compares the events with what polling finds: when runs come and go and no event says so, twice in a row, the
// stream is dead without knowing it.
func (l *loop) checkStream(moved bool) {
	n := &l.news
	switch {
	case !l.signals.streaming, !n.silent.IsZero() && n.last.After(n.silent):
		n.silent = time.Time{}
	case !n.silent.IsZero():
		n.silent = time.Time{}
		l.w.inbox.restartStream()
	case moved && l.asked.Sub(n.last) > l.interval:
		n.silent = l.asked
	}
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
