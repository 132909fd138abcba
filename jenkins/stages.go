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
	broken  map[string]brokenPage
}

// brokenPage is a page that answered with something that is not its answer.
type brokenPage struct {
	err   error
	until time.Time
}

const (
	missingFor = 10 * time.Minute
	brokenFor  = 20 * time.Second
	mostBroken = 100 // pages that are remembered
)

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

// breaks notes that a page gave no usable answer: for a while it is not asked again, and err told instead. It may be the
// answer for one run only, so that it is not forgotten for long.
func (s *stageSources) breaks(page string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil || len(s.broken) > mostBroken {
		s.broken = map[string]brokenPage{}
	}
	s.broken[page] = brokenPage{err, time.Now().Add(brokenFor)}
}

// whyBroken is why a page is not worth asking now, or nil.
func (s *stageSources) whyBroken(page string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.broken[page]
	if !ok || !time.Now().Before(b.until) {
		delete(s.broken, page)
		return nil
	}
	return b.err
}

// restarted forgets what was missing when the controller's session (X-Jenkins-Session) is a new one.
func (s *stageSources) restarted(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session != "" && session != s.session {
		s.session, s.missing, s.broken = session, nil, nil
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
	CauseOfBlockage       string // since 900
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
		at := c.path(run.Job) + strconv.Itoa(run.Number) + "/" + page.path
		if err := c.stages.whyBroken(at); err != nil {
			refused = cmp.Or(refused, err)
			continue
		}
		var answer stagesAnswer
		q := question{op: "ask Jenkins for the stages of " + CleanLine(BuildSpec{Job: run.Job, Number: run.Number}.String()),
			path: at, limit: 4 * mega}
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
			c.stages.breaks(at, err)
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
			Why: CleanLine(s.CauseOfBlockage), Parallel: s.Type == "PARALLEL", Children: branches(graphStages(s.Children), s.Children)}.
			timed(s.StartTimeMillis, s.TotalDurationMillis, s.PauseDurationMillis))
	}
	return stages
}

// branches are a stage's children without what only holds them together: two parallel steps in one stage, or one beside
// stages, come each in a PARALLEL_BLOCK that is called "Parallel", which Jenkins' own page does not show either.
func branches(children []Stage, from []graphStage) []Stage {
	var out []Stage
	for i := range children {
		if from[i].Type == "PARALLEL_BLOCK" {
			out = append(out, children[i].Children...)
		} else {
			out = append(out, children[i])
		}
	}
	return out
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
	case "QUEUED":
		return StageQueued
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
