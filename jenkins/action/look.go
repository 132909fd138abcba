package action

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

const lookTree = "number,timestamp,building,result,keepLog,description"

// look asks, before an action, whether its target is still what it was.
func (a *Action) look(ctx context.Context, c *jenkins.Client) (Result, error) {
	switch {
	case a.Kind == Build:
		return Result{}, a.lookAtRuns(ctx, c)
	case a.Kind == NodeOffline || a.Kind == NodeOnline:
		node, err := a.lookAtNode(ctx, c)
		if err == nil && a.Kind == NodeOnline && node.Offline && !node.TemporarilyOffline {
			err = &Error{Op: a.Op(), What: "nobody took it offline: its agent is not connected", Fix: "start its agent", Refused: true}
		}
		if err == nil && node.TemporarilyOffline == (a.Kind == NodeOffline) {
			return Result{Already: true, Message: a.done() + " already"}, nil
		}
		return Result{}, err
	case a.Target.Number == 0 || a.Kind == CancelItem:
		return Result{}, nil
	}
	build, err := lookAtBuild(ctx, c, a.Target, a.Op())
	if err != nil {
		return Result{}, err
	}
	refuse := func(what, fix string, command ...string) (Result, error) {
		return Result{}, &Error{Op: a.Op(), What: what, Fix: fix, Command: command, Refused: true}
	}
	switch {
	case a.Kind.Ends() && !build.Building:
		return refuse("it has ended already: "+clean.Line(build.Result), "there is nothing to stop")
	case a.Kind.Ends() && time.Since(c.Restarted()) < settles:
		return refuse("Jenkins has only just started: a stop now would kill it without its post conditions",
			fmt.Sprintf("try again in %d s", int((settles-time.Since(c.Restarted())).Seconds())+1))
	case a.answers() && !build.Building:
		return refuse("the build has ended: "+clean.Line(build.Result), "there is nothing to answer")
	case a.Kind == Delete && build.Building:
		return refuse("it still runs", "stop it first", "stop", a.Target.build())
	case a.Kind == Delete && build.KeepLog:
		return refuse("it is kept forever", "let it be discarded first", "keep", a.Target.build(), "--off")
	case (a.Kind == Keep || a.Kind == Unkeep) && build.KeepLog == (a.Kind == Keep):
		return Result{Already: true, Message: a.done() + " already"}, nil
	case a.Kind.Starts():
		last, err := a.lastNumber(ctx, c)
		return Result{after: last}, err
	}
	return Result{}, nil
}

type seenBuild struct {
	Number    int
	Timestamp int64
	Building  bool
	Result    string
	KeepLog   bool
	// Description is raw.
	Description string
}

func lookAtBuild(ctx context.Context, c *jenkins.Client, t Target, op string) (seenBuild, error) {
	var b seenBuild
	q := jenkins.Question{Op: op, Path: c.Path(t.Job) + strconv.Itoa(t.Number) + "/api/json", Tree: lookTree, Limit: mega}
	if err := c.Get(ctx, q, &b); err != nil {
		return b, err
	}
	if at := t.StartedAt; !at.IsZero() && b.Timestamp > 0 && at.UnixMilli() != b.Timestamp {
		return b, &Error{Op: op, What: "the build is gone: another one has its number, started at " +
			time.UnixMilli(b.Timestamp).Format(time.DateTime), Fix: "look at the job's builds again", Command: []string{"history", jenkins.Argument(t.Job)}, Refused: true}
	}
	return b, nil
}

// State is what decides which small changes of a build there are.
type State struct {
	Kept        bool // forever
	Description string
}

// StateOf asks for the state of a build. Its errors are those of [Do] for a build that is gone.
func StateOf(ctx context.Context, c *jenkins.Client, r jenkins.Run) (State, error) {
	b, err := lookAtBuild(ctx, c, targetOf(r), "ask Jenkins about "+targetOf(r).String())
	return State{b.KeepLog, clean.Text(b.Description)}, err
}

// JobDisabled asks whether a job is disabled.
func JobDisabled(ctx context.Context, c *jenkins.Client, job string) (bool, error) {
	var j struct{ Buildable *bool }
	q := jenkins.Question{Op: "ask Jenkins about " + jenkins.DisplayName(job), Path: c.Path(job) + "api/json", Tree: "buildable", Limit: mega}
	err := c.Get(ctx, q, &j)
	return j.Buildable != nil && !*j.Buildable, err
}

