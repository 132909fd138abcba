package watch

import (
	"context"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// listen takes what the bell rang for. It tells whether the user poked.
func (l *loop) listen() (poked bool) {
	before := l.call
	l.call = l.w.bell.answer()
	poked = l.call.poked || before.poked
	now := time.Now()
	if poked {
		l.acted = now
	}
	if len(l.call.news) > 0 {
		l.news = now
	}
	for h := range l.call.news {
		if h.number == 0 {
			l.queueNews = true
		} else {
			l.state.notified(jenkins.Ref{Controller: l.name, Job: h.job, Number: h.number}, now)
		}
	}
	l.tree.want = l.tree.want || l.call.more
	l.state.dropMissing(l.name, l.call.gone)
	l.causes.want = l.causes.want || l.call.causes
	return poked
}

// wait sleeps until the next refresh is due. It is false when the watch is over.
func (l *loop) wait(ctx context.Context) bool {
	woken := l.w.bell.woken()
	timer := time.NewTimer(time.Until(l.next))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return true
		case <-l.helpers.Broke():
			l.helpers.Raise()
		case answer := <-l.tree.answers:
			if !l.finishJobsPoll(answer) {
				return false
			}
		case answer := <-l.causes.answers:
			if !l.explain(answer) {
				return false
			}
		case <-woken:
			l.answerBell()
			l.askCauses(ctx)
		}
		timer.Reset(time.Until(l.next))
	}
}

// gather is how long news are waited for that belong to the first: Jenkins tells of a start in three events.
const gather = 50 * time.Millisecond

// ofBuilds tells whether the news name a build that began or ended, not only something of the queue.
func (l *loop) ofBuilds() bool {
	for h := range l.call.news {
		if h.number > 0 {
			return true
		}
	}
	return false
}

// allShown tells whether the news only confirm what is on the screen.
func (l *loop) allShown() bool {
	for _, shown := range l.call.news {
		if !shown {
			return false
		}
	}
	return true
}

// answerBell moves the next refresh to where what rang wants it.
func (l *loop) answerBell() {
	was, due := l.call, l.next
	poked, now := l.listen(), time.Now()
	soon := latest(l.answered.Add(minPollGap), l.rate.free(now))
	switch {
	case poked:
		l.call.poked = true // the refresh wants to know, too
		l.next = earliest(l.next, soon)
	case l.failures > 0: // only the user knows better than the backoff
	case len(l.call.news) > 0:
		// The first news are followed at once; while they pour in, the pace is the quick one, or where all is shown already
		// the one that events make slow. A build's start comes on the heels of the news that it left the queue: it must not
		// wait because those have just been followed.
		builds := l.ofBuilds()
		if builds && l.byBuilds || !builds && l.byNews {
			every := l.interval
			if l.allShown() {
				every *= streamingFactor
			}
			soon = latest(soon, l.asked.Add(every))
		}
		l.allTold = l.allShown() && (l.allTold || !l.newsDue)
		l.newsDue, l.buildsDue = true, l.buildsDue || builds
		l.next = earliest(l.next, latest(soon, now.Add(gather)))
	case was.unfocused && !l.call.unfocused:
		l.plan(now)
		l.next = latest(l.next, soon)
	default:
		l.plan(now)
		if l.newsDue { // whoever rings with nothing new (news come in pairs) does not put off what is due
			l.next = earliest(l.next, due)
		}
	}
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// trust checks the events against what polling finds: when runs come and go and no event told, twice in a row, the
// stream is dead without knowing it.
func (l *loop) trust(moved bool) {
	if !l.call.streaming {
		l.suspect = time.Time{}
		return
	}
	switch {
	case !l.suspect.IsZero() && l.news.After(l.suspect):
		l.suspect = time.Time{}
	case !l.suspect.IsZero():
		l.suspect = time.Time{}
		l.w.bell.distrust()
	case moved && l.asked.Sub(l.news) > l.interval:
		l.suspect = l.asked
	}
}
