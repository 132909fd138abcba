package announce

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/sender"
)

// TestWhatPeopleDoToJobs renames, disables and deletes while builds run, and sets numbers forward.
func TestWhatPeopleDoToJobs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(w *syncWorld)
		want []string
	}{
		"a job is renamed while it builds": {func(w *syncWorld) {
			job := w.AddPipeline("old", takes(5*time.Minute, "UNSTABLE"))
			w.StartAt(job, time.Now().Add(-time.Hour), nil)
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Minute)
			w.Rename(job, "new")
		}, []string{"new#2 UNSTABLE", "old#2 START"}}, // the plugin reads the name when it pushes
		"a job is renamed twice while it builds, once back": {func(w *syncWorld) {
			job := w.AddFreestyle("old", takes(15*time.Minute, ""))
			time.Sleep(time.Minute)
			w.Start(job, nil)
			for _, name := range []string{"new", "newer", "old"} {
				time.Sleep(4 * time.Minute)
				w.Rename(job, name)
			}
		}, []string{"old#1 START", "old#1 RUNNING", "old#1 SUCCESS"}},
		"a job is renamed, and another takes its name": {func(w *syncWorld) {
			job := w.AddPipeline("old", takes(5*time.Minute, "UNSTABLE"))
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Minute)
			w.Rename(job, "new")
			time.Sleep(time.Minute)
			w.Start(w.AddPipeline("old", takes(5*time.Minute, "FAILURE")), nil)
		}, []string{"new#1 UNSTABLE", "old#1 START", "old#1 START", "old#1 FAILURE"}},
		"one of two jobs that began at once is deleted": {func(w *syncWorld) {
			one, two := w.AddPipeline("one", takes(5*time.Minute, "")), w.AddPipeline("two", takes(5*time.Minute, ""))
			time.Sleep(time.Minute)
			now := time.Now()
			w.StartAt(one, now, nil)
			w.StartAt(two, now, nil)
			time.Sleep(time.Minute)
			w.Remove(one)
		}, []string{"one#1 START", "one#1 ABORTED", "two#1 START", "two#1 SUCCESS"}},
		"a job is renamed while it rests": {func(w *syncWorld) {
			job := w.AddPipeline("old", takes(time.Minute, ""))
			w.StartAt(job, time.Now().Add(-time.Hour), nil)
			w.StartAt(job, time.Now().Add(-time.Hour), nil)
			time.Sleep(5 * time.Minute)
			w.Rename(job, "new")
			time.Sleep(5 * time.Minute)
			w.Start(job, nil)
		}, []string{"new#3 START", "new#3 SUCCESS"}},
		"a job is disabled while it builds": {func(w *syncWorld) {
			job := w.AddPipeline("job", takes(5*time.Minute, ""))
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Minute)
			w.Disable(job, true)
		}, []string{"job#1 START", "job#1 SUCCESS"}},
		"a build is deleted while it runs": {func(w *syncWorld) {
			job := w.AddPipeline("job", takes(5*time.Minute, ""))
			time.Sleep(time.Minute)
			b := w.Start(job, nil)
			time.Sleep(time.Minute)
			w.Delete(b)
			w.Start(job, nil)
		}, []string{"job#1 START", "job#1 COMPLETE", "job#2 START", "job#2 SUCCESS"}}, // it had ended, nobody knows how
		"a job is deleted while it builds": {func(w *syncWorld) {
			job := w.AddFreestyle("job", takes(5*time.Minute, ""))
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Minute)
			w.Remove(job)
		}, []string{"job#1 START", "job#1 RUNNING", "job#1 ABORTED"}},
		"numbers are set forward": {func(w *syncWorld) {
			job := w.AddPipeline("job", takes(time.Second, ""))
			time.Sleep(time.Minute)
			w.Start(job, nil)
			w.NextNumber(job, 1000)
			w.Start(job, nil)
			w.Start(job, nil)
			time.Sleep(5 * time.Minute)
			w.NextNumber(job, 50_000)
			w.Start(job, nil)
		}, []string{"job#1 START", "job#1 SUCCESS", "job#1000 START", "job#1000 SUCCESS", "job#1001 START", "job#1001 SUCCESS",
			"job#50000 START", "job#50000 SUCCESS"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			for range 2 {
				w.live(t, Rules{}, false, func() {
					if c.do != nil {
						c.do(w)
					}
					c.do = nil
					time.Sleep(10 * time.Minute)
				})
			}
			if d := w.differs(c.want); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		})
	}
}

