package api

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

var (
	labelAtom = &class{Name: "hudson.model.labels.LabelAtom", Make: labelProps}
	labelAnd  = &class{Name: "hudson.model.labels.LabelExpression$And", Make: labelProps}
	labelOr   = &class{Name: "hudson.model.labels.LabelExpression$Or", Make: labelProps}
)

// Label is the page of a label.
func Label(l world.Label) object {
	class := labelAtom
	switch {
	case strings.Contains(l.Name, "||"):
		class = labelOr
	case strings.Contains(l.Name, "&&"):
		class = labelAnd
	}
	return object{Class: class, Of: l}
}

func labelProps() []prop {
	return []prop{
		get("busyExecutors", func(_ *Scope, l world.Label) any { busy, _ := l.Executors(); return busy }),
		k("clouds", []object(nil)),
		get("description", func(_ *Scope, l world.Label) any {
			if len(l.Nodes()) == 0 {
				return "invalid label"
			}
			return nil
		}),
		get("idleExecutors", func(_ *Scope, l world.Label) any { busy, total := l.Executors(); return total - busy }),
		get("name", func(_ *Scope, l world.Label) any { return l.Name }),
		get("nodes", func(_ *Scope, l world.Label) any {
			list := []object{}
			for _, n := range l.Nodes() {
				name := "hudson.slaves.DumbSlave"
				if n.Name == "" {
					name = "hudson.model.Hudson"
				}
				list = append(list, object{Class: &class{Name: name, Props: []prop{k("nodeName", n.Name)}}})
			}
			return list
		}),
		get("offline", func(_ *Scope, l world.Label) any { return l.Offline() }),
		get("totalExecutors", func(_ *Scope, l world.Label) any { _, total := l.Executors(); return total }),
	}
}
