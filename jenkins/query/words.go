package query

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// found is how a run answers a query, worse to better.
type found int

const (
	NotFound   found = iota
	FarFetched       // the letters of a word are in the name, far from each other
	Scattered        // they are near each other, or begin parts of the name
	AsTyped          // each word stands in the name, the number or what else the row shows
)

// find returns how a run answers one word. It is looked for in what the row shows; its letters may be scattered in the
// name only, for in a sentence they nearly always are.
func find(w string, r *jenkins.Run, name string, f *Facts) found {
	switch {
	case contains(name, w), numbered(w, r.Number), shows(r, w, f):
		return AsTyped
	case nearby(w, name):
		return Scattered
	case within(w, name):
		return FarFetched
	}
	return NotFound
}

// shows reports whether the row of a run shows a word beside name and number: status, stages, nodes, cause, why it waits,
// the build's own name, and what the screen adds. Mere digits are the number's.
func shows(r *jenkins.Run, word string, f *Facts) bool {
	if strings.Trim(word, "#0123456789") == "" {
		return false
	}
	in := func(s string) bool { return contains(s, word) }
	if in(string(r.Status)) || slices.ContainsFunc(r.Stages, in) || slices.ContainsFunc(r.Nodes, in) || in(r.DisplayName) {
		return true
	}
	if len(r.Causes) > 0 {
		if c := &r.Causes[0]; in(c.Text) || in(c.UserID) || in(c.UpstreamJob) {
			return true
		}
	}
	if r.Why != "" && in(r.Why) || r.Status == jenkins.Paused && in("waits for input") {
		return true
	}
	return f.Shown != nil && slices.ContainsFunc(f.Shown(r), in)
}

// contains reports whether a text has the word, which is in lower case and without accents.
func contains(s, word string) bool { return strings.Contains(strings.ToLower(Searched(s)), word) }

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
