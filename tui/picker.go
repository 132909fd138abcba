package tui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// jobsMsg answers the picker's question for the jobs of a controller.
type jobsMsg struct {
	controller string
	jobs       []jenkins.Job
	err        error
}

// pick opens the job picker: every job of every controller, found by a part of its name.
func (m *Model) pick() tea.Cmd {
	l := &listPopup{name: "Jobs", does: "last build", state: "Asking for the jobs…", key: kit.KeyWord{Key: "ctrl+b", Word: "all its builds"}}
	jobs := map[string][]jenkins.Job{}
	var chosen []kit.Target
	waits := 0
	var cmds []tea.Cmd
	for _, c := range m.opts.Controllers {
		if c.Client != nil {
			waits++
			cmds = append(cmds, askJobs(m.sh.Context(), c.Name, c.Client))
		}
	}
	if waits == 0 {
		l.state = "There is no controller to ask."
	}
	l.got = func(m *Model, msg tea.Msg) tea.Cmd {
		got, ok := msg.(jobsMsg)
		if !ok {
			return nil
		}
		waits--
		jobs[got.controller] = got.jobs
		l.items, chosen = m.jobItems(jobs)
		switch {
		case got.err != nil:
			l.state = kit.SayError(got.err)
		case waits == 0 && len(l.items) == 0:
			l.state = "This controller has no jobs that you may see."
		case waits == 0:
			l.state = ""
		}
		l.choose()
		return nil
	}
	l.alt = func(m *Model, i int) tea.Cmd {
		cmd := m.historyOf(chosen[i].Controller, chosen[i].Job)
		m.popup.(*listPopup).before = l
		return cmd
	}
	m.popup = l
	return tea.Batch(cmds...)
}

func askJobs(ctx context.Context, name string, c *jenkins.Client) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, kit.AskFor)
		defer cancel()
		jobs, err := c.Jobs(ctx)
		return jobsMsg{name, jobs, err}
	}
}

// jobItems makes a line of each job that has builds, sorted by name.
func (m *Model) jobItems(jobs map[string][]jenkins.Job) ([]item, []kit.Target) {
	var targets []kit.Target
	colors := map[kit.Target]string{}
	for controller, js := range jobs {
		for _, j := range js {
			if j.Folder {
				continue
			}
			t := kit.Target{Controller: controller, BuildSpec: jenkins.BuildSpec{Job: j.Name, Permalink: "last"}}
			targets = append(targets, t)
			colors[t] = j.Color
		}
	}
	slices.SortFunc(targets, func(a, b kit.Target) int {
		if c := strings.Compare(a.Job, b.Job); c != 0 {
			return c
		}
		return strings.Compare(a.Controller, b.Controller)
	})
	items := make([]item, len(targets))
	for i, t := range targets {
		status := colorStatus(colors[t])
		items[i] = item{
			label: m.runs.Name(t.Job),
			glyph: m.sh.Styles.Status(status).Render(m.sh.Glyphs.Status(status)),
			do: func(m *Model) tea.Cmd {
				m.note = newNote(kit.NoteMsg{Text: "opening " + m.runs.Name(t.Job) + "…", Busy: true})
				return m.openBuild(t)
			},
		}
		if len(m.opts.Controllers) > 1 {
			items[i].note = t.Controller
		}
	}
	return items, targets
}

// colorStatus reads Jenkins' colour of a job: the result of its last build, with "_anime" while it builds.
func colorStatus(color string) jenkins.Status {
	base, runs := strings.CutSuffix(color, "_anime")
	if runs {
		return jenkins.Running
	}
	switch base {
	case "blue":
		return jenkins.Success
	case "yellow":
		return jenkins.Unstable
	case "red":
		return jenkins.Failure
	case "aborted":
		return jenkins.Aborted
	}
	return jenkins.NotBuilt
}
