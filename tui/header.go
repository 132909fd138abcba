package tui

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// staleAfter is when data counts as old although no error is known: longer than an idle watcher rests.
const staleAfter = 90 * time.Second

// lateAfter is when an answer is late although nothing is known to be wrong: longer than a watcher rests that somebody
// looks at, unless events spare it the asking.
const lateAfter = 20 * time.Second

// headerLine is the program, the controllers with their state, and what it costs them: in few words where there is not
// room for more.
func (m *Model) headerLine(now time.Time) string {
	left := " " + m.st.header.render("jenkwatch")
	if cs := m.opts.Controllers; len(cs) == 1 {
		left += "  " + clean(cs[0].Host) + m.markOf(&cs[0])
	}
	right := ""
	for brevity := range terse + 1 {
		right = m.headerRight(now, brevity)
		if m.w >= 80 && width(left)+width(right) < m.w {
			break
		}
	}
	if room := m.w - width(right) - 1; width(left) > room {
		left = fit(left, max(0, min(room, width(left))))
	}
	return fit(left+spaces(max(1, m.w-width(left)-width(right)))+right, m.w)
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
			right += clean(c.Name) + m.markOf(c) + " "
		}
		right += m.stateOf(c, now, brevity == terse)
	}
	if len(cs) == 0 {
		right = st.waiting.render("no controller: run jenkwatch init")
	}
	right += m.syncText(sep)
	if rate := m.rate(); rate > 0 {
		unit := " req/min"
		if brevity >= brief {
			unit = "/min"
		}
		right += sep + strconv.Itoa(rate) + unit
	}
	if p, ok := m.details[paneSent].(*deliveriesPane); ok && p.waiting() > 0 {
		right += sep + "outbox " + strconv.Itoa(p.waiting())
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
func (m *Model) markOf(c *Controller) string {
	if c.Mark == "" {
		return ""
	}
	return " " + m.st.mark.render(" "+clean(c.Mark)+" ")
}

// stateOf is how a controller is doing, in as few words as tell it.
func (m *Model) stateOf(c *Controller, now time.Time, terse bool) string {
	st := m.st
	s := m.snaps[c.Name]
	waits := waitingFor(c)
	switch {
	case s == nil || s.At.IsZero() && s.Err == nil:
		if waits > 0 {
			return st.waiting.render(st.glyphs.notBuilt + " no answer for " + ago(waits))
		}
		return st.dim.render(st.glyphs.notBuilt + " connecting" + st.glyphs.more)
	case s.Err != nil:
		text := kindOf(s.Err)
		if !s.At.IsZero() {
			text += ", data " + ago(now.Sub(s.At)) + " old"
		}
		switch left := s.Retry.Sub(now); {
		case terse:
		case waits > 0:
			text += ", asking for " + ago(waits)
		case left > 0:
			text += ", again in " + ago(left+time.Second-1)
		}
		return st.failed.render(st.glyphs.failure + " " + text)
	}
	age := now.Sub(s.At)
	switch {
	case waits > 0 && terse:
		return st.waiting.render(st.glyphs.notBuilt + " waits " + ago(waits) + ", data " + ago(age) + " old")
	case waits > 0:
		return st.waiting.render(st.glyphs.notBuilt + " waiting for Jenkins " + ago(waits) + ", data " + ago(age) + " old")
	}
	if age > staleAfter {
		return st.waiting.render(st.glyphs.unstable + " stale " + ago(age))
	}
	if age > lateAfter && m.sh.focused && !s.Events {
		return st.waiting.render(st.glyphs.live + " " + ago(age) + " ago")
	}
	text := " live " + ago(age) + " ago"
	if terse {
		text = " " + ago(age)
	}
	return st.good.render(st.glyphs.live) + text
}

// waitingFor is how long an answer of a controller is overdue.
func waitingFor(c *Controller) time.Duration {
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
		if s == nil || s.Err == nil || len(m.runs.rows) == 0 {
			continue
		}
		what := whatOf(s.Err)
		if len(m.opts.Controllers) > 1 {
			what = clean(c.Name) + ": " + what
		}
		for i, l := range wrap(what, w-4, "") {
			head := "   "
			if i == 0 {
				head = " " + m.st.glyphs.failure + " "
			}
			out = append(out, m.st.failed.render(fit(head+l, w)))
		}
		for _, l := range wrap(hintOf(s.Err), w-4, "   ") {
			out = append(out, fit(l, w))
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
			out = append(out, m.say(w, m.st.failed, whatOf(s.Err))...)
			out = append(out, wrap(hintOf(s.Err), w-4, "  ")...)
			if key := m.keys.key(intentRefresh); key != "" {
				out = append(out, wrap("It is asked again by itself; "+key+" asks now.", w-4, "  ")...)
			}
		}
	}
	switch {
	case out != nil:
		return out
	case waits > 0:
		next := ""
		if overdue > 0 {
			next = "There has been no answer for " + ago(overdue) + "; " + m.keys.key(intentQuit) + " leaves."
		}
		return say(w, "Asking "+clean(m.opts.Controllers[0].Host)+" what runs…", next)
	case m.runs.filter.text() != "" || m.runs.status != 0:
		return say(w, m.nothingMatches(), "esc drops it.")
	case m.runs.tabs[m.runs.tab].Mine:
		return m.nothingMine(w, &m.runs.tabs[m.runs.tab])
	case m.runs.tab != 0:
		return say(w, "Nothing in "+clean(m.runs.tabs[m.runs.tab].Name)+".",
			m.keys.key(intentTab)+" shows all, "+m.keys.key(intentPick)+" finds any job.")
	}
	return say(w, "No builds are running, and none has ended yet.",
		m.keys.key(intentRefresh)+" asks again, "+m.keys.key(intentPick)+" finds any job.")
}

