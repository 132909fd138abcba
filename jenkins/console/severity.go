package console

import (
	"regexp"
	"slices"
	"strings"
)

// Severity is how surely a line of a log says that something went wrong.
type Severity int

const (
	NoError Severity = iota
	// Perhaps is an exception, or a message of the shell: programs that go well print them, too.
	Perhaps
	Surely
)

// Near is how many lines behind a possible error a sure one may follow for both to be one failure; a stack trace between them does not
// count.
const Near = 9

// IsTrace reports whether a line goes on with what the one before it began, as those of a stack trace do, or is empty.
func IsTrace(line string) bool {
	_, line = CutTime(line)
	return strings.TrimLeft(line, " \t") != line || line == "" || strings.HasPrefix(line, "Caused by: ")
}

// sure and possible match the lines where it went wrong, in the words of the common tools. A bare "error" or "failed" is not enough
// ("0 errors", "failed: 0", a file called error.go).
var (
	sure = regexp.MustCompile(strings.Join([]string{
		`^\s*(?i:fatal|error|err!|panic|failure)\b\s*[:!\]]`,
		`(?i:\berror|\bfatal|\bfailure|\bexception)(?:\[\w+\])?: `,
		`\berror [A-Z]{1,8}\d+\b`,            // tsc, MSBuild
		`^\s*\d+:\d+\s+error\s`,              // eslint
		`^(?:CMake )?Error [a-z]`,            // CMake Error at, Error response from daemon
		`^e: (?:file:|/)`,                    // kotlinc
		`^thread '.*' (?:\(\d+\) )?panicked`, // Rust
		`\bERROR\b|\bFATAL\b|\bFAILED\b|\bFAILURE\b|\bSEVERE\b`,
		`\bnpm ERR!|\bnpm error\b`,
		`^\s*--- FAIL:|^FAIL\b`,
		`^(?:g?make|ninja)(?:\[\d+\])?: \*\*\*`,
		`\bSegmentation fault\b|\bscript returned exit code [1-9]`,
	}, "|"))
	possible = regexp.MustCompile(strings.Join([]string{
		`(?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error)\b`,
		`\b[A-Z][a-z]\w*(?:Exception|Error)(?: \[\w+\])?:`,
		`^Traceback \(most recent`,
		`^E {3,}\S|^=+ (?:FAILURES|ERRORS) =+$`, // pytest
		`\bcommand not found\b|: not found$|\bNo such file or directory\b|\bPermission denied\b|: unbound variable$|\bsyntax error\b`,
		`\bNo space left on device\b|^Killed$|\bOOMKilled\b|\bOut of memory\b|\bCould not resolve host`,
	}, "|"))
	// closing matches the lines with which Jenkins itself ends a console: they repeat that it failed.
	closing = regexp.MustCompile(`^Finished: |^\[Pipeline\] |\bBuild step .* marked build as failure`)
	// harmless matches what has the words of an error and is none: counts of none, other levels of a log, what a shell runs.
	harmless = regexp.MustCompile(strings.Join([]string{
		`(?i)(?:^|[\s(\[,:=|])(?:0|no|zero|without)\s+(?:\w+\s+)?(?:errors?|failures?|failed|failing|exceptions?|fatal)\b`,
		`(?i)\b(?:errors?|failures?|failed|fatal)["']?\s*[:=]\s*(?:0|none)\b`,
		`(?i)\bwarning(?: \w+)?: .*`,
		`(?i)^npm (?:warn|notice)\b.*`,
		`(?i)^[\d\s:.,tz+/|#()\[\]-]*\b(?:warn|warning|info|debug|trace|notice)\b.*`, // after a time
		`^\++ .*`,
		`(?i)^.*\b(?:ignored\)$|ignoring\b.*)`,
	}, "|"))
	again = regexp.MustCompile(`(?i)\bretrying\b|\bwill retry\b|\btrying again\b|\battempt \d`)
)

// someOf is what a line must have one of before the expressions are tried, which cost a hundred times as much.
var someOf = []string{
	"rror", "RROR", "rr!", "RR!", "atal", "ATAL", "anic", "PANIC", "ailure", "FAIL", "xception", "EXCEPTION", "SEVERE", "Traceback",
	"***", "not found", "No such", "denied", "fault", "exit code", "unbound", "e: file:", "e: /",
	"E   ", "= FAILURES =", "= ERRORS =",
	"No space", "Killed", "ut of memory", "resolve host",
}

// judged is how many bytes of a line are looked at: nobody says so late that something went wrong.
const judged = 1 << 10

// SeverityOf returns how surely a line, without colours, says that something went wrong. The lines with which Jenkins ends a console
// do not.
func SeverityOf(line string) Severity {
	line = line[:min(len(line), judged)]
	if !slices.ContainsFunc(someOf, func(s string) bool { return strings.Contains(line, s) }) || closing.MatchString(line) {
		return NoError
	}
	_, line = CutTime(line)
	line = withoutHarmless(line)
	switch {
	case sure.MatchString(line):
		if again.MatchString(line) {
			return Perhaps
		}
		return Surely
	case possible.MatchString(line):
		return Perhaps
	}
	return NoError
}

// ErrorsIn returns where a line, without colours, says that something went wrong, as pairs of byte offsets.
func ErrorsIn(line string) [][]int {
	line = line[:min(len(line), judged)]
	_, plain := CutTime(line)
	before := len(line) - len(plain)
	plain = withoutHarmless(plain)
	found := slices.Concat(sure.FindAllStringIndex(plain, -1), possible.FindAllStringIndex(plain, -1))
	for _, m := range found {
		m[0], m[1] = m[0]+before, m[1]+before
	}
	return found
}

// withoutHarmless blanks what is harmless.
func withoutHarmless(line string) string {
	return harmless.ReplaceAllStringFunc(line, func(s string) string { return strings.Repeat(" ", len(s)) })
}

// IsClosing reports whether a line is one of Jenkins' own: a step that begins, or the end of the console.
func IsClosing(line string) bool { return closing.MatchString(line) }

// FirstError returns which of n lines is the first error: the first sure one, or a possible one shortly before it; without a sure one the
// first possible one, else -1.
func FirstError(n int, line func(int) string) int {
	first, near, apart := -1, -1, 0 // possible errors: of all, and the one that is apart lines away
	for i := range n {
		text := line(i)
		severity := SeverityOf(text)
		if near >= 0 && !IsTrace(text) {
			apart++
		}
		switch {
		case severity == Surely && near >= 0 && apart <= Near:
			return near
		case severity == Surely:
			return i
		case severity == Perhaps && (near < 0 || apart > Near):
			near, apart = i, 0
			if first < 0 {
				first = i
			}
		}
	}
	return first
}
