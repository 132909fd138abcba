package runs

import (
	"cmp"
	"slices"
	"strconv"
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

// build fills rows and counts from the snapshots.
func (p *Pane) build() {
	now := time.Now()
	p.Rows = p.Rows[:0]
	p.Counts = make([]int, len(p.Tabs))
	p.numberW, p.nameW = 0, 0
	var chosen [sections][]listed
	picks := p.pick(now)
	better := slices.ContainsFunc(picks[:], func(from picked) bool { return len(from.chosen)+len(from.loose) > 0 })
	for s, from := range picks {
		loose := from.loose
		if !better {
			loose = from.far
		}
		p.order(section(s), from.chosen, now)
		p.order(section(s), loose, now)
		chosen[s] = append(from.chosen, loose...)
		for t, n := range from.counts {
			p.Counts[t] += n
		}
	}
	p.Running, p.Queued, p.Ended = len(chosen[sectionRunning]), len(chosen[sectionQueue]), len(chosen[sectionRecent])
	p.lay(chosen)
	p.Listed = 0
	highest := 0
	for i := range p.Rows {
		r := p.Rows[i].Run
		if r == nil {
			continue
		}
		p.Listed++
		p.Rows[i].nth = p.Listed
		p.nameW = max(p.nameW, kit.Width(p.Rows[i].Name))
		highest = max(highest, r.Number)
	}
	if highest > 0 {
		p.numberW = len("#") + len(strconv.Itoa(highest))
	}
}

// pick chooses among the runs of the snapshots.
func (p *Pane) pick(now time.Time) (picks [sections]picked) {
	for s := range picks {
		picks[s].counts = make([]int, len(p.Tabs))
	}
	p.typed, p.mistake = query.Parse(p.complete())
	p.marks = newMarks(&p.typed)
	take := p.picker(now)
	for _, s := range p.Snaps {
		if s == nil {
			continue
		}
		take(&picks[sectionRunning], s, s.Runs)
		take(&picks[sectionQueue], s, s.Queue)
		take(&picks[sectionRecent], s, s.Recent)
	}
	return picks
}

// picker returns what takes a section's runs of one snapshot.
func (p *Pane) picker(now time.Time) func(to *picked, s *watch.Snapshot, runs []jenkins.Run) {
	status := StatusFilters[p.Status].Query
	return func(to *picked, s *watch.Snapshot, runs []jenkins.Run) {
		facts := p.facts(s, now)
		for i := range runs {
			r := &runs[i]
			if len(p.Gone) > 0 && p.Gone[kit.KeyOf(r)] == hidden {
				continue
			}
			name := p.Name(r.Job)
			opened := p.refreshOpened(r)
			bare := query.Searched(name)
			for t := range p.Tabs {
				if p.Tabs[t].Query.Match(r, bare, &facts) < query.Scattered {
					continue
				}
				to.counts[t]++
				if t != p.Tab || opened || status.Match(r, bare, &facts) == query.NotFound {
					continue
				}
				switch p.typed.Match(r, bare, &facts) {
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
}

// refreshOpened gives an opened build the newer values of a snapshot, and reports whether it is one.
func (p *Pane) refreshOpened(r *jenkins.Run) (opened bool) {
	for i, o := range p.Opened {
		if jenkins.SameBuild(o, r) {
			p.Opened[i], opened = r, true
		}
	}
	return opened
}

// order sorts a section. Snapshots of one controller come in the default order already.
func (p *Pane) order(s section, runs []listed, now time.Time) {
	var less func(a, b listed) int
	switch p.Sort {
	case SortName:
		less = func(a, b listed) int {
			return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(b.run.Number, a.run.Number))
		}
	case sortNewest:
		less = func(a, b listed) int { return began(b.run).Compare(began(a.run)) }
	case sortLongest:
		less = func(a, b listed) int { return cmp.Compare(b.run.Elapsed(now), a.run.Elapsed(now)) }
	case sortProgress:
		less = func(a, b listed) int {
			return cmp.Or(cmp.Compare(b.run.Progress, a.run.Progress), cmp.Compare(b.run.Elapsed(now), a.run.Elapsed(now)))
		}
	default:
		if len(p.Snaps) < 2 {
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
func (p *Pane) lay(chosen [sections][]listed) {
	if len(p.Opened) > 0 {
		p.Rows = append(p.Rows, Row{Heading: "opened", count: len(p.Opened)})
		for _, o := range p.Opened {
			p.Rows = append(p.Rows, Row{Run: o, Name: p.Name(o.Job)})
		}
		if len(chosen[sectionRunning])+len(chosen[sectionQueue]) > 0 && !p.Group {
			p.Rows = append(p.Rows, Row{Heading: "now", count: len(chosen[sectionRunning]) + len(chosen[sectionQueue])})
		}
	}
	if p.Group {
		p.layGroups(chosen)
		return
	}
	for s, runs := range chosen {
		if section(s) == sectionRecent && len(runs) > 0 {
			p.Rows = append(p.Rows, Row{Heading: "recent", count: len(runs)})
		}
		for _, l := range runs {
			p.Rows = append(p.Rows, Row{Run: l.run, Name: l.name})
		}
	}
}

func (p *Pane) layGroups(chosen [sections][]listed) {
	groups := map[string][]listed{}
	var names []string
	for _, runs := range chosen {
		for _, l := range runs {
			f := p.folderOf(l.run.Job)
			if _, ok := groups[f]; !ok {
				names = append(names, f)
			}
			groups[f] = append(groups[f], l)
		}
	}
	slices.Sort(names)
	for _, f := range names {
		heading := f
		if f == "" {
			heading = "no folder"
		}
		running := 0
		for _, l := range groups[f] {
			if !l.run.Status.Ended() && l.run.Status != jenkins.Queued {
				running++
			}
		}
		p.Rows = append(p.Rows, Row{Heading: heading, count: len(groups[f]), running: running})
		for _, l := range groups[f] {
			name := l.name
			if f != "" {
				name = strings.TrimPrefix(name, f+"/")
			}
			p.Rows = append(p.Rows, Row{Run: l.run, Name: name})
		}
	}
}

// folderOf returns a job's folder as shown; each is made once.
func (p *Pane) folderOf(job string) string {
	key := "\x00" + job // beside the names, which never begin like this
	f, ok := p.names[key]
	if !ok {
		f = folder(job)
		p.names[key] = f
	}
	return f
}
