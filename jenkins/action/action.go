// Package action changes Jenkins: it starts, repeats, stops and answers builds, and makes small changes to builds, jobs and
// nodes. An [Action] is one change as a value, which dialogs, commands and --dry-run share; [Do] is the only way to do it.
package action

import (
	"fmt"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Kind is what an action does.
type Kind string

// The kinds, named as the commands are.
const (
	Build       Kind = "build"        // a build of a job, with today's script
	Rerun       Kind = "rerun"        // a pipeline build again: the same script, commit and parameters
	Restart     Kind = "restart"      // a declarative pipeline build again, from one of its stages
	Replay      Kind = "replay"       // a pipeline build again, with an edited script
	Stop        Kind = "stop"         // interrupts a build
	Terminate   Kind = "terminate"    // fails the steps of a pipeline build at once
	Kill        Kind = "kill"         // ends a pipeline build at once
	CancelItem  Kind = "cancel"       // takes an item out of the queue
	Proceed     Kind = "proceed"      // answers an input: go on
	Abort       Kind = "abort"        // answers an input: do not
	Keep        Kind = "keep"         // keeps a build forever
	Unkeep      Kind = "unkeep"       // lets a build be discarded again
	Describe    Kind = "describe"     // sets a build's description
	Delete      Kind = "delete"       // deletes a build
	DisableJob  Kind = "disable"      // no builds of a job are started
	EnableJob   Kind = "enable"       // it does again
	NodeOffline Kind = "node offline" // a node takes no new builds
	NodeOnline  Kind = "node online"  // it does again
)

// Target is what an action is about. What it is not about is zero.
type Target struct {
	Controller string
	Job        string // full name, raw
	Number     int
	StartedAt  time.Time // with Number: a build of that number that started at another time is another build
	QueueID    int64
	Node       string // as [jenkins.Node] names it: the controller's own is "built-in"
	Stage      string
	Input      string // its ID
	Run        jenkins.Run
}

// String is the target as a person reads it: "shop/checkout/main #412".
func (t Target) String() string {
	job := jenkins.DisplayName(t.Job)
	switch {
	case t.Node != "":
		return clean.Line(t.Node)
	case t.QueueID != 0 && t.Job == "":
		return fmt.Sprintf("queue item %d", t.QueueID)
	case t.QueueID != 0 && t.Number == 0:
		return fmt.Sprintf("queue item %d (%s)", t.QueueID, job)
	case t.Number > 0:
		return fmt.Sprintf("%s #%d", job, t.Number)
	}
	return job
}

// build is how the commands name the target's build, or its job.
func (t Target) build() string {
	if t.Number > 0 {
		return jenkins.BuildSpec{Job: t.Job, Number: t.Number}.String()
	}
	return jenkins.Argument(t.Job)
}

// Action is one change to Jenkins. It is a value that can be kept, shown and done; it asks nothing by itself.
type Action struct {
	Kind       Kind
	Target     Target
	Permission string // that it needs, as Jenkins' pages name it: "Job/Build"
	Question   string // "Stop shop/checkout/main #412 on ci?"
	Effect     string // what it does, in one line
	Twice      bool   // it destroys something: it is to be asked for twice
	Values     []Value
	// Typed is what a person typed to confirm it. A protected controller wants its own name here.
	Typed string

	parametrised bool // of a Build: the job defines parameters
}

// Format writes the question, whatever the verb: an action holds secrets that no message may show.
func (a Action) Format(w fmt.State, _ rune) { fmt.Fprint(w, a.Question) }

// Op is the action and its target, as errors and the footer begin: "stop shop/checkout/main #412".
func (a Action) Op() string {
	what := string(a.Kind)
	switch a.Kind {
	case Proceed, Abort:
		return "answer the input " + clean.Line(a.Target.Input) + " of " + a.Target.String()
	case Keep:
		return "keep " + a.Target.String() + " forever"
	case Unkeep:
		return "let " + a.Target.String() + " be discarded"
	case Restart:
		return "restart " + a.Target.String() + " from stage " + clean.Line(a.Target.Stage)
	case NodeOffline:
		return "take node " + a.Target.String() + " offline"
	case NodeOnline:
		return "bring node " + a.Target.String() + " back online"
	}
	return what + " " + a.Target.String()
}

// Starts reports whether a build comes of it, which [Follow] finds.
func (k Kind) Starts() bool { return k == Build || k == Rerun || k == Restart || k == Replay }

// StrongerAfter is how long a build is given to end before a stronger way to end it is offered, as Jenkins' own pages do.
const StrongerAfter = 15 * time.Second

// Ends reports whether it ends a build.
func (k Kind) Ends() bool { return k == Stop || k == Terminate || k == Kill }

// Value is something that an action sends: a parameter, a description, a reason, a script.
type Value struct {
	Name   string
	Text   string // never shown where Secret
	Secret bool
	File   *File // in place of Text

	json jsonKind // how an input's form wants it
}

// File is the content of a file parameter.
type File struct {
	Name    string
	Content []byte
}

// Shown is the value as it may be shown.
func (v Value) Shown() string {
	switch {
	case v.File != nil:
		return fmt.Sprintf("file %s (%d bytes)", clean.Line(v.File.Name), len(v.File.Content))
	case v.Secret:
		return "********"
	}
	return v.Text
}

// Format writes the value as it may be shown, whatever the verb.
func (v Value) Format(w fmt.State, _ rune) { fmt.Fprint(w, v.Name+"="+v.Shown()) }

func targetOf(r jenkins.Run) Target {
	return Target{Controller: r.Controller, Job: r.Job, Number: r.Number, StartedAt: r.StartedAt, Run: r}
}
