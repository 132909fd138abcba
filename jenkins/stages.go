package jenkins

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"
)

// stagePages are where a controller may tell a run's stages, best first. Pipeline Graph View has moved its page about.
var stagePages = []struct {
	path   string
	source StageSource
}{
	{"pipeline-overview/tree", FromGraphView},
	{"stages/tree", FromGraphView},
	{"pipeline-graph/tree", FromGraphView},
	{"wfapi/describe", FromWFAPI},
}

// stageSources remembers which pages a controller does not have, until it restarts (a plugin may have come) or for a
// while (something before it may have answered in its place).
type stageSources struct {
	mu      sync.Mutex
	session string
	missing map[string]time.Time
}

const missingFor = 10 * time.Minute

func (s *stageSources) lacks(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	since, ok := s.missing[path]
	return ok && time.Since(since) < missingFor
}

func (s *stageSources) lack(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.missing == nil {
		s.missing = map[string]time.Time{}
	}
	s.missing[path] = time.Now()
}

// restarted forgets what was missing when the controller's session (X-Jenkins-Session) is a new one.
func (s *stageSources) restarted(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session != "" && session != s.session {
		s.session, s.missing = session, nil
	}
}

// stagesAnswer is either page's answer.
type stagesAnswer struct {
	Data struct { // Pipeline Graph View
		Stages []graphStage
	}
	Stages []wfStage // wfapi
}

type graphStage struct {
	ID, Name, State, Type string
	StartTimeMillis       int64
	TotalDurationMillis   int64
	PauseDurationMillis   int64
	Agent                 string
	Children              []graphStage
}

type wfStage struct {
	ID, Name, Status    string
	ExecNode            string
	StartTimeMillis     int64
	DurationMillis      int64
	PauseDurationMillis int64
}

// Stages asks for the stages of a pipeline run from the best source that the controller has. A run that is no pipeline
// has none. Where the controller has no source, the stages that the refresh named are told; where it has one that gives no
// usable answer, that is the error.
func (c *Client) Stages(ctx context.Context, run Run) (Stages, error) {
	if !run.Pipeline || run.Number == 0 {
		return Stages{Ref: run.Ref}, nil
	}
	var gone, refused error
	for _, page := range stagePages {
		if c.stages.lacks(page.path) {
			continue
		}
		var answer stagesAnswer
		q := question{deed: "ask Jenkins for the stages of " + CleanLine(BuildSpec{Job: run.Job, Number: run.Number}.String()),
			path: c.path(run.Job) + strconv.Itoa(run.Number) + "/" + page.path, limit: 4 * mega}
		err := c.get(ctx, q, &answer)
		if err == nil {
			return Stages{Ref: run.Ref, Source: page.source, Stages: answer.stages()}, nil
		}
		e, ok := errors.AsType[*Error](err)
		switch {
		case !ok:
			return Stages{}, err
		case e.Kind == NotFound && e.small:
			c.stages.lack(page.path)
		case e.Kind == NotFound:
			gone = err // the build itself, unless another page says otherwise
		case e.Kind != Refused && e.Kind != NotJenkins && e.Kind != TooLarge:
			return Stages{}, err
		default:
			refused = cmp.Or(refused, err)
		}
	}
	if err := cmp.Or(refused, gone); err != nil {
		return Stages{}, err
	}
	return Stages{Ref: run.Ref, Source: FromRefresh, Stages: refreshed(run)}, nil
}

// refreshed are the stages that the refresh named: those that hold an executor.
func refreshed(run Run) []Stage {
	var stages []Stage
	for _, name := range run.Stages {
		stages = append(stages, Stage{Name: name, Status: StageRunning})
	}
	return stages
}

func (a *stagesAnswer) stages() []Stage {
	if a.Stages == nil {
		return graphStages(a.Data.Stages)
	}
	stages := make([]Stage, 0, len(a.Stages))
	for _, s := range a.Stages {
		stages = append(stages, Stage{ID: s.ID, Name: CleanLine(s.Name), Status: stageStatus(s.Status), Node: CleanLine(s.ExecNode)}.
			timed(s.StartTimeMillis, s.DurationMillis, s.PauseDurationMillis))
	}
	return stages
}

func graphStages(from []graphStage) []Stage {
	var stages []Stage
	for _, s := range from {
		stages = append(stages, Stage{ID: s.ID, Name: CleanLine(s.Name), Status: stageStatus(s.State), Node: CleanLine(s.Agent),
			Parallel: s.Type == "PARALLEL", Children: graphStages(s.Children)}.
			timed(s.StartTimeMillis, s.TotalDurationMillis, s.PauseDurationMillis))
	}
	return stages
}

// timed adds the times, of which Jenkins may tell negative ones for a branch that has only begun.
func (s Stage) timed(start, took, paused int64) Stage {
	if s.Status != StageSkipped && s.Status != StageUnknown {
		s.StartedAt = millis(start)
	}
	if s.Status.Ended() {
		s.Duration = duration(took)
	}
	s.Paused = duration(paused)
	return s
}

// stageStatus maps the states of both sources.
func stageStatus(state string) StageStatus {
	switch strings.ToUpper(state) {
	case "RUNNING", "IN_PROGRESS":
		return StageRunning
	case "PAUSED", "PAUSED_PENDING_INPUT":
		return StagePaused
	case "SUCCESS":
		return StageSuccess
	case "UNSTABLE":
		return StageUnstable
	case "FAILURE", "FAILED":
		return StageFailure
	case "ABORTED":
		return StageAborted
	case "SKIPPED", "NOT_BUILT", "NOT_EXECUTED":
		return StageSkipped
	}
	return StageUnknown
}
