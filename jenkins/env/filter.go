package env

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Hit is a variable that a filter lets through.
type Hit struct {
	Index  int   // in the variables that were filtered
	InName []int // byte offsets in Name of the characters that matched
	Value  []int // byte offset and length in Value of where the first term matched there; nil when none did
	score  int
}

// Filter is the variables that match a query, best first: of words separated by spaces each must match, in the name or in
// the value, as it stands or by its characters in order (bnum finds BUILD_NUMBER), without regard to case. What stands
// there as it is comes before what is scattered. The value of a secret never matches. An empty query lets all through in
// their order.
func Filter(vars []Variable, query string) []Hit {
	terms := strings.Fields(strings.ToLower(query))
	hits := make([]Hit, 0, len(vars))
	for i := range vars {
		if hit, ok := match(&vars[i], terms); ok {
			hit.Index = i
			hits = append(hits, hit)
		}
	}
	if len(terms) > 0 {
		slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.score, a.score) })
	}
	return hits
}

// The better a term matches, the more it counts. What is scattered counts up to ten more the closer it lies together.
const (
	scatteredInValue = 0
	scatteredInName  = 10
	inValue          = 30
	insideName       = 40
	atWordOfName     = 60
	startsTheName    = 80
	isTheName        = 100
)

func match(v *Variable, terms []string) (Hit, bool) {
	var hit Hit
	if len(terms) == 0 {
		return hit, true
	}
	name, value := lower(v.Name), ""
	for _, term := range terms {
		if at := strings.Index(name, term); at >= 0 {
			hit.InName = appendRange(hit.InName, name, at, len(term))
			hit.score += scoreInName(name, at, len(term))
			continue
		}
		if value == "" && !v.Secret && v.Known {
			value = lower(v.Value)
		}
		if at := strings.Index(value, term); at >= 0 {
			hit.inValue(at, len(term))
			hit.score += inValue
			continue
		}
		if found := scattered(name, term, len(name)); found != nil {
			hit.InName = append(hit.InName, found...)
			hit.score += scatteredInName + closeness(found, term)
			continue
		}
		found := Scattered(value, term)
		if found == nil {
			return hit, false
		}
		hit.inValue(found[0], spanOf(found))
		hit.score += scatteredInValue + closeness(found, term)
	}
	return hit, true
}

func scoreInName(name string, at, n int) int {
	switch {
	case len(name) == n:
		return isTheName
	case at == 0:
		return startsTheName
	case name[at-1] == '_' || name[at-1] == '.' || name[at-1] == '-':
		return atWordOfName
	}
	return insideName
}

func (h *Hit) inValue(at, n int) {
	if h.Value == nil {
		h.Value = []int{at, n}
	}
}

// reach is over how many bytes of a value the characters of a term may be scattered: in a long value any few characters
// stand in order somewhere.
func reach(term string) int { return 2*len(term) + 4 }

func closeness(found []int, term string) int { return 10 * len(term) / max(len(term), spanOf(found)) }

// spanOf is how many bytes the characters lie apart, the last one counted as one.
func spanOf(found []int) int { return found[len(found)-1] - found[0] + 1 }

// scanned is how much of a value is searched for scattered characters.
const scanned = 4 << 10

// Scattered finds the characters of term in a value in their order and close together: their byte offsets, nil when they
// are not there. Both are in lower case.
func Scattered(value, term string) []int { return scattered(value, term, reach(term)) }

// scattered finds the first place where the characters lie within so many bytes, as close as they can there.
func scattered(s, term string, within int) []int {
	s = s[:min(len(s), scanned)]
	for from := 0; ; {
		end := forward(s, term, from)
		if end < 0 {
			return nil
		}
		found := backward(s, term, end)
		if spanOf(found) <= within {
			return found
		}
		from = found[0] + 1
	}
}

// forward is where the characters of term end if each is taken as early as it can be, -1 if they are not all there.
func forward(s, term string, from int) int {
	for term != "" {
		_, size := utf8.DecodeRuneInString(term)
		j := strings.Index(s[from:], term[:size])
		if j < 0 {
			return -1
		}
		from += j + size
		term = term[size:]
	}
	return from
}

// backward takes each as late as it can be, from end.
func backward(s, term string, end int) []int {
	found := make([]int, 0, len(term))
	for term != "" {
		_, size := utf8.DecodeLastRuneInString(term)
		end = strings.LastIndex(s[:end], term[len(term)-size:])
		found = append(found, end)
		term = term[:len(term)-size]
	}
	slices.Reverse(found)
	return found
}

// lower is s in lower case with every character at its place: where lower case has another length, as it stands.
func lower(s string) string {
	if l := strings.ToLower(s); len(l) == len(s) {
		return l
	}
	ascii := []byte(s)
	for i, c := range ascii {
		if 'A' <= c && c <= 'Z' {
			ascii[i] = c + 'a' - 'A'
		}
	}
	return string(ascii)
}

func appendRange(at []int, s string, from, n int) []int {
	for i := range s[from : from+n] {
		at = append(at, from+i)
	}
	return at
}
