package tui

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"

	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// manyRuns returns a snapshot of n runs: 22 run, the rest ended.
func manyRuns(n int, now time.Time) watch.Snapshot {
	s := watch.Snapshot{Controller: "ci", At: now, RecentAt: now}
	for i := range n {
		r := jenkins.Run{
			Ref:    jenkins.Ref{Controller: "ci", Job: fmt.Sprintf("team-%d/service-%d/feature%%2Fbranch-%d", i%40, i%400, i), Number: i + 1},
			Status: jenkins.Success, StartedAt: now.Add(-time.Duration(i) * time.Minute), Duration: time.Duration(i%900) * time.Second,
			Estimated: 5 * time.Minute, Nodes: []string{"agent-1"}, Stages: []string{"Build"}, Progress: -1,
			Causes: []jenkins.Cause{{Text: "Started by an SCM change"}},
		}
		if i < 22 {
			r.Status, r.StartedAt = jenkins.Running, now.Add(-time.Duration(i*17)*time.Second)
			s.Runs = append(s.Runs, r)
			continue
		}
		s.Recent = append(s.Recent, r)
	}
	return s
}

func loaded(b *testing.B, n int) *Model {
	b.Helper()
	m := New(testOptions())
	m.Update(tea.WindowSizeMsg{Width: 200, Height: 60})
	m.Update(manyRuns(n, time.Now()))
	return m
}

func benchmarkFrame(b *testing.B, n int) {
	m := loaded(b, n)
	b.ReportAllocs()
	for b.Loop() {
		_ = m.View()
	}
}

func BenchmarkFrame100(b *testing.B)   { benchmarkFrame(b, 100) }
func BenchmarkFrame10000(b *testing.B) { benchmarkFrame(b, 10_000) }

// BenchmarkKeyToFrame is a key press and the frame that answers it.
func BenchmarkKeyToFrame10000(b *testing.B) {
	m := loaded(b, 10_000)
	keys := []tea.Msg{kittest.KeyPress("j"), kittest.KeyPress("j"), kittest.KeyPress("k"), kittest.KeyPress("G"), kittest.KeyPress("g")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Update(keys[i%len(keys)])
		_ = m.View()
	}
}

// BenchmarkFilterKey10000 is a letter typed into the filter.
func BenchmarkFilterKey10000(b *testing.B) {
	m := loaded(b, 10_000)
	m.Update(kittest.KeyPress("/"))
	keys := []tea.Msg{kittest.KeyPress("s"), kittest.KeyPress("e"), kittest.KeyPress("r"), kittest.KeyPress("backspace"), kittest.KeyPress("backspace"), kittest.KeyPress("backspace")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Update(keys[i%len(keys)])
		_ = m.View()
	}
}

// BenchmarkSnapshot10000 is a refresh taken in.
func BenchmarkSnapshot10000(b *testing.B) {
	m := loaded(b, 10_000)
	s := manyRuns(10_000, time.Now())
	b.ReportAllocs()
	for b.Loop() {
		m.Update(s)
	}
}
