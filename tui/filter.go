package tui

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

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
	if len(c.Statuses) > 0 && !slices.Contains(c.Statuses, r.Status) &&
		(!r.Waits() || !slices.Contains(c.Statuses, jenkins.Queued)) { // who looks for what waits in the queue means it, too
		return false
	}
	if c.Job != "" && !jenkins.MatchJob([]string{c.Job}, r.Job) {
		return false
	}
	if c.Mine && !r.Mine(c.me[r.Controller]) {
		return false
	}
	return matches(c.words, name, r.Number)
}

// matches tells whether each word is found: its letters in this order in the name, without regard to case, or, for
// digits, at the start of the number. That is what fuzzy finds, too; its ranking is not needed where runs keep their
// order.
func matches(words []string, name string, number int) bool {
	for _, w := range words {
		if !within(w, name) && !numbered(w, number) {
			return false
		}
	}
	return true
}

func within(word, s string) bool {
	for _, r := range s {
		if word == "" {
			return true
		}
		w, n := utf8.DecodeRuneInString(word)
		if w == r || unicode.ToLower(w) == unicode.ToLower(r) {
			word = word[n:]
		}
	}
	return word == ""
}

func numbered(word string, number int) bool {
	digits := strings.TrimPrefix(word, "#")
	return digits != "" && strings.Trim(digits, "0123456789") == "" && strings.HasPrefix(strconv.Itoa(number), digits)
}
