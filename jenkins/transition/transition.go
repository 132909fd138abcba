// Package transition says what happened to builds between two snapshots, in the words of somebody who waits for them: this one
// broke, that one is fixed, a third waits for an answer.
package transition

import (
	"fmt"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// Kind is what happened to a build.
type Kind string

const (
	Started      Kind = "started"
	Finished     Kind = "finished"      // it ended, and is none of the following
	Broken       Kind = "broken"        // it failed or is unstable, and the one before it went well or is not known
	StillFailing Kind = "still_failing" // it failed or is unstable, as the one before it
	Fixed        Kind = "fixed"         // it went well, and the one before it did not
	Input        Kind = "input"         // it waits for a person's answer
	Slow         Kind = "slow"          // it takes longer than usual
)

// Kinds are all of them.
var Kinds = []Kind{Started, Finished, Broken, StillFailing, Fixed, Input, Slow}

// Is reports whether k is what is meant by want: Finished means every end.
func (k Kind) Is(want Kind) bool {
	return k == want || want == Finished && (k == Broken || k == StillFailing || k == Fixed)
}

// Transition is what happened to one build.
type Transition struct {
	Kind Kind
	Run  jenkins.Run // as it is now
	// Input is the id of the question, of Input.
	Input string
}

// Bad reports whether it needs somebody's attention.
func (t *Transition) Bad() bool { return t.Kind == Broken || t.Kind == StillFailing }

// between returns what happened between two snapshots of one controller, oldest first. What had happened before the first of
// them is not news: nothing did before a first snapshot.
func between(prev, next *watch.Snapshot) []Transition {
	if prev.At.IsZero() || next.Err != nil {
		return nil
	}
	before := map[jenkins.Ref]*jenkins.Run{}
	for i := range prev.Runs {
		before[prev.Runs[i].Ref] = &prev.Runs[i]
	}
	var all []Transition
	for _, c := range watch.Changes(*prev, *next) {
		run := c.Run
		old := before[run.Ref]
		if old != nil && !jenkins.SameBuild(old, &run) {
			old = nil
		}
		switch {
		case c.Kind == watch.Removed || run.Number == 0 || run.PartOf:
		case run.Status.Ended():
			if ends(c, old, prev) {
				all = append(all, Transition{Kind: kindOf(&run, prev, next), Run: run})
			}
		case old == nil:
			all = append(all, Transition{Kind: Started, Run: run})
		}
		if t, ok := asks(old, &run); ok {
			all = append(all, t)
		}
	}
	for i := range next.Runs {
		run := &next.Runs[i]
		if old := before[run.Ref]; old != nil && jenkins.SameBuild(old, run) && late(run, next.At) && !late(old, prev.At) && run.Status == jenkins.Running && !run.Waits() {
			all = append(all, Transition{Kind: Slow, Run: *run})
		}
	}
	return all
}

// Ended is that a build which nobody watched meanwhile has ended, as a snapshot has it.
func Ended(run *jenkins.Run, now *watch.Snapshot) Transition {
	return Transition{Kind: kindOf(run, &watch.Snapshot{}, now), Run: *run}
}

// clocksApart is how far the time at which a build ended may be off.
const clocksApart = time.Minute

// ends reports whether a change is the news that a build ended: it ran before, or it ended since.
func ends(c watch.Change, old *jenkins.Run, prev *watch.Snapshot) bool {
	switch {
	case old != nil:
		return !old.Status.Ended()
	case c.Kind == watch.Changed || prev.RecentAt.IsZero():
		return false // renamed, described; or the first that is known of the past
	}
	return c.Run.EndedAt().After(prev.At.Add(-clocksApart))
}

// kindOf compares how a build ended with the one before it.
func kindOf(run *jenkins.Run, prev, next *watch.Snapshot) Kind {
	if !judged(run.Status) {
		return Finished
	}
	var last *jenkins.Run
	for _, list := range [][]jenkins.Run{prev.Recent, next.Recent} {
		for i := range list {
			r := &list[i]
			if r.Job == run.Job && r.Number < run.Number && judged(r.Status) && (last == nil || r.Number > last.Number) &&
				!r.StartedAt.After(run.StartedAt) {
				last = r
			}
		}
	}
	good := run.Status == jenkins.Success
	switch {
	case good && last != nil && last.Status != jenkins.Success:
		return Fixed
	case good:
		return Finished
	case last != nil && last.Status != jenkins.Success:
		return StillFailing
	}
	return Broken
}

// judged reports whether a result says whether the job works: one that was stopped does not.
func judged(s jenkins.Status) bool {
	return s == jenkins.Success || s == jenkins.Failure || s == jenkins.Unstable
}

// asks reports whether a build asks something that it did not before.
func asks(old, run *jenkins.Run) (Transition, bool) {
	if run.Status != jenkins.Paused {
		return Transition{}, false
	}
	id := ""
	if len(run.Inputs) > 0 {
		id = run.Inputs[0].ID
	}
	if old != nil && old.Status == jenkins.Paused && (len(old.Inputs) == 0 || old.Inputs[0].ID == id) {
		return Transition{}, false
	}
	return Transition{Kind: Input, Run: *run, Input: id}, true
}

// late reports whether a build has taken a quarter longer than usual, and a minute at least.
func late(r *jenkins.Run, at time.Time) bool {
	return r.Estimated > 0 && r.Built(at) > r.Estimated+max(r.Estimated/4, time.Minute)
}

// Text says on one line what happened: "shop/cart/main #1203 failed in Test after 2:35".
func (t *Transition) Text() string {
	r := &t.Run
	name := name(t)
	after := ""
	if r.Duration > 0 {
		after = " after " + clock(r.Duration)
	}
	if stage := r.FailedIn(); stage != "" && t.Bad() {
		after = " in " + clean.ScreenLine(stage) + after
	}
	switch t.Kind {
	case Started:
		return name + " started"
	case Input:
		if len(r.Inputs) > 0 {
			return name + " waits for input: " + clean.ScreenLine(r.Inputs[0].Message)
		}
		return name + " waits for input"
	case Slow:
		return fmt.Sprintf("%s takes longer than usual: %s of about %s", name, clock(r.Built(time.Now())), clock(r.Estimated))
	case Fixed:
		return name + " is fixed" + after
	}
	words := map[jenkins.Status]string{jenkins.Success: "succeeded", jenkins.Failure: "failed", jenkins.Unstable: "is unstable",
		jenkins.Aborted: "was aborted", jenkins.NotBuilt: "was not built"}
	what, ok := words[r.Status]
	if !ok {
		what = "ended"
	}
	if t.Kind == StillFailing && r.Status == jenkins.Failure {
		what = "failed again"
	}
	return name + " " + what + after
}

func name(t *Transition) string {
	return fmt.Sprintf("%s #%d", clean.ScreenLine(jenkins.DisplayName(t.Run.Job)), t.Run.Number)
}

// clock is a duration as 2:35 or 1:02:35.
func clock(d time.Duration) string {
	s := int(d.Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
