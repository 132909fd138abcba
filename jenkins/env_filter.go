package jenkins

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
	Value  []int // byte offset and length in Value of the first term that matched there; nil when none did
	score  int
}

// Filter is the variables that match a query, best first: of words separated by spaces each must match, in the name by
// its characters in order (bnum finds BUILD_NUMBER) or in the value as it stands, both without regard to case. The
// value of a secret never matches. An empty query lets all through in their order.
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

// The better a term matches, the more it counts.
const (
	inValue       = 10
	scattered     = 20
	insideName    = 40
	atWordOfName  = 60
	startsTheName = 80
	isTheName     = 100
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
			switch {
			case len(name) == len(term):
				hit.score += isTheName
			case at == 0:
				hit.score += startsTheName
			case name[at-1] == '_' || name[at-1] == '.' || name[at-1] == '-':
				hit.score += atWordOfName
			default:
				hit.score += insideName
			}
			continue
		}
		if found, ok := inOrder(name, term); ok {
			hit.InName = append(hit.InName, found...)
			hit.score += scattered
			continue
		}
		if v.Secret || !v.Known {
			return hit, false
		}
		if value == "" {
			value = lower(v.Value)
		}
		at := strings.Index(value, term)
		if at < 0 {
			return hit, false
		}
		if hit.Value == nil {
			hit.Value = []int{at, len(term)}
		}
		hit.score += inValue
	}
	return hit, true
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

// inOrder finds the characters of term in name, in order, each as early as it can be.
func inOrder(name, term string) ([]int, bool) {
	var at []int
	i := 0
	for _, r := range term {
		j := strings.IndexRune(name[i:], r)
		if j < 0 {
			return nil, false
		}
		at = append(at, i+j)
		_, size := utf8.DecodeRuneInString(name[i+j:])
		i += j + size
	}
	return at, true
}
