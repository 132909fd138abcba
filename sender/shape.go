package sender

import (
	"context"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// shape is what may be told of a request: "Name: value" lines of its headers, an empty line, and the outline of its
// payload. What differs from one build of a job to the next, and stands in the record anyway, is a mark there, so that
// all of them share a shape: keeping one for each of them would cost as much again as the attempt.
type shape struct {
	id   int64
	text string // empty if it has been written
}

// No header value and no encoded payload has these bytes.
const numberMark, statusMark, idMark = "\x01", "\x02", "\x03"

// shapeBuffers are for shapes that are only looked up, as nearly all are.
var shapeBuffers = sync.Pool{New: func() any { return new([]byte) }}

func (s *shapes) of(e *resolved, r *record, mask func(string) string) shape {
	buf := shapeBuffers.Get().(*[]byte)
	defer shapeBuffers.Put(buf)
	b := appendHeaderLines((*buf)[:0], e.shownHeaders(r.contentType, idMark))
	b = append(b, "\n\n"...)
	mark := markValues(strconv.Itoa(r.Number), r.Status)
	b = appendOutline(b, r.payload, r.Method == "GET", false, func(value string) string { return mark(mask(value)) })
	*buf = b
	sum := fnv.New64a()
	_, _ = sum.Write(b) // a hash takes everything
	sh := shape{id: int64(sum.Sum64())}
	if !s.has(sh.id) {
		sh.text = string(b)
	}
	return sh
}

// markValues puts marks into a value that is a build's number or status, its BUILD_URL or BUILD_TAG.
func markValues(number, status string) func(string) string {
	ends := [...]string{number, number + "/", number + "%2F"}
	return func(value string) string {
		if value == status {
			return statusMark
		}
		for _, end := range ends {
			before, ok := strings.CutSuffix(value, end)
			if ok && (before == "" || strings.HasSuffix(before, "/") || strings.HasSuffix(before, "-") || strings.HasSuffix(before, "%2F")) {
				return before + numberMark + end[len(number):]
			}
		}
		return value
	}
}

func readShape(text string, d Delivery) (headers []RequestHeader, outline string) {
	if text == "" {
		return nil, ""
	}
	head, outline, _ := strings.Cut(text, "\n\n")
	fill := strings.NewReplacer(numberMark, strconv.Itoa(d.Number), statusMark, d.Status, idMark, d.ID)
	return readHeaderLines(fill.Replace(head)), fill.Replace(outline)
}

// shapes remembers which shapes have been written within the hour. It is safe for concurrent use.
type shapes struct {
	mu    sync.Mutex
	known map[int64]bool
	since time.Time
}

const (
	shapesFor = time.Hour
	mostKnown = 4096
)

func (s *shapes) has(id int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[id] && time.Since(s.since) < shapesFor
}

// know notes that a shape has been written and committed.
func (s *shapes) know(sh shape) {
	if sh.text == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || time.Since(s.since) >= shapesFor || len(s.known) >= mostKnown {
		s.known, s.since = map[int64]bool{}, time.Now()
	}
	s.known[sh.id] = true
}

func (sh shape) write(ctx context.Context, tx *transaction) error {
	if sh.text == "" {
		return nil
	}
	_, err := tx.run(ctx, "INSERT INTO shapes (id, text, used_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at",
		sh.id, sh.text, time.Now().UnixMilli())
	return err
}

// pruneShapes removes shapes that no attempt names, and that no process can name without writing them anew.
func pruneShapes(tx *transaction) error {
	_, err := tx.Exec("DELETE FROM shapes WHERE used_at < ? AND id NOT IN (SELECT shape FROM attempts)",
		time.Now().Add(-24*shapesFor).UnixMilli())
	return err
}

// headerLines are headers as they lie in the database.
func headerLines(headers []RequestHeader) string {
	if len(headers) == 0 {
		return ""
	}
	return string(appendHeaderLines(nil, headers))
}

func appendHeaderLines(b []byte, headers []RequestHeader) []byte {
	for i, h := range headers {
		if i > 0 {
			b = append(b, '\n')
		}
		b = append(append(append(b, h.Name...), ": "...), h.Value...)
	}
	return b
}

func readHeaderLines(text string) []RequestHeader {
	var headers []RequestHeader
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		headers = append(headers, RequestHeader{name, value})
	}
	return headers
}

// tellingHeaders are those of an answer that help to find out what became of a request, and never hold a secret of it.
func tellingHeaders(h http.Header, mask func(string) string) []RequestHeader {
	var all []RequestHeader
	for _, name := range []string{"Content-Type", "Retry-After", "Www-Authenticate", "X-Request-Id", "Server", "Via"} {
		for _, value := range h[name] {
			all = append(all, RequestHeader{name, shorten(mask(strings.ReplaceAll(value, "\n", " ")), outlineValue)})
			break
		}
	}
	return all
}
