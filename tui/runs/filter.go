package runs

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// StandardTabs are the tabs that everybody has, before those of the config.
func StandardTabs() []kit.Filter {
	return []kit.Filter{
		{Name: "All"},
		{Name: "Mine", Mine: true},
		{Name: "Failing", Statuses: []jenkins.Status{jenkins.Failure, jenkins.Unstable}},
	}
}

// StatusFilters are what the status key goes round; the first chooses all.
var StatusFilters = []kit.Filter{
	{},
	{Name: "running", Statuses: []jenkins.Status{jenkins.Running, jenkins.Start, jenkins.Paused}},
	{Name: "waiting", Statuses: []jenkins.Status{jenkins.Queued, jenkins.Paused}},
	{Name: "failing", Statuses: []jenkins.Status{jenkins.Failure, jenkins.Unstable}},
	{Name: "succeeded", Statuses: []jenkins.Status{jenkins.Success}},
	{Name: "stopped", Statuses: []jenkins.Status{jenkins.Aborted, jenkins.NotBuilt}},
}

// chooser is a filter with what it needs to know about the user.
type chooser struct {
	kit.Filter
	me    map[string][]string // controller to the names that mean me there
	words []string            // of Text
}

func newChooser(f kit.Filter, me map[string][]string) chooser {
	return chooser{Filter: f, me: me, words: kit.TypedWords(f.Text)}
}

// wants reports whether the filter chooses a run, whose name is searched as name.
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

// matches reports whether each word is found: its letters in this order in the name, without regard to case and accents, or,
// for digits, at the start of the number. That is what fuzzy finds, too; its ranking is not needed where runs keep their
// order.
func matches(words []string, name string, number int) bool {
	for _, w := range words {
		if !within(w, name) && !numbered(w, number) {
			return false
		}
	}
	return true
}

// found is how a run answers what is typed.
type found int

const (
	notFound   found = iota
	farFetched       // the letters of a word are in the name, far from each other
	scattered        // they are near each other, or begin parts of the name
	asTyped          // each word stands in the name, the number or what else the row shows
)

// find returns how a run answers the words that are typed. They are looked for in what its row
// shows; their letters may be scattered in the name only, for in a sentence they nearly always are.
func find(words []string, r *jenkins.Run, name, failed string) found {
	how := asTyped
	for _, w := range words {
		switch {
		case holds(name, w), numbered(w, r.Number), shows(r, w, failed):
		case nearby(w, name):
			how = min(how, scattered)
		case within(w, name):
			how = farFetched
		default:
			return notFound
		}
	}
	return how
}

// shows reports whether the row of a run shows a word beside name and number: status, stages, nodes, cause, why it waits,
// the build's own name, the stage in which it failed. Mere digits are the number's.
func shows(r *jenkins.Run, word, failed string) bool {
	if strings.Trim(word, "#0123456789") == "" {
		return false
	}
	in := func(s string) bool { return holds(kit.Searched(s), word) }
	if in(string(r.Status)) || slices.ContainsFunc(r.Stages, in) || slices.ContainsFunc(r.Nodes, in) || in(r.DisplayName) || in(failed) {
		return true
	}
	if len(r.Causes) > 0 {
		if c := &r.Causes[0]; in(c.Text) || in(c.UserID) || in(c.UpstreamJob) {
			return true
		}
	}
	return r.Why != "" && (in(r.Why) || in(shortWhy(r))) || r.Status == jenkins.Paused && in("waits for input")
}

// holds reports whether the searched text s has the lower-case word, in any case.
func holds(s, word string) bool { return strings.Contains(strings.ToLower(s), word) }

// nearby reports whether the letters of a word are in a name in this order, each right after the one before, after one or
// two others, or at the beginning of a part of the name: "chk" and "scm" are near in "shop/checkout/main", "sin" is not.
func nearby(word, name string) bool {
	if !within(word, name) {
		return false
	}
	in := []rune(strings.ToLower(name))
	begins := func(i int) bool { return i == 0 || !unicode.IsLetter(in[i-1]) && !unicode.IsDigit(in[i-1]) }
	var ends []bool // where the letters so far may end
	for _, letter := range strings.ToLower(word) {
		next, before := make([]bool, len(in)), ends == nil
		for i := range in {
			near := ends == nil || i > 0 && ends[i-1] || i > 1 && ends[i-2] || i > 2 && ends[i-3]
			next[i] = in[i] == letter && (near || before && begins(i))
			before = before || ends != nil && ends[i]
		}
		ends = next
	}
	return slices.Contains(ends, true)
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
