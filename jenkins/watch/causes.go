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

// causesPoll is when the causes of ended builds are asked for.
type causesPoll struct {
	answers  chan causesAnswer
	wanted   bool
	underWay bool
	next     time.Time
	failures int // in a row
}

type causesAnswer struct {
	causes   map[jenkins.Ref][]jenkins.Cause
	asked    time.Time
	err      error
	requests int
}

// startCausesPoll asks if somebody wants it; finishCausesPoll enters the answer.
func (l *loop) startCausesPoll(ctx context.Context) {
	now, p := time.Now(), &l.causes
	if !p.wanted || p.underWay || now.Before(p.next) || l.snap.RecentAt.IsZero() || !l.hasRoom() {
		return
	}
	p.underWay, p.wanted = true, false
	l.rate.note(now, 1)
	l.helpers.start(func() {
		ctx, requests := jenkins.CountRequests(ctx)
		causes, err := l.ask.LastCauses(ctx)
		p.answers <- causesAnswer{causes, now, err, int(requests.Load())}
	})
}

// finishCausesPoll enters the answer.
func (l *loop) finishCausesPoll(a causesAnswer) bool {
	now, p := time.Now(), &l.causes
	p.underWay = false
	l.rate.note(now, max(0, a.requests-1))
	l.snap.CausesErr = a.err
	if a.err != nil {
		p.failures++
		p.wanted, p.next = true, now.Add(jenkins.Backoff(p.failures, causesFailed, jobsMaxInterval))
		return l.show(now)
	}
	p.failures, p.next = 0, now.Add(max(causesMinInterval, now.Sub(a.asked)*jobsLoad))
	l.snap.CausesAt = now.Round(0)
	l.state.addCauses(a.causes, a.asked)
	return l.show(now)
}

// addCauses writes causes to the ended builds of which none are known and that can have been meant.
func (s *state) addCauses(known map[jenkins.Ref][]jenkins.Cause, asked time.Time) {
	s.recent.amend(func(r *jenkins.Run) {
		if causes, ok := known[r.Ref]; ok && r.Causes == nil && r.Began().Before(asked) {
			r.Causes = causes
		}
	})
}
