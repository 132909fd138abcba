package sent

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

func (p *Pane) headLines() int {
	if p.h >= 4 || p.typed && p.h >= 2 {
		return 1
	}
	return 0
}

func (p *Pane) View(w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	st := p.sh.Styles
	var rows []string
	switch what, next := p.state(); {
	case p.detail != nil:
		lines := p.detailLines(w)
		for i := p.detail.offset; i < len(lines) && len(rows) < h; i++ {
			rows = append(rows, p.detailRow(lines[i], w, st))
		}
	case what != "":
		if p.typed {
			rows = append(rows, kit.Fit("/"+p.filter.View(max(1, w-1), st), w))
		}
		rows = append(rows, kit.StateRows(what, next, 2, w, h-len(rows), st)...)
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

func (p *Pane) state() (what, next string) {
	switch {
	case p.sh.Opts.Outbox == nil:
		return "Nothing can be sent.", "Add an endpoint to the config: `jenkwatch init` helps."
	case p.err != nil && !p.loaded:
		return kit.WhatOf(p.err), strings.TrimSpace(kit.HintOf(p.err) + " r asks again.")
	case !p.loaded:
		return "Looking into the outbox" + p.glyphs.More, ""
	case len(p.list) == 0:
		return "Nothing was sent yet.", "c writes a notification."
	case len(p.rows) == 0:
		return "Nothing matches " + kit.Clean(p.filter.Text()) + ".", "esc clears the filter."
	}
	return "", ""
}

func (p *Pane) head(w int, st *kit.Styles) string {
	if p.typed {
		return kit.Fit("/"+p.filter.View(max(1, w-1), st), w)
	}
	c := p.columns(w - kit.RightOf(w))
	line := "   " + kit.Fit("BUILD", c.build)
	for _, x := range []struct {
		title string
		w     int
	}{{"TO", c.endpoint}, {"STATUS", c.word}, {"MESSAGE", c.message}} {
		if x.w > 0 {
			line += "  " + kit.Fit(x.title, x.w)
		}
	}
	return st.Dim.Render(kit.Fit(line+"  STATE", w))
}

// columns are the widths of the list's columns; zero leaves one out. The state takes the rest.
type columns struct{ build, endpoint, word, message int }

func (p *Pane) columns(w int) columns {
	c := columns{build: max(8, w*3/10)}
	if w >= 59 {
		c.endpoint = 8
		for _, i := range p.rows[p.offset:min(len(p.rows), p.offset+p.h)] { // those in sight
			c.endpoint = max(c.endpoint, kit.Width(kit.Clean(p.list[i].Endpoint)))
		}
		c.endpoint = min(c.endpoint, w/5)
	}
	if w >= 89 {
		c.word = 9
		c.build = max(20, w/4)
		c.message = max(12, (w-c.build-c.endpoint-c.word-17)/2)
	}
	return c
}

func (p *Pane) line(d *sender.Delivery, w int, at bool, now time.Time, st *kit.Styles) string {
	whole := w
	w -= kit.RightOf(w)
	c := p.columns(w)
	glyph, look := deliveryGlyph(d.State, st)
	mark := " "
	if at {
		mark = st.Accent.Render(st.Glyphs.Mark)
	}
	line := mark + look.Render(glyph) + " " + kit.FitMiddle(title(*d), c.build)
	used := 3 + c.build
	for _, x := range []struct {
		text string
		w    int
	}{{d.Endpoint, c.endpoint}, {d.Status, c.word}, {firstLine(d), c.message}} {
		if x.w > 0 {
			line += "  " + kit.Fit(kit.Clean(x.text), x.w)
			used += 2 + x.w
		}
	}
	age := kit.FitRight(kit.Ago(now.Sub(d.CreatedAt)), 4)
	line += "  " + stateCell(d, max(0, w-used-2-6), c.message == 0, now, st) + "  " + st.Dim.Render(age)
	line = kit.Fit(kit.Fit(line, w), whole)
	if at && p.focused {
		return st.Selected.Over(line)
	}
	return line
}

// firstLine is that of a delivery's message; empty where the title says it, and where it may not be kept.
func firstLine(d *sender.Delivery) string {
	if d.Number == 0 {
		return ""
	}
	line, _, _ := strings.Cut(strings.TrimSpace(d.Message), "\n")
	return line
}

// stateCell says where a delivery stands. Where there is no column for the message, its first line follows, or takes the
// place of what the glyph says of a delivery that succeeded; of one without a message the status follows.
func stateCell(d *sender.Delivery, w int, message bool, now time.Time, st *kit.Styles) string {
	state := strings.TrimPrefix(deliveryState(d, now), "delivered ")
	text := kit.Clean(firstLine(d))
	switch {
	case !message || w < 8:
		return kit.Fit(state, w)
	case text != "" && d.State == sender.Delivered:
		return kit.Fit(text, w)
	case text == "":
		text = kit.Clean(d.Status)
	}
	// The message gets a third at least: the reason can be cut, since the details have it.
	how, _, _ := strings.Cut(state, ": ")
	switch most := w - 2 - min(kit.Width(text), w/3); {
	case kit.Width(state) <= most:
	case kit.Width(how) >= most:
		state = how
	default:
		state = kit.Fit(state, most)
	}
	room := w - kit.Width(state) - 2
	if room < 4 {
		return kit.Fit(state, w)
	}
	return state + "  " + st.Dim.Render(kit.Fit(text, room))
}

func deliveryGlyph(s sender.State, st *kit.Styles) (string, kit.Style) {
	g := st.Glyphs
	switch s {
	case sender.Queued:
		return g.Queued, st.Dim
	case sender.Delivering:
		return g.Running, st.Running
	case sender.Retrying:
		return g.Unstable, st.Waiting
	case sender.Delivered:
		return g.Success, st.Good
	case sender.Dead:
		return g.Failure, st.Failed
	}
	return g.NotBuilt, st.Dim
}

// deliveryState says where a delivery stands, in words.
func deliveryState(d *sender.Delivery, now time.Time) string {
	why := kit.Clean(d.LastError)
	switch d.State {
	case sender.Delivered:
		return fmt.Sprintf("delivered %d in %s", d.HTTPStatus, kit.Briefly(d.Duration)) + afterTries(d.Attempts)
	case sender.Retrying:
		next := "now"
		if wait := d.NextAttemptAt.Sub(now); wait >= time.Second {
			next = "in " + kit.Ago(wait)
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

func (p *Pane) Title(w int) string {
	t := "Sent"
	if d := p.current(); p.detail != nil && d != nil {
		t += "  " + title(*d)
	}
	return kit.FitMiddle(t, min(w, kit.Width(t)))
}

func (p *Pane) Hint() string {
	sep := " " + p.glyphs.Sep + " "
	switch {
	case p.detail != nil && p.detail.offset+p.h < len(p.detailLines(p.w)):
		return "more below"
	case p.detail != nil:
		return ""
	}
	var parts []string
	if n := p.Waiting(); n > 0 {
		parts = append(parts, strconv.Itoa(n)+" waiting")
	}
	if n := p.counts[sender.Dead]; n > 0 {
		parts = append(parts, strconv.Itoa(n)+" dead")
	}
	if p.filter.Text() != "" {
		parts = append(parts, fmt.Sprintf("%d of %d", len(p.rows), len(p.list)))
	}
	return strings.Join(parts, sep)
}

// Footer names the keys that mean another thing here, or nothing at the moment.
func (p *Pane) Footer() kit.Footer {
	words := map[kit.Intent]string{kit.IntentSent: "close"}
	switch {
	case p.detail != nil:
		words[kit.IntentDown], words[kit.IntentBack], words[kit.IntentFilter] = "scroll", "back", ""
	case len(p.rows) > 0:
		words[kit.IntentEnter] = "details"
	}
	if len(p.list) == 0 {
		words[kit.IntentDown], words[kit.IntentFilter] = "", ""
	}
	if !p.canRetry() {
		words[kit.IntentRetry] = ""
	}
	if !p.canDrop() {
		words[kit.IntentDrop] = ""
	}
	return kit.Footer{Words: words}
}

func (p *Pane) canRetry() bool {
	d := p.current()
	return d != nil && (d.State == sender.Queued || d.State == sender.Retrying || d.State == sender.Dead)
}

func (p *Pane) canDrop() bool {
	d := p.current()
	return d != nil && d.State != sender.Delivered && d.State != sender.Dropped
}
