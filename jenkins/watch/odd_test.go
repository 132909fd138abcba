package watch

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// TestScanThatLeavesTheQueueIsNoBuild has a multibranch project scanned: it has no last build to ask for, and its 404
// is 86 KB.
func TestScanThatLeavesTheQueueIsNoBuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("busy", 1, 0, 0)
		f.wait("org/web", 1, 0, 9*time.Second).run.NoBuild = true
		seen := false
		for _, s := range watched(t, &Watcher{asker: f}, time.Minute) {
			seen = seen || len(s.Queue) == 1
		}
		for _, call := range f.calls {
			if strings.HasPrefix(call.question, "Build") {
				t.Errorf("asked %s", call.question)
			}
		}
		if !seen {
			t.Error("it was never in the queue")
		}
	})
}

// TestPartsOfAJobHaveNoHistoryOfTheirOwn begins a matrix build: no tree names its configurations, so that they are not new
// jobs whose earlier builds were missed, and nothing is asked for each of them.
func TestPartsOfAJobHaveNoHistoryOfTheirOwn(t *testing.T) {
	t.Parallel()
	b := newState(nil)
	b.addJobs(nil, 0, time.Now(), time.Now())
	run := func(job, path string) *jenkins.Run {
		return &jenkins.Run{Ref: jenkins.Ref{Job: job, Number: 7}, URL: "http://ci.example/jenkins/" + path + "7/"}
	}
	b.noteNumbers([]*jenkins.Run{run("matrix/jdk=17", "job/matrix/jdk=17/"), run("made/a b=c", "job/made/job/a%20b=c/")})
	if _, missed := b.gaps["made/a b=c"]; !missed || len(b.gaps) != 1 {
		t.Errorf("gaps %v", b.gaps)
	}
}
