package popup

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/nodes"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// NewNodes lists the nodes of a controller and, below each, what runs on it. Enter on a build is a [JobMsg] that opens it,
// on a node it shows all about it.
func NewNodes(sh *kit.Shared, controller string) (Popup, tea.Cmd) {
	title := "Nodes"
	if len(sh.Opts.Controllers) > 1 {
		title += " of " + kit.Clean(controller)
	}
	l := NewList(sh, title, "open", nil)
	l.large = true
	var of []*nodes.Node // by item; nil for a build
	l.enter = func(i int) (Popup, tea.Cmd) {
		switch {
		case of[i] != nil:
			return newNode(l, of[i]), nil
		case l.items[i].Msg == nil:
			return l, nil
		}
		return nil, kit.Send(l.items[i].Msg)
	}
	return l, fill(l, inquiry[[]nodes.Node]{
		run:  jenkins.Run{Ref: jenkins.Ref{Controller: controller}},
		none: func([]nodes.Node) string { return "This controller shows you no nodes." },
		ask:  nodes.List,
		items: func(all []nodes.Node) []Item {
			var items []Item
			of = nil
			offline := 0
			for i := range all {
				n := &all[i]
				if n.Offline {
					offline++
				}
				items, of = append(items, nodeItem(sh, n)), append(of, n)
				for k := range n.Work {
					items, of = append(items, workItem(sh, controller, &n.Work[k])), append(of, nil)
				}
			}
			l.count = kit.Plural(len(all), "node")
			if offline > 0 {
				l.count += fmt.Sprintf(", %d offline", offline)
			}
			return items
		},
	})
}

func nodeItem(sh *kit.Shared, n *nodes.Node) Item {
	it := Item{Label: kit.Clean(n.Name), more: kit.Clean(labelsOf(n))}
	switch {
	case n.Offline:
		it.glyph = sh.Styles.Failed.Render(sh.Glyphs.Failure)
		it.Note = offlineText(n)
	case n.Busy > 0:
		it.glyph = sh.Styles.Running.Render(sh.Glyphs.Running)
		it.Note = fmt.Sprintf("%d of %d busy", n.Busy, n.Executors)
	default:
		it.glyph = sh.Styles.Good.Render(sh.Glyphs.Live)
		it.Note = fmt.Sprintf("%d idle", n.Executors)
	}
	return it
}

// labelsOf returns the labels of a node besides its name, which Jenkins counts among them.
func labelsOf(n *nodes.Node) string {
	var out []string
	for _, l := range n.Labels {
		if l != n.Name {
			out = append(out, l)
		}
	}
	return strings.Join(out, " ")
}

// offlineText says since when a node is offline, and why.
func offlineText(n *nodes.Node) string {
	text := "offline"
	if !n.Since.IsZero() {
		text += " " + kit.Ago(time.Since(n.Since))
	}
	if n.Why != "" {
		text += ": " + kit.Clean(n.Why)
	}
	return text
}

func workItem(sh *kit.Shared, controller string, w *nodes.Work) Item {
	it := Item{Label: "  " + sh.Glyphs.Corner + " " + kit.Clean(w.Name), glyph: " "}
	if w.Ref.Job != "" {
		it.Label = "  " + sh.Glyphs.Corner + " " + kit.RunTitle(jenkins.Run{Ref: w.Ref})
		it.more = kit.Clean(w.Stage)
		it.Msg = JobMsg{kit.Target{Controller: controller, BuildSpec: jenkins.BuildSpec{Job: w.Ref.Job, Number: w.Ref.Number}}}
	}
	if !w.Since.IsZero() {
		it.Note = kit.Clock(max(0, time.Since(w.Since)))
	}
	if w.Stuck {
		it.Note = "likely stuck  " + it.Note
	}
	return it
}

// newNode shows all about a node.
func newNode(before *List, n *nodes.Node) Popup {
	return &text{sh: before.sh, title: kit.Clean(n.Name), before: before, draw: func(w int, st *kit.Styles) []string {
		var out []string
		fact := func(name, value string) {
			for i, l := range kit.WrapWords(kit.Clean(value), max(8, w-12)) {
				if i > 0 {
					name = ""
				}
				out = append(out, st.Dim.Render(kit.Fit(name, 11))+" "+l)
			}
		}
		if n.Offline {
			out = append(out, st.Failed.Render(st.Glyphs.Failure+" offline"))
			if !n.Since.IsZero() {
				fact("since", n.Since.Local().Format("2006-01-02 15:04:05")+", "+kit.Ago(time.Since(n.Since))+" ago")
			}
			fact("why", n.Why)
			if n.Cause != n.Why {
				fact("", n.Cause)
			}
			if n.Temporary {
				fact("", "somebody took it offline: it stays so until somebody brings it back")
			}
		} else {
			out = append(out, st.Good.Render(st.Glyphs.Live+" online"))
		}
		fact("executors", fmt.Sprintf("%d, of which %d work", n.Executors, n.Busy))
		fact("labels", strings.Join(n.Labels, " "))
		for i := range n.Work {
			fact("runs", n.Work[i].Name)
		}
		return out
	}}
}