// lookAtRuns looks whether the builds exist that run parameters name: Jenkins accepts any.
func (a *Action) lookAtRuns(ctx context.Context, c *jenkins.Client) error {
	for _, v := range a.Values {
		if v.json != asRun {
			continue
		}
		spec, err := c.ParseBuildSpec(v.Text)
		if err == nil {
			_, err = c.Build(ctx, spec)
		}
		if jenkins.IsKind(err, jenkins.NotFound) {
			return &Error{Op: a.Op(), What: fmt.Sprintf("%s: there is no build %s", clean.Line(v.Name), clean.Line(v.Text)),
				Fix: "name a build as JOB#12", Refused: true}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type seenNode struct{ Offline, TemporarilyOffline bool }

func (a *Action) lookAtNode(ctx context.Context, c *jenkins.Client) (seenNode, error) {
	var n seenNode
	q := jenkins.Question{Op: a.Op(), Path: nodePath(a.Target.Node) + "api/json", Tree: "offline,temporarilyOffline", Limit: mega}
	return n, c.Get(ctx, q, &n)
}

// lastNumber is the number of the job's last build.
func (a *Action) lastNumber(ctx context.Context, c *jenkins.Client) (int, error) {
	var job struct{ LastBuild struct{ Number int } }
	q := jenkins.Question{Op: a.Op(), Path: c.Path(a.Target.Job) + "api/json", Tree: "lastBuild[number]", Limit: mega}
	err := c.Get(ctx, q, &job)
	return job.LastBuild.Number, err
}

// verify reads again what a toggle has done: somebody else may have toggled at the same moment.
func (a *Action) verify(ctx context.Context, c *jenkins.Client) error {
	wrong := &Error{Op: a.Op(), What: "somebody else changed it at the same moment", Fix: "look at it, and do it again if it is wanted"}
	switch a.Kind {
	case Keep, Unkeep:
		if b, err := lookAtBuild(ctx, c, a.Target, a.Op()); err == nil && b.KeepLog != (a.Kind == Keep) {
			return wrong
		}
	case NodeOffline, NodeOnline:
		if n, err := a.lookAtNode(ctx, c); err == nil && n.TemporarilyOffline != (a.Kind == NodeOffline) {
			return wrong
		}
	}
	return nil
}

// Progress is what has become of an action that starts a build.
type Progress struct {
	Why       string // it waits in the queue
	Cancelled bool   // somebody took it out of the queue: no build comes of it
	Started   bool
	Run       jenkins.Run // once it has started
}

// lookFor asks once what has become of an action that starts a build. Ask again while it has neither started nor been cancelled.
func lookFor(ctx context.Context, c *jenkins.Client, a Action, r Result) (Progress, error) {
	number := 0
	if r.QueueID > 0 {
		item, err := c.QueueItem(ctx, r.QueueID)
		if err != nil && !jenkins.IsKind(err, jenkins.NotFound) {
			return Progress{}, err
		}
		if item.Cancelled || err == nil && item.Number == 0 {
			return Progress{Why: item.Why, Cancelled: item.Cancelled}, nil
		}
		number = item.Number
	}
	if number == 0 {
		var err error
		if number, err = a.find(ctx, c, r); err != nil || number == 0 {
			return Progress{}, err
		}
	}
	run, err := c.Build(ctx, jenkins.BuildSpec{Job: a.Target.Job, Number: number})
	return Progress{Started: err == nil, Run: run}, err
}

// find looks for the build among the job's last: by the queue item that Jenkins has forgotten, or, where it never named one,
// by its cause.
func (a *Action) find(ctx context.Context, c *jenkins.Client, r Result) (int, error) {
	q := jenkins.Question{Op: "ask Jenkins what became of it: " + a.Op(), Path: c.Path(a.Target.Job) + "api/json", Limit: mega,
		Tree: "builds[number,queueId,actions[causes[shortDescription]]]{0,20}"}
	page, err := c.Fetch(ctx, q)
	if err != nil {
		return 0, err
	}
	number, err := startedBuild(page, r, a.causes())
	if err == nil && number == 0 && r.QueueID > 0 {
		err = &Error{Op: a.Op(), What: "Jenkins has forgotten its queue item and shows no build of it",
			Fix: "look at the job's builds", Command: []string{"history", jenkins.Argument(a.Target.Job)}}
	}
	return number, err
}

// startedBuild reads the number of the build that came of an action; 0: none yet.
func startedBuild(page []byte, r Result, causes []string) (int, error) {
	var job struct {
		Builds []struct {
			Number  int
			QueueID int64 `json:"queueId"`
			Actions []struct {
				Causes []struct{ ShortDescription string }
			}
		}
	}
	if err := json.Unmarshal(page, &job); err != nil {
		return 0, &jenkins.Error{Kind: jenkins.NotJenkins, Op: "read the job's builds", Err: err}
	}
	for _, b := range job.Builds {
		if r.QueueID > 0 {
			if b.QueueID == r.QueueID {
				return b.Number, nil
			}
			continue
		}
		for _, act := range b.Actions {
			for _, cause := range act.Causes {
				for _, want := range causes {
					if b.Number > r.after && strings.EqualFold(cause.ShortDescription, want) {
						return b.Number, nil
					}
				}
			}
		}
	}
	return 0, nil
}

// causes are what the causes of the new build say.
func (a *Action) causes() []string {
	n := strconv.Itoa(a.Target.Number)
	switch a.Kind {
	case Rerun, Replay:
		return []string{"Replayed #" + n, "Rebuilt #" + n}
	case Restart:
		return []string{"Restarted from build #" + n + ", stage " + a.Target.Stage}
	}
	return nil
}

// Follow looks again and again, until the build has started, was cancelled or an error lasts. said is called when the reason
// why it waits changes, not for its seconds; it may be nil.
func Follow(ctx context.Context, c *jenkins.Client, w *jenkins.Waiter, a Action, r Result, said func(why string)) (p Progress, err error) {
	why := ""
	err = w.Until(ctx, pause, func(ctx context.Context) (bool, error) {
		var err error
		p, err = lookFor(ctx, c, a, r)
		if err == nil && !jenkins.SameReason(p.Why, why) && said != nil {
			why = p.Why
			said(why)
		}
		return p.Started || p.Cancelled, err
	})
	return p, err
}

// pause is the time between two looks.
const pause = time.Second