func TestJobThatIsRenamedUnseenHasItsResultUnderTheNewName(t *testing.T) {
	t.Parallel()
	for _, runs := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			job := w.AddPipeline("old", takes(30*time.Minute, "UNSTABLE"))
			w.StartAt(job, time.Now().Add(-24*time.Hour), nil)
			w.live(t, Rules{}, true, func() {
				time.Sleep(time.Minute)
				w.Start(job, nil)
				time.Sleep(5 * time.Minute)
			})
			w.Rename(job, "folder-new")
			if !runs {
				time.Sleep(time.Hour)
			}
			w.live(t, Rules{}, false, func() { time.Sleep(time.Hour) })
			w.sent(t, "folder-new#2 UNSTABLE", "old#2 START")
		})
	}
}

func TestWhatIsDeletedUnseenIsToldToHaveEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		pipe, free := w.AddPipeline("pipe", takes(10*time.Minute, "")), w.AddFreestyle("free", takes(10*time.Minute, ""))
		stays, moves := w.AddPipeline("stays", takes(10*time.Minute, "")), w.AddPipeline("moves", takes(10*time.Minute, "UNSTABLE"))
		var b *jenkinstest.Build
		w.live(t, Rules{}, true, func() {
			time.Sleep(5 * time.Minute)
			w.Start(pipe, nil)
			time.Sleep(time.Second) // of builds that began in the same instant nobody can tell whether they are one, renamed
			w.Start(free, nil)
			time.Sleep(time.Second)
			b = w.Start(stays, nil)
			time.Sleep(time.Second)
			w.Start(moves, nil)
			time.Sleep(time.Minute)
		})
		w.Remove(pipe)
		w.Remove(free)
		w.Delete(b)
		w.Rename(moves, "moved")
		for range 2 {
			w.live(t, Rules{}, false, func() { time.Sleep(20 * time.Minute) })
		}
		w.sent(t, "free#1 START", "free#1 RUNNING", "free#1 ABORTED", "moved#1 UNSTABLE", "moves#1 START", "pipe#1 START", "pipe#1 ABORTED",
			"stays#1 START", "stays#1 COMPLETE")
	})
}

func TestJobThatIsRenamedOutOfWhatIsWantedIsNotAborted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("mine", takes(10*time.Minute, ""))
		w.live(t, Rules{Wants: func(job string) bool { return job == "mine" }}, false, func() {
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Minute)
			w.Rename(job, "theirs")
			time.Sleep(time.Hour)
		})
		w.sent(t, "mine#1 START")
	})
}

func TestGapTakesTheEndOfADeletedBuildFromThePlugin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		pushed, missed := w.AddPipeline("pushed", takes(10*time.Minute, "")), w.AddPipeline("missed", takes(10*time.Minute, ""))
		w.live(t, Rules{Gap: time.Minute}, false, func() {
			time.Sleep(time.Minute)
			w.Start(pushed, nil)
			w.Start(missed, nil)
			w.received("pushed", sender.Push{Status: "START"})
			w.received("missed", sender.Push{Status: "START"})
			time.Sleep(time.Minute)
			w.received("pushed", sender.Push{Status: "FAILURE"})
			w.Remove(pushed)
			w.Remove(missed)
			time.Sleep(time.Hour)
		})
		w.sent(t, "missed#1 ABORTED")
	})
}
