package failure

import (
	"context"
	"regexp"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

const (
	mostLines   = 12      // of a block
	linesBefore = 2       // the error
	linesAfter  = 9       // and after it, up to two empty ones
	lastLines   = 6       // of a log in which no line says that it is an error
	searched    = 8 << 20 // bytes from the beginning of a log; of a longer one, the last mebibyte
	tail        = 1 << 20
)

// errorLine matches the lines where it went wrong, in the words of the common tools. A bare "error" or "failed" is not
// enough ("0 errors", "failed: 0", a file called error.go).
var errorLine = regexp.MustCompile(strings.Join([]string{
	`^\s*(?i:fatal|error|err!|panic|failure)\b\s*[:!\]]`,
	`(?i:\berror|\bfatal|\bfailure|\bexception)(?:\[\w+\])?: `,
	`\bERROR\b|\bFATAL\b|\bFAILED\b|\bFAILURE\b|\bSEVERE\b`,
	`(?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error)\b`,
	`\b[A-Z][a-z]\w*(?:Exception|Error):`,
	`^Traceback \(most recent`,
	`\bnpm ERR!|\bnpm error\b`,
	`^\s*--- FAIL:|^FAIL\b`,
	`^make(?:\[\d+\])?: \*\*\*`,
	`\bcommand not found\b|\bNo such file or directory\b|\bPermission denied\b|\bSegmentation fault\b`,
	`\bscript returned exit code [1-9]`,
}, "|"))

// closing matches the lines with which Jenkins itself ends a console: they repeat that it failed.
var closing = regexp.MustCompile(`^Finished: |^\[Pipeline\] |\bBuild step .* marked build as failure`)

// IsError reports whether a line of a log says that something went wrong. Colours in it do not matter; the lines with which
// Jenkins ends a console are none.
func IsError(line string) bool {
	line = clean.Line(ansi.Strip(line))
	return errorLine.MatchString(line) && !closing.MatchString(line)
}

// blockReader collects the block around the first error from lines that come one after the other.
type blockReader struct {
	block   []string // with the error
	recent  []string // the last lines before it
	found   bool
	first   int    // index of the error in block
	rest    string // an unfinished line
	trailed int    // lines after the error
	blank   bool   // the last line was empty
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
	line = strings.TrimRight(clean.Line(ansi.Strip(line)), " ")
	if closing.MatchString(line) {
		return false
	}
	if !b.found {
		if !errorLine.MatchString(line) {
			if line != "" {
				b.recent = append(b.recent, line)
				b.recent = b.recent[max(0, len(b.recent)-lastLines):]
			}
			return false
		}
		b.found = true
		b.block = append(b.block, b.recent[max(0, len(b.recent)-linesBefore):]...)
		b.first = len(b.block)
		b.block = append(b.block, line)
		return false
	}
	if line == "" { // one parts a message, two end it
		again := b.blank
		b.blank = true
		return again
	}
	b.blank = false
	b.block = append(b.block, line)
	b.trailed++
	return b.trailed >= linesAfter || len(b.block) >= mostLines
}

// lines are the block, or where no line is an error the last lines.
func (b *blockReader) lines() []string {
	if b.rest != "" {
		b.line(b.rest)
		b.rest = ""
	}
	if b.found {
		return b.block
	}
	return b.recent
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
	if !b.found && read < size {
		chunk, err := log.LogTail(ctx, ref, tail)
		if err != nil {
			return Block{}, err
		}
		b = blockReader{}
		b.add(clean.Log(chunk.Text))
	}
	return Block{Lines: b.lines(), First: b.first, From: from}, nil
}
