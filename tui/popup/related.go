package popup

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/changes"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// related is the builds that a build comes from, nearest first, and those that it started.
type related struct {
	up   []jenkins.Run
	down []changes.Started
}

// NewRelated shows as a tree what started a build, and what it started; a choice is a [BuildMsg].
func NewRelated(sh *kit.Shared, run jenkins.Run) (Popup, tea.Cmd) {
	l := NewList(sh, "Up- and downstream of "+kit.RunTitle(run), "open", nil)
	l.large = true
	reader := sh.StagesOf(run.Controller)
	l.enter = func(i int) (Popup, tea.Cmd) {
		if l.items[i].Msg == nil {
			return l, nil
		}
		return nil, kit.Send(l.items[i].Msg)
	}
	return l, fill(l, inquiry[related]{
		run:  run,
		none: func(related) string { return "No other build started it, and it started none." },
		ask: func(ctx context.Context, c *jenkins.Client) (related, error) {
			return askRelated(ctx, c, reader, run)
		},
		items: func(r related) []Item { return relatedItems(sh, run, r) },
	})
}

func askRelated(ctx context.Context, c *jenkins.Client, reader *stages.Reader, run jenkins.Run) (related, error) {
	if run.Causes == nil { // the list has them of what it has watched
		if whole, err := c.Build(ctx, jenkins.BuildSpec{Job: run.Job, Number: run.Number}); err == nil {
			run.Causes = whole.Causes
		}
	}
	up, err := changes.Upstream(ctx, c, run)
	if err != nil {
		return related{}, err
	}
	var tree stages.Tree
	if run.Pipeline {
		tree, _ = reader.Whole(ctx, run) // without steps it is not known what they started
	}
	down, err := changes.Downstream(ctx, c, run, &tree)
	if err != nil && len(up) == 0 && len(down) == 0 {
		return related{}, err
	}
	return related{up, down}, nil
}

// relatedItems lays the builds out as a tree, from the first that started another; nothing where there is only the build.
func relatedItems(sh *kit.Shared, run jenkins.Run, r related) []Item {
	if len(r.up)+len(r.down) == 0 {
		return nil
	}
	var items []Item
	add := func(b jenkins.Run, depth int, note string) {
		lead := ""
		if depth > 0 {
			lead = strings.Repeat("  ", depth-1) + sh.Glyphs.Corner + " "
		}
		it := Item{Label: lead + kit.Clean(jenkins.DisplayName(b.Job)), Note: note, glyph: sh.Styles.Dim.Render(sh.Glyphs.Sep)}
		if b.Number > 0 {
			it.Label = lead + kit.RunTitle(b)
		}
		if b.Status != "" {
			it.glyph = sh.Styles.Status(b.Status).Render(sh.Glyphs.Status(b.Status))
			it.Msg = BuildMsg{b}
			it.Note = strings.TrimSpace(note + "  " + string(b.Status) + kit.FitRight(kit.Clock(b.Elapsed(time.Now())), 8))
		}
		items = append(items, it)
	}
	depth := 0
	for _, b := range slices.Backward(r.up) {
		note := ""
		if b.Status == "" {
			note = "is no longer there, or you may not see it"
		}
		add(b, depth, note)
		depth++
	}
	add(run, depth, "this build")
	for _, d := range r.down {
		note := ""
		switch {
		case d.Run.Number == 0:
			note = "has not begun, or it is not known which build"
		case d.Run.Status == "":
			note = "you may not see it"
		}
		add(d.Run, depth+1, note)
	}
	return items
}
