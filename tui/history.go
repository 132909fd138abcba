package tui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// historyPage is how many builds are asked for at once.
const historyPage = 50

// historyMsg answers the question for a page of a job's builds.
type historyMsg struct {
	controller, job string
	from            int
	runs            []jenkins.Run
	err             error
}

// history opens the builds of the selected run's job.
func (m *Model) history() tea.Cmd {
	run := m.runs.current()
	if run == nil {
		return note("no run is selected")
	}
	return m.historyOf(run.Controller, run.Job)
}

// historyOf opens the builds of a job, newest first, page by page.
func (m *Model) historyOf(controller, job string) tea.Cmd {
	l := &listPopup{name: "Builds of " + m.runs.name(job), does: "open", state: "Asking for its builds…"}
	m.popup = l
	c := m.sh.client(controller)
	if c == nil {
		l.state = "There is no controller to ask."
		return nil
	}
	asked, newest := false, 0
	ask := func(from int) tea.Cmd {
		asked = true
		return func() tea.Msg {
			ctx, cancel := context.WithTimeout(m.sh.context(), askFor)
			defer cancel()
			runs, err := c.History(ctx, job, from, historyPage)
			return historyMsg{controller, job, from, runs, err}
		}
	}
	l.got = func(m *Model, msg tea.Msg) tea.Cmd {
		got, ok := msg.(historyMsg)
		if !ok || got.controller != controller || got.job != job || got.from != len(l.items) {
			return nil
		}
		asked = false
		l.state = ""
		l.more = nil
		if got.err != nil {
			l.state = sayError(got.err)
			l.more = func(*Model) tea.Cmd { return retry(&asked, ask, len(l.items)) }
			return nil
		}
		for _, r := range got.runs {
			newest = max(newest, r.Number)
			l.items = append(l.items, m.buildItem(r, 1+digits(newest)))
		}
		if len(got.runs) == historyPage {
			l.more = func(*Model) tea.Cmd { return retry(&asked, ask, len(l.items)) }
		}
		if len(l.items) == 0 {
			l.state = "It has no builds yet."
		}
		l.choose()
		return nil
	}
	return ask(0)
}

// retry asks unless an answer is under way.
func retry(asked *bool, ask func(int) tea.Cmd, from int) tea.Cmd {
	if *asked {
		return nil
	}
	return ask(from)
}

// buildItem is a build's line in the history, its number in so many cells.
func (m *Model) buildItem(r jenkins.Run, numberW int) item {
	now := time.Now()
	label := fit(runNumber(r), numberW)
	if n := clean(r.DisplayName); n != "" && n != runNumber(r) {
		label += " " + n
	}
	label += "  " + fit(string(r.Status), wordW)
	if c := causeText(&r); c != "" {
		label += "  " + c
	}
	for _, p := range r.Parameters {
		if !p.Secret && !p.Untold && len(label) < 200 {
			label += "  " + clean(p.Name) + "=" + clean(p.Value)
		}
	}
	note := clock(r.Elapsed(now))
	if !r.StartedAt.IsZero() {
		note = r.StartedAt.Local().Format("2006-01-02 15:04") + "  " + fitRight(note, 7)
	}
	return item{
		label: strings.TrimSpace(label),
		begin: true,
		note:  note,
		glyph: m.st.status(r.Status).render(m.sh.glyphs.status(r.Status)),
		do: func(m *Model) tea.Cmd {
			m.openRun(r)
			return nil
		},
	}
}
