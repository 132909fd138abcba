package textview

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

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
	re   *regexp.Regexp // instead of text
	some []string       // what a line must have one of before re is tried, which costs a hundred times as much
}

// NewFinder searches for text, in any case unless it has an upper-case letter.
func NewFinder(text string) *Finder {
	if text == "" {
		return nil
	}
	return &Finder{Text: text, fold: text == strings.ToLower(text)}
}

// ErrorFinder finds the lines where it went wrong. The words are those of the common tools; a bare "error" or "failed"
// is not enough ("0 errors", "failed: 0", a file called error.go).
var ErrorFinder = &Finder{re: regexp.MustCompile(strings.Join([]string{
	`^\s*(?i:fatal|error|err!|panic|failure)\b\s*[:!\]]`,
	`(?i:\berror|\bfatal|\bfailure|\bexception)(?:\[\w+\])?: `,
	`\bERROR\b|\bFATAL\b|\bFAILED\b|\bFAILURE\b|\bSEVERE\b`,
	`(?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error)\b`,
	`\b[A-Z][a-z]\w*(?:Exception|Error):`,
	`^Traceback \(most recent`,
	`\bnpm ERR!|\bnpm error\b`,
	`^\s*--- FAIL:|^FAIL\b`,
	`^make(?:\[\d+\])?: \*\*\*`,
	`\bBUILD FAILED\b|\bBuild step .* marked build as failure`,
	`\bcommand not found\b|\bNo such file or directory\b|\bPermission denied\b|\bSegmentation fault\b`,
	`\bscript returned exit code [1-9]`,
	`^Finished: (?:FAILURE|UNSTABLE|ABORTED)`,
}, "|")), some: []string{
	"rror", "RROR", "rr!", "RR!", "atal", "ATAL", "anic", "PANIC", "ailure", "FAIL", "xception", "SEVERE", "Traceback",
	"***", "not found", "No such", "denied", "fault", "exit code", "Finished: ",
}}

// span is a part of a plain line, in bytes.
type span struct{ From, To int }

// In reports whether the plain line contains it.
func (f *Finder) In(line string) bool {
	switch {
	case f.re != nil:
		return slices.ContainsFunc(f.some, func(s string) bool { return strings.Contains(line, s) }) && f.re.MatchString(line)
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
		for _, m := range f.re.FindAllStringIndex(line, findMost) {
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
