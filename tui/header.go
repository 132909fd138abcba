package tui

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

// staleAfter is when data counts as old although no error is known: longer than an idle watcher rests.
const staleAfter = 90 * time.Second

// lateAfter is when an answer is late although nothing is known to be wrong: longer than a watcher rests that somebody
// looks at, unless events spare it the asking.
const lateAfter = 20 * time.Second

// headerLine is the program, the controllers with their state, and what it costs them: in few words where there is not
// room for more.
func (m *Model) headerLine(now time.Time) string {
	left := " " + m.sh.Styles.Header.Render("jenkwatch")
	if cs := m.opts.Controllers; len(cs) == 1 {
		left += "  " + kit.Clean(cs[0].Host) + m.markOf(&cs[0])
	}
	right := ""
	for brevity := range terse + 1 {
		right = m.headerRight(now, brevity)
		if m.w >= 80 && kit.Width(left)+kit.Width(right) < m.w {
			break
		}
	}
	if room := m.w - kit.Width(right) - 1; kit.Width(left) > room {
		left = kit.Fit(left, max(0, min(room, kit.Width(left))))
	}
	return kit.Fit(left+kit.Spaces(max(1, m.w-kit.Width(left)-kit.Width(right)))+right, m.w)
}

// How brief the header is: from whole sentences over short units to as few words as tell it.
const (
	wordy = iota
	brief
	terse
)

// headerRight is the part of the header that stands on the right.
func (m *Model) headerRight(now time.Time, brevity int) string {
	st, cs := m.sh.Styles, m.opts.Controllers
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
			right += strings.TrimPrefix(m.markOf(c), " ") + " "
		default:
			right += kit.Clean(c.Name) + m.markOf(c) + " "
		}
		right += m.stateOf(c, now, brevity == terse)
	}
	if len(cs) == 0 {
		right = st.Waiting.Render("no controller: run jenkwatch init")
	}
	right += m.syncText(sep)
	if rate := m.rate(); rate > 0 {
		unit := " req/min"
		if brevity >= brief {
			unit = "/min"
		}
		right += sep + strconv.Itoa(rate) + unit
	}
	if p, ok := m.panes[kit.PaneSent].(*sent.Pane); ok && p.Waiting() > 0 {
		right += sep + "outbox " + strconv.Itoa(p.Waiting())
	}
	if m.opts.Listening {
		right += sep + "pushes " + strconv.Itoa(m.pushes)
	}
	if m.want.compact {
		right += sep + m.runs.Hint()
	}
	return right + " "
}

// markOf is the mark of a controller, loud.
func (m *Model) markOf(c *kit.Controller) string {
	if c.Mark == "" {
		return ""
	}
	return " " + m.sh.Styles.Mark.Render(" "+kit.Clean(c.Mark)+" ")
}

// stateOf is how a controller is doing, in as few words as tell it.
func (m *Model) stateOf(c *kit.Controller, now time.Time, terse bool) string {
	st := m.sh.Styles
	s := m.runs.Snapshot(c.Name)
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
	switch {
	case waits > 0 && terse:
		return st.Waiting.Render(st.Glyphs.NotBuilt + " waits " + kit.Ago(waits) + ", data " + kit.Ago(age) + " old")
	case waits > 0:
		return st.Waiting.Render(st.Glyphs.NotBuilt + " waiting for Jenkins " + kit.Ago(waits) + ", data " + kit.Ago(age) + " old")
	}
	if age > staleAfter {
		return st.Waiting.Render(st.Glyphs.Unstable + " stale " + kit.Ago(age))
	}
	if age > lateAfter && m.sh.Focused && !s.Events {
		return st.Waiting.Render(st.Glyphs.Live + " " + kit.Ago(age) + " ago")
	}
	text := " live " + kit.Ago(age) + " ago"
	if terse {
		text = " " + kit.Ago(age)
	}
	return st.Good.Render(st.Glyphs.Live) + text
}

// kindOf names an error in a word or two.
func kindOf(err error) string {
	if e, ok := errors.AsType[*jenkins.Error](err); ok && e.Kind != "" {
		return string(e.Kind)
	}
	return "no answer"
}

// rate is how many requests a minute the lists of all controllers cost.
func (m *Model) rate() int {
	n := 0
	for _, s := range m.runs.Snaps {
		if s != nil {
			n += s.RequestsPerMinute
		}
	}
	return n
}

// troubleLines says what is wrong with each controller that fails while its old data is on the screen, and what to do.
func (m *Model) troubleLines(w int) []string {
	var out []string
	for i := range m.opts.Controllers {
		c := &m.opts.Controllers[i]
		s := m.runs.Snapshot(c.Name)
		if s == nil || s.Err == nil || len(m.runs.Rows) == 0 {
			continue
		}
		what := kit.WhatOf(s.Err)
		if len(m.opts.Controllers) > 1 {
			what = kit.Clean(c.Name) + ": " + what
		}
		for _, l := range problem(w, what, kit.HintOf(s.Err), m.sh.Styles, kit.Style{}) {
			out = append(out, kit.Fit(l, w))
		}
	}
	return out
}

// tabLine is the saved filters with what they choose, and the way to filter further, or the filter that was kept: it comes
// back at the next start, and the list of runs may not be on the screen to tell of it.
func (m *Model) tabLine() string {
	line := " " + m.runs.TabRow() + "   "
	right := "type " + m.sh.Key(kit.IntentFilter) + " to filter "
	if kept := kit.Clean(m.runs.Filter.Text()); kept != "" {
		right = "filtered by " + kit.FitMiddle(kept, min(kit.Width(kept), 24)) + " "
	}
	if kit.Width(line)+kit.Width(right) > m.w {
		right = ""
	}
	return kit.Fit(kit.Fit(line, max(0, m.w-kit.Width(right)))+m.sh.Styles.Dim.Render(right), m.w)
}

// tabAt is the tab at a cell.
func (m *Model) tabAt(x, y int) (int, bool) {
	if m.plan.tabs {
		if y != lines(m.plan.header) {
			return 0, false
		}
		return m.runs.TabAt(x - 1)
	}
	for _, p := range m.plan.panes {
		if p.id == kit.PaneRuns && p.frame != bare && y == p.at.y {
			return m.runs.TitleTabAt(x-p.at.x-kit.Width("╭─ "), p.titleRoom())
		}
	}
	return 0, false
}
