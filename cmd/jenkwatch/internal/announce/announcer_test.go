package announce

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

func TestBuildsAreAnnouncedAsThePluginDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		free := w.AddFreestyle("free", takes(time.Minute, "UNSTABLE"))
		pipe := w.AddPipeline("team/pipe", takes(time.Minute, "FAILURE"))
		quick := w.AddPipeline("quick", takes(time.Millisecond, ""))
		w.StartAt(w.AddFreestyle("history", takes(time.Minute, "")), time.Now().Add(-time.Hour), nil)
		w.live(t, Rules{}, false, func() {
			time.Sleep(5 * time.Second)
			w.Start(free, nil)
			w.Start(pipe, nil)
			time.Sleep(30 * time.Second)
			w.Start(quick, nil)
			time.Sleep(5 * time.Minute)
		})
		w.sent(t, "free#1 START", "free#1 RUNNING", "free#1 UNSTABLE", "team/pipe#1 START", "team/pipe#1 FAILURE",
			"quick#1 START", "quick#1 SUCCESS")
		names := func(key string) (list []string) {
			for _, v := range w.ledger.vars[key] {
				list = append(list, v.Name)
			}
			return list
		}
		for key, want := range map[string]map[string]bool{
			"free#1 START":        {"WORKSPACE": false, "EXECUTOR_NUMBER": true, "NODE_NAME": true},
			"free#1 RUNNING":      {"WORKSPACE": true, "WORKSPACE_TMP": true, "EXECUTOR_NUMBER": true},
			"free#1 UNSTABLE":     {"WORKSPACE": true, "EXECUTOR_NUMBER": true, "NODE_LABELS": true},
			"team/pipe#1 START":   {"EXECUTOR_NUMBER": true, "NODE_NAME": true, "NODE_LABELS": true},
			"team/pipe#1 FAILURE": {"EXECUTOR_NUMBER": false, "NODE_NAME": false, "NODE_LABELS": false},
		} {
			for name, there := range want {
				if slices.Contains(names(key), name) != there {
					t.Errorf("%s: %s is there: %v, want %v", key, name, !there, there)
				}
			}
		}
	})
}

func TestPipelinesHaveARunningWhenAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		pipe := w.AddPipeline("pipe", takes(time.Minute, ""))
		w.live(t, Rules{RunningToo: true}, false, func() {
			w.Start(pipe, nil)
			time.Sleep(5 * time.Minute)
		})
		w.sent(t, "pipe#1 START", "pipe#1 RUNNING", "pipe#1 SUCCESS")
	})
}

func TestFirstTimeBeginsWithWhatRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Hour, ""))
		w.StartAt(job, time.Now().Add(-3*time.Hour), nil)
		w.StartAt(job, time.Now().Add(-30*time.Minute), nil)
		w.Finish(w.StartAt(job, time.Now().Add(-20*time.Minute), nil), "ABORTED")
		w.StartAt(job, time.Now().Add(-10*time.Minute), nil)
		w.Finish(w.StartAt(job, time.Now().Add(-10*time.Minute), nil), "FAILURE")
		time.Sleep(time.Second)
		w.live(t, Rules{}, false, func() { time.Sleep(2 * time.Hour) })
		w.sent(t, "job#2 START", "job#2 SUCCESS", "job#4 START", "job#4 SUCCESS")
	})
}

func TestWhatHappenedUnseenIsAnnouncedAfterwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job, other := w.AddFreestyle("job", takes(10*time.Minute, "")), w.AddPipeline("other", takes(10*time.Minute, ""))
		job.Concurrent = true
		w.live(t, Rules{}, true, func() {
			w.Start(job, nil)
			w.Start(other, nil)
			time.Sleep(time.Minute)
		})
		// Nobody watches: both end, more come and go, one of them is deleted, a job is made, and one moves here with its past.
		for range 30 {
			w.Start(job, nil)
			time.Sleep(time.Minute)
		}
		w.Start(w.AddPipeline("new", takes(time.Minute, "NOT_BUILT")), nil)
		w.StartAt(w.AddPipeline("moved", takes(time.Minute, "")), time.Now().Add(-24*time.Hour), nil)
		time.Sleep(time.Hour)
		w.Start(job, nil)
		w.live(t, Rules{}, false, func() { time.Sleep(5 * time.Minute) })

		want := []string{"other#1 START", "other#1 SUCCESS", "new#1 START", "new#1 NOT_BUILT", "job#32 START", "job#32 RUNNING"}
		for n := range 31 {
			for _, status := range []string{"START", "RUNNING", "SUCCESS"} {
				want = append(want, fmt.Sprintf("job#%d %s", n+1, status))
			}
		}
		w.sent(t, want...)
	})
}

func TestUnreachableControllerOnlyDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(20*time.Minute, "ABORTED"))
		w.live(t, Rules{}, false, func() {
			w.Start(job, nil)
			time.Sleep(time.Minute)
			w.Fault(jenkinstest.Down)
			for range 5 {
				time.Sleep(time.Hour)
				w.Start(job, nil)
			}
			w.Fault(jenkinstest.Healthy)
			time.Sleep(time.Hour)
		})
		var want []string
		for n := range 6 {
			want = append(want, fmt.Sprintf("job#%d START", n+1), fmt.Sprintf("job#%d ABORTED", n+1))
		}
		w.sent(t, want...)
	})
}

// everyWrite is how many writes lie between those at which a life ends.
func everyWrite() int {
	if testing.Short() {
		return 5
	}
	return 1
}

// TestCrashAtAnyWriteLosesAndRepeatsNothing lets a life die at each of its writes in turn.
func TestCrashAtAnyWriteLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	want := []string{"free#1 START", "free#1 RUNNING", "free#1 SUCCESS", "free#2 START", "free#2 RUNNING", "free#2 SUCCESS",
		"pipe#2 START", "pipe#2 SUCCESS", "pipe#3 START", "pipe#3 SUCCESS"}
	for dies := 0; dies < 24; dies += everyWrite() {
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			free, pipe := w.AddFreestyle("free", takes(time.Minute, "")), w.AddPipeline("pipe", takes(5*time.Minute, ""))
			w.StartAt(pipe, time.Now().Add(-time.Hour), nil)
			w.StartAt(pipe, time.Now().Add(-time.Second), nil)
			w.live(t, Rules{}, false, func() { time.Sleep(time.Second) })
			w.ledger.dies = dies
			w.live(t, Rules{}, true, func() {
				w.Start(free, nil)
				time.Sleep(70 * time.Second)
				w.Start(free, nil)
				w.Start(pipe, nil)
				time.Sleep(70 * time.Second)
			})
			time.Sleep(time.Minute)
			w.live(t, Rules{}, false, func() { time.Sleep(10 * time.Minute) })
			if d := w.differs(want); d != "" {
				t.Errorf("dying at write %d: %s", dies, d)
			}
		})
	}
}

func TestSinceAnnouncesWhatWasNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Minute, ""))
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Minute)
			for range 4 {
				w.Start(job, nil)
				time.Sleep(time.Hour)
			}
		})
		other := w.AddPipeline("other", takes(time.Minute, ""))
		since := func(again bool) Rules { return Rules{Since: time.Now().Add(-150 * time.Minute), Again: again} }
		w.live(t, Rules{Wants: func(job string) bool { return job != "other" }}, false, func() {
			time.Sleep(time.Minute)
			w.Start(other, nil)
			time.Sleep(time.Minute)
		})
		w.ledger.log = nil
		w.Start(job, nil)
		for range 2 { // a service that is started again, say
			w.live(t, since(false), false, func() { time.Sleep(10 * time.Minute) })
		}
		w.sent(t, "other#1 START", "other#1 SUCCESS", "job#5 START", "job#5 SUCCESS")
		w.ledger.log = nil
		w.live(t, since(true), false, func() { time.Sleep(10 * time.Minute) })
		w.sent(t, "other#1 START", "other#1 SUCCESS", "job#3 START", "job#3 SUCCESS", "job#4 START", "job#4 SUCCESS",
			"job#5 START", "job#5 SUCCESS")
	})
}

