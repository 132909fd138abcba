package follow

import (
	"io"
	"regexp"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
)

// Events prints a JSON object for each change.
type Events struct {
	Write func(v any) error // one object
	Err   io.Writer
	Own   []*regexp.Regexp // the user's patterns of what is a secret

	state *State
}

var _ Printer = (*Events)(nil)

func (p *Events) Show(s *State, changes []Event) error {
	p.state = s
	now := time.Now()
	for i := range changes {
		e := &changes[i]
		v := jsonview.NewWatch(string(e.Kind), e.Run, &s.Tree, now, p.Own)
		switch e.Kind {
		case Stage:
			v.SetStage(e.Path, e.Stage, now.Add(e.Run.Ahead))
		case Step:
			v.SetStep(e.Path, e.Step, now.Add(e.Run.Ahead))
		case Input:
			v.SetInput(e.Input)
		}
		if err := p.Write(v); err != nil {
			return err
		}
	}
	return nil
}

func (p *Events) Log(text []byte) error {
	if p.state == nil {
		return nil
	}
	v := jsonview.NewWatch(string(Log), p.state.Run, &p.state.Tree, time.Now(), p.Own)
	v.Text = ansi.Strip(string(text))
	return p.Write(v)
}

func (p *Events) Finish(s *State, why *failure.Card) error {
	v := jsonview.NewWatch(string(Ended), s.Run, &s.Tree, time.Now(), p.Own)
	if why != nil {
		v.SetFailure(why)
	}
	return p.Write(v)
}

func (p *Events) Tick() error      { return nil }
func (p *Events) Away(err error)   { find.NoteAway(p.Err, err) }
func (p *Events) Note(text string) { output.Note(p.Err, "jenkwatch: %s", text) }
