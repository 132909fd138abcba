package tui

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/runs"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

// staleAfter is when data counts as old although no error is known: longer than an idle watcher rests.
const staleAfter = 90 * time.Second

// lateAfter is when an answer is late although nothing is known to be wrong: longer than a watcher rests that somebody
// looks at, unless events spare it the asking.
const lateAfter = 20 * time.Second

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

// header is what the upper lines are made of.
type header struct {
	sh      *kit.Shared
	runs    *runs.Pane
	w       int
	compact bool
	sync    string // how sync stands; empty where there is none
	waiting int    // notifications that wait in the outbox
	pushes  int
}

// header collects what the upper lines are made of.
func (m *Model) header() *header {
	h := &header{sh: m.sh, runs: m.runs, w: m.w, compact: m.want.Compact, pushes: m.pushes}
	if m.facts().Sync {
		h.sync = m.sync.text(m.sh.Styles)
	}
	if p, ok := m.panes[kit.PaneSent].(*sent.Pane); ok {
		h.waiting = p.Waiting()
	}
	return h
}

// line returns the program, the controllers with their state, and what it costs them: in few words where there is not
// room for more.
func (h *header) line(now time.Time) string {
	left := " " + h.sh.Styles.Header.Render("jenkwatch")
	if cs := h.sh.Opts.Controllers; len(cs) == 1 {
		left += "  " + kit.Clean(cs[0].Host) + h.markOf(&cs[0])
	}
	right := ""
	for brevity := range terse + 1 {
		right = h.right(now, brevity)
		if h.w >= 80 && kit.Width(left)+kit.Width(right) < h.w {
			break
		}
	}
	if room := h.w - kit.Width(right) - 1; kit.Width(left) > room {
		left = kit.Fit(left, max(0, min(room, kit.Width(left))))
	}
	return kit.Fit(left+kit.Spaces(max(1, h.w-kit.Width(left)-kit.Width(right)))+right, h.w)
}

// right returns the part of the header that stands on the right.
func (h *header) right(now time.Time, brevity int) string {
	st, cs := h.sh.Styles, h.sh.Opts.Controllers
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
		right += h.stateOf(c, now, brevity == terse)
	}
	if len(cs) == 0 {
		right = st.Waiting.Render("no controller: run jenkwatch init")
	}
	if h.sync != "" {
		right += sep + h.sync
	}
	if rate := h.rate(); rate > 0 {
		unit := " req/min"
		if brevity >= brief {
			unit = "/min"
		}
		right += sep + strconv.Itoa(rate) + unit
	}
	if h.waiting > 0 {
		right += sep + "outbox " + strconv.Itoa(h.waiting)
	}
	if h.sh.Opts.Listening {
		right += sep + "pushes " + strconv.Itoa(h.pushes)
	}
	if h.compact {
		right += sep + h.runs.Hint()
	}
	return right + " "
}

// markOf returns the mark of a controller, loud.
func (h *header) markOf(c *kit.Controller) string {
	if c.Mark == "" {
		return ""
	}
	return " " + h.sh.Styles.Mark.Render(" "+kit.Clean(c.Mark)+" ")
}

