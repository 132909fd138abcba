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
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// growing is the log of a build that runs, as LargeText shows it in the Stapler of Jenkins 2.528: whole lines, and ten
// thousand at most, although the size counts everything.
type growing struct{ world.Console }

const growingLines = 10_000

func (g growing) WriteFrom(w io.Writer, from int64) error {
	err := g.Console.WriteFrom(&wholeLines{to: w, left: growingLines}, from)
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

// annotator is the state that a page hands to the next request for the same console.
const annotator = "uzK+2T/OwqhOJzZWT8Cd5YudlNdYxYXLyo1hq2721TMdSLHXrOXGto56wMIVS/qq"

// progressive answers logText: from a position of the raw log on, with CRLF ends of line.
func (q buildPages) progressive(asHTML bool) func() {
	from := int64(0)
	if s := q.r.FormValue("start"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return q.oops()
		}
		from = n
	}
	log, running := q.b.Console(q.now), !q.b.Ended()
	_, huge := log.(world.MadeUpLog)
	h := q.w.Header()
	h.Set("X-Text-Size", strconv.FormatInt(log.Size(), 10))
	if running {
		h.Set("X-More-Data", "true")
		log = growing{log}
	}
	if from > log.Size() { // a position that cannot be: the whole log again
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
			_ = log.WriteFrom(&buf, from)
			text := html.EscapeString(withoutNotes(buf.String()))
			if q.b.Job().Kind == world.Pipeline && !huge && from == 0 {
				text = spansByNode(q.b, text)
			}
			q.send(contentType, []byte(text))
			return
		}
		if huge {
			h.Set("Content-Type", contentType)
			_ = log.WriteFrom(crlfWriter{q.w}, from)
			return
		}
		var buf bytes.Buffer
		_ = log.WriteFrom(crlfWriter{&buf}, from)
		q.send(contentType, buf.Bytes())
	}
}

// spans puts the lines of a pipeline's console as HTML into elements that name the node which printed each. Of a step that begins
// it says no more than where it is: the line "[Pipeline] sh" is not simulated.
func spansByNode(b *Build, page string) string {
	var out strings.Builder
	known := map[int]bool{}
	i := 0
	for line := range strings.Lines(page) {
		var l world.Line
		if i < len(b.Plan.Lines) {
			l = b.Plan.Lines[i]
		}
		i++
		switch {
		case l.New != nil:
			fmt.Fprintf(&out, `<span class="pipeline-new-node" nodeId="%d" startId="%d" enclosingId="%d" label="%s">%s</span>`,
				l.New.ID, l.New.ID, l.New.Around, html.EscapeString(l.New.Label), line)
		case l.Node != 0:
			if sp := b.SpanOf(l.Node); sp != nil && !known[l.Node] {
				known[l.Node] = true
				fmt.Fprintf(&out, `<span class="pipeline-new-node" nodeId="%d" enclosingId="%d"></span>`, l.Node, sp.ID)
			}
			fmt.Fprintf(&out, `<span class="pipeline-node-%d">%s</span>`, l.Node, line)
		default:
			out.WriteString(line)
		}
	}
	return out.String()
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

func (q buildPages) consoleText() func() {
	log := q.b.Console(q.now)
	return func() {
		const contentType = "text/plain;charset=utf-8"
		if _, huge := log.(world.MadeUpLog); huge {
			q.w.Header().Set("Content-Type", contentType)
			if q.r.Method != http.MethodHead {
				_ = log.WriteFrom(q.w, 0)
			}
			return
		}
		var buf bytes.Buffer
		_ = log.WriteFrom(&buf, 0)
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
