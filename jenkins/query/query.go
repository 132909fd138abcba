// Package query is the filter language of the list of runs: `@me status:failure job:shop/* older:2h !nightly`. All terms
// must hold. A term is
//
//	@user           started by a user, directly or upstream; @me is the user who asks
//	key:value       one of the keys below; key:a,b is either, key:"a b" a value with spaces
//	text            what a row shows: its letters in the job's name, or text in status, stage, node, cause, reason
//	!term           the opposite
package query

import (
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Key is what a term is about.
type Key string

const (
	Text       Key = ""       // what a row shows
	By         Key = "by"     // a user, "me" for the user who asks; also written @user
	Status     Key = "status" // a status, in any case, or its beginning
	Job        Key = "job"    // a pattern as [jenkins.MatchJob] reads it
	Node       Key = "node"   // a node's name; * and ? as in a job's pattern
	Stage      Key = "stage"  // part of a stage's name
	Controller Key = "controller"
	Older      Key = "older"  // ended, or else started or queued, at least this long ago
	Newer      Key = "newer"  // less long ago
	Longer     Key = "longer" // took, takes or waits at least this long
	Is         Key = "is"     // one of States
)

// KeyHelp is a key and what its values are.
type KeyHelp struct {
	Key   Key
	Value string
}

// Keys are the keys of the language, with what their values are.
var Keys = []KeyHelp{
	{Job, "a pattern such as shop/*"}, {Status, "a status such as failure"}, {Is, "one of " + strings.Join(States, ", ")},
	{By, "a user; @user is short for it, @me is you"}, {Node, "a node such as agent-9 or agent-*"}, {Stage, "a part of a stage's name"},
	{Older, "a duration such as 2h"}, {Newer, "a duration such as 2h"}, {Longer, "a duration such as 10m"}, {Controller, "a controller's name"},
}

// The states that is: knows.
const (
	Mine    = "mine"    // as @me
	Failing = "failing" // the latest finished build of its job, failed or unstable
	Running = "running"
	Waiting = "waiting" // in the queue, for input, or for a node
	Late    = "late"    // over its estimate
)

var States = []string{Mine, Failing, Running, Waiting, Late}

// Statuses are the statuses that status: knows.
var Statuses = []jenkins.Status{jenkins.Queued, jenkins.Running, jenkins.Paused, jenkins.Success, jenkins.Unstable,
	jenkins.Failure, jenkins.NotBuilt, jenkins.Aborted, jenkins.Complete}

// term is one condition.
type term struct {
	key    Key
	not    bool
	values []string         // any of them; statuses as Jenkins writes them, text as it is searched
	span   time.Duration    // of older, newer, longer
	status []jenkins.Status // of status
}

// Query is a filter. The zero value chooses every run.
type Query struct {
	text  string
	terms []term
}

// String returns the query as it was written.
func (q Query) String() string { return q.text }

// Facts are what a query is asked about beside the run itself. Nil functions know nothing.
type Facts struct {
	Me     func(controller string) []string // the names that mean me there
	Latest func(*jenkins.Run) bool          // whether it is the latest finished build of its job; nil: it is
	Shown  func(*jenkins.Run) []string      // what else its row shows, for text
	Now    time.Time
}

// Match returns how well a run answers the query. name is the job's name as shown and [Searched]; its letters may be
// scattered in it, which is worse than text that stands there.
func (q *Query) Match(r *jenkins.Run, name string, f *Facts) found {
	how := AsTyped
	for i := range q.terms {
		t := &q.terms[i]
		switch {
		case t.key != Text:
			if t.holds(r, f) == t.not {
				return NotFound
			}
		case t.not: // it does not mean scattered letters
			if find(t.values[0], r, name, f) == AsTyped {
				return NotFound
			}
		default:
			how = min(how, find(t.values[0], r, name, f))
			if how == NotFound {
				return NotFound
			}
		}
	}
	return how
}

func (t *term) holds(r *jenkins.Run, f *Facts) bool {
	any := func(is func(v string) bool) bool { return slices.ContainsFunc(t.values, is) }
	switch t.key {
	case By:
		return any(func(v string) bool { return startedBy(r, v, f) })
	case Status:
		return slices.Contains(t.status, r.Status) || r.Waits() && slices.Contains(t.status, jenkins.Queued)
	case Job:
		return jenkins.MatchJob(t.values, r.Job)
	case Node:
		return any(func(v string) bool {
			return slices.ContainsFunc(r.Nodes, func(n string) bool { return jenkins.Glob(strings.ToLower(v), strings.ToLower(n)) })
		})
	case Stage:
		shown := r.Stages
		if f.Shown != nil {
			shown = slices.Concat(shown, f.Shown(r))
		}
		return any(func(v string) bool {
			return slices.ContainsFunc(shown, func(s string) bool { return contains(s, fold(v)) })
		})
	case Controller:
		return any(func(v string) bool { return strings.EqualFold(v, r.Controller) })
	case Older:
		return age(r, f.Now) >= t.span
	case Newer:
		return age(r, f.Now) < t.span
	case Longer:
		return r.Elapsed(f.Now) >= t.span
	case Is:
		return any(func(v string) bool { return isState(r, v, f) })
	}
	return false
}

func startedBy(r *jenkins.Run, who string, f *Facts) bool {
	if strings.EqualFold(who, "me") {
		return f.Me != nil && r.Mine(f.Me(r.Controller))
	}
	return slices.ContainsFunc(r.Causes, func(c jenkins.Cause) bool {
		return contains(c.UserID, fold(who)) || c.UserID == "" && contains(c.Text, fold(who))
	})
}

func isState(r *jenkins.Run, state string, f *Facts) bool {
	switch state {
	case Mine:
		return startedBy(r, "me", f)
	case Failing:
		return (r.Status == jenkins.Failure || r.Status == jenkins.Unstable) && (f.Latest == nil || f.Latest(r))
	case Running:
		return r.Status == jenkins.Running || r.Status == jenkins.Start || r.Status == jenkins.Paused
	case Waiting:
		return r.Status == jenkins.Queued || r.Status == jenkins.Paused || r.Waits()
	case Late:
		return isState(r, Running, f) && r.Status != jenkins.Paused && !r.Waits() &&
			r.Estimated > 0 && r.Built(f.Now) > r.Estimated
	}
	return false
}

// age is how long ago a run ended, or else started, or was queued.
func age(r *jenkins.Run, now time.Time) time.Duration {
	if r.Status.Ended() {
		return now.Sub(r.EndedAt())
	}
	return r.Elapsed(now)
}

// Words are the texts that are looked for, as they are searched.
func (q *Query) Words() []string { return q.Marks(Text) }

// Marks are the texts that a column shows because the query asks for them, as they are searched: what may be marked
// there. Of a pattern these are the texts between its wildcards.
func (q *Query) Marks(k Key) []string {
	var marks []string
	for _, t := range q.terms {
		if t.key != k || t.not {
			continue
		}
		for _, v := range t.values {
			for piece := range strings.FieldsFuncSeq(v, func(r rune) bool { return r == '*' || r == '?' }) {
				if piece = fold(strings.Trim(piece, "/")); piece != "" && (k != By || piece != "me") {
					marks = append(marks, piece)
				}
			}
		}
	}
	return marks
}

// Mine reports whether the query chooses what I started.
func (q *Query) Mine() bool {
	return slices.ContainsFunc(q.terms, func(t term) bool {
		return !t.not && (t.key == By && slices.Contains(t.values, "me") || t.key == Is && slices.Contains(t.values, Mine))
	})
}

// Lasting reports whether what the query says of a build holds from its start to its end: it is only about jobs, users and
// controllers.
func (q *Query) Lasting() bool {
	return !slices.ContainsFunc(q.terms, func(t term) bool {
		switch t.key {
		case Job, By, Controller:
			return false
		case Is:
			return slices.ContainsFunc(t.values, func(v string) bool { return v != Mine })
		}
		return true
	})
}

// Ended reports whether the query asks for builds that have ended, as only some of its terms do, and Live whether it
// can choose others.
func (q *Query) Ended() bool { return q.can(jenkins.Status.Ended, Failing) }

// Live reports whether the query can choose runs that have not ended.
func (q *Query) Live() bool {
	for _, t := range q.terms {
		if t.not {
			continue
		}
		if t.key == Is && !slices.ContainsFunc(t.values, func(v string) bool { return v != Failing }) {
			return false
		}
		if t.key == Status && !slices.ContainsFunc(t.status, func(s jenkins.Status) bool { return !s.Ended() }) {
			return false
		}
	}
	return true
}

func (q *Query) can(want func(jenkins.Status) bool, state string) bool {
	return slices.ContainsFunc(q.terms, func(t term) bool {
		return !t.not && (t.key == Status && slices.ContainsFunc(t.status, want) || t.key == Is && slices.Contains(t.values, state))
	})
}