// stateOf returns how a controller is doing, in as few words as tell it.
func (h *header) stateOf(c *kit.Controller, now time.Time, terse bool) string {
	st := h.sh.Styles
	s := h.runs.Data.Snapshot(c.Name)
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
	if text := slowText(s, now, waits, terse, h.sh.Key(kit.IntentRefresh)); text != "" {
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
	if age > lateAfter && h.sh.Focused && !s.Events {
		return st.Waiting.Render(st.Glyphs.Live + " " + kit.Ago(age) + " ago")
	}
	text := " live " + kit.Ago(age) + " ago"
	if terse {
		text = " " + kit.Ago(age)
	}
	return st.Good.Render(st.Glyphs.Live) + text
}

// lateFrom returns when a snapshot counts as old: after two intervals, as they would be if Jenkins answered at once; where it is
// not Jenkins that is slow, later, since what was asked beside may put a refresh off. It is zero where the pace is not known.
func lateFrom(s *watch.Snapshot, waits time.Duration) time.Time {
	if s == nil || s.Err != nil || s.EveryUnslowed <= 0 {
		return time.Time{}
	}
	late := 2 * s.EveryUnslowed
	if s.Every <= s.EveryUnslowed && waits == 0 {
		late = max(late, lateAfter)
	}
	return s.At.Add(late)
}

// slowText says that the data is old because Jenkins takes long to answer, and what to do; empty where it is not so.
func slowText(s *watch.Snapshot, now time.Time, waits time.Duration, terse bool, refresh string) string {
	from := lateFrom(s, waits)
	switch {
	case from.IsZero() || !now.After(from) || s.Every <= s.EveryUnslowed || waits > 0:
		return ""
	case terse:
		return "slow, " + kit.Ago(now.Sub(s.At)) + " old"
	}
	return "Jenkins is slow: asking every " + kit.Ago(s.Every) + ", " + refresh + " asks now"
}

// noteLate notes which controllers' data is old, so that their clocks stand still. While the screen is not looked at and nothing is followed
// they are asked so rarely that it means nothing.
func (m *Model) noteLate(now time.Time) {
	clear(m.sh.Late)
	if !m.sh.Focused && !m.follow.Active() {
		return
	}
	for i := range m.opts.Controllers {
		c := &m.opts.Controllers[i]
		s := m.runs.Data.Snapshot(c.Name)
		if from := lateFrom(s, c.Overdue()); !from.IsZero() && now.After(from) {
			if m.sh.Late == nil {
				m.sh.Late = map[string]time.Time{}
			}
			m.sh.Late[s.Controller] = from
		}
	}
}

// restarted says that a controller was restarted between two snapshots; empty if it was not.
func restarted(prev, next *watch.Snapshot, several bool) string {
	if prev == nil || prev.Session == "" || next.Session == "" || prev.Session == next.Session {
		return ""
	}
	text := "Jenkins was restarted"
	if several {
		text = kit.Clean(next.Controller) + " was restarted"
	}
	if prev.Version != next.Version && next.Version != "" {
		text += ": it is " + kit.Clean(next.Version) + " now"
	}
	return text
}

// rate returns how many requests a minute the lists of all controllers cost.
func (h *header) rate() int {
	n := 0
	for _, s := range h.runs.Data.Snaps {
		if s != nil {
			n += s.RequestsPerMinute
		}
	}
	return n
}

// trouble says what is wrong with each controller that fails while its old data is on the screen, and what to do.
func (h *header) trouble(w int) []string {
	var out []string
	for i := range h.sh.Opts.Controllers {
		c := &h.sh.Opts.Controllers[i]
		s := h.runs.Data.Snapshot(c.Name)
		if s == nil || s.Err == nil || len(h.runs.List.Rows) == 0 {
			continue
		}
		what := kit.WhatOf(s.Err)
		if len(h.sh.Opts.Controllers) > 1 {
			what = kit.Clean(c.Name) + ": " + what
		}
		for _, l := range problem(w, what, kit.HintOf(s.Err), h.sh.Styles, kit.Style{}) {
			out = append(out, kit.Fit(l, w))
		}
	}
	return out
}

// tabs returns the saved filters with what they choose, and the way to filter further, or the filter that was kept: it comes
// back at the next start, and the list of runs may not be on the screen to tell of it.
func (h *header) tabs() string {
	line := " " + h.runs.TabRow() + "   "
	right := "type " + h.sh.Key(kit.IntentFilter) + " to filter "
	if kept := kit.Clean(h.runs.Search.Filter.Text()); kept != "" {
		right = "filtered by " + kit.FitMiddle(kept, min(kit.Width(kept), 24)) + " "
	}
	if kit.Width(line)+kit.Width(right) > h.w {
		right = ""
	}
	return kit.Fit(kit.Fit(line, max(0, h.w-kit.Width(right)))+h.sh.Styles.Dim.Render(right), h.w)
}
