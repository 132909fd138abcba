package watch

import (
	"context"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

const (
	causesMinInterval = 5 * time.Minute // however many builds are listed whose causes are not known
	causesFailed      = 30 * time.Second
)

// causes is when the causes of ended builds are asked for.
type causes struct {
	answers chan causesAnswer
	want    bool
	flying  bool
	next    time.Time
	fails   int
}

type causesAnswer struct {
	told     map[jenkins.Ref][]jenkins.Cause
	asked    time.Time
	err      error
	requests int
}

// WantCauses asks, with one question for all of them, who started the builds that ended before the watch began: the list
// knows it of all others. Asked again it is rarely done: for builds that came and went unseen.
func (w *Watcher) WantCauses() { w.bell.ring(func(b *bell) { b.causes = true }) }

// askCauses asks if somebody wants it; the answer comes to explain.
func (l *loop) askCauses(ctx context.Context) {
	now, c := time.Now(), &l.causes
	if !c.want || c.flying || now.Before(c.next) || l.snap.RecentAt.IsZero() || !l.spare() {
		return
	}
	c.flying, c.want = true, false
	l.rate.note(now, 1)
	l.helpers.Go(func() {
		ctx, requests := jenkins.CountRequests(ctx)
		told, err := l.ask.LastCauses(ctx)
		c.answers <- causesAnswer{told, now, err, int(requests.Load())}
	})
}

// explain enters the answer.
func (l *loop) explain(a causesAnswer) bool {
	now, c := time.Now(), &l.causes
	c.flying = false
	l.rate.note(now, max(0, a.requests-1))
	l.snap.CausesErr = a.err
	if a.err != nil {
		c.fails++
		c.want, c.next = true, now.Add(jenkins.Backoff(c.fails, causesFailed, treeMaxInterval))
		return l.show(now)
	}
	c.fails, c.next = 0, now.Add(max(causesMinInterval, now.Sub(a.asked)*treeLoad))
	l.snap.CausesAt = now.Round(0)
	l.state.explain(a.told, a.asked)
	return l.show(now)
}

// explain writes causes to the ended builds of which none are known and that can have been meant.
func (s *state) explain(told map[jenkins.Ref][]jenkins.Cause, asked time.Time) {
	s.recent.amend(func(r *jenkins.Run) {
		if causes, ok := told[r.Ref]; ok && r.Causes == nil && r.Began().Before(asked) {
			r.Causes = causes
		}
	})
}

// amend changes what is known of the runs.
func (r *recent) amend(change func(*jenkins.Run)) {
	all := make([]jenkins.Run, recentRoom, recentRoom+len(r.runs))
	all = append(all, r.runs...)
	r.all, r.room, r.runs = all, recentRoom, all[recentRoom:]
	for i := range r.runs {
		change(&r.runs[i])
	}
}
