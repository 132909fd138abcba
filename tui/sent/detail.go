package sent

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// detailLine is a line of the detail: a label and a text.
type detailLine struct{ label, text string }

const detailLabel = 12

// details are lines that are being written, in so many cells.
type details struct {
	w     int
	lines []detailLine
}

func (l *details) room() int { return max(8, l.w-detailLabel-1) }

// add writes a text of one line, broken between words.
func (l *details) add(label, text string) { l.put(label, kit.WrapWords(kit.Clean(text), l.room())) }

// addForm writes a text of several lines.
func (l *details) addForm(label, text string) {
	if text != "" {
		l.put(label, kit.FormText(text, l.room()))
	}
}

func (l *details) put(label string, texts []string) {
	for _, t := range texts {
		l.lines = append(l.lines, detailLine{label, t})
		label = ""
	}
}

func (p *Pane) detailLines(w int) []detailLine {
	d := p.current()
	if d == nil {
		return []detailLine{{text: "It is not listed any more."}}
	}
	at := func(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }
	l := &details{w: w}
	l.add("state", deliveryState(d, time.Now()))
	attempts := p.detail.attempts
	switch {
	case p.detail.err != nil:
		l.add("attempts", p.detail.err.Error()+"  "+kit.HintOf(p.detail.err))
	case !p.detail.loaded:
		l.add("attempts", "reading them"+p.glyphs.More)
	case len(attempts) == 0:
		l.add("attempts", "none yet")
		l.request(d, p.detail.request, p.detail.request.Headers)
	}
	for i, a := range slices.Backward(attempts) { // the last one first: it says why
		result := cmp.Or(a.Error, "no answer") // which says how long it took, if that matters
		if a.HTTPStatus > 0 {
			result = fmt.Sprintf("%d in %s", a.HTTPStatus, kit.Briefly(a.Duration))
		}
		l.add("attempt "+strconv.Itoa(a.N), at(a.StartedAt)+"  "+result)
		if a.HTTPStatus > 0 && a.Error != "" && a.Error != d.LastError { // else the state has said it
			l.add("", a.Error)
		}
		l.answer(a)
		if i < len(attempts)-1 && slices.Equal(a.Headers, attempts[i+1].Headers) {
			l.add("request", "the same as that of attempt "+strconv.Itoa(attempts[i+1].N))
		} else {
			l.request(d, p.detail.request, a.Headers)
		}
		l.lines = append(l.lines, detailLine{})
	}
	l.add("about", title(*d)+map[bool]string{true: "  " + d.Status}[d.Status != ""])
	l.add("message", d.Message)
	l.add("to", d.Endpoint)
	l.add("accepted", at(d.CreatedAt))
	if !d.NextAttemptAt.IsZero() && d.State == sender.Retrying {
		l.add("next", at(d.NextAttemptAt))
	}
	if !d.EndedAt.IsZero() {
		l.add("ended", at(d.EndedAt))
	}
	l.add("id", d.ID)
	if !d.HasPayload {
		l.add("payload", "removed, as it is not needed any more: it cannot be sent again")
	}
	return l.lines
}

// request writes what was sent, or will be.
func (l *details) request(d *sender.Delivery, r sender.Request, headers []sender.RequestHeader) {
	line := cmp.Or(r.URL, d.URL)
	l.put("request", wrapPairs(fmt.Sprintf("%s %s  %s bytes", d.Method, line, kit.Thousands(d.Size)), l.room()))
	for _, h := range headers {
		l.add("", h.Name+": "+h.Value)
	}
	l.put("body", wrapPairs(string(r.Body), l.room()))
}

// wrapPairs breaks a payload between its pairs where it can.
func wrapPairs(text string, w int) []string {
	if text == "" {
		return nil
	}
	return strings.Split(ansi.Wrap(kit.Clean(kit.LineEnds(text)), w, ",&?"), "\n")
}

func (l *details) answer(a sender.Attempt) {
	label := "answer"
	for _, h := range a.AnswerHeaders {
		l.add(label, h.Name+": "+h.Value)
		label = ""
	}
	l.addForm(label, a.Answer)
}

func (p *Pane) detailRow(l detailLine, w int, st *kit.Styles) string {
	return kit.Fit(" "+st.Dim.Render(kit.Fit(l.label, detailLabel-1))+l.text, w)
}
