package watch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// lives lists what Changes reports of one job, each build by the second of its start.
func lives(snaps []Snapshot, job string, began time.Time) string {
	var out []string
	var prev Snapshot
	for _, s := range snaps {
		for _, c := range Changes(prev, s) {
			if c.Run.Job == job && c.Run.Number > 0 {
				out = append(out, fmt.Sprintf("%s #%d@%.0f %s", c.Kind, c.Run.Number, c.Run.StartedAt.Sub(began).Seconds(), c.Run.Status))
			}
		}
		prev = s
	}
	return strings.Join(out, ", ")
}

// TestRecreatedJobHasOtherBuilds gives the numbers of a job's builds to others: they are
// different builds because they started at different times.
func TestRecreatedJobHasOtherBuilds(t *testing.T) {
	t.Parallel()
	const second = time.Second
	for name, c := range map[string]struct {
		prepare func(f *fakeAsker)
		others  int // others that run: above eight of them most polls are partial
		lasts   time.Duration
		want    string
	}{
		"after the end of its #1": {func(f *fakeAsker) {
			f.add("x", 1, -20*second, 28*second).deleted = time.Now().Add(12 * second)
			f.add("x", 1, 18*second, 8*second).result = jenkins.Failure
			f.add("x", 2, 34*second, 8*second)
		}, 0, time.Minute, "added #1@-20 RUNNING, changed #1@-20 SUCCESS, added #1@18 RUNNING, changed #1@18 FAILURE, " +
			"added #2@34 RUNNING, changed #2@34 SUCCESS"},
		"the same between partial polls": {func(f *fakeAsker) {
			f.add("x", 1, -20*second, 28*second).deleted = time.Now().Add(12 * second)
			f.add("x", 1, 18*second, 9*second).result = jenkins.Failure
		}, 12, time.Minute, "added #1@-20 RUNNING, changed #1@-20 SUCCESS, added #1@18 RUNNING, changed #1@18 FAILURE"},
		"while its #1 runs, and the next runs at the next poll": {func(f *fakeAsker) {
			f.add("x", 1, -20*second, time.Hour).deleted = time.Now().Add(11 * second)
			f.add("x", 1, 11500*time.Millisecond, 20*second).result = jenkins.Unstable
		}, 0, time.Minute, "added #1@-20 RUNNING, removed #1@-20 RUNNING, added #1@12 RUNNING, changed #1@12 UNSTABLE"},
		"the same between partial polls that find it on the same executor": {func(f *fakeAsker) {
			f.add("x", 1, -20*second, time.Hour).deleted = time.Now().Add(11 * second)
			f.add("x", 1, 11500*time.Millisecond, 20*second).result = jenkins.Unstable
		}, 12, time.Minute, "added #1@-20 RUNNING, removed #1@-20 RUNNING, added #1@12 RUNNING, changed #1@12 UNSTABLE"},
		"and the next came and went unseen": {func(f *fakeAsker) {
			f.add("x", 1, -20*second, 28*second).deleted = time.Now().Add(12 * second)
			f.add("x", 1, 18*second, 8*second).hidden = true
		}, 0, 3 * time.Minute, "added #1@-20 RUNNING, changed #1@-20 SUCCESS, added #1@18 SUCCESS"},
		"while its #1 runs, and the next has ended at the next poll": {func(f *fakeAsker) {
			f.add("x", 1, -20*second, time.Hour).deleted = time.Now().Add(10100 * time.Millisecond)
			f.add("x", 1, 10300*time.Millisecond, second).result = jenkins.Failure
		}, 0, time.Minute, "added #1@-20 RUNNING, removed #1@-20 RUNNING, added #1@10 FAILURE"},
		"with fewer builds than before": {func(f *fakeAsker) {
			for n := range 9 {
				f.add("x", n+1, -time.Hour+time.Duration(n)*second, second).deleted = time.Now().Add(10 * second)
			}
			f.add("x", 1, 15*second, 2*second)
			f.add("x", 2, 21*second, 10*second)
		}, 0, time.Minute, "added #9@-3592 SUCCESS, added #1@15 RUNNING, changed #1@15 SUCCESS, added #2@21 RUNNING, changed #2@21 SUCCESS"},
		"with more builds than before when it is seen again": {func(f *fakeAsker) {
			f.add("x", 1, -time.Hour, second).deleted = time.Now().Add(10 * second)
			for n := range 4 {
				f.add("x", n+1, time.Duration(11500+n*100)*time.Millisecond, 50*time.Millisecond)
			}
			f.add("x", 5, 12500*time.Millisecond, 10*second)
		}, 0, time.Minute, "added #1@-3600 SUCCESS, added #5@12 RUNNING, added #4@12 SUCCESS, added #3@12 SUCCESS, " +
			"added #2@12 SUCCESS, added #1@12 SUCCESS, changed #5@12 SUCCESS"},
		"two of its builds still run": {func(f *fakeAsker) {
			f.add("x", 6, -30*second, time.Hour).deleted = time.Now().Add(20 * second)
			f.add("x", 7, -20*second, time.Hour).deleted = time.Now().Add(10 * second)
			f.add("x", 1, 15*second, 10*second)
		}, 0, time.Minute, "added #6@-30 RUNNING, added #7@-20 RUNNING, removed #7@-20 RUNNING, removed #6@-30 RUNNING, " +
			"added #1@15 RUNNING, changed #1@15 SUCCESS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fakeAsker{}
				busy(f, max(1, c.others))
				c.prepare(f)
				began := time.Now()
				snaps := watched(t, &Watcher{asker: f}, c.lasts)
				got, want := strings.Split(lives(snaps, "x", began), ", "), strings.Split(c.want, ", ")
				if strings.Contains(name, "more builds") { // the order of the history
					slices.Sort(got)
					slices.Sort(want)
				}
				if !slices.Equal(got, want) {
					t.Errorf("reported\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			})
		})
	}
}

// TestLateTreeDoesNotBringBackADeletedJobsBuild has the tree be asked for before the job was made anew, and answered after.
func TestLateTreeDoesNotBringBackADeletedJobsBuild(t *testing.T) {
	t.Parallel()
	old := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "x", Number: 1}, Status: jenkins.Success, StartedAt: time.Unix(1000, 0), Duration: time.Second}
	next := jenkins.Run{Ref: old.Ref, Status: jenkins.Running, StartedAt: time.Unix(2000, 0)}
	for name, seen := range map[string][]jenkins.Run{"that was known": {old}, "that nobody knew": nil} {
		now := time.Unix(2001, 0)
		s := newState(nil)
		s.addRunning(nil, nil, now)
		for _, run := range seen {
			s.addBuild(run, now)
		}
		turn := s.turn
		s.addRunning([]jenkins.Run{next}, nil, now)
		s.addJobs([]jenkins.Job{{Name: "x", Last: &old}}, turn, now, now)
		if len(s.runs) != 1 || !s.runs[0].StartedAt.Equal(next.StartedAt) || len(s.recent.runs) != 0 {
			t.Errorf("a build %s: %d runs, %d ended builds", name, len(s.runs), len(s.recent.runs))
		}
	}
}
