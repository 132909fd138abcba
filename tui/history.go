package tui

import (
	"context"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	runspane "github.com/jenkwatch/jenkwatch/tui/runs"
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
	run := m.runs.Current()
	if run == nil {
		return kit.Note("no run is selected")
	}
	return m.historyOf(run.Controller, run.Job)
}

// historyOf opens the builds of a job, newest first, page by page.
func (m *Model) historyOf(controller, job string) tea.Cmd {
	l := &listPopup{name: "Builds of " + m.runs.Name(job), does: "open", state: "Asking for its builds…"}
	m.popup = l
	c := m.sh.Client(controller)
	if c == nil {
		l.state = "There is no controller to ask."
		return nil
	}
	asked, newest := false, 0
	ask := func(from int) tea.Cmd {
		asked = true
		return func() tea.Msg {
			ctx, cancel := context.WithTimeout(m.sh.Context(), kit.AskFor)
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
			l.state = kit.SayError(got.err)
			l.more = func(*Model) tea.Cmd { return retry(&asked, ask, len(l.items)) }
			return nil
		}
		for _, r := range got.runs {
			newest = max(newest, r.Number)
			l.items = append(l.items, m.buildItem(r, 1+len(strconv.Itoa(newest))))
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
	label := kit.Fit(kit.RunNumber(r), numberW)
	if n := kit.Clean(r.DisplayName); n != "" && n != kit.RunNumber(r) {
		label += " " + n
	}
	label += "  " + kit.Fit(string(r.Status), runspane.WordW)
	if c := kit.CauseText(&r); c != "" {
		label += "  " + c
	}
	for _, p := range r.Parameters {
		if !p.Secret && !p.ValueHidden && len(label) < 200 {
			label += "  " + kit.Clean(p.Name) + "=" + kit.Clean(p.Value)
		}
	}
	note := kit.Clock(r.Elapsed(now))
	if !r.StartedAt.IsZero() {
		note = r.StartedAt.Local().Format("2006-01-02 15:04") + "  " + kit.FitRight(note, 7)
	}
	return item{
		label: strings.TrimSpace(label),
		begin: true,
		note:  note,
		glyph: m.sh.Styles.Status(r.Status).Render(m.sh.Glyphs.Status(r.Status)),
		do: func(m *Model) tea.Cmd {
			m.openRun(r)
			return nil
		},
	}
}
