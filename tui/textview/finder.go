package textview

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Kind returns what f finds, in a word.
func (f *Finder) Kind() string {
	if f == ErrorFinder {
		return "error"
	}
	return "match"
}

// Name returns what is searched for, for people.
func (f *Finder) Name() string {
	if f.re != nil {
		return "an error"
	}
	return fmt.Sprintf("%q", kit.Clean(f.Text))
}

// Missing says that nothing of it was found.
func (f *Finder) Missing(where string) string {
	if f.re != nil {
		return "no error " + where
	}
	return f.Name() + " not found " + where
}

// Further says that nothing more of it was found in a direction.
func (f *Finder) Further(where string) string {
	if f.re != nil {
		return "no further error " + where
	}
	return f.Missing(where)
}

// Finder finds text in console lines: a search, or the signs of an error.
type Finder struct {
	Text string // lower case when fold
	fold bool
	re   *regexp.Regexp // instead of text: errors, and what this matches
}

// NewFinder searches for text, in any case unless it has an upper-case letter.
func NewFinder(text string) *Finder {
	if text == "" {
		return nil
	}
	return &Finder{Text: text, fold: text == strings.ToLower(text)}
}

// ErrorFinder finds the lines where it went wrong, and how Jenkins says that at the end.
var ErrorFinder = &Finder{re: regexp.MustCompile(`\bBuild step .* marked build as failure|^Finished: (?:FAILURE|UNSTABLE|ABORTED)`)}

// span is a part of a plain line, in bytes.
type span struct{ From, To int }

// In reports whether the plain line contains it.
func (f *Finder) In(line string) bool {
	switch {
	case f.re != nil:
		return console.SeverityOf(line) > console.NoError || f.re.MatchString(line)
	case f.fold:
		return strings.Contains(strings.ToLower(line), f.Text)
	}
	return strings.Contains(line, f.Text)
}

const findMost = 200 // marks in one line

// All returns where it stands in the plain line.
func (f *Finder) All(line string) []span {
	if f.re != nil {
		var out []span
		for _, m := range slices.Concat(console.ErrorsIn(line), f.re.FindAllStringIndex(line, findMost)) {
			out = append(out, span{m[0], m[1]})
		}
		return out
	}
	text := line
	if f.fold {
		if text = strings.ToLower(line); len(text) != len(line) {
			return nil // a few letters change their length: the line is found, but not marked
		}
	}
	var out []span
	for at := 0; len(out) < findMost; {
		i := strings.Index(text[at:], f.Text)
		if i < 0 {
			break
		}
		out = append(out, span{at + i, at + i + len(f.Text)})
		at += i + len(f.Text)
	}
	return out
}

// Find returns the first of lines that has it, going by step (1 or -1) from the from-th, or -1.
func (f *Finder) Find(lines []Line, from, step int) int {
	for i := from; i >= 0 && i < len(lines); i += step {
		if f.In(Plain(lines[i].Text)) {
			return i
		}
	}
	return -1
}

// FirstError returns which of lines is the first error that is one, as [console.FirstError], else how Jenkins says that it failed, or -1.
func FirstError(lines []Line) int {
	i := console.FirstError(len(lines), func(i int) string { return Plain(lines[i].Text) })
	if i < 0 {
		i = ErrorFinder.Find(lines, 0, 1)
	}
	return i
}
