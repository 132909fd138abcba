package act

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// nodes lets the user choose a node to take offline or to bring back, those of the selected run first; offline has it list
// only those that can be taken offline, or only those that can be brought back.
func (a *Acts) nodes(s Selection, offline *bool) (popup.Popup, tea.Cmd) {
	controller := ""
	var mine []string
	switch {
	case s.Run != nil:
		controller, mine = s.Run.Controller, s.Run.Nodes
	case len(a.sh.Opts.Controllers) == 1:
		controller = a.sh.Opts.Controllers[0].Name
	}
	actor := a.sh.ActorOf(controller)
	if actor == nil {
		return nil, kit.Note("select a run of the controller whose node is meant")
	}
	return ask(a.asker, "Nodes", "Asking for the nodes of "+kit.Clean(controller)+a.sh.Glyphs.More, actor.Nodes,
		func(list []jenkins.Node) (popup.Popup, tea.Cmd) {
			var first, others []popup.Item
			for _, n := range list {
				if offline != nil && n.Offline == *offline {
					continue
				}
				item := popup.Item{Label: kit.Clean(n.Name), Note: aboutNode(&n), Msg: step(func() (popup.Popup, tea.Cmd) {
					return a.node(controller, n.Name, !n.Offline), nil
				})}
				if slices.Contains(mine, n.Name) {
					first = append(first, item)
				} else {
					others = append(others, item)
				}
			}
			title := "Take a node of " + kit.Clean(controller) + " offline, or bring one back"
			switch {
			case offline == nil:
			case *offline:
				title = "Take a node of " + kit.Clean(controller) + " offline"
			default:
				title = "Bring a node of " + kit.Clean(controller) + " back online"
			}
			if len(first)+len(others) == 0 {
				return nil, kit.Note("there is no such node: each is that way already")
			}
			return a.list(title, "choose", append(first, others...)), nil
		})
}

// aboutNode is a node's state and its labels. Jenkins gives each its own name as a label, too.
func aboutNode(n *jenkins.Node) string {
	words := []string{"online"}
	if n.Offline {
		words[0] = "offline"
	}
	for _, l := range n.Labels {
		if l != n.Name {
			words = append(words, kit.Clean(l))
		}
	}
	return strings.Join(words, " ")
}

// node takes a node offline, with a reason, or brings it back.
func (a *Acts) node(controller, name string, offline bool) popup.Popup {
	if !offline {
		return a.confirm(action.BringNodeOnline(controller, name), "bring it online")
	}
	what := action.TakeNodeOffline(controller, name, "")
	return dialog.NewForm(a.sh, dialog.Spec{Title: "Node", Asks: what.Question, Effect: sentence(what.Effect), Yes: "take it offline",
		Needs: "Needs the right " + what.Permission + ".", Warn: a.rights.warnings(what),
		Fields: []dialog.Field{{Name: "Reason", Note: "others see it"}},
		Check: func(v []dialog.Value) (int, error) {
			if strings.TrimSpace(v[0].Text) == "" {
				return 0, &kit.SaidError{What: "there is no reason", Fix: "Say why: others wonder where the node is."}
			}
			return -1, nil
		},
		Done: func(v []dialog.Value) tea.Msg {
			return step(func() (popup.Popup, tea.Cmd) {
				return a.goOn(action.TakeNodeOffline(controller, name, v[0].Text), "take it offline")
			})
		}})
}
