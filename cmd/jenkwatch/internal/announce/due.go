package announce

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/sender"
)

// buildState is what decides which statuses of a build are announced.
type buildState struct {
	Pipeline bool
	Ended    bool
	Result   string // of an ended build; empty: Jenkins reports none
}

// dueStatuses returns the statuses of a build that are still to be announced, in their order: START, RUNNING and, when it has
// ended, its result. Pipelines have a RUNNING only with runningToo. Once a result has been announced nothing is due.
func dueStatuses(b buildState, announced []string, runningToo bool) []string {
	if slices.ContainsFunc(announced, isResult) {
		return nil
	}
	due := []string{sender.StatusStart}
	if !b.Pipeline || runningToo {
		due = append(due, sender.StatusRunning)
	}
	if b.Ended && b.Result == "" {
		due = append(due, sender.StatusComplete)
	} else if b.Ended {
		due = append(due, b.Result)
	}
	return slices.DeleteFunc(due, func(s string) bool { return slices.Contains(announced, s) })
}

func isResult(status string) bool {
	return status != sender.StatusStart && status != sender.StatusRunning
}

// pushedStatuses returns which statuses of a build its received pushes prove to be announced already. A push with a body is a
// message of the build itself (`notify`), whatever status it carries, and proves nothing; unless the build has a
// parameter called body, in whatever case: then every push has one.
func pushedStatuses(pushes []sender.Push, bodyIsParameter bool) []string {
	var statuses []string
	for _, p := range pushes {
		if p.Status != "" && (p.Body == nil || bodyIsParameter) && !slices.Contains(statuses, p.Status) {
			statuses = append(statuses, p.Status)
		}
	}
	return statuses
}
