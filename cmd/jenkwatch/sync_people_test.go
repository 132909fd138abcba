package main

import (
	"testing"
	"testing/synctest"
	"time"
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
		}, []string{"new#2 START", "new#2 UNSTABLE", "old#2 START"}},
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
		}, []string{"job#1 START", "job#2 START", "job#2 SUCCESS"}},
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
				w.live(t, rules{}, false, func() {
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
