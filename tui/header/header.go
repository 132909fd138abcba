// Package header draws the upper lines of the screen from values: the program, its controllers and how they are doing, the lists, and
// what is wrong with whom.
package header

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// How brief the header is: from whole sentences over short units to as few words as tell it.
const (
	wordy = iota
	brief
	terse
)

// kindOf names an error in a word or two.
func kindOf(err error) string {
	if e, ok := errors.AsType[*jenkins.Error](err); ok && e.Kind != "" {
		return string(e.Kind)
	}
	return "no answer"
}

// Header is what the upper lines are made of.
type Header struct {
	Shared  *kit.Shared
	Snaps   []*watch.Snapshot // the latest of each controller, in their order; nil before the first answer
	W       int
	Listed  bool   // the list of runs has rows: there is old data to look at
	Hint    string // of the list of runs where it has no border; empty where it has one
	Sync    string // how sync stands; empty where there is none
	Waiting int    // notifications that wait in the outbox
	Pushes  int
}

// Line returns the program, the controllers with their state, and what it costs them: in few words where there is not
// room for more.
func (h *Header) Line(now time.Time) string {
	left := " " + h.Shared.Styles.Header.Render("jenkwatch")
	if cs := h.Shared.Opts.Controllers; len(cs) == 1 {
		left += "  " + kit.Clean(cs[0].Host) + h.markOf(&cs[0])
	}
	right := ""
	for brevity := range terse + 1 {
		right = h.right(now, brevity)
		if h.W >= 80 && kit.Width(left)+kit.Width(right) < h.W {
			break
		}
	}
	if room := h.W - kit.Width(right) - 1; kit.Width(left) > room {
		left = kit.Fit(left, max(0, min(room, kit.Width(left))))
	}
	return kit.Fit(left+kit.Spaces(max(1, h.W-kit.Width(left)-kit.Width(right)))+right, h.W)
}

// right returns the part of the header that stands on the right.
func (h *Header) right(now time.Time, brevity int) string {
	st, cs := h.Shared.Styles, h.Shared.Opts.Controllers
	right := ""
	sep := "   "
	if brevity >= brief {
		sep = "  "
	}
	for i := range cs {
		c := &cs[i]
		if right != "" {
			right += sep
		}
		switch {
		case len(cs) == 1:
		case c.Mark != "" && strings.EqualFold(c.Mark, c.Name): // the mark says it
			right += strings.TrimPrefix(h.markOf(c), " ") + " "
		default:
			right += kit.Clean(c.Name) + h.markOf(c) + " "
		}
		right += h.stateOf(i, now, brevity == terse)
	}
	if len(cs) == 0 {
		right = st.Waiting.Render("no controller: run jenkwatch init")
	}
	if h.Sync != "" {
		right += sep + h.Sync
	}
	if rate := h.rate(); rate > 0 {
		unit := " req/min"
		if brevity >= brief {
			unit = "/min"
		}
		right += sep + strconv.Itoa(rate) + unit
	}
	if h.Waiting > 0 {
		right += sep + "outbox " + strconv.Itoa(h.Waiting)
	}
	if h.Shared.Opts.Listening {
		right += sep + "pushes " + strconv.Itoa(h.Pushes)
	}
	if h.Hint != "" {
		right += sep + h.Hint
	}
	return right + " "
}

// markOf returns the mark of a controller, loud.
func (h *Header) markOf(c *kit.Controller) string {
	if c.Mark == "" {
		return ""
	}
	return " " + h.Shared.Styles.Mark.Render(" "+kit.Clean(c.Mark)+" ")
}

