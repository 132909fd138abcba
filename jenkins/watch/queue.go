package watch

import (
	"context"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// queueEvery is after how many polls the queue is asked for, whatever happens.
const queueEvery = 3

// queuePoll is when the queue is asked for.
type queuePoll struct {
	polls    int  // of the running builds, since it was last answered
	failures int  // in a row
	wanted   bool // an event named it
}

// askQueue asks for the queue. That it fails does not make the running builds any older.
func (l *loop) askQueue(ctx context.Context) bool {
	if !l.hasRoom() {
		l.builds.starved = true
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
	if err != nil { // a queue that we may not see is asked for less and less often
		l.queue.failures = min(l.queue.failures+1, 6)
		l.queue.polls = -queueEvery << l.queue.failures
		return l.show(time.Now())
	}
	l.queue = queuePoll{}
	l.state.addQueue(items)
	return l.show(time.Now())
}

// addQueue enters an answer of Queue. A job that lost more items than builds of it appeared is suspect: an item was
// cancelled, or its build started and ended unseen.
func (s *state) addQueue(items []jenkins.Run) {
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
