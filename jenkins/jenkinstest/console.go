package jenkinstest

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// note stands for a console note in a line of a script; consoleNote is what it is in the raw log, in front of what it
// adorns.
const (
	note        = "\x00"
	consoleNote = "\x1b[8mha:////4L68YOeUe5vyenp7XOAtuDZa6aj+wGZ8bceZ9hW/9Il7AAAAlx+LCAAAAAAAAP9b85aBtbiIQTGjNKU4P08vOT+vOD8nVc83PyU1x6" +
		"OyILUoJzMv2y+/JJUBAhiZGBgqihhk0NSjKDWzXb3RdlLBUSYGJk8GtpzUvPSSDB8G5tKinBIGIZ+sxLJE/ZzEvHT94JKizLx0a6BxUmjGOUNodHsLgAzWEgZu/" +
		"dLi1CL9xJTczDwAj6GcLcAAAAA=\x1b[0m"
)

// console is the raw log of a build at a moment.
type console interface {
	size() int64
	// write writes the log from a position below its size on.
	write(w io.Writer, from int64) error
}

func (b *Build) console(now time.Time) console {
	if b.plan.LogSize > 0 {
		done := float64(b.clock(now)) / float64(max(1, b.plan.takes))
		return madeUpLog(float64(b.plan.LogSize/lineSize) * done)
	}
	var buf bytes.Buffer
	t := b.clock(now)
	for _, l := range b.plan.log {
		if l.at <= t {
			if b.plan.Timestamps {
				buf.WriteString(b.wall(l.at).UTC().Format("[2006-01-02T15:04:05.000Z] "))
			}
			buf.WriteString(l.text)
		}
	}
	for _, l := range b.extra {
		buf.WriteString(l + "\n")
	}
	return heldLog(bytes.ReplaceAll(buf.Bytes(), []byte(note), []byte(consoleNote)))
}

// growing is the log of a build that runs, as LargeText shows it in the Stapler of Jenkins 2.528: whole lines, and ten
// thousand at most, although the size counts everything.
type growing struct{ console }

const growingLines = 10_000

