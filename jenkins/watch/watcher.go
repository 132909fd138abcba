package watch

import (
	"cmp"
	"context"
	"iter"
	"sync/atomic"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Watcher asks one controller again and again. Its methods are safe for concurrent use; its fields are set before the
// first of them is called.
type Watcher struct {
	Client *jenkins.Client
	// Interval is the time between two refreshes while builds run or the user acts. Default 2 s. It stretches when idle,
	// unfocused, failing, or when the controller answers slowly.
	Interval time.Duration
	// MaxPerMinute caps the requests made for the list, those of Poke among them. Default 60.
	MaxPerMinute int
	// Known are the highest build numbers that are known from an earlier process, by job: builds after them (the last 1,000
	// of each job) are found even if they started and ended while nothing watched. What jobs that are not in it built
	// before the start is not looked for.
	Known map[string]int
	// Events asks the sse-gateway plugin for events, which refresh the view at once, and polls more rarely while they
	// come. Off, because asking a controller without the plugin costs an error page of 86 KB, once.
	Events bool

	asker asker // nil: the Client
	inbox inbox
	since atomic.Int64 // when the question that is under way was asked, in Unix nanoseconds; 0 while there is none
}

// asker is the part of a Client that draws the list.
type asker interface {
	Running(ctx context.Context) ([]jenkins.Run, []jenkins.Node, error)
	Partial(ctx context.Context, inputs bool) ([]jenkins.Run, []jenkins.Node, error)
	Queue(ctx context.Context) ([]jenkins.Run, error)
	LastBuilds(ctx context.Context) ([]jenkins.Job, error)
	LastCauses(ctx context.Context) (map[jenkins.Ref][]jenkins.Cause, error)
	Build(ctx context.Context, spec jenkins.BuildSpec) (jenkins.Run, error)
	History(ctx context.Context, job string, from, n int) ([]jenkins.Run, error)
}

// Snapshots yields a snapshot as soon as the running builds are known, again as queue and recent builds arrive, then
// after every refresh, and one for every failed refresh, until ctx is done. The requests are made by the goroutine that
// ranges, so a consumer that lingers is not flooded: it gets the state as it is when it comes back. It may be ranged
// over once.
func (w *Watcher) Snapshots(ctx context.Context) iter.Seq[Snapshot] {
	return func(yield func(Snapshot) bool) {
		ctx, cancel := context.WithCancel(ctx)
		l := newLoop(w, yield)
		defer l.helpers.wait()
		defer cancel()
		if w.Events {
			l.helpers.start(func() { (&events{client: w.Client, inbox: &w.inbox}).follow(ctx) })
		}
		for l.poll(ctx) && l.wait(ctx) {
		}
	}
}

// Waiting returns how long the answer to a question for the list has been waited for, once that is longer than two
// intervals, else zero. Until the answer comes, or is given up, no snapshot says so.
func (w *Watcher) Waiting() time.Duration {
	since := w.since.Load()
	if since == 0 {
		return 0
	}
	d := time.Since(time.Unix(0, since))
	if d <= 2*w.interval() {
		return 0
	}
	return d
}

func (w *Watcher) interval() time.Duration { return cmp.Or(max(0, w.Interval), defaultInterval) }

// Poke asks now, or as soon as the cap allows, and keeps the pace quick for half a minute. It is for a user who asks
// for it or who did something that Jenkins will show; not for every key. It never blocks, and many pokes are one.
func (w *Watcher) Poke() { w.inbox.send(func(s *signals) { s.poked = true }) }

// SetFocused says whether anybody looks: unfocused, it asks rarely. It begins focused.
func (w *Watcher) SetFocused(focused bool) {
	w.inbox.send(func(s *signals) { s.unfocused = !focused })
}

// NotifyBuild says that a build was reported from outside (by a push that was received): it is asked about at once, even if it
// has come and gone, and the pace slows down while such news come. Number 0 only says that something happens.
func (w *Watcher) NotifyBuild(job string, number int) {
	w.inbox.send(func(s *signals) { s.addNews(notice{job, number}, false) })
}

// NotifyKnown is NotifyBuild for a build of which all that is new is on the screen already: while such news come, the
// question is only the check, and comes at the slow pace.
func (w *Watcher) NotifyKnown(job string, number int) {
	w.inbox.send(func(s *signals) { s.addNews(notice{job, number}, true) })
}

// NotifyMissing says that somebody asked for a build that had ended and that Jenkins no longer has it. It is shown
// no longer, and its job's last build is asked for.
func (w *Watcher) NotifyMissing(job string, number int) {
	w.inbox.send(func(s *signals) {
		if len(s.missing) < maxNews {
			s.missing = append(s.missing, notice{job, number})
		}
		s.poked = true
	})
}

// WantCauses asks, with one question for all of them, who started the builds that ended before the watch began: the list
// knows it of all others. Wanted again, it is rarely asked again: for builds that came and went unseen.
func (w *Watcher) WantCauses() { w.inbox.send(func(s *signals) { s.causes = true }) }
