package watch

import (
	"context"
	"maps"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// The lastBuild tree is what costs most: on a controller with 2,000 jobs 52 KB where a refresh costs one or two. It is
// asked for beside the refreshes, because a controller that must first load each build from disk takes seconds.
const (
	perJob          = 300 * time.Millisecond // of the time between two trees: 5 bytes a job, so 1 KB a minute
	perJobIdle      = 50 * time.Millisecond  // while hardly anything else is asked for
	jobsMinInterval = time.Minute
	jobsMaxInterval = 15 * time.Minute
	jobsSpacing     = 10 * time.Second // at least, however much is wanted
	jobsWait        = 5 * time.Second  // then builds that wait for the tree are asked for alone
	jobsLoad        = 50               // a tree may take this part of the controller's time
	jobsFailed      = 30 * time.Second
)

// jobsPoll is when the lastBuild tree is asked for.
type jobsPoll struct {
	answers  chan jobsAnswer
	underWay bool
	wanted   bool      // builds wait for it
	asked    time.Time // the last one
	took     time.Duration
	jobs     int       // that it named
	cost     int       // requests it took
	failures int       // in a row
	retry    time.Time // after a failure
}

type jobsAnswer struct {
	jobs     []jenkins.Job
	err      error
	turn     int
	requests int
}

// works reports whether the last answer, if any, was of use and came soon enough to be waited for.
func (p *jobsPoll) works() bool { return p.failures == 0 && p.spacing() == jobsSpacing }

// may reports whether a tree may be asked for, if it is wanted.
func (p *jobsPoll) may(now time.Time) bool {
	return !p.underWay && !now.Before(p.retry) && (p.asked.IsZero() || now.Sub(p.asked) >= p.spacing())
}

func (p *jobsPoll) spacing() time.Duration {
	return max(jobsSpacing, min(jobsMaxInterval, p.took*jobsLoad/2))
}

// every returns the time between two trees that nothing in particular calls for.
func (p *jobsPoll) every(active bool) time.Duration {
	each := perJobIdle
	if active {
		each = perJob
	}
	return min(jobsMaxInterval, max(jobsMinInterval, each*time.Duration(p.jobs), p.took*jobsLoad))
}

// startJobsPoll asks for the tree if it is due; finishJobsPoll enters its answer.
func (l *loop) startJobsPoll(ctx context.Context) {
	now, p := time.Now(), &l.jobs
	due := p.wanted || now.Sub(p.asked) >= p.every(l.state.active())
	room := l.hasRoom()
	if p.wanted && now.Sub(l.acted) >= actedFor { // builds wait for it, and nothing else
		room = l.rate.left(now) > l.rate.max/10
	}
	if !due || !p.may(now) || !room || l.rate.left(now) < p.cost {
		return
	}
	a := jobsAnswer{turn: l.state.turn}
	p.underWay, p.wanted, p.asked = true, false, now
	l.rate.note(now, 1)
	l.helpers.start(func() {
		ctx, requests := jenkins.CountRequests(ctx)
		a.jobs, a.err = l.ask.LastBuilds(ctx)
		a.requests = int(requests.Load())
		p.answers <- a
	})
}

// finishJobsPoll enters the answer. That it fails does not make the running builds any older.
func (l *loop) finishJobsPoll(a jobsAnswer) bool {
	now, p := time.Now(), &l.jobs
	p.underWay, p.took, p.cost = false, now.Sub(p.asked), a.requests
	l.rate.note(now, max(0, a.requests-1))
	l.snap.RecentErr = a.err
	if a.err != nil {
		p.failures++
		p.retry = now.Add(jenkins.Backoff(p.failures, jobsFailed, jobsMaxInterval))
		return l.show(now)
	}
	p.failures, p.retry = 0, time.Time{}
	l.snap.RecentAt = now.Round(0)
	p.jobs = len(a.jobs)
	l.state.addJobs(a.jobs, a.turn, p.asked, now)
	l.plan(now)
	return l.show(now)
}

// addJobs enters an answer of LastBuilds that was asked for in the given turn.
func (s *state) addJobs(jobs []jenkins.Job, turn int, asked, now time.Time) {
	var seen, over []*jenkins.Run // of what may be thousands nothing is copied
	for i := range jobs {
		if jobs[i].Folder || jobs[i].Last == nil {
			continue
		}
		run := jobs[i].Last
		if s.overtaken(run, turn) {
			continue
		}
		before := jobs[i].Ended
		if before != nil && s.overtaken(before, turn) {
			before = nil
		}
		if before != nil && s.recreated(before) {
			s.recreate(before, run)
		} else if s.recreated(run) {
			s.recreate(run, run)
		}
		j, known := s.jobs[run.Job]
		if !s.noteLast(run, turn) {
			seen = append(seen, run)
		}
		if before != nil {
			if !known || before.Number > j.high {
				seen = append(seen, before)
			}
			// Later a build that was seen has been shown, and may have been forgotten since.
			if _, pending := s.pending[before.Ref]; s.trees == 0 || pending || !known || before.Number > j.high {
				over = append(over, before)
			}
		}
		if run.Status.Ended() {
			over = append(over, run)
		} else if _, runs := s.present[run.Ref]; !runs && j.zombie != run.Number {
			s.addPending(*run, false, now)
		}
	}
	s.noteNumbers(seen)
	s.addEnded(over)
	s.finishJobs(turn, asked)
	for _, d := range s.pending {
		if d.turn <= turn && !d.alone {
			d.alone = true
			if d.tries == 0 { // it was put off for this tree
				d.next = now
			}
		}
	}
}

// noteLast notes that the tree that was asked for in the given turn names a build as its job's last. It is false when the
// build is news.
func (s *state) noteLast(run *jenkins.Run, turn int) bool {
	j, known := s.jobs[run.Job]
	if known && run.Number < j.high && j.turn < turn {
		// The last builds were deleted, or the job was made again.
		j.high, j.began = run.Number, run.StartedAt
		s.recent.keep(func(r *jenkins.Run) bool { return r.Job != run.Job || r.Number <= run.Number })
	}
	j.tree = s.trees + 1
	s.jobs[run.Job] = j
	return known && run.Number <= j.high
}

// finishJobs notes that a tree has been entered.
func (s *state) finishJobs(turn int, asked time.Time) {
	s.trees++
	s.dropVanishedJobs()
	s.treeTurn, s.treeAsked = turn, asked
	maps.DeleteFunc(s.suspectJobs, func(_ string, since int) bool { return since <= turn })
}

// dropVanishedJobs drops the jobs that the last tree did not name and of which nothing was seen since the tree before.
func (s *state) dropVanishedJobs() {
	gone := map[string]struct{}{}
	for name, j := range s.jobs {
		if j.tree != s.trees && j.turn <= s.treeTurn {
			gone[name] = struct{}{}
			delete(s.jobs, name)
			delete(s.gaps, name)
			delete(s.suspectJobs, name)
		}
	}
	if len(gone) > 0 {
		s.recent.keep(func(r *jenkins.Run) bool { _, drop := gone[r.Job]; return !drop })
	}
}
