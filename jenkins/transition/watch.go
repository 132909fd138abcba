package transition

import (
	"fmt"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// settleFor is how long at most, after an outage, the answer is waited for that says how builds ended meanwhile: it is asked for
// after what runs.
const settleFor = 20 * time.Second

// Observer turns the snapshots of one controller into transitions. The zero value is ready for use.
type Observer struct {
	prev watch.Snapshot // the last that was compared
	away bool           // Jenkins did not answer the last time
	back time.Time      // when it did again, until what happened meanwhile is known
}

// Observe takes the next snapshot in and returns what happened since the last. What happened during an outage is returned
// together once all of it is known; digest says so.
func (o *Observer) Observe(s watch.Snapshot) (all []Transition, digest bool) {
	if s.Err != nil {
		o.away = o.away || !o.prev.At.IsZero()
		return nil, false
	}
	if o.away {
		o.away, o.back = false, s.At
	}
	if !o.back.IsZero() {
		if !s.RecentAt.After(o.back) && s.At.Sub(o.back) < settleFor {
			return nil, false
		}
		o.back, digest = time.Time{}, true
	}
	all = between(&o.prev, &s)
	o.prev = s
	return all, digest
}

// Settling reports whether it waits for all of what happened during an outage.
func (o *Observer) Settling() bool { return o.away || !o.back.IsZero() }

// Digest says on one line what happened to several builds: "1 broke (shop/cart/main #1203), 2 finished".
func Digest(all []Transition) string {
	if len(all) == 1 {
		return all[0].Text()
	}
	words := []struct {
		kind Kind
		text string
	}{{Broken, "broke"}, {StillFailing, "failed again"}, {Input, "wait for input"}, {Fixed, "fixed"}, {Slow, "slow"}, {Finished, "finished"}, {Started, "started"}}
	var parts []string
	for _, w := range words {
		n, first := 0, ""
		for i := range all {
			if all[i].Kind != w.kind {
				continue
			}
			n++
			if first == "" && (w.kind == Broken || w.kind == Input) {
				first = fmt.Sprintf(" (%s", name(&all[i]))
			}
		}
		if n == 0 {
			continue
		}
		if first != "" {
			if n > 1 {
				first += ", ..."
			}
			first += ")"
		}
		parts = append(parts, fmt.Sprintf("%d %s%s", n, w.text, first))
	}
	return strings.Join(parts, ", ")
}
