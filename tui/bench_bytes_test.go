package tui

import (
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// meter counts what is written to the terminal.
type meter struct {
	n     atomic.Int64
	wrote chan struct{}
}

func (m *meter) Write(p []byte) (int, error) {
	m.n.Add(int64(len(p)))
	select {
	case m.wrote <- struct{}{}:
	default:
	}
	return len(p), nil
}

// BenchmarkTickBytes is a refresh that changes one row of 200x60, through Bubble Tea's own renderer: what counts is the
// bytes that go to the terminal, with the clock of the header and the other durations that tick along.
func BenchmarkTickBytes(b *testing.B) {
	in, _ := io.Pipe()
	out := &meter{wrote: make(chan struct{}, 1)}
	p := tea.NewProgram(New(testOptions()), tea.WithInput(in), tea.WithOutput(out), tea.WithWindowSize(200, 60),
		tea.WithFPS(120), tea.WithColorProfile(colorprofile.TrueColor), tea.WithoutSignalHandler())
	done := make(chan error, 1)
	go func() {
		_, err := p.Run()
		done <- err
	}()
	s := manyRuns(1000, time.Now())
	p.Send(tea.WindowSizeMsg{Width: 200, Height: 60})
	p.Send(s)
	<-out.wrote
	<-time.After(100 * time.Millisecond) // the first frame is out
	before := out.n.Load()
	for i := 0; b.Loop(); i++ {
		s.Runs = slices.Clone(s.Runs)
		s.Runs[5].Stages = []string{[]string{"Test", "Build"}[i%2]}
		select {
		case <-out.wrote:
		default:
		}
		p.Send(s)
		<-out.wrote
	}
	b.ReportMetric(float64(out.n.Load()-before)/float64(b.N), "bytes/op")
	p.Quit()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}
