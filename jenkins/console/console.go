package console

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// console is one answer of progressiveText.
type console struct {
	client *Client
	ref    jenkins.Ref
	start  int64  // raw offset of body
	size   int64  // of the raw log
	more   bool   // X-More-Data
	before []byte // what was received right before body, as far as it is kept
	body   []byte // as received: LF is CRLF, notes are still in it
	whole  bool   // the answer has been read to its end
	marks  int    // line ends that were received, CR and LF counted apart

	again []byte // of resume: the end of the last chunk, which is asked for again
	at    int64  // where that seemed to end

	from io.ReadCloser
}

// console begins to read a console at a raw offset. The caller closes it.
func (c *Client) console(ctx context.Context, ref jenkins.Ref, method string, start int64) (*console, error) {
	q := jenkins.Question{
		Op:     "read the console of " + clean.Line(jenkins.BuildSpec{Job: ref.Job, Number: ref.Number}.String()),
		Method: method, Path: c.Path(ref.Job) + strconv.Itoa(ref.Number) + c.node + "/logText/progressiveText",
		Query: "start=" + strconv.FormatInt(start, 10), Text: true,
	}
	resp, err := c.Open(ctx, q)
	if err != nil {
		return nil, err
	}
	con := &console{client: c, ref: ref, start: start, from: resp.Body, more: resp.Header.Get("X-More-Data") == "true"}
	if con.size, err = strconv.ParseInt(resp.Header.Get("X-Text-Size"), 10, 64); err != nil {
		con.close()
		return nil, &jenkins.Error{Kind: jenkins.NotJenkins, Op: q.Op, Path: q.Path, Status: resp.StatusCode,
			Err: errors.New("a console without X-Text-Size")}
	}
	if con.start > con.size { // Jenkins then sends the whole log, but there is nothing new
		con.start, con.whole = con.size, true
	}
	return con, nil
}

func (con *console) close() { _ = con.from.Close() }

// lookAhead is how much of what follows a cut is read and kept, to find the cut again in another answer.
const lookAhead = 512

const readSize = 32 << 10

// fill reads until body holds so many raw bytes and a little of what follows, or everything.
func (con *console) fill(raw int64) error {
	for !con.whole && rawLength(con.body) < raw+lookAhead {
		if err := con.read(); err != nil {
			return err
		}
	}
	return nil
}

func (con *console) read() error {
	n := len(con.body)
	con.body = slices.Grow(con.body, readSize)[:n+readSize]
	got, err := con.from.Read(con.body[n:])
	con.body = con.body[:n+got]
	con.marks += bytes.Count(con.body[n:], []byte{'\n'}) + bytes.Count(con.body[n:], []byte{'\r'})
	if err == io.EOF {
		con.whole = true
		return nil
	}
	return err
}

// cut returns how many bytes of body make a chunk of at most size raw bytes.
func (con *console) cut(size int) int {
	body := con.body
	long := rawLength(body) > int64(size)
	if long {
		body = body[:rawIndex(body, int64(size))]
	} else if con.whole && !con.more {
		return len(body)
	}
	if i := bytes.LastIndexByte(body, '\n'); i >= 0 {
		return i + 1
	}
	// A line that is not complete. What may be the first half of something stays behind, unless nothing else is there.
	n := clean.Settled(body)
	if n == 0 && long {
		return len(body)
	}
	return n
}

// chunk returns body[from:to] as a value.
func (con *console) chunk(from, to int) Chunk {
	next := min(con.size, con.start+rawLength(con.body[:to]))
	if con.whole && !con.more { // the rest is at most as long as we see it: the later of two that may be early is the better one
		next = max(next, con.size-int64(len(con.body)-to))
	}
	chunk := Chunk{Ref: con.ref, Start: con.start + rawLength(con.body[:from]), Next: next, Size: con.size,
		More: con.more, Text: clean.Log(con.body[from:to])}
	con.client.seams.keep(con.ref, con.seam(chunk.Start, from), con.seam(chunk.Next, to))
	return chunk
}

func (con *console) seam(at int64, i int) seam {
	s := seam{at: at, size: con.size, text: bytes.Clone(con.body[i:min(i+lookAhead, len(con.body))])}
	if con.more && at < con.size {
		s.before = con.tail(i)
	}
	return s
}

