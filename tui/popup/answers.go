package popup

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/artifacts"
	"github.com/jenkwatch/jenkwatch/jenkins/changes"
	"github.com/jenkwatch/jenkwatch/jenkins/testreport"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Kept is what was asked about ended builds, so that it is asked for once. Its zero value is ready for use.
type Kept struct {
	tests     kept[testreport.Report]
	artifacts kept[[]artifacts.Artifact]
	changes   kept[changes.Since]
}

// kept holds answers of one kind.
type kept[T any] map[kit.BuildKey]T

// mostKept bounds how many builds are kept; beyond it all are dropped.
const mostKept = 16

func (k *kept[T]) put(run *jenkins.Run, value T) {
	if !run.Status.Ended() {
		return
	}
	if *k == nil || len(*k) >= mostKept {
		*k = kept[T]{}
	}
	(*k)[kit.KeyOf(run)] = value
}

// answer is what Jenkins said of a build.
type answer[T any] struct {
	of    kit.BuildKey
	value T
	err   error
	other error // it is not known to be of this build
}

// inquiry fills a list with what Jenkins says of a build.
type inquiry[T any] struct {
	run   jenkins.Run
	kept  *kept[T] // nil keeps nothing
	ask   func(ctx context.Context, c *jenkins.Client) (T, error)
	items func(T) []Item
	none  func(T) string // said where there is nothing to list; of the zero value, where Jenkins has no such page
}

// fill asks, or takes what is kept, and has ctrl+r ask again.
func fill[T any](l *List, q inquiry[T]) tea.Cmd {
	of := kit.KeyOf(&q.run)
	show := func(v T) {
		l.items, l.state = q.items(v), ""
		if len(l.items) == 0 {
			l.state = q.none(v)
		}
		l.choose()
	}
	c := l.sh.Client(q.run.Controller)
	if c == nil {
		l.state = "There is no controller to ask."
		return nil
	}
	asking := false
	l.again = func() tea.Cmd {
		if asking {
			return nil
		}
		asking, l.state = true, "Asking Jenkins"+l.sh.Glyphs.More
		return func() tea.Msg {
			ctx, cancel := context.WithTimeout(l.sh.Context(), kit.AskFor)
			defer cancel()
			v, err := q.ask(ctx, c)
			var other error
			if err == nil || kit.IsGone(err) {
				other = c.StillIs(ctx, q.run)
			}
			return answer[T]{of, v, err, other}
		}
	}
	l.got = func(msg tea.Msg) tea.Cmd {
		got, ok := msg.(answer[T])
		if !ok || got.of != of {
			return nil
		}
		asking = false
		switch {
		case got.other != nil:
			l.items, l.count, l.state = nil, "", kit.SayError(got.other)
			l.choose()
			return kit.Missed(q.run, got.other)
		case got.err == nil:
			if q.kept != nil {
				q.kept.put(&q.run, got.value)
			}
			show(got.value)
		case kit.IsGone(got.err):
			var nothing T
			show(nothing)
		default:
			l.state = kit.SayError(got.err)
		}
		return nil
	}
	if q.kept != nil {
		if v, ok := (*q.kept)[of]; ok {
			show(v)
			return nil
		}
	}
	return l.again()
}
