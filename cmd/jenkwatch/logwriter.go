package main

import (
	"bytes"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// longestLine bounds how much of a line without an end is held back before it is written all the same.
const longestLine = 64 << 10

// logWriter writes console text. On a terminal it writes whole lines and leaves nothing but text and colours of them.
type logWriter struct {
	w        io.Writer
	terminal bool
	plain    bool // no colours either

	part     []byte // the line that has not ended yet
	coloured bool   // some colour was switched on
}

// Write takes the next piece of the console.
func (l *logWriter) Write(p []byte) (int, error) {
	if !l.terminal {
		return l.w.Write(p)
	}
	n := len(p)
	for len(p) > 0 {
		line, rest, ended := bytes.Cut(p, []byte{'\n'})
		l.part, p = append(l.part, line...), rest
		if !ended && len(l.part) < longestLine {
			break
		}
		if err := l.line(ended); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (l *logWriter) line(ended bool) error {
	text := l.clean(string(l.part))
	l.part = l.part[:0]
	if ended {
		text += "\n"
	}
	_, err := io.WriteString(l.w, text)
	return err
}

// end writes what has no line end, and leaves the terminal's colours as they were.
func (l *logWriter) end() error {
	if len(l.part) > 0 {
		if err := l.line(true); err != nil {
			return err
		}
	}
	if l.coloured {
		if _, err := io.WriteString(l.w, ansi.ResetStyle); err != nil {
			return err
		}
	}
	return nil
}

// clean keeps text, tabs and colours. Of a line that was written over with carriage returns the last state stays.
func (l *logWriter) clean(line string) string {
	line = strings.TrimRight(line, "\r")
	line = line[strings.LastIndexByte(line, '\r')+1:]
	if strings.IndexFunc(line, unsafeOnLine) < 0 {
		return line
	}
	var b strings.Builder
	var state byte
	for len(line) > 0 {
		seq, width, n, next := ansi.DecodeSequence(line, state, nil)
		state, line = next, line[n:]
		switch {
		case width > 0:
			b.WriteString(strings.Map(keepVisible, seq))
		case seq == "\t":
			b.WriteString(seq)
		case isColour(seq) && !l.plain:
			l.coloured = true
			b.WriteString(seq)
		}
	}
	return b.String()
}

func keepVisible(r rune) rune {
	if unsafeOnLine(r) {
		return -1
	}
	return r
}

// isColour tells whether a sequence is "select graphic rendition" and nothing else.
func isColour(seq string) bool {
	return strings.HasPrefix(seq, "\x1b[") && strings.HasSuffix(seq, "m") &&
		strings.Trim(seq[2:len(seq)-1], "0123456789;:") == ""
}
