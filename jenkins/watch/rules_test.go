package watch

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// TestATreeThatWasAskedBeforeANewerBuildWasSeenDropsNothing has the tree of the start take its time.
func TestATreeThatWasAskedBeforeANewerBuildWasSeenDropsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		last := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 1}, Status: jenkins.Success, StartedAt: now.Add(-time.Hour), Duration: time.Minute}
		next := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 2}, Status: jenkins.Running, StartedAt: now}
		s := newState(nil)
		s.addRunning(nil, nil, now)
		s.addJobs([]jenkins.Job{{Name: "a", Last: &last}}, s.turn, now, now)
		asked := s.turn
		s.addRunning([]jenkins.Run{next}, nil, now)
		s.addRunning(nil, nil, now)
		next.Status, next.Duration = jenkins.Failure, time.Second
		s.addBuild(next, now)
		s.addJobs([]jenkins.Job{{Name: "a", Last: &last}}, asked, now, now)
		if find(s.recent.runs, "a", 2) == nil || s.jobs["a"].high != 2 {
			t.Errorf("the newer build is gone: %+v", s.recent.runs)
		}
		s.addRunning(nil, nil, now)
		s.addJobs([]jenkins.Job{{Name: "a", Last: &last}}, s.turn, now, now)
		if find(s.recent.runs, "a", 2) != nil {
			t.Error("a build that was deleted since is kept")
		}
	})
}

// TestWhatEndedDuringAnOutageIsShownAfterIt has a build come and go while the controller did not answer: only the tree of all
// jobs tells of it.
func TestWhatEndedDuringAnOutageIsShownAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		for i := range 4000 { // so many that the next tree would be long in coming
			f.add("past-"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+time.Duration(i).String(), 1, -time.Hour, time.Minute)
		}
		f.add("busy", 1, -time.Minute, 0)
		f.add("missed", 1, 80*time.Second, 10*time.Second).result = jenkins.Failure
		time.AfterFunc(71*time.Second, func() { f.setFail("Running", &jenkins.Error{Kind: jenkins.Unreachable}) })
		time.AfterFunc(2*time.Minute, func() { f.setFail("", nil) })
		snaps := watched(t, &Watcher{asker: f}, 3*time.Minute)
		if got := story(snaps, "missed", 1); got != "- FAILURE" {
			t.Errorf("a build that ended during the outage: %s", got)
		}
	})
}
