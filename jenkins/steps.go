package jenkins

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Step is a step of a pipeline's stage, as wfapi tells it.
type Step struct {
	ID          string // flow node id
	Name        string // what the step is called on Jenkins' pages: "Shell Script"
	Description string // what it was given, "make test"; a secret in it is masked; empty for many steps
	Status      StageStatus
	StartedAt   time.Time
	Duration    time.Duration // ended steps only
	Paused      time.Duration // of which it waited for input
}

// Elapsed is how long the step has taken at the time now, or took when it has ended.
func (s Step) Elapsed(now time.Time) time.Duration {
	if s.Status.Ended() || s.StartedAt.IsZero() {
		return s.Duration
	}
	return max(0, now.Sub(s.StartedAt))
}

// stepsPage is a stage's page of the plugin pipeline-rest-api, below the stage's node.
const stepsPage = "node/wfapi/describe"

// ErrNoSteps says that a controller does not tell the steps of a stage.
var ErrNoSteps = errors.New("Jenkins tells no steps without the plugin Pipeline: Stage View") //nolint:staticcheck // a name

// Steps asks for the steps of one stage, in the order in which they began, with one request. stage is a [Stage]'s ID.
// It is [ErrNoSteps] where the controller has no page for them.
func (c *Client) Steps(ctx context.Context, run Run, stage string) ([]Step, error) {
	if _, err := strconv.ParseUint(stage, 10, 63); err != nil || run.Number == 0 {
		return nil, fmt.Errorf("ask Jenkins for the steps of a stage: %q is no flow node", CleanLine(stage))
	}
	if c.stages.lacks(stepsPage) {
		return nil, ErrNoSteps
	}
	var answer struct {
		StageFlowNodes []struct {
			wfStage
			ParameterDescription string
		}
	}
	q := question{op: "ask Jenkins for the steps of " + CleanLine(BuildSpec{Job: run.Job, Number: run.Number}.String()),
		path:  c.path(run.Job) + strconv.Itoa(run.Number) + "/execution/node/" + stage + "/wfapi/describe",
		limit: 4 * mega}
	if err := c.get(ctx, q, &answer); err != nil {
		if e, ok := errors.AsType[*Error](err); ok && e.Kind == NotFound && e.small {
			c.stages.lack(stepsPage)
			return nil, ErrNoSteps
		}
		return nil, err
	}
	steps := make([]Step, 0, len(answer.StageFlowNodes))
	for _, n := range answer.StageFlowNodes {
		t := Stage{Status: stageStatus(n.Status)}.timed(n.StartTimeMillis, n.DurationMillis, n.PauseDurationMillis)
		steps = append(steps, Step{ID: n.ID, Name: CleanLine(n.Name), Description: describedStep(n.ParameterDescription, c.Own),
			Status: t.Status, StartedAt: t.StartedAt, Duration: t.Duration, Paused: t.Paused})
	}
	return steps, nil
}

// TellingStage is the stage that matters most now: the last innermost one that runs, waits or broke, nil if all went well.
func TellingStage(stages []Stage) *Stage {
	var found *Stage
	for i := range stages {
		s := &stages[i]
		if inner := TellingStage(s.Children); inner != nil {
			found = inner
			continue
		}
		switch s.Status {
		case StageRunning, StagePaused, StageFailure, StageUnstable, StageAborted:
			found = s
		}
	}
	return found
}

// TellingStep asks for the step of a stage that matters most: the one that stands as the stage does (it runs, waits or
// broke), else the last. It is nil where Jenkins tells none.
func (c *Client) TellingStep(ctx context.Context, run Run, stage *Stage) (*Step, error) {
	if stage == nil || stage.ID == "" {
		return nil, nil
	}
	steps, err := c.Steps(ctx, run, stage.ID)
	if err != nil || len(steps) == 0 {
		return nil, err
	}
	last := len(steps) - 1
	if i := slices.IndexFunc(steps, func(s Step) bool { return s.Status == stage.Status }); i >= 0 {
		last = i
	}
	return &steps[last], nil
}

// describedStep is what a step was given, in one line: word by word, since the rest of a command that holds a secret
// tells what the step does.
func describedStep(text string, own []*regexp.Regexp) string {
	words := strings.Fields(CleanLine(text))
	for i, word := range words {
		name, value, assigns := strings.Cut(word, "=")
		bare := strings.Trim(word, `"'`)
		flag := ""
		if i > 0 && strings.HasPrefix(words[i-1], "-") && !strings.HasPrefix(word, "-") {
			flag = strings.TrimLeft(words[i-1], "-") // --token abc
		}
		switch {
		case strings.Contains(word, "://"):
			words[i] = MaskCredentials(word)
		case assigns && wholeSecret(strings.TrimLeft(name, "-"), strings.Trim(value, `"'`), own):
			words[i] = name + "=" + Masked
		case wholeSecret(flag, bare, own):
			words[i] = Masked
		}
	}
	if shown := strings.Join(words, " "); !hasToken(shown) {
		return shown
	}
	return Masked
}
