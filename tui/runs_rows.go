package tui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// sortMode is how runs are ordered within running, queue and recent, which keep their order.
type sortMode string

const (
	sortJenkins  sortMode = ""         // running and queue oldest first, recent newest end first
	sortName     sortMode = "name"     // by job, then the newest number first
	sortNewest   sortMode = "newest"   // the latest start first
	sortLongest  sortMode = "longest"  // the longest time first
	sortProgress sortMode = "progress" // the most of its estimate first, then as sortLongest
)

var sortModes = []sortMode{sortJenkins, sortName, sortNewest, sortLongest, sortProgress}

func (s sortMode) next() sortMode {
	return sortModes[(slices.Index(sortModes, s)+1)%len(sortModes)]
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

// past is what was picked of the ended runs, by far the most, and from what: it stays until they or the choice change.
type past struct {
	picked
	by   chosenBy
	from []ended
}

// chosenBy is what decides which of the runs are listed, and in which order.
type chosenBy struct {
	tab, status int
	sort        sortMode
	text        string
}

// ended is the ended runs of a snapshot. Its slices never change: one that begins at the same place is the same.
type ended struct {
	first *jenkins.Run
	n     int
}

// stands tells whether what was picked of the ended runs is what would be picked now.
func (p *past) stands(by chosenBy, from []ended) bool {
	return p.counts != nil && p.by == by && slices.Equal(p.from, from)
}

// build fills rows and counts from the snapshots.
func (p *runsPane) build() {
	now := time.Now()
	p.rows = p.rows[:0]
	p.counts = make([]int, len(p.tabs))
	p.numberW, p.nameW = 0, 0
	var chosen [sections][]listed
	picks := p.pick()
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
			p.counts[t] += n
		}
	}
	p.lay(chosen)
	p.listed = 0
	for i := range p.rows {
		r := p.rows[i].run
		if r == nil {
			continue
		}
		p.listed++
		p.rows[i].nth = p.listed
		p.nameW = max(p.nameW, width(p.rows[i].name))
		if r.Number > 0 {
			p.numberW = max(p.numberW, 1+digits(r.Number))
		}
	}
}

// pick chooses among the runs of the snapshots. What has ended is looked through only when it or the choice is another,
// or while builds are opened, which are not listed twice.
func (p *runsPane) pick() (picks [sections]picked) {
	for s := range picks {
		picks[s].counts = make([]int, len(p.tabs))
	}
	now := past{by: chosenBy{p.tab, p.status, p.sort, p.filter.text()}}
	for _, s := range p.snaps {
		if s != nil && len(s.Recent) > 0 {
			now.from = append(now.from, ended{&s.Recent[0], len(s.Recent)})
		}
	}
	keep := len(p.opened) == 0 && p.past.stands(now.by, now.from)
	take := p.picker()
	p.running, p.queued = 0, 0
	for _, s := range p.snaps {
		if s == nil {
			continue
		}
		take(&picks[sectionRunning], s.Runs)
		take(&picks[sectionQueue], s.Queue)
		if !keep {
			take(&picks[sectionRecent], s.Recent)
		}
		p.running += len(s.Runs)
		p.queued += len(s.Queue)
	}
	if keep {
		picks[sectionRecent] = p.past.picked
	}
	now.picked = picks[sectionRecent]
	if p.past = now; len(p.opened) > 0 {
		p.past = past{}
	}
	return picks
}

// picker returns what takes a section's runs of one snapshot.
func (p *runsPane) picker() func(to *picked, runs []jenkins.Run) {
	choosers := make([]chooser, len(p.tabs))
	for i, f := range p.tabs {
		choosers[i] = newChooser(f, p.me)
	}
	typed := typedWords(p.filter.text())
	extra := newChooser(Filter{Statuses: statusFilters[p.status].Statuses}, nil)
	all := len(extra.Statuses) == 0
	known := map[jenkins.Ref]bool{}
	for _, o := range p.opened {
		known[o.Ref] = false
	}
	return func(to *picked, runs []jenkins.Run) {
		for i := range runs {
			r := &runs[i]
			if len(p.gone) > 0 && p.gone[r.Ref] == hidden {
				continue
			}
			name := p.name(r.Job)
			if len(known) > 0 {
				if _, ok := known[r.Ref]; ok {
					p.refreshOpened(r)
					known[r.Ref] = true
				}
			}
			bare := p.searched(name)
			for t := range choosers {
				if !choosers[t].wants(r, bare) {
					continue
				}
				to.counts[t]++
				if t != p.tab || known[r.Ref] || !all && !extra.wants(r, bare) {
					continue
				}
				switch find(typed, r, bare) {
				case asTyped:
					to.chosen = append(to.chosen, listed{r, name})
				case scattered:
					to.loose = append(to.loose, listed{r, name})
				case farFetched:
					to.far = append(to.far, listed{r, name})
				}
			}
		}
	}
}

func digits(n int) int {
	d := 1
	for ; n >= 10; n /= 10 {
		d++
	}
	return d
}

// refreshOpened gives an opened build the newer values of a snapshot.
func (p *runsPane) refreshOpened(r *jenkins.Run) {
	for i, o := range p.opened {
		if o.Ref == r.Ref {
			p.opened[i] = r
		}
	}
}

// order sorts a section. Snapshots of one controller come in the default order already.
func (p *runsPane) order(s section, runs []listed, now time.Time) {
	var less func(a, b listed) int
	switch p.sort {
	case sortName:
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
		if len(p.snaps) < 2 {
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
func (p *runsPane) lay(chosen [sections][]listed) {
	if len(p.opened) > 0 {
		p.rows = append(p.rows, row{heading: "opened", count: len(p.opened)})
		for _, o := range p.opened {
			p.rows = append(p.rows, row{run: o, name: p.name(o.Job)})
		}
		if len(chosen[sectionRunning])+len(chosen[sectionQueue]) > 0 && !p.group {
			p.rows = append(p.rows, row{heading: "now", count: len(chosen[sectionRunning]) + len(chosen[sectionQueue])})
		}
	}
	if p.group {
		p.layGroups(chosen)
		return
	}
	for s, runs := range chosen {
		if section(s) == sectionRecent && len(runs) > 0 {
			p.rows = append(p.rows, row{heading: "recent", count: len(runs)})
		}
		for _, l := range runs {
			p.rows = append(p.rows, row{run: l.run, name: l.name})
		}
	}
}

func (p *runsPane) layGroups(chosen [sections][]listed) {
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
		p.rows = append(p.rows, row{heading: heading, count: len(groups[f]), running: running})
		for _, l := range groups[f] {
			name := l.name
			if f != "" {
				name = strings.TrimPrefix(name, f+"/")
			}
			p.rows = append(p.rows, row{run: l.run, name: name})
		}
	}
}

// folderOf is a job's folder as shown; each is made once.
func (p *runsPane) folderOf(job string) string {
	key := "\x00" + job // beside the names, which never begin like this
	f, ok := p.names[key]
	if !ok {
		f = folder(job)
		p.names[key] = f
	}
	return f
}