// TestReplayThatIsKilledIsGoneOnWith lets a life that replays die at each of its writes in turn: the next one that is
// asked the same some minutes later sends what is missing and nothing twice. Once a replay has ended, the same words begin another.
func TestReplayThatIsKilledIsGoneOnWith(t *testing.T) {
	t.Parallel()
	want := []string{"free#2 START", "free#2 RUNNING", "free#2 SUCCESS", "pipe#2 START", "pipe#2 FAILURE", "pipe#3 START"}
	cut := 0
	for dies := 2; dies < 20; dies += everyWrite() { // the first write begins the replay
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			free, pipe := w.AddFreestyle("free", takes(time.Minute, "")), w.AddPipeline("pipe", takes(time.Minute, "FAILURE"))
			w.live(t, Rules{}, false, func() {
				time.Sleep(time.Minute)
				for range 2 {
					w.Start(free, nil)
					w.Start(pipe, nil)
					time.Sleep(18 * time.Minute)
				}
				pipe.Script = takes(100*time.Hour, "").Script
				w.Start(pipe, nil)
				time.Sleep(6 * time.Minute)
			})
			replay := func() Rules { return Rules{Since: time.Now().Add(-30 * time.Minute), Again: true} }
			w.ledger.log, w.ledger.dies = nil, dies
			w.live(t, replay(), true, func() { time.Sleep(time.Minute) })
			if open, err := w.ledger.UnendedReplay(t.Context(), "ci", ""); err != nil {
				t.Fatal(err)
			} else if !open.Begun.IsZero() {
				cut++
				time.Sleep(6 * time.Minute)
				w.live(t, replay(), false, func() { time.Sleep(10 * time.Minute) })
			}
			if d := w.differs(want); d != "" {
				t.Errorf("dying at write %d: %s", dies, d)
			}
			time.Sleep(6 * time.Minute)
			w.ledger.log = nil
			w.live(t, replay(), false, func() { time.Sleep(10 * time.Minute) })
			if d := w.differs(want[len(want)-1:]); d != "" {
				t.Errorf("again: %s", d)
			}
		})
	}
	if cut < 6/everyWrite() {
		t.Errorf("only %d lives died in mid-replay", cut)
	}
}

func TestJobsThatAreNotWantedAreNotAnnouncedLaterEither(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Minute, ""))
		w.live(t, Rules{Wants: func(string) bool { return false }}, false, func() {
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Hour)
		})
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Hour)
		})
		w.sent(t, "job#2 START", "job#2 SUCCESS")
	})
}

// forgetful is a controller that discards each build as soon as it has ended.
type forgetful struct{ *env.Client }

func (f forgetful) Env(ctx context.Context, r jenkins.Run) (env.Env, error) {
	if r.Status.Ended() {
		return env.Env{}, &jenkins.Error{Kind: jenkins.NotFound}
	}
	return f.Client.Env(ctx, r)
}

func TestOnlyBuildsThatAreWantedAreAnnounced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		mine := func(r *jenkins.Run) bool { return r.Mine([]string{"ann"}) }
		w.live(t, Rules{WantsRun: mine}, false, func() {
			job := w.AddPipeline("job", takes(2*time.Second, "")) // over before it is seen to run
			long := w.AddPipeline("long", takes(5*time.Minute, "FAILURE"))
			time.Sleep(time.Minute)
			for _, j := range []*jenkinstest.Job{job, long} {
				for _, user := range []string{"ann", "tom"} {
					w.Start(j, []jenkinstest.Cause{{User: user}})
					time.Sleep(10 * time.Minute)
				}
			}
		})
		w.sent(t, "job#1 START", "job#1 SUCCESS", "long#1 START", "long#1 FAILURE")
	})
}

