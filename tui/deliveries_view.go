package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

func (p *deliveriesPane) headLines() int {
	if p.h >= 4 || p.typed && p.h >= 2 {
		return 1
	}
	return 0
}

func (p *deliveriesPane) view(w, h int, st *styles) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	var rows []string
	switch what, next := p.state(); {
	case p.detail != nil:
		lines := p.detailLines(w)
		for i := p.detail.offset; i < len(lines) && len(rows) < h; i++ {
			rows = append(rows, p.detailRow(lines[i], w, st))
		}
	case what != "":
		if p.typed {
			rows = append(rows, fit("/"+p.filter.view(max(1, w-1), st), w))
		}
		rows = append(rows, stateRows(what, next, 2, w, h-len(rows), st)...)
	default:
		if p.headLines() > 0 {
			rows = append(rows, p.head(w, st))
		}
		now := time.Now()
		for i := p.offset; i < len(p.rows) && len(rows) < h; i++ {
			rows = append(rows, p.line(&p.list[p.rows[i]], w, i == p.cursor, now, st))
		}
	}
	for len(rows) < h {
		rows = append(rows, "")
	}
	return strings.Join(rows[:h], "\n")
}

func (p *deliveriesPane) state() (what, next string) {
	switch {
	case p.outbox == nil:
		return "Nothing can be sent.", "Add an endpoint to the config: `jenkwatch init` helps."
	case p.err != nil && !p.heard:
		return whatOf(p.err), strings.TrimSpace(hintOf(p.err) + " r looks again.")
	case !p.heard:
		return "Looking into the outbox" + p.glyphs.more, ""
	case len(p.list) == 0:
		return "Nothing was sent yet.", "c writes a notification."
	case len(p.rows) == 0:
		return "Nothing matches " + clean(p.filter.text()) + ".", "esc clears the filter."
	}
	return "", ""
}

func (p *deliveriesPane) head(w int, st *styles) string {
	if p.typed {
		return fit("/"+p.filter.view(max(1, w-1), st), w)
	}
	name, endpoint, word := p.columns(w - rightOf(w))
	line := "   " + fit("WHAT", name)
	if endpoint > 0 {
		line += "  " + fit("TO", endpoint)
	}
	if word > 0 {
		line += "  " + fit("STATUS", word)
	}
	return st.dim.render(fit(line+"  STATE", w))
}

// columns are the widths of what was sent, where to, and its status; the state takes the rest.
func (p *deliveriesPane) columns(w int) (name, endpoint, word int) {
	name = max(8, w*3/10)
	if w >= 59 {
		endpoint = 8
		for _, i := range p.rows[p.offset:min(len(p.rows), p.offset+p.h)] { // those in sight
			endpoint = max(endpoint, width(clean(p.list[i].Endpoint)))
		}
		endpoint = min(endpoint, w/5)
	}
	if w >= 89 {
		word = 9
	}
	return name, endpoint, word
}

func (p *deliveriesPane) line(d *sender.Delivery, w int, at bool, now time.Time, st *styles) string {
	whole := w
	w -= rightOf(w)
	name, endpoint, word := p.columns(w)
	glyph, look := deliveryGlyph(d.State, st)
	mark := " "
	if at {
		mark = st.accent.render(st.glyphs.mark)
	}
	line := mark + look.render(glyph) + " " + fitMiddle(title(*d), name)
	used := 3 + name
	if endpoint > 0 {
		line += "  " + fit(clean(d.Endpoint), endpoint)
		used += 2 + endpoint
	}
	if word > 0 {
		line += "  " + fit(clean(d.Status), word)
		used += 2 + word
	}
	age := fitRight(ago(now.Sub(d.CreatedAt)), 4)
	line += "  " + fit(deliveryState(d, now), max(0, w-used-2-6)) + "  " + st.dim.render(age)
	line = fit(fit(line, w), whole)
	if at && p.focused {
		return st.selected.over(line)
	}
	return line
}

func deliveryGlyph(s sender.State, st *styles) (string, style) {
	g := st.glyphs
	switch s {
	case sender.Queued:
		return g.queued, st.dim
	case sender.Delivering:
		return g.running, st.running
	case sender.Retrying:
		return g.unstable, st.waiting
	case sender.Delivered:
		return g.success, st.good
	case sender.Dead:
		return g.failure, st.failed
	}
	return g.notBuilt, st.dim
}

// deliveryState says where a delivery stands, in words.
func deliveryState(d *sender.Delivery, now time.Time) string {
	why := clean(d.LastError)
	switch d.State {
	case sender.Delivered:
		return fmt.Sprintf("delivered %d in %s", d.HTTPStatus, briefly(d.Duration)) + afterTries(d.Attempts)
	case sender.Retrying:
		next := "now"
		if wait := d.NextAttemptAt.Sub(now); wait >= time.Second {
			next = "in " + ago(wait)
		}
		return "retries " + next + ": " + why
	case sender.Dead:
		return "dead: " + why
	case sender.Delivering:
		return "delivering, attempt " + strconv.Itoa(d.Attempts)
	case sender.Queued:
		if why != "" {
			return "queued; last: " + why
		}
	}
	return string(d.State)
}

func afterTries(n int) string {
	if n < 2 {
		return ""
	}
	return ", attempt " + strconv.Itoa(n)
}

func (p *deliveriesPane) title(w int) string {
	t := "Sent"
	if d := p.current(); p.detail != nil && d != nil {
		t += "  " + title(*d)
	}
	return fitMiddle(t, min(w, width(t)))
}

func (p *deliveriesPane) hint() string {
	sep := " " + p.glyphs.sep + " "
	switch {
	case p.detail != nil && p.detail.offset+p.h < len(p.detailLines(p.w)):
		return "more below"
	case p.detail != nil:
		return ""
	}
	var parts []string
	if n := p.waiting(); n > 0 {
		parts = append(parts, strconv.Itoa(n)+" waiting")
	}
	if n := p.counts[sender.Dead]; n > 0 {
		parts = append(parts, strconv.Itoa(n)+" dead")
	}
	if p.filter.text() != "" {
		parts = append(parts, fmt.Sprintf("%d of %d", len(p.rows), len(p.list)))
	}
	return strings.Join(parts, sep)
}

// wordOf is the footer's word for a key that means another thing here, or nothing at the moment.
func (p *deliveriesPane) wordOf(in intent) (word string, is bool) {
	switch {
	case in == intentDown && p.detail != nil:
		return "scroll", true
	case in == intentSent:
		return "close", true
	case in == intentBack && p.detail != nil:
		return "back", true
	case in == intentEnter && p.detail == nil && len(p.rows) > 0:
		return "details", true
	case (in == intentDown || in == intentFilter) && len(p.list) == 0:
		return "", true
	case in == intentFilter && p.detail != nil, in == intentRetry && !p.canRetry(), in == intentDrop && !p.canDrop():
		return "", true
	}
	return "", false
}

func (p *deliveriesPane) canRetry() bool {
	d := p.current()
	return d != nil && (d.State == sender.Queued || d.State == sender.Retrying || d.State == sender.Dead)
}

func (p *deliveriesPane) canDrop() bool {
	d := p.current()
	return d != nil && d.State != sender.Delivered && d.State != sender.Dropped
}
