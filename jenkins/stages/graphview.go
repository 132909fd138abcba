package stages

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// errUnusable begins the error for an answer that is none.
var errUnusable = errors.New("the plugin gave no usable answer")

// envelope is around every answer of Pipeline Graph View, errors included: those come with HTTP 200.
type envelope struct {
	Status  string
	Message string
	Data    *struct {
		Stages *[]graphStage
		Steps  *[]graphStep
	}
}

// Numbers are any where some version sends text: ids, and times between 112 and 431 ("Took 3.1 sec").
type graphStage struct {
	ID                  any
	Name, Title, State  string
	Type                string
	StartTimeMillis     any
	TotalDurationMillis any
	PauseDurationMillis any
	Agent               string
	CauseOfBlockage     string // since 867
	Synthetic           bool
	Children            []graphStage
}

type graphStep struct {
	graphStage
	StageID any
}

func decodeEnvelope(body []byte) (*envelope, error) {
	var e envelope
	if err := decode(body, &e); err != nil {
		return nil, err
	}
	if e.Status != "ok" && e.Status != "" || e.Data == nil {
		return nil, unusable(e.Message)
	}
	return &e, nil
}

// decode decodes JSON and passes over values of an unexpected type.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return nil
	}
	return err
}

func unusable(message string) error {
	if message == "" {
		return errUnusable
	}
	return fmt.Errorf("%w: %s", errUnusable, jenkins.CleanLine(message))
}

// decodeTree decodes Pipeline Graph View's tree. dated reports whether it has times: some versions send text in their place.
func decodeTree(body []byte) (stages []Stage, dated bool, err error) {
	e, err := decodeEnvelope(body)
	if err != nil {
		return nil, false, err
	}
	if e.Data.Stages == nil {
		return nil, false, errUnusable
	}
	dated = true
	return graphStages(*e.Data.Stages, &dated), dated, nil
}

func graphStages(from []graphStage, dated *bool) []Stage {
	var stages []Stage
	for i := range from {
		g := &from[i]
		s := Stage{ID: idOf(g.ID), Name: jenkins.CleanLine(g.Name), Title: jenkins.CleanLine(g.Title), State: stateOf(g.State),
			Node: jenkins.CleanLine(g.Agent), Why: jenkins.CleanLine(g.CauseOfBlockage), Kind: Plain,
			Children: graphStages(g.Children, dated), post: g.Synthetic && g.Name == "Post Actions" || isPost(g.Name)}
		switch g.Type {
		case "PARALLEL_BLOCK": // only holds branches, called "Parallel"; Jenkins' own page does not show it either
			stages = append(stages, s.Children...)
			continue
		case "PARALLEL":
			s.Kind = Branch
		case "PIPELINE_START":
			s.Kind = Block
		}
		start, took, paused := number(g.StartTimeMillis, dated), number(g.TotalDurationMillis, dated), number(g.PauseDurationMillis, dated)
		s.StartedAt, s.Duration, s.Paused = times(s.State, start, took, paused)
		stages = append(stages, s)
	}
	return stages
}

// decodeSteps decodes Pipeline Graph View's steps of all stages, and the stage of each.
func decodeSteps(body []byte, mask func(string) string) (steps []Step, stage []string, dated bool, err error) {
	e, err := decodeEnvelope(body)
	if err != nil {
		return nil, nil, false, err
	}
	if e.Data.Steps == nil {
		return nil, nil, false, errUnusable
	}
	dated = true
	for i := range *e.Data.Steps {
		g := &(*e.Data.Steps)[i]
		p := Step{ID: idOf(g.ID), Name: mask(g.Name), Title: jenkins.CleanLine(g.Title), State: stateOf(g.State),
			Exception: g.Type == "UNHANDLED_EXCEPTION"}
		start, took, paused := number(g.StartTimeMillis, &dated), number(g.TotalDurationMillis, &dated), number(g.PauseDurationMillis, &dated)
		p.StartedAt, p.Duration, p.Paused = times(p.State, start, took, paused)
		steps, stage = append(steps, p), append(stage, idOf(g.StageID))
	}
	return steps, stage, dated, nil
}

// number returns a number that may be absent. Text in its place takes dated away.
func number(v any, dated *bool) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case string:
		*dated = false
	}
	return 0
}

// idOf returns a flow node's id, which some versions send as a number. An id that is none would lead into another page.
func idOf(v any) string {
	switch v := v.(type) {
	case float64:
		if v > 0 && v < 1<<53 {
			return strconv.FormatInt(int64(v), 10)
		}
	case string:
		if _, err := strconv.ParseUint(v, 10, 63); err == nil {
			return v
		}
	}
	return ""
}
