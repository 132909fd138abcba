package api

import (
	"fmt"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// waitingItem is a queue item with what Jenkins thinks of it at the moment.
type waitingItem struct {
	*world.Item
	world.Wait
}

// Item is a queue item as it stands now.
func (x *Scope) Item(it *world.Item) Object {
	w := waitingItem{it, x.World.Wait(it, x.Now)}
	return object{Class: map[world.Place]*class{world.Waiting: waitingClass, world.Blocked: blockedItem, world.Buildable: buildableItem,
		world.Left: leftItem}[w.Place], Of: w}
}

func itemProps() []prop {
	return []prop{
		get("actions", func(_ *Scope, w waitingItem) any {
			if w.Gate != nil {
				return []object(nil)
			}
			var list []object
			if len(w.Params) > 0 {
				list = append(list, object{Class: parametersAction, Of: w.Params})
			}
			return append(list, object{Class: causeAction, Of: w.Causes})
		}),
		get("blocked", func(_ *Scope, w waitingItem) any { return w.Place == world.Blocked }),
		get("buildable", func(_ *Scope, w waitingItem) any { return w.Place == world.Buildable }),
		get("id", func(_ *Scope, w waitingItem) any { return w.ID }),
		get("inQueueSince", func(_ *Scope, w waitingItem) any { return w.Since }),
		get("params", func(_ *Scope, w waitingItem) any {
			var b strings.Builder
			for _, q := range w.Params {
				v := q.Value
				if q.Type == "Password" {
					v = "****"
				}
				fmt.Fprintf(&b, "\n%s=%s", q.Name, v)
			}
			return b.String()
		}),
		get("stuck", func(_ *Scope, w waitingItem) any { return w.Stuck }),
		get("task", func(_ *Scope, w waitingItem) any {
			if w.Gate != nil {
				return object{Class: placeholderTask, Of: w}
			}
			return Job(w.Job)
		}),
		get("url", func(_ *Scope, w waitingItem) any { return fmt.Sprintf("queue/item/%d/", w.ID) }),
		get("why", func(_ *Scope, w waitingItem) any { return text(w.Why) }),
	}
}

func buildableSince() prop {
	return get("buildableStartMilliseconds", func(_ *Scope, w waitingItem) any { return w.Due })
}

var leftItem, waitingClass, blockedItem, buildableItem *class

func init() { // they refer to each other
	leftItem = &class{Name: "hudson.model.Queue$LeftItem", Make: func() []prop {
		return join(itemProps(), []prop{
			get("cancelled", func(_ *Scope, w waitingItem) any { return w.Cancelled }),
			get("executable", func(_ *Scope, w waitingItem) any { return buildOrNull(w.Became) }),
		})
	}}
	waitingClass = &class{Name: "hudson.model.Queue$WaitingItem", Make: func() []prop {
		return join(itemProps(), []prop{get("timestamp", func(_ *Scope, w waitingItem) any { return w.Due })})
	}}
	blockedItem = &class{Name: "hudson.model.Queue$BlockedItem", Make: func() []prop {
		return join(itemProps(), []prop{buildableSince()})
	}}
	buildableItem = &class{Name: "hudson.model.Queue$BuildableItem", Make: func() []prop {
		return join(itemProps(), []prop{
			buildableSince(),
			get("pending", func(_ *Scope, w waitingItem) any { return w.Pending }),
		})
	}}
}

var placeholderTask = &class{Name: "org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask", Make: func() []prop {
	return []prop{
		get("fullDisplayName", partOf),
		get("name", partOf),
		get("url", func(_ *Scope, w waitingItem) any { return w.Part.Job().Path + w.Part.ID() + "/" }),
	}
}}

func partOf(_ *Scope, w waitingItem) any {
	return "part of " + w.Part.Job().FullDisplay() + " " + w.Part.Shown()
}

// Queue is the queue of a world.
func Queue(w *world.World) Object { return object{Class: queueClass, Of: w} }

var queueClass = &class{Name: "hudson.model.Queue", Make: func() []prop {
	return []prop{
		k("discoverableItems", []object(nil)),
		get("items", func(x *Scope, w *world.World) any {
			items := w.Items(x.Now)
			return list{Len: len(items), At: func(i int) object { return x.Item(items[i]) }}
		}),
	}
}}
