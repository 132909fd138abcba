package runs

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// SortMode is how runs are ordered within running, queue and recent, which keep their order.
type SortMode string

const (
	SortJenkins  SortMode = ""         // running and queue oldest first, recent newest end first
	SortName     SortMode = "name"     // by job, then the newest number first
	sortNewest   SortMode = "newest"   // the latest start first
	sortLongest  SortMode = "longest"  // the longest time first
	sortProgress SortMode = "progress" // the most of its estimate first, then as sortLongest
)

var SortModes = []SortMode{SortJenkins, SortName, sortNewest, sortLongest, sortProgress}

func (s SortMode) next() SortMode {
	return SortModes[(slices.Index(SortModes, s)+1)%len(SortModes)]
}

// section is where a run stands in the list.
type section int

const (
	sectionRunning section = iota
	sectionQueue
	sectionRecent
	sections
)

func sectionOf(r *jenkins.Run) section {
	switch {
	case r.Status == jenkins.Queued:
		return sectionQueue
	case r.Status.Ended():
		return sectionRecent
	}
	return sectionRunning
}

// listed is a run that a filter chose.
type listed struct {
	run  *jenkins.Run
	name string
}

// picked is the runs of a section that were chosen.
type picked struct {
	chosen, loose, far []listed // loose and far: the typed letters are scattered in the name
	counts             []int    // of runs that each tab chooses
}

// chooser makes the rows of what is to be shown.
type chooser struct {
	data  *Data
	lists *Lists
	typed *query.Query
	sort  SortMode
	group bool // by folder
	now   time.Time
	rows  []Row // made so far
}

// totals is what the list has: so many runs of each section, and of each of the lists.
type totals struct {
	running, queued, ended int
	counts                 []count
}

// choose makes the rows.
func (c *chooser) choose() (out totals) {
	c.rows = c.rows[:0]
	out.counts = make([]count, len(c.lists.Tabs))
	unexplained := c.data.unexplained()
	for t := range out.counts {
		out.counts[t].partial = unexplained && c.lists.Tabs[t].Query.Mine()
	}
	var runs [sections][]listed
	picks := c.pick()
	better := slices.ContainsFunc(picks[:], func(from picked) bool { return len(from.chosen)+len(from.loose) > 0 })
	for s, from := range picks {
		loose := from.loose
		if !better {
			loose = from.far
		}
		c.order(section(s), from.chosen)
		c.order(section(s), loose)
		runs[s] = append(from.chosen, loose...)
		for t, n := range from.counts {
			out.counts[t].runs += n
		}
	}
	out.running, out.queued, out.ended = len(runs[sectionRunning]), len(runs[sectionQueue]), len(runs[sectionRecent])
	c.lay(runs)
	return out
}

// pick chooses among the runs of the snapshots.
func (c *chooser) pick() (picks [sections]picked) {
	for s := range picks {
		picks[s].counts = make([]int, len(c.lists.Tabs))
	}
	for _, s := range c.data.Snaps {
		if s == nil {
			continue
		}
		c.take(&picks[sectionRunning], s, s.Runs)
		c.take(&picks[sectionQueue], s, s.Queue)
		c.take(&picks[sectionRecent], s, s.Recent)
	}
	return picks
}

// take takes a section's runs of one snapshot.
func (c *chooser) take(to *picked, s *watch.Snapshot, runs []jenkins.Run) {
	d, tabs, status := c.data, c.lists.Tabs, c.lists.status().Query
	facts := d.facts(s, c.now)
	for i := range runs {
		r := &runs[i]
		if len(d.Gone) > 0 && d.Gone[kit.KeyOf(r)] == hidden {
			continue
		}
		name := d.Name(r.Job)
		opened := d.refreshOpened(r)
		bare := query.Searched(name)
		for t := range tabs {
			if tabs[t].Query.Match(r, bare, &facts) < query.Scattered {
				continue
			}
			to.counts[t]++
			if t != c.lists.Tab || opened || status.Match(r, bare, &facts) == query.NotFound {
				continue
			}
			switch c.typed.Match(r, bare, &facts) {
			case query.AsTyped:
				to.chosen = append(to.chosen, listed{r, name})
			case query.Scattered:
				to.loose = append(to.loose, listed{r, name})
			case query.FarFetched:
				to.far = append(to.far, listed{r, name})
			}
		}
	}
}

// order sorts a section. Snapshots of one controller come in the default order already.
func (c *chooser) order(s section, runs []listed) {
	var less func(a, b listed) int
	switch c.sort {
	case SortName:
		less = func(a, b listed) int {
			return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(b.run.Number, a.run.Number))
		}
	case sortNewest:
		less = func(a, b listed) int { return began(b.run).Compare(began(a.run)) }
	case sortLongest:
		less = func(a, b listed) int { return cmp.Compare(b.run.Elapsed(c.now), a.run.Elapsed(c.now)) }
	case sortProgress:
		less = func(a, b listed) int {
			return cmp.Or(cmp.Compare(b.run.Progress, a.run.Progress), cmp.Compare(b.run.Elapsed(c.now), a.run.Elapsed(c.now)))
		}
	default:
		if len(c.data.Snaps) < 2 {
			return
		}
		less = func(a, b listed) int { return began(a.run).Compare(began(b.run)) }
		if s == sectionRecent {
			less = func(a, b listed) int { return b.run.EndedAt().Compare(a.run.EndedAt()) }
		}
	}
	slices.SortStableFunc(runs, less)
}

func began(r *jenkins.Run) time.Time {
	if r.Status == jenkins.Queued {
		return r.QueuedAt
	}
	return r.StartedAt
}

// lay makes the rows: opened builds, then either the sections or, grouped, the folders by name.
func (c *chooser) lay(runs [sections][]listed) {
	if len(c.data.Opened) > 0 {
		c.rows = append(c.rows, Row{Heading: "opened", count: len(c.data.Opened)})
		for _, o := range c.data.Opened {
			c.rows = append(c.rows, Row{Run: o, Name: c.data.Name(o.Job)})
		}
		if n := len(runs[sectionRunning]) + len(runs[sectionQueue]); n > 0 && !c.group {
			c.rows = append(c.rows, Row{Heading: "now", count: n})
		}
	}
	if c.group {
		c.layGroups(runs)
		return
	}
	for s, list := range runs {
		if section(s) == sectionRecent && len(list) > 0 {
			c.rows = append(c.rows, Row{Heading: "recent", count: len(list)})
		}
		for _, l := range list {
			c.rows = append(c.rows, Row{Run: l.run, Name: l.name})
		}
	}
}

func (c *chooser) layGroups(runs [sections][]listed) {
	groups := map[string][]listed{}
	var names []string
	for _, list := range runs {
		for _, l := range list {
			f := c.data.folderOf(l.run.Job)
			if _, ok := groups[f]; !ok {
				names = append(names, f)
			}
			groups[f] = append(groups[f], l)
		}
	}
	slices.Sort(names)
	for _, f := range names {
		running := 0
		for _, l := range groups[f] {
			if !l.run.Status.Ended() && l.run.Status != jenkins.Queued {
				running++
			}
		}
		c.rows = append(c.rows, Row{Heading: cmp.Or(f, "no folder"), count: len(groups[f]), running: running})
		for _, l := range groups[f] {
			name := l.name
			if f != "" {
				name = strings.TrimPrefix(name, f+"/")
			}
			c.rows = append(c.rows, Row{Run: l.run, Name: name})
		}
	}
}
