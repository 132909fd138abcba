package act

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// stops ends builds, and offers harder means for those that do not end in time.
type stops struct {
	*asker
	ending map[kit.BuildKey]*stopping
}

// stopping is a build that was asked to end.
type stopping struct {
	kind    action.Kind // the last that was asked
	at      time.Time
	run     jenkins.Run
	offered bool // the footer said that there is more that can be done
}

// CanStop reports whether there is something to stop or to cancel.
func CanStop(s Selection) bool {
	if len(s.Marked) > 0 {
		stop, _ := stoppable(s.Marked)
		return len(stop) > 0
	}
	return s.Run != nil && !s.Run.Status.Ended()
}

// stop ends the marked runs, or the selected one.
func (a *stops) stop(s Selection) (popup.Popup, tea.Cmd) {
	switch {
	case len(s.Marked) > 0:
		return a.stopMarked(s.Marked)
	case s.Run == nil:
		return nil, kit.Note("no run is selected")
	case s.Run.Status.Ended():
		return nil, kit.Note(kit.RunTitle(*s.Run) + " has ended: there is nothing to stop")
	case a.sh.ActorOf(s.Run.Controller) == nil:
		return nil, kit.Note("there is no controller to ask")
	}
	r := *s.Run
	what := stopOf(r)
	if what.Kind == action.CancelItem {
		return a.confirm(what, "cancel it"), nil
	}
	was := a.ending[kit.KeyOf(&r)]
	if was == nil || !r.Pipeline {
		return a.confirm(what, "stop it"), nil
	}
	if ago := time.Since(was.at); ago < action.StrongerAfter {
		return a.confirm(what, "stop it again", func(q *dialog.Question) {
			q.Warn = append(q.Warn, fmt.Sprintf("It was asked to end %s ago. What it does at its end takes its time: a second stop interrupts that, too.",
				kit.Ago(ago)))
		}), nil
	}
	return a.harder(r, was), nil
}

// stopOf is the action that ends a run: a queue item is cancelled.
func stopOf(r jenkins.Run) action.Action {
	if r.QueueID != 0 {
		return action.CancelQueued(r)
	}
	return action.StopBuild(r)
}

// harder lets the user choose what is done to a build that did not end.
func (a *stops) harder(r jenkins.Run, was *stopping) popup.Popup {
	offers := []struct {
		what action.Action
		yes  string
	}{{action.TerminateBuild(r), "terminate it"}, {action.StopBuild(r), "stop it again"}}
	if was.kind != action.Stop {
		offers = append([]struct {
			what action.Action
			yes  string
		}{{action.KillBuild(r), "kill it"}}, offers...)
	}
	var items []popup.Item
	for _, o := range offers {
		items = append(items, popup.Item{Label: kit.Sentence(o.yes), Note: sentence(o.what.Effect),
			Msg: step(func() (popup.Popup, tea.Cmd) { return a.confirm(o.what, o.yes), nil })})
	}
	return a.options(kit.RunTitle(r)+" still runs", items)
}

// stoppable divides runs into what ends them, and what has ended already.
func stoppable(runs []jenkins.Run) (stop []action.Action, ended []jenkins.Run) {
	for _, r := range runs {
		if r.Status.Ended() {
			ended = append(ended, r)
			continue
		}
		stop = append(stop, stopOf(r))
	}
	return stop, ended
}

// stopMarked ends the marked runs after one question that lists them.
func (a *stops) stopMarked(runs []jenkins.Run) (popup.Popup, tea.Cmd) {
	list, ended := stoppable(runs)
	switch len(list) {
	case 0:
		return nil, kit.Note("what is marked has ended: there is nothing to stop")
	case 1:
		if len(ended) == 0 {
			return a.stop(Selection{Run: &list[0].Target.Run})
		}
	}
	q := dialog.Question{Title: "Stop", Asks: fmt.Sprintf("Stop these %d?", len(list)), Careful: true, Yes: "stop them", No: "leave them",
		Effect: "Running steps are interrupted; what a build does at its end still runs. What is queued leaves the queue.",
		Needs:  "Needs the right " + list[0].Permission + "."}
	typed := ""
	for i := range list {
		t := &list[i].Target
		line := kit.RunTitle(t.Run)
		if len(a.sh.Opts.Controllers) > 1 {
			line += " on " + t.Controller
		}
		q.Lines = append(q.Lines, line+"  "+string(t.Run.Status))
		if !a.protected(t.Controller) {
			continue
		}
		if typed != "" && typed != t.Controller {
			return nil, kit.Note("builds of two protected controllers are marked: stop those of one at a time")
		}
		typed, list[i].Typed = t.Controller, t.Controller
	}
	if typed != "" {
		q.Type, q.Why = typed, "The controller "+typed+" is protected."
	}
	for _, r := range ended {
		q.Lines = append(q.Lines, kit.RunTitle(r)+"  has ended: left as it is")
	}
	q.Msg = confirmed(list)
	return dialog.NewConfirm(a.sh, q), nil
}

// note remembers that a build was asked to end.
func (a *stops) note(what *action.Action) {
	a.ending[kit.KeyOf(&what.Target.Run)] = &stopping{kind: what.Kind, at: time.Now(), run: what.Target.Run}
}

// tick is [Acts.Tick].
func (a *stops) tick(now func(jenkins.Ref) *jenkins.Run) tea.Cmd {
	for key, s := range a.ending {
		r := now(s.run.Ref)
		if r == nil || r.Status.Ended() || !jenkins.SameBuild(r, &s.run) {
			if time.Since(s.at) > action.StrongerAfter {
				delete(a.ending, key)
			}
			continue
		}
		if s.offered || !r.Pipeline || s.kind == action.Kill || time.Since(s.at) < action.StrongerAfter {
			continue
		}
		s.offered = true
		next := "terminate"
		if s.kind == action.Terminate {
			next = "kill"
		}
		return outcomeNote(fmt.Sprintf("%s still runs %s after it was asked to end: %s on it offers to %s it", kit.RunTitle(*r), kit.Ago(time.Since(s.at)),
			kit.KeyLabel(a.sh.Key(kit.IntentStop)), next))
	}
	return nil
}
