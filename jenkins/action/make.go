package action

import (
	"fmt"
	"strconv"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// StopBuild interrupts a running build.
func StopBuild(r jenkins.Run) Action {
	a := ofBuild(Stop, r, "Job/Cancel")
	a.Question = a.ask("Stop", "", "")
	a.Effect = "its running steps are interrupted; what it does at its end (post, finally) still runs"
	if !r.Pipeline {
		a.Effect = "it is interrupted; its post-build actions still run"
	}
	return a
}

// TerminateBuild fails the steps of a pipeline build at once, for one that a stop did not end.
func TerminateBuild(r jenkins.Run) Action {
	a := ofBuild(Terminate, r, "Job/Cancel")
	a.Question = a.ask("Terminate", "", "")
	a.Effect = "its steps fail at once, without waiting for them; only finally blocks still run"
	return a
}

// KillBuild ends a pipeline build at once, for one that could not be terminated.
func KillBuild(r jenkins.Run) Action {
	a := ofBuild(Kill, r, "Job/Cancel")
	a.Question = a.ask("Kill", "", "")
	a.Effect = "it is aborted at once and nothing more of it runs, no post and no finally; its processes may go on, its executor may stay busy"
	return a
}

// CancelQueued takes a queue item out of the queue. The item of a pipeline that waits for a node aborts its build.
func CancelQueued(r jenkins.Run) Action {
	a := Action{Kind: CancelItem, Permission: "Job/Cancel", Target: targetOf(r)}
	a.Target.QueueID = r.QueueID
	a.Question = a.ask("Cancel", "", "")
	a.Effect = "it leaves the queue and becomes no build"
	if r.PartOf {
		a.Effect = "the build waits for this node: it is aborted"
	}
	return a
}

// StartBuild starts a build of a job with the values given; what is left out is Jenkins' default. They are validated
// against the job's own definitions first.
func StartBuild(controller, job string, definitions []Parameter, values []Value) (Action, error) {
	a := Action{Kind: Build, Permission: "Job/Build", Target: Target{Controller: controller, Job: job}, parametrised: len(definitions) > 0}
	a.Question = a.ask("Build", "", "")
	a.Effect = "a new build is put into the queue, with today's configuration"
	var err error
	a.Values, err = validate(definitions, values)
	return a, wrong(a.Op(), err)
}

// RerunBuild runs a pipeline build again: the same script, commit and parameters.
func RerunBuild(r jenkins.Run) (Action, error) {
	a := ofBuild(Rerun, r, "Job/Build")
	a.Question = a.ask("Rerun", "", "")
	a.Effect = "a new build with the same script, commit and parameters"
	return a, a.replayable()
}

// RestartBuild runs a declarative pipeline build again from one of the stages that [Restartable] offers.
func RestartBuild(r jenkins.Run, stage string) Action {
	a := ofBuild(Restart, r, "Job/Build")
	a.Target.Stage = stage
	a.Question = a.ask("Restart", " from stage "+clean.Line(stage), "")
	a.Effect = "a new build with the same script and parameters, in which the stages before " + clean.Line(stage) + " are skipped"
	return a
}

// ReplayBuild runs a pipeline build again with an edited script. Of the loaded scripts only those that were edited need be
// in it.
func ReplayBuild(r jenkins.Run, s Script) (Action, error) {
	a := ofBuild(Replay, r, "Run/Replay")
	a.Question = a.ask("Replay", " with the edited script", "")
	a.Effect = "a new build with the edited script, and the same commit and parameters"
	a.Values = []Value{{Name: "mainScript", Text: s.Main}}
	for _, l := range s.Loaded {
		a.Values = append(a.Values, Value{Name: l.Name, Text: l.Text})
	}
	return a, a.replayable()
}

// replayable says beforehand what Jenkins refuses.
func (a *Action) replayable() error {
	for _, p := range a.Target.Run.Parameters {
		if p.Secret {
			return &Error{Op: a.Op(), What: fmt.Sprintf("Jenkins allows it for no build with a password parameter, and it has %s", clean.Line(p.Name)),
				Fix: "start a build and type the password again", Command: []string{"build", jenkins.Argument(a.Target.Job), "--from",
					strconv.Itoa(a.Target.Number), "-p", clean.Line(p.Name) + "=@FILE"}}
		}
	}
	if !a.Target.Run.Pipeline {
		return &Error{Op: a.Op(), What: "it is no pipeline build", Fix: "start a build with its parameters", Command: []string{"build",
			jenkins.Argument(a.Target.Job), "--from", strconv.Itoa(a.Target.Number)}}
	}
	return nil
}

// ProceedInput answers an input of a paused pipeline with yes and the values of its parameters. Jenkins fills in nothing:
// what is left out is sent with the input's default.
func ProceedInput(r jenkins.Run, in Input, values []Value) (Action, error) {
	a := ofBuild(Proceed, r, "Job/Build")
	a.Target.Input = in.ID
	a.Question = a.ask("Answer \""+clean.Line(in.Message)+"\" of", " with \""+in.Yes()+"\"", "")
	a.Effect = "the pipeline goes on"
	filled, err := in.fill(values)
	a.Values = filled
	return a, wrong(a.Op(), err)
}

// AbortInput answers an input with no.
func AbortInput(r jenkins.Run, in Input) Action {
	a := ofBuild(Abort, r, "Job/Build")
	a.Target.Input = in.ID
	a.Question = a.ask("Answer \""+clean.Line(in.Message)+"\" of", " with \""+in.No()+"\"", "")
	a.Effect = "the build is aborted, unless its script catches that"
	return a
}

// KeepBuild keeps a build forever, or lets it be discarded again.
func KeepBuild(r jenkins.Run, keep bool) Action {
	a := ofBuild(Keep, r, "Run/Update")
	a.Question, a.Effect = a.ask("Keep", "", " forever"), "the rules of the job no longer discard it"
	if !keep {
		a.Kind, a.Permission = Unkeep, "Run/Delete"
		a.Question, a.Effect = a.ask("Let", "", " be discarded again"), "the job's rules may discard it"
	}
	return a
}

// DescribeBuild sets the description of a build; empty: it has none.
func DescribeBuild(r jenkins.Run, text string) Action {
	a := ofBuild(Describe, r, "Run/Update")
	a.Question = a.ask("Set the description of", "", "")
	a.Effect = "its description is replaced"
	a.Values = []Value{{Name: "description", Text: text}}
	return a
}

// DeleteBuild deletes a build with its console and its artifacts.
func DeleteBuild(r jenkins.Run) Action {
	a := ofBuild(Delete, r, "Run/Delete")
	a.Question = a.ask("Delete", "", "")
	a.Effect = "the build, its console, its artifacts and its test results are gone for good"
	a.Twice = true
	return a
}

// SetJobEnabled disables a job, so that no builds of it are started, or enables it again.
func SetJobEnabled(controller, job string, enabled bool) Action {
	a := Action{Kind: DisableJob, Permission: "Job/Configure", Target: Target{Controller: controller, Job: job}}
	a.Question, a.Effect = a.ask("Disable", "", ""), "no builds of it are started; what runs goes on"
	if enabled {
		a.Kind = EnableJob
		a.Question, a.Effect = a.ask("Enable", "", ""), "it can be built again, by hand and by its triggers"
	}
	return a
}

// TakeNodeOffline keeps a node from taking new builds. What runs there goes on.
func TakeNodeOffline(controller, node, reason string) Action {
	a := Action{Kind: NodeOffline, Permission: "Agent/Disconnect", Target: Target{Controller: controller, Node: node}}
	a.Question, a.Effect = a.ask("Take node", "", " offline"), "it takes no new builds; what runs there goes on"
	a.Values = []Value{{Name: "offlineMessage", Text: reason}}
	return a
}

// BringNodeOnline has a node take builds again.
func BringNodeOnline(controller, node string) Action {
	a := Action{Kind: NodeOnline, Permission: "Agent/Connect", Target: Target{Controller: controller, Node: node}}
	a.Question, a.Effect = a.ask("Bring node", "", " back online"), "it takes builds again"
	return a
}

// Next returns how to follow and how to undo what was done, each in one line with commands of jenkwatch; empty where there is none.
// started is the build that came of it; nil while it is not known. flags end each command: those that choose the controller.
func (a Action) Next(r Result, started *jenkins.Run, flags ...string) (follow, undo string) {
	command := func(words ...string) string { return jenkins.Command(append(words, flags...)...) }
	switch {
	case !a.Kind.Starts() && r.Already:
		return "", ""
	case !a.Kind.Starts():
		return a.follow(command), a.undo(command)
	case started != nil && started.Status.Ended():
		return command("status", targetOf(*started).build()), ""
	case started != nil:
		return command("watch", targetOf(*started).build()), command("stop", targetOf(*started).build())
	case r.QueueID > 0 && !r.Already:
		undo = command("cancel", strconv.FormatInt(r.QueueID, 10))
	}
	return command("watch", jenkins.Argument(a.Target.Job)), undo
}

// follow is how to see what becomes of an action that starts nothing.
func (a *Action) follow(command func(...string) string) string {
	build := a.Target.build()
	switch {
	case a.Kind == Stop && a.Target.Run.Pipeline:
		return command("watch", build) + "; if it still runs after 15 seconds: " + command("stop", build, "--terminate")
	case a.Kind == Terminate:
		return command("watch", build) + "; if it still runs after 15 seconds: " + command("stop", build, "--kill")
	case a.Kind == Stop, a.answers():
		return command("watch", build)
	}
	return ""
}

// undo is how to undo an action that starts nothing.
func (a *Action) undo(command func(...string) string) string {
	build, was := a.Target.build(), a.Target.Run.Description
	switch a.Kind {
	case CancelItem:
		if !a.Target.Run.NoBuild && !a.Target.Run.PartOf {
			return command("build", jenkins.Argument(a.Target.Job))
		}
	case Keep:
		return command("keep", build, "--off")
	case Unkeep:
		return command("keep", build)
	case Describe:
		if clean.Line(was) != was { // no argument has its lines
			return "describe it as before: " + clean.Line(was)
		}
		return command("describe", build, was)
	case DisableJob:
		return command("enable", build)
	case EnableJob:
		return command("disable", build)
	case NodeOffline:
		return command("node", "online", clean.Line(a.Target.Node))
	case NodeOnline:
		return command("node", "offline", clean.Line(a.Target.Node), "--reason", "TEXT")
	}
	return ""
}

func ofBuild(k Kind, r jenkins.Run, permission string) Action {
	return Action{Kind: k, Permission: permission, Target: targetOf(r)}
}

// ask is a question about the target on its controller.
func (a *Action) ask(before, behind, end string) string {
	return before + " " + a.Target.String() + behind + " on " + clean.Line(a.Target.Controller) + end + "?"
}
