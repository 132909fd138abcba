package follow

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
)

// lineBuffer holds back a line that has not ended.
type lineBuffer struct{ held []byte }

// longest is how many bytes of a line are held back.
const longest = 64 << 10

// add takes text in and returns the whole lines.
func (b *lineBuffer) add(text []byte) []byte {
	b.held = append(b.held, text...)
	n := bytes.LastIndexByte(b.held, '\n') + 1
	if n == 0 && len(b.held) > longest {
		return b.rest()
	}
	whole := bytes.Clone(b.held[:n])
	b.held = append(b.held[:0], b.held[n:]...)
	return whole
}

// rest returns what is held back, as a line.
func (b *lineBuffer) rest() []byte {
	if len(b.held) == 0 {
		return nil
	}
	whole := append(bytes.Clone(b.held), '\n')
	b.held = b.held[:0]
	return whole
}

// Lines prints a line for each change, its parts separated by tabs: when, what happened, the status, of which build, stage or
// step, how long that took. With a log, that goes to Out and the changes to Err.
type Lines struct {
	Out, Err io.Writer
	WithLog  bool
}

var _ Printer = (*Lines)(nil)

func (l *Lines) Show(_ *State, changes []Event) error {
	t := &output.Table{}
	now := time.Now()
	for _, e := range changes {
		t.Add(append([]string{output.Clock(now, false), string(e.Kind)}, cells(&e, now)...)...)
	}
	return t.Write(l.changes(), 0)
}

// cells are what a line says of an event, after its moment and kind.
func cells(e *Event, now time.Time) []string {
	where := strings.Join(e.Path, "/")
	switch e.Kind {
	case Stage:
		return []string{string(e.Stage.State), where, span(e.Stage.State.Ended() && e.Stage.State.Began() && e.Stage.Timed(), e.Stage.Elapsed(now)), e.Stage.Node}
	case Step:
		what, given := e.Step.Label()
		return []string{string(e.Step.State), where, span(e.Step.State.Ended() && e.Step.Timed(), e.Step.Elapsed(now)), strings.TrimSpace(what + " " + given)}
	case Input:
		return []string{string(e.Run.Status), buildName(&e.Run), "", e.Input.Message}
	}
	return []string{string(e.Run.Status), buildName(&e.Run), span(e.Run.Status.Ended(), e.Run.Elapsed(now)), output.Nodes(e.Run)}
}

// span is how long something took; what goes on has no such time yet, and what was skipped none at all.
func span(ended bool, d time.Duration) string {
	if !ended {
		return ""
	}
	return jenkins.Span(d)
}

func buildName(r *jenkins.Run) string { return jenkins.Argument(r.Job) + output.Number(*r) }

// changes is where the changes go.
func (l *Lines) changes() io.Writer {
	if l.WithLog {
		return l.Err
	}
	return l.Out
}

func (l *Lines) Finish(s *State, why *failure.Card) error {
	if err := l.Show(s, []Event{{Kind: Ended, Run: s.Run}}); err != nil || why == nil {
		return err
	}
	_, err := io.WriteString(l.changes(), "\n"+strings.Join(why.Lines(cardLines), "\n")+"\n")
	return err
}

// cardLines are how many lines are printed of why a build failed: as many as `jenkwatch why` prints.
const cardLines = 40

func (l *Lines) Tick() error { return nil }

func (l *Lines) Away(err error)   { find.NoteAway(l.Err, err) }
func (l *Lines) Note(text string) { output.Note(l.Err, "jenkwatch: %s", text) }

func (l *Lines) Log(text []byte) error {
	_, err := io.WriteString(l.Out, ansi.Strip(string(text)))
	return err
}
