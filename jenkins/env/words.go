package env

import (
	"regexp"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// PartKind is the side of a diff that a part of a value stands on.
type PartKind int

const (
	Kept     PartKind = iota // on both sides
	Deleted                  // only before
	Inserted                 // only after
)

// Part is a piece of a changed value.
type Part struct {
	Kind PartKind
	Text string
}

// Parts returns what changed inside the value, in order: the Kept and Deleted parts make up the value before, the Kept and
// Inserted ones the value after. Entries of PATH-like lists are whole, URLs, JSON and text go by words. Empty unless the
// variable changed, and for a secret unless reveal is true.
func (d Delta) Parts(reveal bool) []Part {
	if d.Change != Changed || d.Secret() && !reveal {
		return nil
	}
	return diffWords(d.Before.Value, d.After.Value)
}

func diffWords(before, after string) []Part {
	split := words
	if sep := listSeparator(before); sep != 0 && (sep == listSeparator(after) || listSeparator(after) == 0) {
		split = func(s string) []string { return entries(s, sep) }
	}
	a, b := split(before), split(after)
	var parts []Part
	add := func(kind PartKind, words []string) {
		if len(words) > 0 {
			parts = append(parts, Part{kind, strings.Join(words, "")})
		}
	}
	at := 0
	for _, d := range lcs.DiffLines(a, b) {
		add(Kept, a[at:d.Start])
		add(Deleted, a[d.Start:d.End])
		add(Inserted, b[d.ReplStart:d.ReplEnd])
		at = d.End
	}
	add(Kept, a[at:])
	return parts
}

var word = regexp.MustCompile(`(?s)[\pL\pM\pN_]+|.`)

// words splits text into runs of letters, digits and _ and single other characters.
func words(text string) []string { return word.FindAllString(text, -1) }

// entries splits a PATH-like list, separators as entries of their own.
func entries(list string, sep byte) []string {
	var out []string
	for i, entry := range strings.Split(list, string(sep)) {
		if i > 0 {
			out = append(out, string(sep))
		}
		if entry != "" {
			out = append(out, entry)
		}
	}
	return out
}
