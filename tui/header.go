package tui

import (
	"errors"
	"slices"
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

// headerLine is the program, the controllers with their state, and what it costs them: in few words where there is not
// room for more.
func (m *Model) headerLine(now time.Time) string {
	left := " " + m.st.Header.Render("jenkwatch")
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
	st, cs := m.st, m.opts.Controllers
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
	if p, ok := m.details[kit.PaneSent].(*sent.Pane); ok && p.Waiting() > 0 {
		right += sep + "outbox " + strconv.Itoa(p.Waiting())
	}
	if m.opts.Listening {
		right += sep + "pushes " + strconv.Itoa(m.pushes)
	}
	if m.want.compact {
		right += sep + m.runsHint()
	}
	return right + " "
}

// markOf is the mark of a controller, loud.
func (m *Model) markOf(c *kit.Controller) string {
	if c.Mark == "" {
		return ""
	}
	return " " + m.st.Mark.Render(" "+kit.Clean(c.Mark)+" ")
}

// stateOf is how a controller is doing, in as few words as tell it.
func (m *Model) stateOf(c *kit.Controller, now time.Time, terse bool) string {
	st := m.st
	s := m.snaps[c.Name]
	waits := waitingFor(c)
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

// waitingFor is how long an answer of a controller is overdue.
func waitingFor(c *kit.Controller) time.Duration {
	if c.Watcher == nil {
		return 0
	}
	return c.Watcher.Waiting()
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
	for _, s := range m.snaps {
		n += s.RequestsPerMinute
	}
	return n
}

// troubleLines says what is wrong with each controller that fails while its old data is on the screen, and what to do.
func (m *Model) troubleLines(w int) []string {
	var out []string
	for i := range m.opts.Controllers {
		c := &m.opts.Controllers[i]
		s := m.snaps[c.Name]
		if s == nil || s.Err == nil || len(m.runs.Rows) == 0 {
			continue
		}
		what := kit.WhatOf(s.Err)
		if len(m.opts.Controllers) > 1 {
			what = kit.Clean(c.Name) + ": " + what
		}
		for i, l := range kit.Wrap(what, w-4, "") {
			head := "   "
			if i == 0 {
				head = " " + m.st.Glyphs.Failure + " "
			}
			out = append(out, m.st.Failed.Render(kit.Fit(head+l, w)))
		}
		for _, l := range kit.Wrap(kit.HintOf(s.Err), w-4, "   ") {
			out = append(out, kit.Fit(l, w))
		}
	}
	return out
}

// emptyRuns says why the list is empty and what can be done.
func (m *Model) emptyRuns(w int) []string {
	if len(m.opts.Controllers) == 0 {
		return say(w, "No controller is configured.", "Leave with q and run: jenkwatch init (or try: jenkwatch demo)")
	}
	waits, overdue, out := 0, time.Duration(0), []string(nil)
	for i := range m.opts.Controllers {
		c := &m.opts.Controllers[i]
		s := m.snaps[c.Name]
		switch {
		case s == nil || s.Err == nil && s.At.IsZero():
			waits++
			overdue = max(overdue, waitingFor(c))
		case s.Err != nil:
			out = append(out, m.say(w, m.st.Failed, kit.WhatOf(s.Err))...)
			out = append(out, kit.Wrap(kit.HintOf(s.Err), w-4, "  ")...)
			if key := m.keys.key(kit.IntentRefresh); key != "" {
				out = append(out, kit.Wrap("It is asked again by itself; "+key+" asks now.", w-4, "  ")...)
			}
		}
	}
	switch {
	case out != nil:
		return out
	case waits > 0:
		next := ""
		if overdue > 0 {
			next = "There has been no answer for " + kit.Ago(overdue) + "; " + m.keys.key(kit.IntentQuit) + " leaves."
		}
		return say(w, "Asking "+kit.Clean(m.opts.Controllers[0].Host)+" what runs…", next)
	case m.runs.Filter.Text() != "" || m.runs.Status != 0:
		return say(w, m.nothingMatches(), "esc drops it.")
	case m.runs.Tabs[m.runs.Tab].Mine:
		return m.nothingMine(w, &m.runs.Tabs[m.runs.Tab])
	case m.runs.Tab != 0:
		return say(w, "Nothing in "+kit.Clean(m.runs.Tabs[m.runs.Tab].Name)+".",
			m.keys.key(kit.IntentTab)+" shows all, "+m.keys.key(kit.IntentPick)+" finds any job.")
	}
	return say(w, "No builds are running, and none has ended yet.",
		m.keys.key(kit.IntentRefresh)+" asks again, "+m.keys.key(kit.IntentPick)+" finds any job.")
}

// nothingMatches names what narrows the list so far that nothing is left.
func (m *Model) nothingMatches() string {
	r := m.runs
	what := "Nothing"
	if r.Status != 0 {
		what += " is " + runs.StatusFilters[r.Status].Name
	}
	if text := kit.Clean(r.Filter.Text()); text != "" {
		if r.Status != 0 {
			what += " and"
		}
		what += " matches /" + text
	}
	if r.Tab != 0 {
		what += " in " + kit.Clean(r.Tabs[r.Tab].Name)
	}
	return what + "."
}

func say(w int, what, next string) []string {
	out := append([]string{""}, kit.Wrap(what, w-4, "  ")...)
	return append(out, kit.Wrap(next, w-4, "  ")...)
}

func (m *Model) say(w int, look kit.Style, what string) []string {
	out := []string{""}
	for _, l := range kit.Wrap(what, w-4, "  ") {
		out = append(out, look.Render(l))
	}
	return out
}

// tabLine is the saved filters with what they choose, and the way to filter further, or the filter that was kept: it comes
// back at the next start, and the list of runs may not be on the screen to tell of it.
func (m *Model) tabLine() string {
	line := " " + m.tabRow() + tabGap
	right := "type " + m.keys.key(kit.IntentFilter) + " to filter "
	if kept := kit.Clean(m.runs.Filter.Text()); kept != "" {
		right = "filtered by " + kit.FitMiddle(kept, min(kit.Width(kept), 24)) + " "
	}
	if kit.Width(line)+kit.Width(right) > m.w {
		right = ""
	}
	return kit.Fit(kit.Fit(line, max(0, m.w-kit.Width(right)))+m.st.Dim.Render(right), m.w)
}

const tabGap = "   "

// tabRow is all saved filters side by side.
func (m *Model) tabRow() string {
	texts := make([]string, len(m.runs.Tabs))
	for i := range texts {
		texts[i] = m.tabText(i)
	}
	return strings.Join(texts, tabGap)
}

func (m *Model) tabText(i int) string {
	name := kit.Clean(m.runs.Tabs[i].Name)
	count := "0"
	if i < len(m.runs.Counts) {
		count = strconv.Itoa(m.runs.Counts[i])
	}
	if m.unexplained(&m.runs.Tabs[i]) {
		count += "+"
	}
	key := ""
	if b := m.keys.findIn(m, everywhere, strconv.Itoa(i+1)); b != nil && b.intent == kit.IntentTab {
		key = strconv.Itoa(i+1) + " "
	}
	if i == m.runs.Tab {
		return m.st.Match.Render(key + name + " " + count)
	}
	return m.st.Key.Render(key) + name + m.st.Dim.Render(" "+count)
}

// tabAt is the tab at a cell.
func (m *Model) tabAt(x, y int) (int, bool) {
	line, from := lines(m.plan.header), 1
	if !m.plan.tabs {
		i := slices.IndexFunc(m.plan.panes, func(p placed) bool { return p.id == kit.PaneRuns && p.frame != bare })
		if i < 0 || !m.titleHasTabs(m.plan.panes[i].titleRoom()) {
			return 0, false
		}
		at := m.plan.panes[i].at
		line, from = at.y, at.x+kit.Width("╭─ ")+kit.Width(tabsAfter)
	}
	if y != line {
		return 0, false
	}
	for i := range m.runs.Tabs {
		to := from + kit.Width(m.tabText(i))
		if x >= from && x < to {
			return i, true
		}
		from = to + len(tabGap)
	}
	return 0, false
}

const tabsAfter = "Runs  "

// titleHasTabs tells whether the tabs stand in the title of the list, of w cells: where they have no line of their own,
// as long as there is nothing more urgent to say.
func (m *Model) titleHasTabs(w int) bool {
	r := m.runs
	answered := func(s *watch.Snapshot) bool { return s != nil && !s.At.IsZero() }
	return slices.ContainsFunc(r.Snaps, answered) && !m.plan.tabs && r.Status == 0 && r.Sort == "" && !r.Typed && r.Filter.Text() == "" &&
		kit.Width(tabsAfter)+kit.Width(m.tabRow()) <= w
}

// runsTitle names the list and everything that narrows or orders it.
func (m *Model) runsTitle(w int) string {
	r := m.runs
	title := "Runs"
	if m.titleHasTabs(w) {
		return tabsAfter + m.tabRow()
	}
	if r.Tab != 0 && !m.plan.tabs {
		title += " · " + kit.Clean(r.Tabs[r.Tab].Name)
	}
	if r.Status != 0 {
		title += " · " + runs.StatusFilters[r.Status].Name
	}
	if r.Sort != "" {
		title += " · by " + string(r.Sort)
	}
	switch {
	case r.Typed:
		title += "  /" + r.Filter.View(max(4, w-kit.Width(title)-3), m.st)
	case r.Filter.Text() != "":
		title += "  /" + r.Filter.Text()
	}
	return title
}

func (m *Model) runsHint() string {
	var parts []string
	if m.runs.Running > 0 {
		parts = append(parts, strconv.Itoa(m.runs.Running)+" running")
	}
	if m.runs.Queued > 0 {
		parts = append(parts, strconv.Itoa(m.runs.Queued)+" queued")
	}
	if len(parts) == 0 && slices.ContainsFunc(m.runs.Snaps, func(s *watch.Snapshot) bool { return s != nil && !s.At.IsZero() }) {
		return "nothing runs"
	}
	return strings.Join(parts, " · ")
}
