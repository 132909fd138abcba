package stages

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// errUnusable begins the error for an answer that is none.
var errUnusable = errors.New("the plugin gave no usable answer")

// envelope is around every answer of Pipeline Graph View, errors included: those come with HTTP 200.
type envelope struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Data    struct {
		Stages *[]graphStage `json:"stages"`
		Steps  *[]graphStep  `json:"steps"`
	} `json:"data"`
}

type graphStage struct {
	ID    flowID `json:"id"`
	Name  string `json:"name"`
	Title string `json:"title"`
	State string `json:"state"`
	Type  string `json:"type"`
	timing
	Agent           string       `json:"agent"`
	CauseOfBlockage string       `json:"causeOfBlockage"` // since 867
	Synthetic       bool         `json:"synthetic"`
	Children        []graphStage `json:"children"`
}

type graphStep struct {
	graphStage
	StageID flowID `json:"stageId"`
	// BuildStep is since 877.
	BuildStep struct {
		ClassicURL string `json:"classicUrl"`
	} `json:"buildStep"`
}

// flowID is the id of a flow node, which some versions send as a number; empty for what is no id, which would lead into
// another page.
type flowID string

func (id *flowID) UnmarshalJSON(raw []byte) error {
	if text := strings.Trim(string(raw), `"`); isID(text) {
		*id = flowID(text)
	}
	return nil
}

func isID(text string) bool {
	_, err := strconv.ParseUint(text, 10, 63)
	return err == nil
}

// timing is when a stage or step began and how long it took, in milliseconds. Versions of Pipeline Graph View between 112
// and 431 send text in place of each ("Took 3.1 sec"), which decodes to 0.
type timing struct {
	Start  int64 `json:"startTimeMillis"`
	Took   int64 `json:"durationMillis"`      // of wfapi
	Total  int64 `json:"totalDurationMillis"` // of Pipeline Graph View
	Paused int64 `json:"pauseDurationMillis"`
}

// of returns the times of a stage or step in a state. Jenkins may send negative ones for a branch that has only begun.
func (t *timing) of(state State) (at time.Time, took, paused time.Duration) {
	if state != Skipped && state != NotBuilt && state != Unknown {
		at = jenkins.TimeOf(t.Start)
	}
	if state.Ended() {
		took = jenkins.DurationOf(max(t.Total, t.Took))
	}
	return at, took, jenkins.DurationOf(t.Paused)
}

func (e *envelope) check(isThere bool) error {
	switch {
	case e.Status != "ok" && e.Status != "" && e.Message != "":
		return fmt.Errorf("%w: %s", errUnusable, clean.Line(e.Message))
	case e.Status != "ok" && e.Status != "" || !isThere:
		return errUnusable
	}
	return nil
}

// stages returns Pipeline Graph View's tree. dated reports whether it has times: some versions send text in their place.
func (e *envelope) stages() (stages []Stage, dated bool, err error) {
	if err := e.check(e.Data.Stages != nil); err != nil {
		return nil, false, err
	}
	stages = graphStages(*e.Data.Stages)
	return stages, hasTimes(stages), nil
}

// hasTimes reports whether a stage has a start, or none has begun.
func hasTimes(stages []Stage) bool {
	began, started := false, false
	each(stages, func(s *Stage) {
		began = began || s.State.Began()
		started = started || !s.StartedAt.IsZero()
	})
	return started || !began
}

func graphStages(from []graphStage) []Stage {
	var stages []Stage
	for i := range from {
		g := &from[i]
		s := Stage{ID: string(g.ID), Name: clean.Line(g.Name), Title: clean.Line(g.Title), State: stateOf(g.State),
			Node: clean.Line(g.Agent), Why: clean.Line(g.CauseOfBlockage), Kind: Plain,
			Children: graphStages(g.Children), post: g.Synthetic && g.Name == "Post Actions" || isPost(g.Name)}
		if s.State == Skipped || s.State == NotBuilt { // it ran nowhere, whatever node the stage around it had
			s.Node = ""
		}
		switch g.Type {
		case "PARALLEL_BLOCK": // only holds branches, called "Parallel"; Jenkins' own page does not show it either
			stages = append(stages, s.Children...)
			continue
		case "PARALLEL":
			s.Kind = Branch
		case "PIPELINE_START":
			s.Kind = Block
		}
		s.StartedAt, s.Duration, s.Paused = g.of(s.State)
		stages = append(stages, s)
	}
	return stages
}

// steps returns Pipeline Graph View's steps of all stages, and the stage of each.
func (e *envelope) steps(mask func(string) string) (steps []Step, stage []string, dated bool, err error) {
	if err := e.check(e.Data.Steps != nil); err != nil {
		return nil, nil, false, err
	}
	began := false
	for i := range *e.Data.Steps {
		g := &(*e.Data.Steps)[i]
		p := Step{ID: string(g.ID), Name: mask(g.Name), Title: clean.Line(g.Title), State: stateOf(g.State),
			Exception: g.Type == "UNHANDLED_EXCEPTION", Starts: clean.Line(g.BuildStep.ClassicURL)}
		p.StartedAt, p.Duration, p.Paused = g.of(p.State)
		began = began || p.State.Began()
		dated = dated || !p.StartedAt.IsZero()
		steps, stage = append(steps, p), append(stage, string(g.StageID))
	}
	return steps, stage, dated || !began, nil
}