// tail returns what was received before body[i], a few lines of it.
func (con *console) tail(i int) []byte {
	tail := slices.Concat(con.before, con.body[max(0, i-lookBack):i])
	tail = tail[max(0, len(tail)-lookBack):]
	if whole := bytes.IndexByte(tail, '\n') + 1; whole > 0 && whole < len(tail)/2 {
		return tail[whole:] // from the beginning of a line
	}
	for len(tail) > 0 && !utf8.RuneStart(tail[0]) {
		tail = tail[1:]
	}
	return tail
}

// drop takes away the first n bytes of body.
func (con *console) drop(n int) {
	con.before = con.tail(n)
	con.start += rawLength(con.body[:n])
	con.body = con.body[n:]
}

// Of a console that grows Jenkins sends whole lines only, and so many at most, though X-Text-Size counts all that there
// is. (LargeText.writeLogUncounted in Stapler; a CR and an LF are a line end each.)
const mostMarks = 10_000

// capped reports whether the answer may have been ended for its many lines: more may follow at once.
func (con *console) capped() bool { return con.whole && con.more && con.marks >= mostMarks }

// lookBack is how much of the last chunk is asked for again where its end may have been counted too early.
const lookBack = 512

// resume begins to read where an earlier chunk ended, and a little before, if that chunk ended with a console that grows:
// then X-Text-Size does not say how much of the raw log it was.
func (c *Client) resume(ctx context.Context, ref jenkins.Ref, start int64) (*console, error) {
	seen := c.seams.at(ref, start)
	if len(seen.text) == lookAhead {
		seen.before = nil // what follows is enough
	}
	con, err := c.console(ctx, ref, http.MethodGet, max(0, start-rawLength(seen.before)))
	if err == nil {
		con.again, con.at = seen.before, start
	}
	return con, err
}

// align drops from body what an earlier chunk held already.
func (con *console) align() {
	if len(con.again) > 0 {
		con.dropAgain()
		return
	}
	seen := con.client.seams.at(con.ref, con.start)
	for bytes.HasSuffix(seen.text, replacement) { // may have been half a character then
		seen.text = bytes.TrimSuffix(seen.text, replacement)
	}
	i := bytes.Index(con.body, seen.text)
	if con.whole && con.size == seen.size && len(seen.text) < lookAhead && bytes.HasSuffix(con.body, seen.text) {
		i = len(con.body) - len(seen.text)
	}
	if i > 0 && len(seen.text) > 0 {
		con.drop(i)
	}
}

// dropAgain drops everything up to the end of the last chunk.
func (con *console) dropAgain() {
	i := bytes.Index(con.body, con.again)
	switch {
	case i >= 0:
		con.drop(i + len(con.again))
	case con.start+rawLength(con.body) >= con.at: // another text than before: the log was begun anew
		con.drop(rawIndex(con.body, con.at-con.start))
	}
	con.again = nil
}

// indexOf returns where in body the raw offset end lies: where the text is that was seen there, else by counting.
func (con *console) indexOf(end int64) int {
	counted := rawIndex(con.body, end-con.start)
	seen := con.client.seams.at(con.ref, end).text
	i := bytes.LastIndex(con.body[:min(counted+len(seen)+lookAhead/2, len(con.body))], seen)
	if len(seen) == 0 || i < 0 || bytes.HasPrefix(con.body[counted:], seen) {
		return counted
	}
	return i
}

// skipHalfRune drops the replacement characters that stand for the rest of a character in whose middle body begins.
func (con *console) skipHalfRune() {
	for range utf8.UTFMax - 1 {
		if rest, ok := bytes.CutPrefix(con.body, replacement); ok && con.start > 0 {
			con.body = rest
			con.start++
		}
	}
}

var (
	lineEnd     = []byte("\r\n")
	replacement = []byte("\uFFFD")
)

// rawLength returns how long body is in the raw log: exactly, where line ends are LF there and all is UTF-8, else at least.
func rawLength(body []byte) int64 {
	return int64(len(body) - bytes.Count(body, lineEnd) - 2*bytes.Count(body, replacement))
}

// rawIndex returns where in body so many raw bytes have passed, counted as rawLength does.
func rawIndex(body []byte, raw int64) int {
	for i := 0; i < len(body); {
		if raw <= 0 {
			return i
		}
		raw--
		switch rest := body[i:]; {
		case bytes.HasPrefix(rest, lineEnd):
			i += len(lineEnd)
		case bytes.HasPrefix(rest, replacement):
			i += len(replacement)
		default:
			i++
		}
	}
	return len(body)
}
