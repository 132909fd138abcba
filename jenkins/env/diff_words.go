package env

import (
	"strings"
	"unicode/utf8"
)

// PartKind tells on which side of a diff a part of a value stands.
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

// Parts is what changed inside the value, in order: the Kept and Deleted parts make up the value before, the Kept and
// Inserted ones the value after. Entries of PATH-like lists are whole, URLs, JSON and text go by words. Empty unless the
// variable changed, and for a secret unless reveal is true.
func (d Delta) Parts(reveal bool) []Part {
	if d.Change != Changed || d.Secret() && !reveal {
		return nil
	}
	return diffWords(d.Before.Value, d.After.Value)
}

// maxCells bounds the table of one comparison: values beyond it show their common ends and one change between.
const maxCells = 1 << 20

func diffWords(before, after string) []Part {
	split := words
	if sep := listSeparator(before); sep != 0 && (sep == listSeparator(after) || listSeparator(after) == 0) {
		split = func(s string) []string { return entries(s, sep) }
	}
	a, b := split(before), split(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var p parts
	p.add(Kept, a[:head]...)
	p.common(a[head:len(a)-tail], b[head:len(b)-tail])
	p.add(Kept, a[len(a)-tail:]...)
	return p
}

// parts are joined while they grow: neighbours of one kind become one part.
type parts []Part

func (p *parts) add(kind PartKind, texts ...string) {
	text := strings.Join(texts, "")
	switch n := len(*p); {
	case text == "":
	case n > 0 && (*p)[n-1].Kind == kind:
		(*p)[n-1].Text += text
	default:
		*p = append(*p, Part{kind, text})
	}
}

// common adds the parts of the longest common subsequence of a and b.
func (p *parts) common(a, b []string) {
	if len(a)*len(b) > maxCells || len(a) == 0 || len(b) == 0 {
		p.add(Deleted, a...)
		p.add(Inserted, b...)
		return
	}
	width := len(b) + 1
	longest := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i*width+j] = longest[(i+1)*width+j+1] + 1
			} else {
				longest[i*width+j] = max(longest[(i+1)*width+j], longest[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			p.add(Kept, a[i])
			i++
			j++
		case longest[(i+1)*width+j] >= longest[i*width+j+1]:
			p.add(Deleted, a[i])
			i++
		default:
			p.add(Inserted, b[j])
			j++
		}
	}
	p.add(Deleted, a[i:]...)
	p.add(Inserted, b[j:]...)
}

// words splits text into runs of letters, digits and _ and single other characters.
func words(text string) []string {
	var out []string
	start := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if isWord(r) {
			i += size
			continue
		}
		if start < i {
			out = append(out, text[start:i])
		}
		out = append(out, text[i:i+size])
		i += size
		start = i
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' || r >= 0x80 && r != utf8.RuneError
}

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
