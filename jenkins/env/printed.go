package env

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// ScanConsole returns what a run's console says of its environment: the workspace of a run on one node, from the first
// lines, and every listing that env, printenv, set or export printed. text may be any part of the console that begins at
// start. Merge it with [Env.With].
func ScanConsole(run jenkins.Run, start int64, text []byte) []Variable {
	vars := scanPrinted(text)
	if run.Pipeline || start != 0 {
		return vars
	}
	return append(vars, scanWorkspace(text, run.Job)...)
}

func scanWorkspace(head []byte, job string) []Variable {
	dir := workspaceIn(string(head), job)
	if dir == "" {
		return nil
	}
	return []Variable{{Name: "WORKSPACE", Value: dir, Source: Derived, Known: true},
		{Name: "WORKSPACE_TMP", Value: dir + "@tmp", Source: Derived, Known: true}}
}

// maxHead is how many lines of a console are searched for the workspace.
const maxHead = 100

// workspaceLines are how the line begins that names the workspace, and what stands before it. A console is written in the
// language of the machine that the controller runs on, whatever language is asked for: these are some of Jenkins'
// translations.
var workspaceLines = []struct{ begin, before string }{
	{"Building in workspace ", " in workspace "},
	{"Building on ", " in workspace "},
	{"Building remotely on ", " in workspace "},
	{"Baue", " in Arbeitsbereich "},
	{"En cours de construction", " dans le répertoire de travail "},
	{"Construction", " dans le répertoire de travail "},
	{"Ejecutando", " en el espacio de trabajo "},
	{"Compilazione", " nello spazio di lavoro "},
	{"Construindo", " no espaço de trabalho "},
	{"", "ビルドします。 ワークスペース: "},
}

// workspaceIn returns what follows " in workspace " in the first lines: "Building in workspace P", "Building on the
// built-in node in workspace P", "Building remotely on NAME (labels) in workspace P". In another language than those that
// are known it is the path, in a line before the first command, that ends as Jenkins names a workspace by itself: with the
// job's full name.
func workspaceIn(text, job string) string {
	n, commands, named := 0, false, ""
	for line := range strings.Lines(text) {
		if n++; n > maxHead {
			break
		}
		line = stripLine(line)
		for _, l := range workspaceLines {
			if !strings.HasPrefix(line, l.begin) {
				continue
			}
			// What a tool builds "in workspace web" is not it.
			if _, dir, ok := strings.Cut(line, l.before); ok && isPath(dir) {
				return dir
			}
		}
		commands = commands || strings.HasPrefix(line, "+ ") || strings.Contains(line, "] $ ")
		if named == "" && !commands {
			named = pathTo(job, line)
		}
	}
	return named
}

