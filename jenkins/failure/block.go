package failure

import (
	"context"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

const (
	mostLines   = 12       // of a block
	linesBefore = 2        // the error
	linesAfter  = 9        // and after it, up to two empty ones
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
	apart   int // of which are not of a stack trace
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
	before := b.recent[max(0, len(b.recent)-linesBefore):]
	b.block = block{lines: append(slices.Clone(before), line), at: len(before)}
}

// add takes a line after the error. An empty one parts a message, two end it.
func (b *block) add(line string) {
	b.trailed++
	if !console.IsTrace(line) {
		b.apart++
	}
	switch {
	case b.full:
	case line == "":
		b.full = b.blank
		b.blank = true
	default:
		b.blank = false
		b.lines = append(b.lines, line)
		b.full = b.trailed >= linesAfter || len(b.lines) >= mostLines
	}
}

// result is the block, or where no line is an error the last lines; at is -1 then.
func (b *blockReader) result() (lines []string, at int) {
	if b.rest != "" {
		b.line(b.rest)
		b.rest = ""
	}
	switch {
	case b.certain, len(b.block.lines) > 0 && len(b.first.lines) == 0:
		return b.block.lines, b.block.at
	case len(b.first.lines) > 0:
		return b.first.lines, b.first.at
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
