package watch

import (
	"fmt"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// benchBook is the state of a controller with 2,000 jobs and 500 running builds, and the two answers it gave.
func benchBook() (b *state, runs []jenkins.Run, jobs []jenkins.Job) {
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
	b.saw(runs, nil, now)
	b.tree(jobs, 1, now, now)
	return b, runs, jobs
}

// BenchmarkWatch is what a refresh of 500 running builds costs beside 2,000 jobs, from the decoded answer to the
// snapshot.
func BenchmarkWatch(b *testing.B) {
	state, runs, jobs := benchBook()
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
			state.saw(runs, nil, now)
			state.fill(&s)
		}
	})
	b.Run("partial", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var s Snapshot
			answer, nodes, _, _ := state.mergePartial(partial, nil, true, now)
			state.saw(answer, nodes, now)
			state.fill(&s)
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
			state.saw(next, nil, now)
			over := next[len(runs)]
			over.Status, over.Duration = jenkins.Success, time.Minute
			state.saw(runs, nil, now)
			state.built(over, now)
			state.fill(&s)
		}
	})
	b.Run("tree", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var s Snapshot
			state.tree(jobs, state.turn, now, now)
			state.fill(&s)
		}
	})
	b.Run("changes", func(b *testing.B) {
		b.ReportAllocs()
		var prev, next Snapshot
		state.fill(&prev)
		state.saw(runs, nil, now)
		state.fill(&next)
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
