package popup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/changes"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// NewChanges lists the commits since the last good build before this one; enter shows the whole message of one.
func NewChanges(sh *kit.Shared, k *Kept, run jenkins.Run) (Popup, tea.Cmd) {
	l := NewList(sh, "Changes of "+kit.RunTitle(run), "whole message", nil)
	l.large = true
	var commits []changes.Commit
	l.enter = func(i int) (Popup, tea.Cmd) { return newCommit(l, commits[i]), nil }
	return l, fill(l, inquiry[changes.Since]{
		run: run, kept: &k.changes,
		none: func(s changes.Since) string {
			if s.Number == s.Oldest && s.Good == 0 {
				return "This build was started without new commits."
			}
			return "No commits " + s.Range() + "."
		},
		ask: func(ctx context.Context, c *jenkins.Client) (changes.Since, error) {
			return changes.SinceGood(ctx, c, run.Ref)
		},
		items: func(s changes.Since) []Item {
			short, _, _ := strings.Cut(s.Range(), ":")
			commits, l.count = s.Commits, strings.TrimSuffix(short, " build before it")
			authors := 0
			for i := range commits {
				authors = max(authors, kit.Width(kit.Clean(commits[i].Author)))
			}
			items := make([]Item, len(commits))
			for i := range commits {
				items[i] = commitItem(&commits[i], min(authors, 16))
			}
			return items
		},
	})
}

func commitItem(k *changes.Commit, authorW int) Item {
	it := Item{Label: fmt.Sprintf("%.9s ", kit.Clean(k.ID)) + kit.Fit(kit.Clean(k.Author), authorW) + "  " + kit.Clean(k.Title), begin: true}
	it.Note = fmt.Sprintf("#%d", k.Number)
	if !k.At.IsZero() {
		it.Note += kit.FitRight(kit.Ago(time.Since(k.At)), 5) + " ago"
	}
	return it
}

// newCommit shows all of a commit.
func newCommit(before *List, k changes.Commit) Popup {
	show := &text{sh: before.sh, title: kit.Clean(k.Title), before: before}
	show.draw = func(w int, st *kit.Styles) []string {
		var out []string
		fact := func(name, value string) {
			if value = kit.Clean(value); value != "" {
				out = append(out, kit.Fit(st.Dim.Render(kit.Fit(name, 7))+value, w))
			}
		}
		fact("commit", k.ID)
		author := k.Author
		if k.Email != "" {
			author += " <" + k.Email + ">"
		}
		fact("author", author)
		if !k.At.IsZero() {
			fact("date", k.At.Local().Format("2006-01-02 15:04:05")+", "+kit.Ago(time.Since(k.At))+" ago")
		}
		fact("build", fmt.Sprintf("#%d was the first with it", k.Number))
		out = append(out, "")
		return slices.Concat(out, kit.FormText(k.Message, max(1, w)))
	}
	show.keys = []textKey{{kit.KeyWord{Key: "y", Word: "copy the commit's id"}, func() (Popup, tea.Cmd) {
		return show, kit.Send(kit.CopyMsg{Text: k.ID, What: "the commit's id"})
	}}}
	return show
}
