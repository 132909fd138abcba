// Package act leads from a key to a change in Jenkins: which build, which values, the question, the request, and what became
// of it. Nothing is changed without a dialog that was confirmed, and nothing is ever tried again by itself.
package act

import (
	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// Acts is what the user does to builds in this session.
type Acts struct {
	*asker
	stops   *stops
	replays *replays
	// described is what builds said before they were described in this session.
	described map[kit.BuildKey]string
	running   int          // actions under way
	started   *jenkins.Run // the last build that came of an action, or the first of several that were stopped
}

// New returns what acts; it has done nothing yet.
func New(sh *kit.Shared) *Acts {
	a := &asker{report: report{sh}, rights: rights{}}
	return &Acts{asker: a, stops: &stops{asker: a, ending: map[kit.BuildKey]*stopping{}}, replays: &replays{asker: a, edits: map[kit.BuildKey]*edit{}},
		described: map[kit.BuildKey]string{}}
}

// Selection is what an intent is about.
type Selection struct {
	Run    *jenkins.Run  // under the cursor; nil: there is none
	Marked []jenkins.Run // in the list's order
}

// Msg is a message of this package. It goes to [Acts.Update], whatever is open.
type Msg interface{ acts() }

// step is what comes after something was chosen or confirmed. It is called in Update.
type step func() (popup.Popup, tea.Cmd)

func (step) acts() {}

// begin is the first step of an intent.
type begin func(*Acts, Selection) (popup.Popup, tea.Cmd)

// Is reports whether an intent acts on a build, a job or a node.
func Is(in kit.Intent) bool { return starts(in) != nil }

// starts returns where an intent begins, nil for one that acts on nothing.
func starts(in kit.Intent) begin {
	switch in {
	case kit.IntentBuild:
		return ofJob((*Acts).build)
	case kit.IntentStop:
		return func(a *Acts, s Selection) (popup.Popup, tea.Cmd) { return a.stops.stop(s) }
	case kit.IntentAnswer:
		return ofBuild((*Acts).answer)
	case kit.IntentAct:
		return (*Acts).choose
	case kit.IntentRerun:
		return ofBuild((*Acts).rerun)
	case kit.IntentRestart:
		return ofBuild((*Acts).restart)
	case kit.IntentReplay:
		return ofBuild(func(a *Acts, r jenkins.Run) (popup.Popup, tea.Cmd) { return a.replays.replay(r) })
	case kit.IntentKeep:
		return ofBuild((*Acts).keep)
	case kit.IntentDescribe:
		return ofBuild((*Acts).describe)
	case kit.IntentDelete:
		return ofBuild((*Acts).remove)
	case kit.IntentDisableJob, kit.IntentEnableJob:
		return ofJob(func(a *Acts, r jenkins.Run) (popup.Popup, tea.Cmd) {
			on := in == kit.IntentEnableJob
			return a.enable(r, &on)
		})
	case kit.IntentNodeOffline, kit.IntentNodeOnline:
		return func(a *Acts, s Selection) (popup.Popup, tea.Cmd) {
			offline := in == kit.IntentNodeOffline
			return a.nodes(s, &offline)
		}
	}
	return nil
}

// Start begins what an intent asks for: it returns the dialog that is to be open, nil for none.
func (a *Acts) Start(in kit.Intent, s Selection) (popup.Popup, tea.Cmd) {
	if a.sh.Opts.ReadOnly {
		return nil, kit.Note("not in a read-only session: nothing is changed")
	}
	return starts(in)(a, s)
}

// Update handles a message of this package and returns the dialog that is to be open, nil to leave things as they are.
func (a *Acts) Update(msg Msg) (popup.Popup, tea.Cmd) {
	switch msg := msg.(type) {
	case step:
		return msg()
	case confirmed:
		return nil, a.run(msg...)
	case doneMsg:
		return nil, a.done(msg)
	case followedMsg:
		return nil, a.followed(msg)
	}
	return nil, nil
}

// Tick says of builds that were asked to end and still run that there is more that can be done. now returns a run as the
// list has it, nil if it is not listed.
func (a *Acts) Tick(now func(jenkins.Ref) *jenkins.Run) tea.Cmd { return a.stops.tick(now) }

// Started returns the build that one most likely goes to: the last that came of an action, or the first of several that
// were stopped. It is nil before there was one.
func (a *Acts) Started() *jenkins.Run { return a.started }

// Busy returns how many actions are under way.
func (a *Acts) Busy() int { return a.running }

// ofBuild begins what only a build can be subject to.
func ofBuild(do func(*Acts, jenkins.Run) (popup.Popup, tea.Cmd)) begin {
	return func(a *Acts, s Selection) (popup.Popup, tea.Cmd) {
		switch {
		case s.Run == nil:
			return nil, kit.Note("no run is selected")
		case s.Run.Number == 0:
			return nil, kit.Note(kit.RunTitle(*s.Run) + " waits in the queue: it is not a build yet")
		case a.sh.ActorOf(s.Run.Controller) == nil:
			return nil, kit.Note("there is no controller to ask")
		}
		return do(a, *s.Run)
	}
}

// ofJob begins what is done to the job of the selected run.
func ofJob(do func(*Acts, jenkins.Run) (popup.Popup, tea.Cmd)) begin {
	return func(a *Acts, s Selection) (popup.Popup, tea.Cmd) {
		switch {
		case s.Run == nil:
			return nil, kit.Note("no run is selected")
		case s.Run.NoBuild || s.Run.Job == "":
			return nil, kit.Note(kit.RunTitle(*s.Run) + " is not a job that can be built")
		case a.sh.ActorOf(s.Run.Controller) == nil:
			return nil, kit.Note("there is no controller to ask")
		}
		return do(a, *s.Run)
	}
}
