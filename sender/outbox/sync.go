package outbox

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/sender"
)

// The statuses that the plugin sends. A build's result is one of the others.
const (
	StatusStart    = "START"
	StatusRunning  = "RUNNING"
	StatusComplete = "COMPLETE" // a build ended, and Jenkins reports no result
)

// Build is what decides which statuses of a build are announced.
type Build struct {
	Pipeline bool
	Ended    bool
	Result   string // of an ended build; empty: Jenkins reports none
}

// Due gives the statuses of a build that are still to be announced, in their order: START, RUNNING and, when it has
// ended, its result. Pipelines have a RUNNING only with runningToo. Once a result has been announced nothing is due.
func Due(b Build, announced []string, runningToo bool) []string {
	if slices.ContainsFunc(announced, isResult) {
		return nil
	}
	due := []string{StatusStart}
	if !b.Pipeline || runningToo {
		due = append(due, StatusRunning)
	}
	if b.Ended && b.Result == "" {
		due = append(due, StatusComplete)
	} else if b.Ended {
		due = append(due, b.Result)
	}
	return slices.DeleteFunc(due, func(s string) bool { return slices.Contains(announced, s) })
}

func isResult(status string) bool { return status != StatusStart && status != StatusRunning }

// Pushed tells which statuses of a build its received pushes prove to be announced already. A push with a body is a
// message of the build itself (`notify`), whatever status it carries, and proves nothing; unless the build has a
// parameter called body, in whatever case: then every push has one.
func Pushed(pushes []sender.Push, bodyIsParameter bool) []string {
	var told []string
	for _, p := range pushes {
		if p.Status != "" && (p.Body == nil || bodyIsParameter) && !slices.Contains(told, p.Status) {
			told = append(told, p.Status)
		}
	}
	return told
}