// nothingMatches names what narrows the list so far that nothing is left.
func (m *Model) nothingMatches() string {
	r := m.runs
	what := "Nothing"
	if r.status != 0 {
		what += " is " + statusFilters[r.status].Name
	}
	if text := clean(r.filter.text()); text != "" {
		if r.status != 0 {
			what += " and"
		}
		what += " matches /" + text
	}
	if r.tab != 0 {
		what += " in " + clean(r.tabs[r.tab].Name)
	}
	return what + "."
}

func say(w int, what, next string) []string {
	out := append([]string{""}, wrap(what, w-4, "  ")...)
	return append(out, wrap(next, w-4, "  ")...)
}

func (m *Model) say(w int, look style, what string) []string {
	out := []string{""}
	for _, l := range wrap(what, w-4, "  ") {
		out = append(out, look.render(l))
	}
	return out
}

// tabLine is the saved filters with what they choose, and the way to filter further, or the filter that was kept: it comes
// back at the next start, and the list of runs may not be on the screen to tell of it.
func (m *Model) tabLine() string {
	line := " " + m.tabRow() + tabGap
	right := "type " + m.keys.key(intentFilter) + " to filter "
	if kept := clean(m.runs.filter.text()); kept != "" {
		right = "filtered by " + fitMiddle(kept, min(width(kept), 24)) + " "
	}
	if width(line)+width(right) > m.w {
		right = ""
	}
	return fit(fit(line, max(0, m.w-width(right)))+m.st.dim.render(right), m.w)
}

const tabGap = "   "

// tabRow is all saved filters side by side.
func (m *Model) tabRow() string {
	texts := make([]string, len(m.runs.tabs))
	for i := range texts {
		texts[i] = m.tabText(i)
	}
	return strings.Join(texts, tabGap)
}

func (m *Model) tabText(i int) string {
	name := clean(m.runs.tabs[i].Name)
	count := "0"
	if i < len(m.runs.counts) {
		count = strconv.Itoa(m.runs.counts[i])
	}
	if m.unexplained(&m.runs.tabs[i]) {
		count += "+"
	}
	key := ""
	if b := m.keys.findIn(m, everywhere, strconv.Itoa(i+1)); b != nil && b.intent == intentTab {
		key = strconv.Itoa(i+1) + " "
	}
	if i == m.runs.tab {
		return m.st.match.render(key + name + " " + count)
	}
	return m.st.key.render(key) + name + m.st.dim.render(" "+count)
}

// tabAt is the tab at a cell.
func (m *Model) tabAt(x, y int) (int, bool) {
	line, from := lines(m.plan.header), 1
	if !m.plan.tabs {
		i := slices.IndexFunc(m.plan.panes, func(p placed) bool { return p.id == paneRuns && p.frame != bare })
		if i < 0 || !m.titleHasTabs(m.plan.panes[i].titleRoom()) {
			return 0, false
		}
		at := m.plan.panes[i].at
		line, from = at.y, at.x+width("╭─ ")+width(tabsAfter)
	}
	if y != line {
		return 0, false
	}
	for i := range m.runs.tabs {
		to := from + width(m.tabText(i))
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
	return slices.ContainsFunc(r.snaps, answered) && !m.plan.tabs && r.status == 0 && r.sort == "" && !r.typed && r.filter.text() == "" &&
		width(tabsAfter)+width(m.tabRow()) <= w
}

// runsTitle names the list and everything that narrows or orders it.
func (m *Model) runsTitle(w int) string {
	r := m.runs
	title := "Runs"
	if m.titleHasTabs(w) {
		return tabsAfter + m.tabRow()
	}
	if r.tab != 0 && !m.plan.tabs {
		title += " · " + clean(r.tabs[r.tab].Name)
	}
	if r.status != 0 {
		title += " · " + statusFilters[r.status].Name
	}
	if r.sort != "" {
		title += " · by " + string(r.sort)
	}
	switch {
	case r.typed:
		title += "  /" + r.filter.view(max(4, w-width(title)-3), m.st)
	case r.filter.text() != "":
		title += "  /" + r.filter.text()
	}
	return title
}

func (m *Model) runsHint() string {
	var parts []string
	if m.runs.running > 0 {
		parts = append(parts, strconv.Itoa(m.runs.running)+" running")
	}
	if m.runs.queued > 0 {
		parts = append(parts, strconv.Itoa(m.runs.queued)+" queued")
	}
	if len(parts) == 0 && slices.ContainsFunc(m.runs.snaps, func(s *watch.Snapshot) bool { return s != nil && !s.At.IsZero() }) {
		return "nothing runs"
	}
	return strings.Join(parts, " · ")
}