// pathTo returns the absolute path in a line that ends with the job's full name, and @2 where builds of it run side by side; a
// word may follow, as in Chinese.
func pathTo(job, line string) string {
	tail := "/" + job
	flat := strings.ReplaceAll(line, `\`, "/")
	i := strings.Index(flat, tail)
	if job == "" || i < 0 {
		return ""
	}
	end := i + len(tail)
	if rest := line[end:]; strings.HasPrefix(rest, "@") {
		end += 1 + len(rest) - 1 - len(strings.TrimLeft(rest[1:], "0123456789"))
	}
	if end < len(line) && line[end] != ' ' && line[end] < utf8.RuneSelf {
		return ""
	}
	for at := 1; at < i; at++ {
		before := line[at-1]
		if (before == ' ' || before >= utf8.RuneSelf) && (line[at] == '/' || isPath(line[at:]) && line[at+1] == ':') {
			return line[at:end]
		}
	}
	return ""
}

// scanPrinted finds listings of the environment in a console: NAME=value lines after a trace of the command that prints
// them ("+ env", "C:\ws>set"), or a block of such lines that names enough of what Jenkins sets. It would rather miss a
// listing than take other output for one. A value that was masked with asterisks is not known.
func scanPrinted(text []byte) []Variable {
	s := scanner{lines: splitLines(string(text))}
	for s.at < len(s.lines) {
		if trace := traceOf(s.lines[s.at]); trace != noTrace {
			s.at++
			s.skipPipes()
			s.take(trace)
			continue
		}
		if assignment(s.lines[s.at]) == "" {
			s.at++
			continue
		}
		s.take(noTrace)
	}
	return s.vars
}

// trace is the command that a listing follows.
type trace int

const (
	noTrace     trace = iota
	rawTrace          // env, printenv, set of Windows: values as they are
	quotedTrace       // set, export -p, declare -x of a shell: values quoted
)

var (
	traceLine = lazy.Regexp(`^\++ (?:/usr/bin/|/bin/)?(?:(env|printenv)|(set|export|export -p|declare -xp?|` +
		`declare -p|typeset -x))$`)
	windowsTrace = lazy.Regexp(`(?i)^(?:[A-Z]:\\[^<>|]*|PS [A-Z]:\\[^<>|]*)> ?set ?$`)
	pipeTrace    = lazy.Regexp(`^\++ (?:/usr/bin/)?(?:sort|cat|tee|uniq|grep -v)\b`)
	assigned     = lazy.Regexp(`^(?:export |declare -[a-zA-Z]*x[a-zA-Z]* )?([A-Za-z_][A-Za-z0-9_.()%-]*)=`)
	unsetExport  = lazy.Regexp(`^(?:export|declare -[a-zA-Z]+) [A-Za-z_][A-Za-z0-9_]*$`)
	lineStamp    = lazy.Regexp(`^(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?|` +
		`\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?)\s{1,2}`)
	branchMark = lazy.Regexp(`^\[[^\[\]]{1,60}\] (?:\+|[A-Za-z_][A-Za-z0-9_]*=)`)
	listingEnd = lazy.Regexp(`^(?:\++ |\[Pipeline\]|Finished: |Build step |[A-Z]:\\[^<>|]*>)`)
	masked     = lazy.Regexp(`^(?:\*{3,}|\[\*{3,}\])$`)
)

// wellKnown are names of which a block without a trace must have a few.
var wellKnown = []string{"BUILD_ID", "BUILD_NUMBER", "BUILD_TAG", "BUILD_URL", "EXECUTOR_NUMBER", "HOME", "HUDSON_URL",
	"JENKINS_HOME", "JENKINS_URL", "JOB_NAME", "JOB_URL", "NODE_NAME", "PATH", "USER", "WORKSPACE"}

const (
	minTraced    = 2    // lines of a listing after a trace
	minUntraced  = 8    // lines of a listing that nothing announces
	minWellKnown = 4    // of which so many must be well known
	maxUnlisted  = 40   // lines in a row that may belong to a value of several lines
	maxPrinted   = 5000 // variables of one console
)

type scanner struct {
	lines []string
	at    int
	vars  []Variable
}

// skipPipes skips the traces of what the listing was piped to.
func (s *scanner) skipPipes() {
	for s.at < len(s.lines) && pipeTrace().MatchString(s.lines[s.at]) {
		s.at++
	}
}

// take reads a block of assignments and keeps it if it is a listing.
func (s *scanner) take(kind trace) {
	start := s.at
	var block []Variable
	for s.at < len(s.lines) && !listingEnd().MatchString(s.lines[s.at]) {
		line := s.lines[s.at]
		name := assignment(line)
		if name == "" && kind == quotedTrace && unsetExport().MatchString(line) {
			s.at++
			continue
		}
		if name == "" {
			if kind == noTrace || !s.continues(block) {
				break
			}
			continue
		}
		_, value, _ := strings.Cut(line, "=")
		s.at++
		closed := true
		if kind == quotedTrace || !strings.HasPrefix(line, name) {
			value, closed = s.unquote(value)
		}
		if closed && name != "_" && len(s.vars)+len(block) < maxPrinted {
			block = append(block, maybeMasked(name, value, Printed))
		}
	}
	if isListing(block, kind) {
		s.vars = append(s.vars, block...)
	} else if s.at == start && kind == noTrace {
		s.at++
	}
}

// continues appends the lines up to the next assignment to the block's last value, or skips them when the listing was
// sorted, which tears such values apart. It is false when no assignment follows before the listing ends.
func (s *scanner) continues(block []Variable) bool {
	end := s.at
	for end < len(s.lines) && end-s.at < maxUnlisted && !listingEnd().MatchString(s.lines[end]) {
		if assignment(s.lines[end]) != "" {
			if len(block) > 0 && !sorted(block) {
				block[len(block)-1].Value += "\n" + strings.Join(s.lines[s.at:end], "\n")
			}
			s.at = end
			return true
		}
		end++
	}
	return false
}

// sorted reports whether a block came out of sort. Two or three lines may be in order by chance.
func sorted(block []Variable) bool {
	return len(block) > 3 && slices.IsSortedFunc(block, func(a, b Variable) int { return strings.Compare(a.Name, b.Name) })
}

func isListing(block []Variable, kind trace) bool {
	if kind != noTrace {
		return len(block) >= minTraced
	}
	known := 0
	for _, v := range block {
		if slices.Contains(wellKnown, v.Name) {
			known++
		}
	}
	return len(block) >= minUntraced && known >= minWellKnown
}

// maybeMasked returns a variable, without a value where that was masked with asterisks.
func maybeMasked(name, value string, source Source) Variable {
	if masked().MatchString(value) {
		return Variable{Name: name, Source: source, Secret: true, MaskWhole: true}
	}
	return Variable{Name: name, Value: value, Source: source, Known: true}
}

// assignment returns the name that a line assigns to, empty for any other line.
func assignment(line string) string {
	if strings.IndexByte(line, '=') < 1 {
		return ""
	}
	if m := assigned().FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return ""
}

func traceOf(line string) trace {
	if !strings.HasPrefix(line, "+") {
		if strings.HasSuffix(strings.TrimRight(strings.ToLower(line), " "), "set") && windowsTrace().MatchString(line) {
			return rawTrace
		}
		return noTrace
	}
	switch m := traceLine().FindStringSubmatch(line); {
	case m == nil:
		return noTrace
	case m[1] != "":
		return rawTrace
	}
	return quotedTrace
}

// splitLines returns the lines of a console without colours, time stamps and the marks of parallel branches.
func splitLines(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, stripLine(line))
	}
	return lines
}

func stripLine(line string) string {
	line = strings.TrimRight(line, "\r\n")
	if strings.IndexByte(line, 0x1b) >= 0 {
		line = ansi.Strip(line)
	}
	if line != "" && (line[0] == '[' || line[0] >= '0' && line[0] <= '9') {
		line = line[len(lineStamp().FindString(line)):]
	}
	if branchMark().MatchString(line) {
		_, line, _ = strings.Cut(line, "] ")
	}
	return line
}
