package jenkinstest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// waitingItem is a queue item with what Jenkins thinks of it at the moment.
type waitingItem struct {
	*item
	why     string
	class   *class
	pending bool // about to start
	stuck   bool // no node of its label is online
}

func (x *exporter) item(it *item) bean {
	w := waitingItem{item: it}
	switch {
	case it.became != nil || it.cancelled || it.gate != nil && it.gate.passed:
		w.class = leftItem
	case it.gate != nil:
		w.class = buildableItem
		w.why = cmp.Or(x.c.lacking(it.gate.label, x.now), noExecutor)
		w.stuck = label{x.c, it.gate.label}.offline()
	default:
		if w.why, w.class = x.c.blocked(it, x.now); w.why == "" {
			w.why, w.pending = noExecutor, true
		}
		w.stuck = it.job.Label != "" && w.class == buildableItem && label{x.c, it.job.Label}.offline()
	}
	return bean{class: w.class, o: w}
}

// items returns all waiting ones, newest first, the node blocks of pipelines that wait for a node among them.
func (x *exporter) items() []bean {
	waiting := slices.Clone(x.c.queue)
	for _, b := range x.c.running {
		if g := b.atGate(x.now); g != nil && g.label != "" {
			waiting = append(waiting, x.c.gateItem(b, g))
		}
	}
	slices.SortStableFunc(waiting, func(a, b *item) int { return b.since.Compare(a.since) })
	list := make([]bean, len(waiting))
	for i, it := range waiting {
		list[i] = x.item(it)
	}
	return list
}

func (c *Controller) gateItem(b *Build, g *gate) *item {
	if g.item != nil {
		return g.item
	}
	since := b.started.Add(g.at + b.paused)
	it := &item{id: c.newItem(), job: b.job, since: since, due: since, part: b, gate: g}
	c.items[it.id], g.item = it, it
	return it
}

func itemProps() []prop {
	return []prop{
		get("actions", func(_ *exporter, w waitingItem) any {
			if w.gate != nil {
				return []bean(nil)
			}
			var list []bean
			if len(w.params) > 0 {
				list = append(list, bean{class: parametersAction, o: w.params})
			}
			return append(list, bean{class: causeAction, o: w.causes})
		}),
		get("blocked", func(_ *exporter, w waitingItem) any { return w.class == blockedItem }),
		get("buildable", func(_ *exporter, w waitingItem) any { return w.class == buildableItem }),
		get("id", func(_ *exporter, w waitingItem) any { return w.id }),
		get("inQueueSince", func(_ *exporter, w waitingItem) any { return w.since }),
		get("params", func(_ *exporter, w waitingItem) any {
			var b strings.Builder
			for _, q := range w.params {
				v := q.Value
				if q.Type == "Password" {
					v = "****"
				}
				fmt.Fprintf(&b, "\n%s=%s", q.Name, v)
			}
			return b.String()
		}),
		get("stuck", func(_ *exporter, w waitingItem) any { return w.stuck }),
		get("task", func(_ *exporter, w waitingItem) any {
			if w.gate != nil {
				return bean{class: placeholderTask, o: w}
			}
			return w.job.bean()
		}),
		get("url", func(_ *exporter, w waitingItem) any { return fmt.Sprintf("queue/item/%d/", w.id) }),
		get("why", func(_ *exporter, w waitingItem) any { return text(w.why) }),
	}
}

func buildableSince() prop {
	return get("buildableStartMilliseconds", func(_ *exporter, w waitingItem) any { return w.due })
}

var leftItem, waitingClass, blockedItem, buildableItem *class

func init() { // they refer to each other
	leftItem = &class{name: "hudson.model.Queue$LeftItem", make: func() []prop {
		return join(itemProps(), []prop{
			get("cancelled", func(_ *exporter, w waitingItem) any { return w.cancelled }),
			get("executable", func(_ *exporter, w waitingItem) any { return w.became.beanOrNull() }),
		})
	}}
	waitingClass = &class{name: "hudson.model.Queue$WaitingItem", make: func() []prop {
		return join(itemProps(), []prop{get("timestamp", func(_ *exporter, w waitingItem) any { return w.due })})
	}}
	blockedItem = &class{name: "hudson.model.Queue$BlockedItem", make: func() []prop {
		return join(itemProps(), []prop{buildableSince()})
	}}
	buildableItem = &class{name: "hudson.model.Queue$BuildableItem", make: func() []prop {
		return join(itemProps(), []prop{
			buildableSince(),
			get("pending", func(_ *exporter, w waitingItem) any { return w.pending }),
		})
	}}
}

var placeholderTask = &class{name: "org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask", make: func() []prop {
	return []prop{
		get("fullDisplayName", partOf),
		get("name", partOf),
		get("url", func(_ *exporter, w waitingItem) any { return w.part.job.url + w.part.id() + "/" }),
	}
}}

func partOf(_ *exporter, w waitingItem) any {
	return "part of " + w.part.job.fullDisplay() + " " + w.part.shown()
}

var queueClass = &class{name: "hudson.model.Queue", make: func() []prop {
	return []prop{
		k("discoverableItems", []bean(nil)),
		get("items", func(x *exporter, _ *Controller) any { return x.items() }),
	}
}}
