package env

import (
	"cmp"
	"slices"
	"strings"
)

// Hit is a variable that a filter lets through.
type Hit struct {
	Index  int   // in the variables that were filtered
	InName []int // byte offsets in Name of the characters that matched
	Value  []int // byte offset and length in Value where the first term matched there; nil when none did
	score  int
}

// Filter returns the variables that match a query, best first: of words separated by spaces each must match, as it stands in
// the name or in the value, or by its characters in order in the name (bnum finds BUILD_NUMBER), without regard to case. The
// value of a secret never matches. An empty query returns all in their order.
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

// The better a term matches, the more it counts. What is scattered counts up to ten, the closer it lies together the more.
const (
	inValue      = 30
	insideName   = 40
	atWordOfName = 60
	startsName   = 80
	isName       = 100
)

func match(v *Variable, terms []string) (Hit, bool) {
	var hit Hit
	name, value := lower(v.Name), ""
	for _, term := range terms {
		if at := strings.Index(name, term); at >= 0 {
			for i := range term {
				hit.InName = append(hit.InName, at+i)
			}
			hit.score += scoreInName(name, at, len(term))
			continue
		}
		if value == "" && !v.Secret && v.Known {
			value = lower(v.Value)
		}
		if at := strings.Index(value, term); at >= 0 {
			if hit.Value == nil {
				hit.Value = []int{at, len(term)}
			}
			hit.score += inValue
			continue
		}
		found := scattered(name, term)
		if found == nil {
			return hit, false
		}
		hit.InName = append(hit.InName, found...)
		hit.score += 10 * len(term) / (found[len(found)-1] - found[0] + 1)
	}
	return hit, true
}

func scoreInName(name string, at, n int) int {
	switch {
	case len(name) == n:
		return isName
	case at == 0:
		return startsName
	case name[at-1] == '_' || name[at-1] == '.' || name[at-1] == '-':
		return atWordOfName
	}
	return insideName
}

// scattered returns the byte offsets in s of the characters of term in their order, nil where they are not all there. They
// end as early as they can, and lie as close before that as they can.
func scattered(s, term string) []int {
	end := 0
	for _, r := range term {
		i := strings.Index(s[end:], string(r))
		if i < 0 {
			return nil
		}
		end += i + len(string(r))
	}
	var found []int
	for _, r := range slices.Backward([]rune(term)) {
		end = strings.LastIndex(s[:end], string(r))
		found = append(found, end)
	}
	slices.Reverse(found)
	return found
}

// lower returns s in lower case with every character at its place: where lower case has another length, as it stands.
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
