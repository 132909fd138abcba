package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/layout"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// popups is the popup that lies over the panes, if there is one.
type popups struct {
	sh   *kit.Shared
	top  popup.Popup // nil for none
	kept popup.Kept
}

// open opens a popup, if p is one, and passes cmd on.
func (o *popups) open(p popup.Popup, cmd tea.Cmd) tea.Cmd {
	if p != nil {
		o.top = p
	}
	return cmd
}

// openInside opens what is asked about a build, or about a controller: run's, else the first. run is nil where none is selected.
func (o *popups) openInside(in kit.Intent, run *jenkins.Run) tea.Cmd {
	if in == kit.IntentNodes {
		controller := ""
		switch {
		case run != nil:
			controller = run.Controller
		case len(o.sh.Opts.Controllers) > 0:
			controller = o.sh.Opts.Controllers[0].Name
		}
		return o.open(popup.NewNodes(o.sh, controller))
	}
	if run == nil || run.Number == 0 {
		return kit.Note("no build is selected")
	}
	switch in {
	case kit.IntentTests:
		return o.open(popup.NewTests(o.sh, &o.kept, *run))
	case kit.IntentArtifacts:
		return o.open(popup.NewArtifacts(o.sh, &o.kept, *run))
	case kit.IntentChanges:
		return o.open(popup.NewChanges(o.sh, &o.kept, *run))
	}
	return o.open(popup.NewRelated(o.sh, *run))
}

// update hands a message to the popup, if there is one.
func (o *popups) update(msg tea.Msg) (cmd tea.Cmd) {
	if o.top != nil {
		o.top, cmd = o.top.Update(msg)
	}
	return cmd
}

// click hands a click at a cell of the screen to the popup; one beside it has no place in it.
func (o *popups) click(l *paneSet, x, y int) tea.Cmd {
	at := kit.ClickMsg{X: -1, Y: -1}
	if in := o.rect(l).Inner(); in.Holds(x, y) {
		at = kit.ClickMsg{X: x - in.X, Y: y - in.Y}
	}
	return o.update(at)
}

// rect returns where the popup stands, its border included.
func (o *popups) rect(l *paneSet) layout.Rect {
	w, h := o.top.Size()
	return l.plan.Over(l.w, l.h, w, h)
}

// draw lays the popup over the screen.
func (o *popups) draw(l *paneSet, screen []string) {
	at := o.rect(l)
	in := at.Inner()
	if in.W < 1 || in.H < 1 {
		if len(screen) > 0 {
			copy(screen, strings.Split(o.top.View(l.w, len(screen)), "\n"))
		}
		return
	}
	layout.Overlay(screen, l.w, at, o.sh.Styles, o.top.Title(), o.top.Hint(), o.top.View(in.W, in.H))
}

// asksBefore reports whether the popup asks before something is changed: no click says yes there.
func (o *popups) asksBefore() bool {
	switch o.top.(type) {
	case *dialog.Confirm, *dialog.Form:
		return true
	}
	return false
}
