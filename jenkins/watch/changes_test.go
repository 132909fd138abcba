package watch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestChangesTellsWhatHappened(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 21, 0, 0, 0, time.UTC)
	run := func(job string, number int, status jenkins.Status, change ...func(*jenkins.Run)) jenkins.Run {
		r := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, Number: number}, Status: status, StartedAt: at}
		for _, c := range change {
			c(&r)
		}
		return r
	}
	item := func(id int64, why string) jenkins.Run {
		return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "q", QueueID: id}, Status: jenkins.Queued, Why: why}
	}
	clock := func(r *jenkins.Run) { r.Progress, r.Estimated = 80, time.Hour }
	stage := func(r *jenkins.Run) { r.Stages = []string{"Test"} }
	for name, c := range map[string]struct {
		prev, next Snapshot
		want       string
	}{
		"nothing from nothing": {Snapshot{}, Snapshot{}, ""},
		"a run that starts":    {Snapshot{}, Snapshot{Runs: []jenkins.Run{run("a", 1, jenkins.Running)}}, "added a#1 RUNNING"},
		"only the clock": {Snapshot{Runs: []jenkins.Run{run("a", 1, jenkins.Running)}},
			Snapshot{Runs: []jenkins.Run{run("a", 1, jenkins.Running, clock)}}, ""},
		"a stage": {Snapshot{Runs: []jenkins.Run{run("a", 1, jenkins.Running)}},
			Snapshot{Runs: []jenkins.Run{run("a", 1, jenkins.Running, stage)}}, "changed a#1 RUNNING"},
		"a pause": {Snapshot{Runs: []jenkins.Run{run("a", 1, jenkins.Running)}},
			Snapshot{Runs: []jenkins.Run{run("a", 1, jenkins.Paused)}}, "changed a#1 PAUSED"},
		"an end": {Snapshot{Runs: []jenkins.Run{run("a", 1, jenkins.Running)}},
			Snapshot{Recent: []jenkins.Run{run("a", 1, jenkins.Success)}}, "changed a#1 SUCCESS"},
		"a build never seen running": {Snapshot{}, Snapshot{Recent: []jenkins.Run{run("a", 1, jenkins.Failure)}}, "added a#1 FAILURE"},
		"a deleted build": {Snapshot{Runs: []jenkins.Run{run("a", 1, jenkins.Running)}}, Snapshot{},
			"removed a#1 RUNNING"},
		"an old build that is not kept": {Snapshot{Recent: []jenkins.Run{run("a", 1, jenkins.Success)}}, Snapshot{}, ""},
		"an item that becomes a build": {Snapshot{Queue: []jenkins.Run{item(7, "w")}},
			Snapshot{Runs: []jenkins.Run{run("q", 3, jenkins.Running)}}, "removed q#0 QUEUED, added q#3 RUNNING"},
		"the seconds of a reason": {Snapshot{Queue: []jenkins.Run{item(7, "Expires in 3.2 sec")}},
			Snapshot{Queue: []jenkins.Run{item(7, "Expires in 1 sec")}}, ""},
		"the digits of a reason": {Snapshot{Queue: []jenkins.Run{item(7, "Expires in 3.2 sec")}},
			Snapshot{Queue: []jenkins.Run{item(7, "Expires in 1.7 sec")}}, ""},
		"another reason": {Snapshot{Queue: []jenkins.Run{item(7, "In the quiet period")}},
			Snapshot{Queue: []jenkins.Run{item(7, "No agents")}}, "changed q#0 QUEUED"},
		"several, ended ones first, oldest first": {
			Snapshot{Runs: []jenkins.Run{run("a", 1, jenkins.Running), run("gone", 9, jenkins.Running)}},
			Snapshot{Recent: []jenkins.Run{run("b", 2, jenkins.Success), run("a", 1, jenkins.Aborted)}, Runs: []jenkins.Run{run("c", 3, jenkins.Running)},
				Queue: []jenkins.Run{item(7, "w")}},
			"removed gone#9 RUNNING, changed a#1 ABORTED, added b#2 SUCCESS, added c#3 RUNNING, added q#0 QUEUED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var reported []string
			for _, c := range Changes(c.prev, c.next) {
				reported = append(reported, fmt.Sprintf("%s %s#%d %s", c.Kind, c.Run.Job, c.Run.Number, c.Run.Status))
			}
			if got := strings.Join(reported, ", "); got != c.want {
				t.Errorf("reported %q, want %q", got, c.want)
			}
		})
	}
}

func TestChangesLeavesTheSnapshotsAlone(t *testing.T) {
	t.Parallel()
	prev := Snapshot{Runs: []jenkins.Run{{Ref: jenkins.Ref{Job: "a", Number: 1}}}, Recent: []jenkins.Run{{Ref: jenkins.Ref{Job: "b", Number: 1}}}}
	next := Snapshot{Recent: []jenkins.Run{{Ref: jenkins.Ref{Job: "c", Number: 1}}, {Ref: jenkins.Ref{Job: "a", Number: 1}}}}
	before := slices.Clone(next.Recent)
	Changes(prev, next)
	if next.Recent[0].Ref != before[0].Ref || next.Recent[1].Ref != before[1].Ref || len(prev.Runs) != 1 {
		t.Error("a snapshot was changed")
	}
}
