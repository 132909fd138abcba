package runs

import (
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// empty says why the list is empty and what can be done.
func (p *Pane) empty(w int) []string {
	if len(p.sh.Opts.Controllers) == 0 {
		return say(w, "No controller is configured.", "Leave with q and run: jenkwatch init (or try: jenkwatch demo)")
	}
	waits, overdue, out := 0, time.Duration(0), []string(nil)
	for i := range p.sh.Opts.Controllers {
		c := &p.sh.Opts.Controllers[i]
		s := p.Data.Snaps[i]
		switch {
		case s == nil || s.Err == nil && s.At.IsZero():
			waits++
			overdue = max(overdue, c.Overdue())
		case s.Err != nil:
			out = append(out, "")
			for _, l := range kit.Wrap(kit.WhatOf(s.Err), w-4, "  ") {
				out = append(out, p.sh.Styles.Failed.Render(l))
			}
			out = append(out, kit.Wrap(kit.HintOf(s.Err), w-4, "  ")...)
			if key := p.sh.Key(kit.IntentRefresh); key != "" {
				out = append(out, kit.Wrap("It is asked again by itself; "+key+" asks now.", w-4, "  ")...)
			}
		}
	}
	switch {
	case out != nil:
		return out
	case waits > 0:
		next := ""
		if overdue > 0 {
			next = "There has been no answer for " + kit.Ago(overdue) + "; " + p.sh.Key(kit.IntentQuit) + " leaves."
		}
		return say(w, "Asking "+kit.Clean(p.sh.Opts.Controllers[0].Host)+" what runs…", next)
	case p.Search.text() != "" || p.Lists.Status != 0:
		return say(w, p.nothingMatches(), "esc drops it.")
	case p.Lists.chosen().Query.Mine():
		return p.nothingMine(w, p.Lists.chosen())
	case p.Lists.Tab != 0:
		return say(w, "Nothing in "+kit.Clean(p.Lists.chosen().Name)+".",
			p.sh.Key(kit.IntentTab)+" shows all, "+p.sh.Key(kit.IntentPick)+" finds any job.")
	}
	return say(w, "No builds are running, and none has ended yet.",
		p.sh.Key(kit.IntentRefresh)+" asks again, "+p.sh.Key(kit.IntentPick)+" finds any job.")
}

// nothingMatches names what narrows the list so far that nothing is left.
func (p *Pane) nothingMatches() string {
	what := "Nothing"
	if p.Lists.Status != 0 {
		what += " is " + p.Lists.status().Name
	}
	if text := kit.Clean(p.Search.text()); text != "" {
		if p.Lists.Status != 0 {
			what += " and"
		}
		what += " matches /" + text
	}
	if p.Lists.Tab != 0 {
		what += " in " + kit.Clean(p.Lists.chosen().Name)
	}
	return what + "."
}

// nothingMine says why a list of one's own builds is empty, and what can be done.
func (p *Pane) nothingMine(w int, f *kit.Filter) []string {
	next := p.sh.Key(kit.IntentTab) + " shows all, " + p.sh.Key(kit.IntentPick) + " finds any job."
	if p.Data.unexplained() {
		for _, s := range p.Data.Snaps {
			if s != nil && s.CausesErr != nil {
				return say(w, "Nothing of what runs is yours. Who started what has ended is not known: "+kit.WhatOf(s.CausesErr)+".", next)
			}
		}
		return say(w, "Nothing of what runs is yours. Asking who started what has ended"+p.sh.Glyphs.More, next)
	}
	var names []string
	for i := range p.sh.Opts.Controllers {
		for _, name := range p.Data.Me[p.sh.Opts.Controllers[i].Name] {
			if !slices.Contains(names, kit.Clean(name)) {
				names = append(names, kit.Clean(name))
			}
		}
	}
	if names == nil {
		return say(w, "Nothing in "+kit.Clean(f.Name)+": it is not known who you are.",
			"JENKINS_USER_ID or a user in the config says so, and me = [...] there more names. "+next)
	}
	return say(w, "Nothing in "+kit.Clean(f.Name)+", which is what "+strings.Join(names, ", ")+" started, by hand or upstream.",
		"me = [...] in the config adds names. "+next)
}

func say(w int, what, next string) []string {
	out := append([]string{""}, kit.Wrap(what, w-4, "  ")...)
	return append(out, kit.Wrap(next, w-4, "  ")...)
}
