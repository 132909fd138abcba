package jenkins

// Status is where a run stands. The plugin's eight statuses are on the wire as written here; Queued and Paused are ours
// and are never sent. A finished run's status is its result.
type Status string

const (
	// Queued is a queue item: Jenkins has accepted it and no executor has it yet. It leaves by starting or by being
	// cancelled.
	Queued Status = "QUEUED"
	// Start is the plugin's first push of a run. The API never reports it.
	Start Status = "START"
	// Running is a run that an executor has, or a pipeline between its nodes.
	Running Status = "RUNNING"
	// Paused is a pipeline that waits for a person's input (waitingForInput of its InputAction; the action alone proves
	// nothing, it stays after the answer). It goes back to Running.
	Paused Status = "PAUSED"
	// Complete is a run that ended although Jenkins reports no result.
	Complete Status = "COMPLETE"
	// The results, as hudson.model.Result names them.
	Success  Status = "SUCCESS"
	Unstable Status = "UNSTABLE"
	Failure  Status = "FAILURE"
	NotBuilt Status = "NOT_BUILT"
	Aborted  Status = "ABORTED"
)

// Ended tells whether a run with this status will not change any more.
func (s Status) Ended() bool {
	switch s {
	case Complete, Success, Unstable, Failure, NotBuilt, Aborted:
		return true
	}
	return false
}

// AsPushed returns the status as the plugin would push it, empty where it pushes none: it knows neither a queue nor a pause.
func (s Status) AsPushed() string {
	switch s {
	case Queued:
		return ""
	case Paused:
		return string(Running)
	}
	return string(s)
}
