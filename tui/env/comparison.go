package env

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// comparison is the comparison of the shown run with another one, the base.
type comparison struct {
	id     int
	what   string      // "previous", "last good", ...
	run    jenkins.Run // the base; its Job is empty until it is known
	base   env.Env
	result env.Comparison // from the older run to the newer
	newer  bool           // the base is the newer of the two
	done   bool
	err    error
	noise  bool // what differs between any two runs is shown, too
	// printed is what both consoles printed, nil until they are read.
	printed *printed
}

// name names the base, briefly if it is of the same job.
func (c *comparison) name(than jenkins.Run) string {
	switch {
	case c.run.Job == "":
		return c.what
	case c.run.Job != than.Job || c.run.Controller != than.Controller:
		return kit.RunTitle(c.run)
	case c.base.FromCopy:
		return kit.RunNumber(c.run) + " (" + c.what + ", from the local copy)"
	}
	return kit.RunNumber(c.run) + " (" + c.what + ")"
}

// take takes the other run and its environment; run is the one that is shown, of which said is known.
func (c *comparison) take(m comparedMsg, run *jenkins.Run, said env.Env) {
	c.err = m.err
	if m.run.Job != "" {
		c.run = m.run
	}
	if m.err != nil {
		return
	}
	if c.run.Status == "" {
		c.run = m.env.Run // of the local copy
		c.run.Ref = m.run.Ref
	}
	c.done, c.base, c.newer = true, m.env, isOlder(run, &c.run)
	c.redo(said)
}

// isOlder reports whether a ran before b: by their numbers where they are of one job, else by their beginnings.
func isOlder(a, b *jenkins.Run) bool {
	if a.Controller == b.Controller && a.Job == b.Job {
		return a.Number < b.Number
	}
	return !b.StartedAt.IsZero() && a.StartedAt.Before(b.StartedAt)
}

// redo compares what is known of both runs now: what was printed counts when both consoles were read.
func (c *comparison) redo(said env.Env) {
	if !c.done {
		return
	}
	older, newer := c.base, said
	if c.printed != nil {
		older, newer = older.With(c.printed.there), newer.With(c.printed.here)
	}
	if c.newer {
		older, newer = newer, older
	}
	c.result = env.Diff(older, newer)
}

// outcome returns a run's result, " ✗ FAILURE", empty where it is not known.
func outcome(r *jenkins.Run, g *kit.Glyphs) string {
	if r.Status == "" {
		return ""
	}
	return " " + g.Status(r.Status) + " " + string(r.Status)
}

// ago returns how long ago a run came to its end, " 41m ago", empty where that is not known.
func ago(r *jenkins.Run) string {
	if !r.Status.Ended() || r.StartedAt.IsZero() {
		return ""
	}
	return kit.FitRight(kit.Ago(time.Now().Add(r.Ahead).Sub(r.StartedAt.Add(r.Duration))), 4) + " ago"
}

// sides says in w cells which side of the comparison is which run, the older one first.
func (c *comparison) sides(run *jenkins.Run, w int, st *kit.Styles) string {
	here, base := kit.RunNumber(*run), c.run
	there := kit.RunNumber(base)
	if base.Job != run.Job || base.Controller != run.Controller {
		here, there = kit.RunTitle(*run), kit.RunTitle(base)
	}
	line := ""
	for _, brief := range []bool{false, true} {
		names := [2]string{there + sideText(&base, brief, st.Glyphs), here + sideText(run, brief, st.Glyphs)}
		words := [2]string{"- older ", "+ newer "}
		if brief {
			words = [2]string{"- ", "+ "}
		}
		if c.newer {
			names[0], names[1] = names[1], names[0]
		}
		line = st.Removed.Render(words[0]+names[0]) + "  " + st.Added.Render(words[1]+names[1])
		if kit.Width(line) <= w {
			break
		}
	}
	return line
}

// sideText returns what is said of a run in the heading: its result, and how long ago that was.
func sideText(r *jenkins.Run, brief bool, g *kit.Glyphs) string {
	when := strings.TrimSpace(ago(r))
	switch {
	case r.Status == "":
		return ""
	case brief:
		return strings.TrimRight(" "+g.Status(r.Status)+" "+strings.TrimSuffix(when, " ago"), " ")
	case when == "":
		return outcome(r, g)
	}
	return outcome(r, g) + ", " + when
}

// state returns what is said instead of a list, empty where there is one or there are some lines.
func (c *comparison) state(run *jenkins.Run, loaded, lines bool, query, more string) (what, next string) {
	switch {
	case c.err != nil:
		return kit.WhatOf(c.err), strings.TrimSpace(kit.HintOf(c.err) + " Esc goes back.")
	case !c.done || !loaded:
		return "Comparing with " + c.name(*run) + more, "esc goes back."
	case lines:
		return "", ""
	case query != "":
		return "No difference matches " + kit.Clean(query) + ".", "esc clears the filter."
	}
	return "Nothing differs.", ""
}

// hint counts what differs.
func (c *comparison) hint(sep string) string {
	if !c.done {
		return "esc back"
	}
	var parts []string
	for _, kind := range []env.Change{env.Added, env.Removed, env.Changed} {
		if n := c.result.Count(kind); n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", kit.Thousands(int64(n)), kind))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "only noise differs")
	}
	return strings.Join(append(parts, "esc back"), sep)
}

// keepPrinted keeps what the base's console printed, so that it outlives the build.
func (c *comparison) keepPrinted(ctx context.Context, r *kit.EnvReader) tea.Cmd {
	if c.printed == nil || len(c.printed.there) == 0 || r == nil || r.Keep == nil {
		return nil
	}
	e := c.base.With(c.printed.there)
	return func() tea.Msg {
		r.Keep(ctx, e)
		return nil
	}
}
