package failure

import (
	"context"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

const (
	mostLines   = 12       // of a block
	linesBefore = 3        // the error at most, as far as they belong to it
	linesAfter  = 9        // and after it, up to two empty ones
	framesKept  = 3        // of a stack trace
	lastLines   = 6        // of a log in which no line says that it is an error
	longestLine = 500      // bytes
	searched    = 32 << 20 // bytes from the beginning of a log; of a longer one, the last mebibyte, too
	tail        = 1 << 20
)

// blockReader collects the block around the first error from lines that come one after the other. A possible error is it only
// if a sure one comes shortly after, or none at all.
type blockReader struct {
	block   block    // of the first sure error, or of a possible one near the last line
	first   block    // of the first possible error of all
	recent  []string // the last lines
	rest    string   // an unfinished line
	certain bool     // a sure error was found
}

// block is the lines around an error.
type block struct {
	lines   []string
	at      int // index of the error
	trailed int // lines after the error
	frames  int // of the stack trace that the last lines are
	apart   int // of which are not of a stack trace
	asides  int // lines left out, since they are not about an error
	blank   bool
	full    bool
}

// add takes the next part of a log and reports whether the block is complete.
func (b *blockReader) add(text []byte) (done bool) {
	lines := strings.Split(b.rest+string(text), "\n")
	b.rest = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		if b.line(line) {
			b.rest = ""
			return true
		}
	}
	if len(b.rest) > 64<<10 { // a line without an end is not worth holding
		b.rest = ""
	}
	return false
}

func (b *blockReader) line(line string) (done bool) {
	line = strings.TrimRight(clean.Line(line), " ")
	if console.IsClosing(line) {
		return false
	}
	if len(line) > longestLine {
		line = strings.ToValidUTF8(line[:longestLine], "") + "..."
	}
	found := console.NoError
	if !b.certain {
		found = console.SeverityOf(line)
	}
	open := len(b.block.lines) > 0
	far := b.block.apart >= console.Near
	switch {
	case found == console.Surely && open && !far: // what it is about was said before
		b.certain = true
		b.block.add(line)
		if n := len(b.block.lines); n < mostLines && b.block.lines[n-1] != line {
			b.block.lines = append(b.block.lines, line)
		}
	case found == console.Surely:
		b.certain = true
		b.begin(line)
	case found == console.Perhaps && (!open || far):
		b.begin(line)
	case open:
		b.block.add(line)
	}
	if line != "" {
		b.recent = append(b.recent, line)
		b.recent = b.recent[max(0, len(b.recent)-lastLines):]
	}
	if open && !b.certain && len(b.first.lines) == 0 && b.block.full {
		b.first = b.block
		b.first.lines = slices.Clone(b.block.lines)
	}
	return b.certain && b.block.full
}

// begin begins the block at a line with an error.
func (b *blockReader) begin(line string) {
	before := b.recent[len(b.recent)-belonging(b.recent):]
	b.block = block{lines: append(slices.Clone(before), line), at: len(before)}
}

// add takes a line after the error. An empty one parts a message, two end it. Of a stack trace the first frames are enough.
func (b *block) add(line string) {
	if !console.IsTrace(line) {
		b.apart++
	}
	if isFrame().MatchString(line) {
		b.frames++
	} else if line != "" {
		b.frames = 0
	}
	switch {
	case b.full:
	case isAside().MatchString(line):
		b.asides++
		b.full = b.asides >= linesAfter // what comes behind so many is about something else
	case b.frames > framesKept:
	case line == "":
		b.full = b.blank
		b.blank = true
	default:
		b.blank = false
		b.lines = append(b.lines, line)
		b.trailed++
		b.full = b.trailed >= linesAfter || len(b.lines) >= mostLines
	}
}

