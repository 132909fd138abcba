package tui

import (
	"slices"
	"strings"

	"github.com/sahilm/fuzzy"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// standardTabs are the tabs that everybody has, before those of the config.
func standardTabs() []Filter {
	return []Filter{
		{Name: "All"},
		{Name: "Mine", Mine: true},
		{Name: "Failing", Statuses: []jenkins.Status{jenkins.Failure, jenkins.Unstable}},
	}
}

// statusFilters are what the status key goes round; the first chooses all.
var statusFilters = []Filter{
	{},
	{Name: "running", Statuses: []jenkins.Status{jenkins.Running, jenkins.Start, jenkins.Paused}},
	{Name: "waiting", Statuses: []jenkins.Status{jenkins.Queued, jenkins.Paused}},
	{Name: "failing", Statuses: []jenkins.Status{jenkins.Failure, jenkins.Unstable}},
	{Name: "succeeded", Statuses: []jenkins.Status{jenkins.Success}},
	{Name: "stopped", Statuses: []jenkins.Status{jenkins.Aborted, jenkins.NotBuilt}},
}

// chooser is a filter with what it needs to know about the user.
type chooser struct {
	Filter
	me    map[string][]string // controller to the names that mean me there
	words []string            // of Text
}

func newChooser(f Filter, me map[string][]string) chooser {
	return chooser{Filter: f, me: me, words: strings.Fields(f.Text)}
}

// wants tells whether the filter chooses a run whose name is shown as name.
func (c *chooser) wants(r *jenkins.Run, name string) bool {
	if c.Controller != "" && r.Controller != c.Controller {
		return false
	}
	if len(c.Statuses) > 0 && !slices.Contains(c.Statuses, r.Status) {
		return false
	}
	if c.Job != "" && !jenkins.MatchJob([]string{c.Job}, r.Job) {
		return false
	}
	if c.Mine && !r.Mine(c.me[r.Controller]) {
		return false
	}
	return len(c.words) == 0 || matches(c.words, name+" "+runNumber(*r))
}

// matches tells whether each word is found fuzzily in s.
func matches(words []string, s string) bool {
	for _, w := range words {
		if len(fuzzy.FindNoSort(w, []string{s})) == 0 {
			return false
		}
	}
	return true
}
