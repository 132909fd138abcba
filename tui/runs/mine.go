package runs

import (
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// fewEnded is up to how many ended builds Jenkins is asked at once who started them, so that the number beside Mine is
// right from the start. With more it is asked when somebody looks at their own.
const fewEnded = 300

// againAfter is when builds whose causes are not known, having come and gone unseen, are reason to ask once more.
const againAfter = 5 * time.Minute

// LearnCauses has the watchers ask who started what had ended before they watched, which the tree of all jobs leaves out.
func (p *Pane) LearnCauses() {
	p.Data.learnCauses(p.Lists.chosen().Query.Mine() || p.Search.query.Mine())
}

// learnCauses has the watchers ask; mine says that the user looks at their own builds.
func (d *Data) learnCauses(mine bool) {
	for i, s := range d.Snaps {
		c := &d.sh.Opts.Controllers[i]
		if c.Watcher == nil || s == nil || s.RecentAt.IsZero() {
			continue
		}
		at, asked := d.explained[c.Name]
		if asked && mine && !s.CausesAt.IsZero() && time.Since(at) > againAfter {
			d.explained[c.Name] = time.Now()
			asked = !slices.ContainsFunc(s.Recent, func(r jenkins.Run) bool { return r.Causes == nil })
		}
		if !asked && (mine || len(s.Recent) <= fewEnded) {
			d.explained[c.Name] = time.Now()
			c.Watcher.WantCauses()
		}
	}
}
