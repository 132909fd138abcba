// Package tree answers what Jenkins' parameter tree= asks for: it reads the parameter, and writes objects as JSON with the
// properties that are named.
package tree

import (
	"cmp"
	"errors"
	"math"
	"strconv"
	"strings"
)

// Tree is a parsed tree= parameter, or one node of it: which properties of an object are asked for.
type Tree struct {
	children map[string]*Tree
	from, to int // range of a list's elements: {from,to}, to is exclusive
}

var errTree = errors.New("malformed tree")

// Parse reads the grammar of tree=: NAME[CHILDREN]{RANGE},... with ranges {a,b}, {a,}, {,b} and {n}.
func Parse(s string) (*Tree, error) {
	p := treeParser{s: s}
	t, ok := p.list(0)
	if !ok || p.s != "" {
		return nil, errTree
	}
	return t, nil
}

type treeParser struct{ s string }

func (p *treeParser) accept(c byte) bool {
	if p.s == "" || p.s[0] != c {
		return false
	}
	p.s = p.s[1:]
	return true
}

// maxTreeDepth is deeper than any question that is meant; it keeps hostile ones from exhausting the stack.
const maxTreeDepth = 200

func (p *treeParser) list(depth int) (*Tree, bool) {
	t := &Tree{children: map[string]*Tree{}, to: math.MaxInt}
	if depth > maxTreeDepth {
		return nil, false
	}
	for {
		end := strings.IndexAny(p.s, "[]{},")
		if end < 0 {
			end = len(p.s)
		}
		name := p.s[:end]
		if name == "" {
			return nil, false
		}
		p.s = p.s[end:]
		sub := &Tree{to: math.MaxInt}
		if p.accept('[') {
			var ok bool
			if sub, ok = p.list(depth + 1); !ok || !p.accept(']') {
				return nil, false
			}
		}
		if p.accept('{') && !p.interval(sub) {
			return nil, false
		}
		t.children[name] = sub
		if !p.accept(',') {
			return t, true
		}
	}
}

func (p *treeParser) interval(t *Tree) bool {
	body, rest, ok := strings.Cut(p.s, "}")
	if !ok {
		return false
	}
	p.s = rest
	from, to, pair := strings.Cut(body, ",")
	number := func(s string, empty int) int {
		if s == "" {
			return empty
		}
		n, err := strconv.Atoi(s)
		ok = ok && err == nil
		return n
	}
	if !pair {
		t.from = number(from, -1)
		t.to = t.from + 1
		return ok && t.from >= 0
	}
	t.from, t.to = number(from, 0), number(to, math.MaxInt)
	return ok
}

// cut applies the range to a list of n elements.
func (t *Tree) cut(n int) (from, to int) {
	if t == nil {
		return 0, n
	}
	from = max(0, min(t.from, n))
	return from, max(from, min(t.to, n))
}

// below returns what is asked of the property with a name, nil if it is not asked for.
func (t *Tree) below(name string) *Tree {
	if t == nil {
		return nil
	}
	return cmp.Or(t.children[name], t.children["*"])
}

// Default is what a question without tree= asks for: the properties of the object itself, and of those below it what
// names them. (Jenkins answers more; nothing here asks without a tree where that matters.)
const Default = "*[*[name,number,url]]"
