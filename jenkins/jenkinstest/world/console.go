package world

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// note stands for a console note in a line of a script; consoleNote is what it is in the raw log, in front of what it
// adorns.
const (
	Note        = "\x00"
	consoleNote = "\x1b[8mha:////4L68YOeUe5vyenp7XOAtuDZa6aj+wGZ8bceZ9hW/9Il7AAAAlx+LCAAAAAAAAP9b85aBtbiIQTGjNKU4P08vOT+vOD8nVc83PyU1x6" +
		"OyILUoJzMv2y+/JJUBAhiZGBgqihhk0NSjKDWzXb3RdlLBUSYGJk8GtpzUvPSSDB8G5tKinBIGIZ+sxLJE/ZzEvHT94JKizLx0a6BxUmjGOUNodHsLgAzWEgZu/" +
		"dLi1CL9xJTczDwAj6GcLcAAAAA=\x1b[0m"
)

// Console is the raw log of a build at a moment.
type Console interface {
	Size() int64
	// WriteFrom writes the log from a position below its size on.
	WriteFrom(w io.Writer, from int64) error
}

// Console returns the log of the build as it is now.
func (b *Build) Console(now time.Time) Console {
	if b.Plan.LogSize > 0 {
		done := float64(b.Clock(now)) / float64(max(1, b.Plan.takes))
		return MadeUpLog(float64(b.Plan.LogSize/lineSize) * done)
	}
	var buf bytes.Buffer
	t := b.Clock(now)
	for _, l := range b.Plan.Lines {
		if l.at <= t {
			if b.Plan.Timestamps {
				buf.WriteString(b.Wall(l.at).UTC().Format("[2006-01-02T15:04:05.000Z] "))
			}
			buf.WriteString(l.Text)
		}
	}
	for _, l := range b.extra {
		buf.WriteString(l + "\n")
	}
	return heldLog(bytes.ReplaceAll(buf.Bytes(), []byte(Note), []byte(consoleNote)))
}

type heldLog []byte

// Size returns its size in bytes.
func (l heldLog) Size() int64 { return int64(len(l)) }

// WriteFrom writes it from a position below its size on.
func (l heldLog) WriteFrom(w io.Writer, from int64) error {
	_, err := w.Write(l[from:])
	return err
}

// MadeUpLog is a log of so many lines, each of lineSize bytes, that is made while it is sent.
type MadeUpLog int64

const (
	madeUpLine = "%09d the quick brown fox jumps over the lazy dog and goes on to the next one\n"
	lineSize   = int64(len(madeUpLine) - len("%09d") + 9)
)

// Size returns its size in bytes.
func (l MadeUpLog) Size() int64 { return int64(l) * lineSize }

// WriteFrom writes it from a position below its size on.
func (l MadeUpLog) WriteFrom(w io.Writer, from int64) error {
	var buf []byte
	skip := from % lineSize
	for i := from / lineSize; i < int64(l); i++ {
		buf = fmt.Appendf(buf, madeUpLine, i)
		if len(buf) > 32<<10 || i == int64(l)-1 {
			if _, err := w.Write(buf[skip:]); err != nil {
				return err
			}
			buf, skip = buf[:0], 0
		}
	}
	return nil
}
