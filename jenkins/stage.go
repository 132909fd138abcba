package jenkins

import "time"

// Stage is a stage or a parallel branch of a pipeline run.
type Stage struct {
	ID        string // flow node id; empty when only the refresh named it
	Name      string
	Status    StageStatus
	StartedAt time.Time     // zero if it has not started
	Duration  time.Duration // ended stages only; Elapsed tells it of all
	Paused    time.Duration // of which it waited for input
	Node      string
	Why       string // of a queued one, what it waits for
	Parallel  bool   // a branch of its parent
	Children  []Stage
}

// Elapsed is how long the stage has taken at the time now, or took when it has ended.
func (s Stage) Elapsed(now time.Time) time.Duration {
	if s.Status.Ended() || s.StartedAt.IsZero() {
		return s.Duration
	}
	return max(0, now.Sub(s.StartedAt))
}

// StageStatus is where a stage stands.
type StageStatus string

const (
	StageRunning  StageStatus = "RUNNING"
	StageQueued   StageStatus = "QUEUED" // waits for an executor
	StagePaused   StageStatus = "PAUSED" // waits for input
	StageSuccess  StageStatus = "SUCCESS"
	StageUnstable StageStatus = "UNSTABLE"
	StageFailure  StageStatus = "FAILURE"
	StageAborted  StageStatus = "ABORTED"
	StageSkipped  StageStatus = "SKIPPED" // not built: its condition did not hold
	StageUnknown  StageStatus = "UNKNOWN"
)

// Ended tells whether a stage with this status will not change any more.
func (s StageStatus) Ended() bool {
	switch s {
	case StageSuccess, StageUnstable, StageFailure, StageAborted, StageSkipped:
		return true
	}
	return false
}

// StageSource tells who told the stages, from best to least.
type StageSource string

const (
	FromGraphView StageSource = "pipeline-graph-view" // the true tree with parallel branches
	FromWFAPI     StageSource = "wfapi"               // parallel branches come flattened
	FromRefresh   StageSource = "refresh"             // only the names of the stages that hold an executor
)

// Stages are the stages of one run.
type Stages struct {
	Ref    Ref
	Source StageSource
	Stages []Stage
}
