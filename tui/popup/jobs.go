package popup

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// JobMsg says that a job was chosen, whose last build is to be opened.
type JobMsg struct{ kit.Target }

// BuildJobMsg says that a job was chosen to be built: it need not have any build yet.
type BuildJobMsg struct{ Controller, Job string }

// jobsMsg is the jobs of a controller.
type jobsMsg struct {
	controller string
	jobs       []jenkins.Job
	err        error
}

// NewJobs lists every job of every controller; a choice is a [JobMsg].
func NewJobs(sh *kit.Shared) (Popup, tea.Cmd) {
	l := NewList(sh, "Jobs", "last build", nil)
	l.state = "Asking for the jobs…"
	jobs := map[string][]jenkins.Job{}
	waits := 0
	var cmds []tea.Cmd
	for _, c := range sh.Opts.Controllers {
		if c.Client != nil {
			waits++
			cmds = append(cmds, askJobs(sh.Context(), c.Name, c.Client))
		}
	}
	if waits == 0 {
		l.state = "There is no controller to ask."
	}
	l.got = func(msg tea.Msg) tea.Cmd {
		got, ok := msg.(jobsMsg)
		if !ok {
			return nil
		}
		waits--
		jobs[got.controller] = got.jobs
		l.items = jobItems(sh, jobs)
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
	l.alts = []alt{{kit.KeyWord{Key: "ctrl+b", Word: "all its builds"}, func(i int) (Popup, tea.Cmd) {
		t := l.items[i].Msg.(JobMsg)
		builds, cmd := NewBuilds(sh, t.Controller, t.Job)
		builds.before = l
		return builds, cmd
	}}}
	if !sh.Opts.ReadOnly {
		l.alts = append(l.alts, alt{kit.KeyWord{Key: "ctrl+s", Word: "build it"}, func(i int) (Popup, tea.Cmd) {
			t := l.items[i].Msg.(JobMsg)
			return nil, kit.Send(BuildJobMsg{t.Controller, t.Job})
		}})
	}
	return l, tea.Batch(cmds...)
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
func jobItems(sh *kit.Shared, jobs map[string][]jenkins.Job) []Item {
	var items []Item
	for controller, js := range jobs {
		for _, j := range js {
			if j.Folder {
				continue
			}
			status := colorStatus(j.Color)
			item := Item{
				Label: kit.Clean(jenkins.DisplayName(j.Name)),
				Msg:   JobMsg{kit.Target{Controller: controller, BuildSpec: jenkins.BuildSpec{Job: j.Name, Permalink: "last"}}},
				glyph: sh.Styles.Status(status).Render(sh.Glyphs.Status(status)),
			}
			if len(sh.Opts.Controllers) > 1 {
				item.Note = controller
			}
			items = append(items, item)
		}
	}
	slices.SortFunc(items, func(a, b Item) int {
		x, y := a.Msg.(JobMsg), b.Msg.(JobMsg)
		if c := strings.Compare(x.Job, y.Job); c != 0 {
			return c
		}
		return strings.Compare(x.Controller, y.Controller)
	})
	return items
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