// stateOf returns how a controller is doing, in as few words as tell it.
func (h *Header) stateOf(i int, now time.Time, terse bool) string {
	st, c, s := h.Shared.Styles, &h.Shared.Opts.Controllers[i], h.snap(i)
	waits := c.Overdue()
	switch {
	case s == nil || s.At.IsZero() && s.Err == nil:
		if waits > 0 {
			return st.Waiting.Render(st.Glyphs.NotBuilt + " no answer for " + kit.Ago(waits))
		}
		return st.Dim.Render(st.Glyphs.NotBuilt + " connecting" + st.Glyphs.More)
	case s.Err != nil:
		text := kindOf(s.Err)
		if !s.At.IsZero() {
			text += ", data " + kit.Ago(now.Sub(s.At)) + " old"
		}
		switch left := s.Retry.Sub(now); {
		case terse:
		case waits > 0:
			text += ", asking for " + kit.Ago(waits)
		case left > 0:
			text += ", again in " + kit.Ago(left+time.Second-1)
		}
		return st.Failed.Render(st.Glyphs.Failure + " " + text)
	}
	age := now.Sub(s.At)
	if text := slowText(s, now, waits, terse, h.Shared.Key(kit.IntentRefresh)); text != "" {
		return st.Waiting.Render(st.Glyphs.Live + " " + text)
	}
	switch {
	case waits > 0 && terse:
		return st.Waiting.Render(st.Glyphs.NotBuilt + " waits " + kit.Ago(waits) + ", data " + kit.Ago(age) + " old")
	case waits > 0:
		return st.Waiting.Render(st.Glyphs.NotBuilt + " waiting for Jenkins " + kit.Ago(waits) + ", data " + kit.Ago(age) + " old")
	}
	if age > staleAfter {
		return st.Waiting.Render(st.Glyphs.Unstable + " stale " + kit.Ago(age))
	}
	if age > LateAfter && h.Shared.Focused && !s.Events {
		return st.Waiting.Render(st.Glyphs.Live + " " + kit.Ago(age) + " ago")
	}
	text := " live " + kit.Ago(age) + " ago"
	if terse {
		text = " " + kit.Ago(age)
	}
	return st.Good.Render(st.Glyphs.Live) + text
}

// rate returns how many requests a minute the lists of all controllers cost.
func (h *Header) rate() int {
	n := 0
	for _, s := range h.Snaps {
		if s != nil {
			n += s.RequestsPerMinute
		}
	}
	return n
}

// Trouble says what is wrong with each controller that fails while its old data is on the screen, and what to do.
func (h *Header) Trouble(w int) []string {
	var out []string
	for i := range h.Shared.Opts.Controllers {
		c := &h.Shared.Opts.Controllers[i]
		s := h.snap(i)
		if s == nil || s.Err == nil || !h.Listed {
			continue
		}
		what := kit.WhatOf(s.Err)
		if len(h.Shared.Opts.Controllers) > 1 {
			what = kit.Clean(c.Name) + ": " + what
		}
		for _, l := range kit.Problem(w, what, kit.HintOf(s.Err), h.Shared.Styles, kit.Style{}) {
			out = append(out, kit.Fit(l, w))
		}
	}
	return out
}

// snap returns the latest snapshot of the controller of an index, nil before its first answer.
func (h *Header) snap(i int) *watch.Snapshot {
	if i < len(h.Snaps) {
		return h.Snaps[i]
	}
	return nil
}

// Tabs returns the row of lists in a line of w cells, with the way to filter further, or the filter that was kept: it comes back
// at the next start, and the list of runs may not be on the screen to tell of it.
func Tabs(sh *kit.Shared, w int, row, filter string) string {
	line := " " + row + "   "
	right := "type " + sh.Key(kit.IntentFilter) + " to filter "
	if kept := kit.Clean(filter); kept != "" {
		right = "filtered by " + kit.FitMiddle(kept, min(kit.Width(kept), 24)) + " "
	}
	if kit.Width(line)+kit.Width(right) > w {
		right = ""
	}
	return kit.Fit(kit.Fit(line, max(0, w-kit.Width(right)))+sh.Styles.Dim.Render(right), w)
}