func TestBuildThatJenkinsDiscardedIsAnnouncedWithWhatIsKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		w.ask = forgetful{w.client}
		job := w.AddPipeline("job", takes(time.Minute, ""))
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Second)
			w.Start(job, nil)
			time.Sleep(5 * time.Minute)
		})
		w.sent(t, "job#1 START", "job#1 SUCCESS")
		for _, v := range w.ledger.vars["job#1 SUCCESS"] {
			if v.Name == "BUILD_URL" && v.Value == "http://ci.example.com/job/job/1/" {
				return
			}
		}
		t.Errorf("%v", w.ledger.vars["job#1 SUCCESS"])
	})
}

func TestJobThatIsMadeAnewIsAnnouncedFromItsFirstBuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Minute, ""))
		for range 3 {
			w.StartAt(job, time.Now().Add(-time.Hour), nil)
		}
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Second)
			w.Start(job, nil)
			time.Sleep(2 * time.Minute)
			w.Remove(job)
			w.Start(w.AddPipeline("job", takes(time.Minute, "UNSTABLE")), nil)
			time.Sleep(2 * time.Minute)
		})
		w.sent(t, "job#1 START", "job#1 UNSTABLE", "job#4 START", "job#4 SUCCESS")
	})
}

func TestWhatEndedBeforeALifeThatBeginsNowIsNotNewsAlthoughItsFirstSnapshotSaysThatItRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job, other := w.AddPipeline("job", takes(time.Minute, "")), w.AddPipeline("other", takes(time.Hour, ""))
		w.Start(job, nil)
		w.Start(other, nil)
		runs, _, err := w.client.Running(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		old := watch.Snapshot{Controller: "ci", At: time.Now(), RecentAt: time.Now(), Runs: runs}
		time.Sleep(10 * time.Minute)
		w.live(t, Rules{FromNow: true}, false, func() {
			w.now.Observe(old)
			time.Sleep(10 * time.Minute)
		})
		w.sent(t, "other#1 START")
	})
}

// TestPastOfAJobThatBecomesVisibleIsNotNews shows sync a job with builds of yesterday, as one that is moved, or that its
// user may see from now on, has them. What runs of it, and what comes, is news.
func TestPastOfAJobThatBecomesVisibleIsNotNews(t *testing.T) {
	t.Parallel()
	for _, runs := range []bool{false, true} {
		for _, since := range []time.Duration{24 * time.Hour, 10 * time.Minute} { // when its builds ended
			synctest.Test(t, func(t *testing.T) {
				w := newSyncWorld(t)
				want := []string{"moved#4 START", "moved#4 SUCCESS"}
				w.live(t, Rules{}, false, func() {
					time.Sleep(time.Hour)
					job := w.AddPipeline("moved", takes(5*time.Minute, ""))
					for range 3 {
						w.StartAt(job, time.Now().Add(-since-5*time.Minute), nil)
					}
					if runs {
						w.Start(job, nil)
						want = append(want, "moved#5 START", "moved#5 SUCCESS")
					}
					time.Sleep(10 * time.Minute)
					w.Start(job, nil)
					time.Sleep(10 * time.Minute)
				})
				if d := w.differs(want); d != "" {
					t.Errorf("it runs: %v, ended %v ago: %s", runs, since, d)
				}
			})
		}
	}
}

func TestBuildThatIsOpenWhenALifeEndsKeepsItsPlaceWhileLaterOnesOfItsJobEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Minute, ""))
		w.live(t, Rules{}, false, func() {
			time.Sleep(time.Minute)
			long := takes(time.Hour, "FAILURE")
			short := job.Script
			job.Script = long.Script
			w.Start(job, nil)
			job.Script = short
			for range 5 {
				w.Start(job, nil)
				time.Sleep(2 * time.Minute)
			}
			if n := w.ledger.mark(t, "job"); n != 0 {
				t.Errorf("the mark is %d although #1 is open", n)
			}
		})
		time.Sleep(2 * time.Hour)
		w.live(t, Rules{}, false, func() { time.Sleep(10 * time.Minute) })
		want := []string{"job#1 START", "job#1 FAILURE"}
		for n := 2; n <= 6; n++ {
			want = append(want, fmt.Sprintf("job#%d START", n), fmt.Sprintf("job#%d SUCCESS", n))
		}
		w.sent(t, want...)
	})
}