func (g growing) write(w io.Writer, from int64) error {
	err := g.console.write(&wholeLines{to: w, left: growingLines}, from)
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

var errEnough = errors.New("enough lines")

// wholeLines lets so many whole lines through.
type wholeLines struct {
	to   io.Writer
	left int
	part []byte // of a line
}

func (l *wholeLines) Write(p []byte) (int, error) {
	l.part = append(l.part, p...)
	end := 0
	for i, ch := range l.part {
		if ch == '\n' && l.left > 0 {
			l.left--
			end = i + 1
		}
	}
	if _, err := l.to.Write(l.part[:end]); err != nil {
		return 0, err
	}
	l.part = append(l.part[:0], l.part[end:]...)
	if l.left == 0 {
		return len(p), errEnough
	}
	return len(p), nil
}

type heldLog []byte

func (l heldLog) size() int64 { return int64(len(l)) }

func (l heldLog) write(w io.Writer, from int64) error {
	_, err := w.Write(l[from:])
	return err
}

// madeUpLog is a log of so many lines, each of lineSize bytes, that is made while it is sent.
type madeUpLog int64

const (
	madeUpLine = "%09d the quick brown fox jumps over the lazy dog and goes on to the next one\n"
	lineSize   = int64(len(madeUpLine) - len("%09d") + 9)
)

func (l madeUpLog) size() int64 { return int64(l) * lineSize }

func (l madeUpLog) write(w io.Writer, from int64) error {
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

// annotator is the state that a page hands to the next request for the same console.
const annotator = "uzK+2T/OwqhOJzZWT8Cd5YudlNdYxYXLyo1hq2721TMdSLHXrOXGto56wMIVS/qq"

// progressive answers logText: from a position of the raw log on, with CRLF ends of line.
func (q *request) progressive(b *Build, asHTML bool) func() {
	from := int64(0)
	if s := q.r.FormValue("start"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return q.oops()
		}
		from = n
	}
	log, running := b.console(q.now), !b.ended()
	_, huge := log.(madeUpLog)
	h := q.w.Header()
	h.Set("X-Text-Size", strconv.FormatInt(log.size(), 10))
	if running {
		h.Set("X-More-Data", "true")
		log = growing{log}
	}
	if from > log.size() { // a position that cannot be: the whole log again
		from = 0
	}
	if asHTML {
		h.Set("X-ConsoleAnnotator", annotator)
	}
	return func() {
		contentType := "text/plain;charset=utf-8"
		if asHTML {
			contentType = "text/html;charset=utf-8"
		}
		if q.r.Method == http.MethodHead {
			h.Set("Content-Type", contentType)
			return
		}
		if from < 0 {
			q.send(contentType, nil)
			return
		}
		if asHTML {
			var buf bytes.Buffer
			_ = log.write(&buf, from)
			text := html.EscapeString(withoutNotes(buf.String()))
			if b.job.kind == pipeline && !huge && from == 0 {
				text = b.spans(text)
			}
			q.send(contentType, []byte(text))
			return
		}
		if huge {
			h.Set("Content-Type", contentType)
			_ = log.write(crlfWriter{q.w}, from)
			return
		}
		var buf bytes.Buffer
		_ = log.write(crlfWriter{&buf}, from)
		q.send(contentType, buf.Bytes())
	}
}

// spans puts the lines of a pipeline's console as HTML into elements that name the node which printed each. Of a step that begins
// it says no more than where it is: the line "[Pipeline] sh" is not simulated.
func (b *Build) spans(page string) string {
	var out strings.Builder
	known := map[int]bool{}
	i := 0
	for line := range strings.Lines(page) {
		var l logLine
		if i < len(b.plan.log) {
			l = b.plan.log[i]
		}
		i++
		switch {
		case l.new != nil:
			fmt.Fprintf(&out, `<span class="pipeline-new-node" nodeId="%d" startId="%d" enclosingId="%d" label="%s">%s</span>`,
				l.new.id, l.new.id, l.new.around, html.EscapeString(l.new.label), line)
		case l.node != 0:
			if sp := b.spanOf(l.node); sp != nil && !known[l.node] {
				known[l.node] = true
				fmt.Fprintf(&out, `<span class="pipeline-new-node" nodeId="%d" enclosingId="%d"></span>`, l.node, sp.id)
			}
			fmt.Fprintf(&out, `<span class="pipeline-node-%d">%s</span>`, l.node, line)
		default:
			out.WriteString(line)
		}
	}
	return out.String()
}

// spanOf is the stage that a step belongs to.
func (b *Build) spanOf(node int) *span {
	for _, sp := range b.plan.all {
		if node > sp.id && node < sp.id+sp.ids {
			return sp
		}
	}
	return nil
}

// crlfWriter ends lines with CR LF, and shows bytes that are no UTF-8 as U+FFFD, as a start inside a character does.
type crlfWriter struct{ w io.Writer }

func (c crlfWriter) Write(p []byte) (int, error) {
	out := bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))
	if !utf8.Valid(out) {
		out = []byte(string([]rune(string(out))))
	}
	_, err := c.w.Write(out)
	return len(p), err
}

func (q *request) consoleText(b *Build) func() {
	log := b.console(q.now)
	return func() {
		const contentType = "text/plain;charset=utf-8"
		if _, huge := log.(madeUpLog); huge {
			q.w.Header().Set("Content-Type", contentType)
			if q.r.Method != http.MethodHead {
				_ = log.write(q.w, 0)
			}
			return
		}
		var buf bytes.Buffer
		_ = log.write(&buf, 0)
		q.send(contentType, []byte(withoutNotes(buf.String())))
	}
}

func withoutNotes(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[8mha:")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		if _, s, ok = strings.Cut(after, "\x1b[0m"); !ok {
			return b.String()
		}
	}
}
