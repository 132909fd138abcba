package runs

import (
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// StandardTabs returns the tabs that everybody has, before those of the config.
func StandardTabs() []kit.Filter {
	return []kit.Filter{
		{Name: "All"},
		{Name: "Mine", Query: query.Must("is:mine")},
		{Name: "Failing", Query: query.Must("is:failing")},
	}
}

// StatusFilters are what the status key goes round; the first chooses all.
var StatusFilters = []kit.Filter{
	{},
	{Name: "running", Query: query.Must("is:running")},
	{Name: "waiting", Query: query.Must("is:waiting")},
	{Name: "failed", Query: query.Must("status:failure,unstable")},
	{Name: "succeeded", Query: query.Must("status:success")},
	{Name: "stopped", Query: query.Must("status:aborted,not_built")},
}

// facts returns what a query is asked about beside the runs of one snapshot.
func (p *Pane) facts(s *watch.Snapshot, now time.Time) query.Facts {
	var latest map[string]int // job to its highest finished number; made when it is asked for
	return query.Facts{
		Now: now,
		Me:  func(controller string) []string { return p.Me[controller] },
		Latest: func(r *jenkins.Run) bool {
			if latest == nil {
				latest = make(map[string]int, len(s.Recent))
				for i := range s.Recent {
					latest[s.Recent[i].Job] = max(latest[s.Recent[i].Job], s.Recent[i].Number)
				}
			}
			return r.Number == latest[r.Job]
		},
		Shown: p.shown,
	}
}

// shown returns what a row shows of a run that the run itself does not hold: the stage that failed, why it waits in few words.
func (p *Pane) shown(r *jenkins.Run) []string {
	var out []string
	if failed := p.sh.FailedStage(r); failed != "" {
		out = append(out, failed)
	}
	if r.Why != "" {
		out = append(out, shortWhy(r))
	}
	return out
}

// narrowed reports whether the list is another than that of all runs.
func (p *Pane) narrowed() bool { return p.Tab != 0 || p.Status != 0 || p.Filter.Text() != "" }

// Choice is what the user chose to see.
type Choice struct {
	tab, status int
	group       bool
	filter      string
}

// Choice returns what is listed, and whether its filter is still being typed.
func (p *Pane) Choice() (c Choice, typed bool) {
	return Choice{p.Tab, p.Status, p.Group, p.Filter.Text()}, p.Typed
}

// Lines returns how many lines all rows take in a pane of w cells, 0 where there are none.
func (p *Pane) Lines(w int) int {
	if len(p.Rows) == 0 {
		return 0
	}
	return len(p.Rows) + headLines(w, len(p.Rows)+1)
}

// Chosen returns the query of all that narrows the list, and whether there is such.
func (p *Pane) Chosen() (text string, narrowed bool) {
	status := StatusFilters[p.Status].Query
	tab := p.Tabs[p.Tab].Query
	return query.Join(tab.String(), status.String(), p.Filter.Text()), p.narrowed()
}

// SaveList keeps all that narrows the list as a list of this name, beside those of the config or in place of a saved one,
// chooses it, and returns the number of its key.
func (p *Pane) SaveList(name string) int {
	text, _ := p.Chosen()
	q, _ := query.Parse(text) // what cannot be read was left out of the list, too
	at := len(p.Tabs)
	for i := range p.Tabs {
		if p.Tabs[i].Saved && strings.EqualFold(p.Tabs[i].Name, name) {
			at = i
		}
	}
	if at == len(p.Tabs) {
		p.Tabs = append(p.Tabs, kit.Filter{})
	}
	p.Tabs[at] = kit.Filter{Name: name, Query: q, Saved: true}
	p.Tab, p.Status, p.Typed = at, 0, false
	p.Filter.Set("")
	p.refilter()
	return at + 1
}

// RemoveList forgets the chosen list, which was saved from the screen.
func (p *Pane) RemoveList() {
	if p.Tabs[p.Tab].Saved {
		p.Tabs = append(p.Tabs[:p.Tab:p.Tab], p.Tabs[p.Tab+1:]...)
		p.Tab = 0
		p.refilter()
	}
}

// vocabulary returns what the values of a filter can be.
func (p *Pane) vocabulary() *query.Vocabulary {
	v := &query.Vocabulary{}
	seen := map[string]bool{}
	add := func(to *[]string, kind, s string) {
		if s = kit.Clean(s); s != "" && !seen[kind+s] {
			seen[kind+s] = true
			*to = append(*to, s)
		}
	}
	for i, s := range p.Snaps {
		add(&v.Controllers, "c", p.sh.Opts.Controllers[i].Name)
		if s == nil {
			continue
		}
		for _, list := range [][]jenkins.Run{s.Runs, s.Queue, s.Recent} {
			for i := range list {
				r := &list[i]
				add(&v.Jobs, "j", p.Name(r.Job))
				for _, n := range r.Nodes {
					add(&v.Nodes, "n", n)
				}
				for _, st := range r.Stages {
					add(&v.Stages, "s", st)
				}
				for c := range r.Causes {
					add(&v.Users, "u", r.Causes[c].UserID)
				}
			}
		}
		for _, n := range s.Nodes {
			add(&v.Nodes, "n", n.Name)
		}
	}
	return v
}

// complete is what is typed without a last term that is not complete yet, which would choose nothing.
func (p *Pane) complete() string {
	text := p.Filter.Text()
	if len(p.suggested) == 0 {
		return text
	}
	last := lastWord(text)
	if term := strings.TrimLeft(last, "!"); strings.HasPrefix(term, "@") || strings.Contains(term, ":") {
		return strings.TrimSuffix(text, last)
	}
	return text
}

// suggest finds out how what is typed can go on. What the runs have is collected only for a term that names some of it.
func (p *Pane) suggest() {
	p.suggested = nil
	text, known := p.Filter.Text(), &query.Vocabulary{}
	if strings.ContainsAny(lastWord(text), ":@") {
		known = p.vocabulary()
	}
	if text != "" {
		p.suggested = query.Complete(text, known)
	}
}
