package outbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/sender"
)

// requestSummary is what may be kept of a request: "Name: value" lines of its headers, an empty line, and the outline of its
// payload. What differs from one build of a job to the next, and is in the record anyway, is a mark there, so that all of
// them share a summary: keeping one for each of them would cost as much again as the attempt.
type requestSummary struct {
	id   int64 // the beginning of the text's SHA-256
	text string
}

// No header value and no encoded payload has these bytes.
const numberMark, statusMark, idMark = "\x01", "\x02", "\x03"

func summarize(e *sender.Resolved, r *record) requestSummary {
	mask, mark := e.Mask(r.Secrets), markValues(strconv.Itoa(r.Number), r.Status)
	text := headerLines(e.ShownHeaders(r.ContentType, idMark)) + "\n\n" +
		sender.Outline(r.Payload, r.Delivery.Method == "GET", false, func(value string) string { return mark(mask(value)) })
	sum := sha256.Sum256([]byte(text))
	return requestSummary{id: int64(binary.BigEndian.Uint64(sum[:])), text: text}
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

func readSummary(text string, d sender.Delivery) (headers []sender.RequestHeader, outline string) {
	if text == "" {
		return nil, ""
	}
	head, outline, _ := strings.Cut(text, "\n\n")
	fill := strings.NewReplacer(numberMark, strconv.Itoa(d.Number), statusMark, d.Status, idMark, d.ID)
	return readHeaderLines(fill.Replace(head)), fill.Replace(outline)
}

func (s requestSummary) write(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO request_summaries (id, text) VALUES (?, ?) ON CONFLICT (id) DO NOTHING", s.id, s.text)
	return err
}

// pruneSummaries removes the summaries that no attempt names.
func pruneSummaries(tx *sql.Tx) error {
	_, err := tx.Exec("DELETE FROM request_summaries WHERE id NOT IN (SELECT summary FROM attempts)")
	return err
}

// headerLines are headers as the database holds them.
func headerLines(headers []sender.RequestHeader) string {
	var lines []string
	for _, h := range headers {
		lines = append(lines, h.Name+": "+h.Value)
	}
	return strings.Join(lines, "\n")
}

func readHeaderLines(text string) []sender.RequestHeader {
	var headers []sender.RequestHeader
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		headers = append(headers, sender.RequestHeader{Name: name, Value: value})
	}
	return headers
}
