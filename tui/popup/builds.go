package popup

import (
	"context"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// BuildMsg says that a build was chosen, which is to be opened.
type BuildMsg struct{ Run jenkins.Run }

// buildsPage is how many builds are asked for at once.
const buildsPage = 50

// buildsMsg is a page of a job's builds.
type buildsMsg struct {
	controller, job string
	from            int
	runs            []jenkins.Run
	err             error
}

// NewBuilds lists the builds of a job, newest first, page by page; a choice is a [BuildMsg].
func NewBuilds(sh *kit.Shared, controller, job string) (*List, tea.Cmd) {
	l := NewList(sh, "Builds of "+kit.Clean(jenkins.DisplayName(job)), "open", nil)
	c := sh.Client(controller)
	if c == nil {
		l.state = "There is no controller to ask."
		return l, nil
	}
	l.state = "Asking for its builds…"
	asking, newest := false, 0
	ask := func() tea.Cmd {
		if asking {
			return nil
		}
		asking = true
		from := len(l.items)
		return func() tea.Msg {
			ctx, cancel := context.WithTimeout(sh.Context(), kit.AskFor)
			defer cancel()
			runs, err := c.History(ctx, job, from, buildsPage)
			return buildsMsg{controller, job, from, runs, err}
		}
	}
	l.got = func(msg tea.Msg) tea.Cmd {
		got, ok := msg.(buildsMsg)
		if !ok || got.controller != controller || got.job != job || got.from != len(l.items) {
			return nil
		}
		asking, l.state, l.more = false, "", nil
		if got.err != nil {
			l.state, l.more = kit.SayError(got.err), ask
			return nil
		}
		for _, r := range got.runs {
			newest = max(newest, r.Number)
			l.items = append(l.items, buildItem(sh, r, len("#"+strconv.Itoa(newest))))
		}
		if len(got.runs) == buildsPage {
			l.more = ask
		}
		if len(l.items) == 0 {
			l.state = "It has no builds yet."
		}
		l.choose()
		return nil
	}
	return l, ask()
}

// buildItem returns a build's line, its number in so many cells.
func buildItem(sh *kit.Shared, r jenkins.Run, numberW int) Item {
	label := kit.Fit(kit.RunNumber(r), numberW)
	if n := kit.Clean(r.DisplayName); n != "" && n != kit.RunNumber(r) {
		label += " " + n
	}
	label += "  " + kit.Fit(string(r.Status), len(jenkins.NotBuilt))
	if c := kit.CauseText(&r); c != "" {
		label += "  " + c
	}
	for _, p := range r.Parameters {
		if _, known := p.Given(); known && len(label) < 200 {
			label += "  " + kit.Clean(p.Name) + "=" + sh.Parameter(r.Controller, &p)
		}
	}
	note := kit.Clock(r.Elapsed(time.Now()))
	if !r.StartedAt.IsZero() {
		note = r.StartedAt.Local().Format("2006-01-02 15:04") + "  " + kit.FitRight(note, 7)
	}
	return Item{
		Label: strings.TrimSpace(label),
		Note:  note,
		Msg:   BuildMsg{r},
		begin: true,
		glyph: sh.Styles.Status(r.Status).Render(sh.Glyphs.Status(r.Status)),
	}
}
