package watch

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// weekAsker is a controller of so many jobs that builds without end: each job by its own period, and a tenth of the
// jobs are branches that live for a day. It stores nothing: everything follows from the clock.
type weekAsker struct {
	jobs  int
	began time.Time
}

func (a weekAsker) name(i int, now time.Time) string {
	if i%10 == 0 {
		return fmt.Sprintf("team/app-%d/PR-%d", i, int(now.Sub(a.began)/(24*time.Hour)))
	}
	return fmt.Sprintf("team/job-%d", i)
}

// last returns the last build of the i-th job and whether it has one yet.
func (a weekAsker) last(i int, now time.Time) (jenkins.Run, bool) {
	period := time.Duration(20+i%97) * time.Minute
	lasts := period/60 - time.Duration(i%50)*time.Second/10
	since := now.Sub(a.began) + time.Duration(i)*7*time.Second
	if i%10 == 0 {
		since = (since % (24 * time.Hour))
	}
	number := int(since/period) + 1
	start := now.Add(-(since % period))
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: a.name(i, now), Number: number},
		Status: jenkins.Running, StartedAt: start}
	if end := start.Add(lasts); !now.Before(end) {
		run.Status, run.Duration = jenkins.Success, lasts
	}
	return run, true
}

func (a weekAsker) Running(context.Context) ([]jenkins.Run, []jenkins.Node, error) {
	now := time.Now()
	var runs []jenkins.Run
	for i := range a.jobs {
		if run, ok := a.last(i, now); ok && run.Status == jenkins.Running {
			runs = append(runs, run)
		}
	}
	return runs, nil, nil
}

func (a weekAsker) Partial(ctx context.Context, _ bool) ([]jenkins.Run, []jenkins.Node, error) {
	return a.Running(ctx)
}

func (a weekAsker) Queue(context.Context) ([]jenkins.Run, error) {
	id := time.Since(a.began).Milliseconds() // new items all the time
	return []jenkins.Run{{Ref: jenkins.Ref{Controller: "ci", Job: a.name(int(id)%a.jobs, time.Now()), QueueID: id}, Status: jenkins.Queued}}, nil
}

func (a weekAsker) LastBuilds(context.Context) ([]jenkins.Job, error) {
	now := time.Now()
	jobs := make([]jenkins.Job, 0, a.jobs)
	for i := range a.jobs {
		if run, ok := a.last(i, now); ok {
			jobs = append(jobs, jenkins.Job{Name: run.Job, Last: &run})
		}
	}
	return jobs, nil
}

func (a weekAsker) History(_ context.Context, job string, _, n int) ([]jenkins.Run, error) {
	var i, day int
	if k, _ := fmt.Sscanf(job, "team/app-%d/PR-%d", &i, &day); k < 2 {
		fmt.Sscanf(job, "team/job-%d", &i)
	}
	last, _ := a.last(i, time.Now())
	if last.Job != job {
		return nil, &jenkins.Error{Kind: jenkins.NotFound}
	}
	runs := []jenkins.Run{last}
	for number := last.Number - 1; number > 0 && len(runs) < n; number-- {
		run := last
		run.Number, run.Status, run.Duration = number, jenkins.Success, time.Minute
		run.StartedAt = last.StartedAt.Add(-time.Duration(last.Number-number) * time.Hour)
		runs = append(runs, run)
	}
	return runs, nil
}

func (a weekAsker) Build(ctx context.Context, spec jenkins.BuildSpec) (jenkins.Run, error) {
	runs, err := a.History(ctx, spec.Job, 0, 1000)
	if err != nil || spec.Number == 0 {
		return append(runs, jenkins.Run{})[0], err
	}
	if i := slices.IndexFunc(runs, func(r jenkins.Run) bool { return r.Number == spec.Number }); i >= 0 {
		return runs[i], nil
	}
	return jenkins.Run{}, &jenkins.Error{Kind: jenkins.NotFound}
}

// TestWeekOfWatchingStaysFlat watches 800 jobs for a week: nothing that the watcher holds may grow.
func TestWeekOfWatchingStaysFlat(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a week takes seconds")
	}
	synctest.Test(t, func(t *testing.T) {
		const jobs = 800
		ctx, cancel := context.WithTimeout(t.Context(), 7*24*time.Hour)
		defer cancel()
		w := &Watcher{asker: weekAsker{jobs, time.Now()}, Interval: 20 * time.Minute}
		snapshots := 0
		l := newLoop(w, func(Snapshot) bool { snapshots++; return true })
		defer l.helpers.wait()
		defer cancel()
		worst := map[string]int{}
		for l.poll(ctx) && l.wait(ctx) {
			b := l.state
			for name, size := range map[string]int{
				"jobs": len(b.jobs), "recent": len(b.recent.runs), "known": len(b.recent.known), "pending": len(b.pending),
				"gaps": len(b.gaps), "suspectJobs": len(b.suspectJobs), "started": len(b.started), "runs": len(b.runs),
				"requests": cap(l.rate.sent),
			} {
				worst[name] = max(worst[name], size)
			}
		}
		t.Logf("%d snapshots; at most %v", snapshots, worst)
		for name, most := range map[string]int{
			"jobs": jobs * 13 / 10, "recent": jobs*13/10 + 2*maxRecent, "known": jobs*13/10 + 2*maxRecent, "pending": jobs / 10,
			"gaps": jobs, "suspectJobs": 100, "started": jobs, "runs": jobs / 10, "requests": 128,
		} {
			if worst[name] > most {
				t.Errorf("%s grew to %d, more than %d", name, worst[name], most)
			}
		}
	})
}
