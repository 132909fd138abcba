package announce

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/sender"
)

func TestGapSendsOnlyWhatThePluginDidNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		free, pipe := w.AddFreestyle("free", takes(5*time.Minute, "")), w.AddPipeline("pipe", takes(5*time.Minute, "FAILURE"))
		text := "hello"
		began := time.Now()
		w.live(t, Rules{Gap: time.Minute}, false, func() {
			w.Start(free, nil)
			w.Start(pipe, nil)
			time.Sleep(30 * time.Second)
			w.received("free", sender.Push{Status: "START"}, sender.Push{Status: "RUNNING", Body: &text})
			w.received("pipe", sender.Push{Status: "START"}, sender.Push{Status: "START"})
			time.Sleep(5 * time.Minute)
			w.received("pipe", sender.Push{Status: "FAILURE"})
			time.Sleep(5 * time.Minute)
		})
		w.sent(t, "free#1 RUNNING", "free#1 SUCCESS")
		for key, soonest := range map[string]time.Duration{"free#1 RUNNING": time.Minute, "free#1 SUCCESS": 6 * time.Minute} {
			if took := w.ledger.at[key].Sub(began); took < soonest || took > soonest+20*time.Second {
				t.Errorf("%s was sent after %v, want %v", key, took, soonest)
			}
		}
	})
}

func TestGapKnowsBuildsWithAParameterCalledBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		j := takes(time.Millisecond, "")
		j.Params = []jenkinstest.Param{{Name: "Body", Value: "text"}}
		pipe := w.AddPipeline("pipe", j)
		text := "text"
		w.live(t, Rules{Gap: time.Minute}, false, func() {
			time.Sleep(30 * time.Second)
			w.Start(pipe, nil)
			w.received("pipe", sender.Push{Status: "START", Body: &text}, sender.Push{Status: "SUCCESS", Body: &text})
			time.Sleep(10 * time.Minute)
		})
		w.sent(t)
	})
}