// complete returns the lines of the block without those at its end that only begin something, or say that something else went well.
func (b *block) complete() []string {
	n := len(b.lines)
	for n > b.at+1 && (isHeadline().MatchString(b.lines[n-1]) || isAside().MatchString(b.lines[n-1])) {
		n--
	}
	return b.lines[:n]
}

// belonging is how many of the last lines belong to the error that follows them: what was indented for it, the place or the command
// that is named above it; else the one before it, unless that says that something went well.
func belonging(recent []string) int {
	n := 0
	for n < min(len(recent), linesBefore) && leads().MatchString(recent[len(recent)-1-n]) && !isAside().MatchString(recent[len(recent)-1-n]) {
		n++
		if isCommand().MatchString(recent[len(recent)-n]) { // what is above it is of another one
			return n
		}
	}
	if n == 0 && len(recent) > 0 && !isAside().MatchString(recent[len(recent)-1]) {
		return 1
	}
	return n
}

var (
	isFrame = lazy.Regexp(`^\s+(?:at |\.\.\. \d+ (?:more|common frames)|File ".*", line \d+)`)
	// isAside matches lines that are not about an error: that something went well, is done, or a warning.
	isAside = lazy.Regexp(strings.Join([]string{
		`^\s*(?:PASS|PASSED|ok|OK|SUCCESS|DONE|✓|✔|√)(?:\s|$|:)`,
		`^\s*(?:=== (?:RUN|PAUSE|CONT|NAME)|--- (?:PASS|SKIP))\b`,
		`\bPASSED\b|\bUP-TO-DATE$|\.\.\. ?ok$|: ok$`,
		`^\[(?:INFO|WARNING)\]|^npm (?:warn|WARN|notice)\b|^#\d+ (?:DONE|CACHED|sha256:)`,
		`^> Task :\S+$`,
		` (?:configured|created|unchanged)$`, // kubectl
		`(?i)^[\[(]?\d[\d\s:.,tz+/|#()\[\]-]*\b(?:info|debug|trace)\b`, // after a time
	}, "|"))
	// isHeadline matches lines that mean nothing without the next: without a word, ending in a colon, or one word that all fails with.
	isHeadline = lazy.Regexp(`^[^\pL\d]*$|^[^()]*:$|^\W*(?:FAIL|FAILED|ERROR|npm (?:ERR!|error))\W*$|^=+ .* =+$`)
	// leads matches lines above an error that it is about.
	leads     = lazy.Regexp(`^[ \t]+\S|:$|^\++ |^\$ |^[#\d. ]*\[[^]]*\] RUN `)
	isCommand = lazy.Regexp(`^\++ |^\$ |^\S.*:$`)
)

// result is the block, or where no line is an error the last lines; at is -1 then.
func (b *blockReader) result() (lines []string, at int) {
	if b.rest != "" {
		b.line(b.rest)
		b.rest = ""
	}
	switch {
	case b.certain, len(b.block.lines) > 0 && len(b.first.lines) == 0:
		return b.block.complete(), b.block.at
	case len(b.first.lines) > 0:
		return b.first.complete(), b.first.at
	}
	return b.recent, -1
}

// logError finds the block around the first error of a log.
func (r *Reader) logError(ctx context.Context, log *console.Client, ref jenkins.Ref, from string) (Block, error) {
	var b blockReader
	var read, size int64
	for chunk, err := range log.ReadLog(ctx, ref, 0) {
		if err != nil {
			return Block{}, err
		}
		read, size = chunk.Next, chunk.Size
		if b.add(clean.Log(chunk.Text)) || read > searched {
			break
		}
	}
	lines, at := b.result()
	if !b.certain && read < size {
		chunk, err := log.LogTail(ctx, ref, tail)
		if err != nil {
			return Block{}, err
		}
		var end blockReader
		end.add(clean.Log(chunk.Text))
		if last, found := end.result(); end.certain || at < 0 {
			lines, at = last, found
		}
	}
	return Block{Lines: lines, First: max(0, at), Found: at >= 0, From: from}, nil
}
