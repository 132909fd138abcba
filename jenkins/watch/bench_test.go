package watch

import (
	"fmt"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// benchState returns the state of a controller with 2,000 jobs and 500 running builds, and the two answers it gave.
func benchState() (b *state, runs []jenkins.Run, jobs []jenkins.Job) {
	now := time.Date(2026, 11, 23, 21, 0, 0, 0, time.UTC)
	for i := range 2000 {
		r := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: fmt.Sprintf("team-%d/job-%d", i%20, i), Number: 40 + i%7}, Status: jenkins.Success,
			StartedAt: now.Add(-time.Duration(i*37%5000) * time.Minute), Duration: 3 * time.Minute, DisplayName: "#40"}
		if i%4 == 0 {
			r.Status, r.Duration, r.StartedAt = jenkins.Running, 0, now.Add(-time.Duration(i)*time.Second)
			r.Nodes, r.Stages = []string{"agent-1"}, []string{"Build"}
			runs = append(runs, r)
		}
		jobs = append(jobs, jenkins.Job{Name: r.Job, Last: &r})
	}
	b = newState(nil)
	b.addRunning(runs, nil, now)
	b.addJobs(jobs, 1, now, now)
	return b, runs, jobs
}

// BenchmarkWatch is what a poll of 500 running builds costs beside 2,000 jobs, from the decoded answer to the
// snapshot.
func BenchmarkWatch(b *testing.B) {
	state, runs, jobs := benchState()
	now := time.Now()
	partial := make([]jenkins.Run, len(runs))
	for i, r := range runs {
		partial[i] = jenkins.Run{Ref: r.Ref, Status: jenkins.Running, Nodes: r.Nodes, Stages: r.Stages, Progress: -1}
	}
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var s Snapshot
			state.noteProgress(runs, now)
			state.addRunning(runs, nil, now)
			s.Runs = state.visible()
		}
	})
	b.Run("partial", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var s Snapshot
			answer, nodes, _, _ := state.mergePartial(partial, nil, true, now)
			state.addRunning(answer, nodes, now)
			s.Runs = state.visible()
		}
	})
	b.Run("one ends, one starts", func(b *testing.B) {
		b.ReportAllocs()
		number := 1000
		for b.Loop() {
			var s Snapshot
			number++
			next := append(runs[:len(runs):len(runs)], runs[0])
			next[len(runs)].Number = number
			state.addRunning(next, nil, now)
			over := next[len(runs)]
			over.Status, over.Duration = jenkins.Success, time.Minute
			state.addRunning(runs, nil, now)
			state.addBuild(over, now)
			s.Runs = state.visible()
		}
	})
	b.Run("tree", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var s Snapshot
			state.addJobs(jobs, state.turn, now, now)
			s.Runs = state.visible()
		}
	})
	b.Run("changes", func(b *testing.B) {
		b.ReportAllocs()
		var prev, next Snapshot
		prev.Runs, prev.Queue, prev.Recent = state.visible(), state.queue, state.recent.runs
		state.addRunning(runs, nil, now)
		next.Runs, next.Queue, next.Recent = state.visible(), state.queue, state.recent.runs
		for b.Loop() {
			Changes(prev, next)
		}
	})
}

// BenchmarkPoke is what a hint costs while the loop is busy.
func BenchmarkPoke(b *testing.B) {
	var w Watcher
	b.ReportAllocs()
	for b.Loop() {
		w.Poke()
	}
}
