package log

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// View draws the window's part that is on the screen, or what stands in its way.
func (p *Pane) View(w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	st := p.sh.Styles
	foot := p.foot(w, st)
	body := h
	if foot != "" {
		body--
	}
	var rows []string
	if len(p.log.scr.win.lines) == 0 {
		what, next := p.log.src.state(p.sh.Glyphs)
		rows = kit.StateRows(what, next, 1, w, body, st)
	} else {
		rows = p.log.scr.rows(w, body, p.search.find, st)
	}
	for len(rows) < body {
		rows = append(rows, "")
	}
	rows = rows[:max(0, body)]
	if foot != "" {
		rows = append(rows, foot)
	}
	return strings.Join(rows, "\n")
}

// foot is the line at the bottom while something is typed or searched for, or when the log cannot be read on.
func (p *Pane) foot(w int, st *kit.Styles) string {
	src, scr := &p.log.src, &p.log.scr
	switch {
	case p.typed == typedSearch:
		return kit.Fit("/"+p.search.input.View(w-1, st), w)
	case p.typed == typedFile:
		return kit.Fit("save to "+p.export.name.View(max(1, w-8), st), w)
	case p.search.scan != nil && !p.search.scan.opening:
		return st.Waiting.Render(kit.Fit(fmt.Sprintf("searching %s: %d%% of %s  esc stops",
			p.search.scan.find.Name(), p.search.progress(src.size), kit.ByteSize(src.size)), w))
	case p.export.busy != "":
		return st.Waiting.Render(kit.Fit(p.export.busy+p.sh.Glyphs.More, w))
	case src.gone() && len(scr.win.lines) > 0:
		return st.Waiting.Render(kit.Fit("Jenkins does not have this build any more. This is what was read of it.", w))
	case src.err != nil && len(scr.win.lines) > 0:
		return st.Failed.Render(kit.Fit(kit.SayError(src.err), w))
	}
	return ""
}

// state is what is said instead of a log: what is, and what to do.
func (s *source) state(glyphs *kit.Glyphs) (what, next string) {
	switch {
	case s.run.Job == "":
		return "No run is selected.", "Choose one in the list of runs."
	case s.run.Number == 0:
		return "No console yet: the run waits for an executor.", cmp.Or(kit.Clean(s.run.Why), "The run waits for an executor.")
	case s.part != nil && s.part.neverRan(&s.run):
		why := ""
		if s.part.notRun != "" {
			why = kit.Sentence(kit.Clean(s.part.notRun)) + ". "
		}
		return kit.Clean(s.part.title) + " never ran.", why + "esc shows the whole log."
	case s.part != nil && s.part.notBegun(&s.run) && s.err == nil:
		return kit.Clean(s.part.title) + " has not begun.", "Its log appears here when it does."
	case s.part != nil && kit.IsGone(s.err) && !errors.Is(s.err, jenkins.ErrOtherBuild):
		return "It has no log of its own.", "esc shows the whole log."
	case s.err != nil:
		return kit.WhatOf(s.err), strings.TrimSpace(kit.HintOf(s.err) + " r asks again.")
	case !s.loaded:
		return "Reading the log" + glyphs.More, ""
	case s.part != nil && s.ended() && s.part.error != "":
		return "It printed nothing, and failed with this message.", kit.Clean(kit.LineEnds(s.part.error))
	case s.part != nil && s.ended():
		return "It ended without writing anything.", "esc shows the whole log."
	case s.part != nil:
		return "It has written nothing so far.", "What it writes appears here."
	case s.ended():
		return "The console is empty.", "The run ended without writing anything."
	}
	return "The console is empty so far.", "What the run writes appears here."
}

// Title names the run, or the part of it, whose log is shown.
func (p *Pane) Title(w int) string {
	src := &p.log.src
	t := "Log"
	switch {
	case src.run.Job == "":
	case src.part != nil:
		t += "  " + kit.Clean(src.part.title)
	default:
		t += "  " + kit.RunTitle(src.run)
	}
	return kit.FitMiddle(t, min(w, kit.Width(t)))
}

// Hint says where in the log the screen is, and names the keys that lead on from there.
func (p *Pane) Hint() string {
	src, scr := &p.log.src, &p.log.scr
	parts := p.log.place()
	if len(parts) == 0 {
		return ""
	}
	parts = append(parts, kit.ByteSize(src.size))
	if nth := p.nthText(); nth != "" {
		parts = append(parts, nth)
	}
	switch { // keys that do nothing now are not shown
	case !p.focused:
	case scr.block != nil:
		parts = []string{kit.Plural(scr.block.lines(), "line") + " marked", "y copies"}
		if p.sh.Opts.Outbox != nil && !p.sh.Opts.ReadOnly {
			parts = append(parts, "c sends")
		}
	case p.search.find != nil && p.typed == typedNothing:
		parts = append(parts, "n N "+strings.TrimSpace(kit.Clean(p.search.find.Text)))
	default:
		parts = append(parts, map[errorsOf]string{knownErrors: "e next error", unreadErrors: "e looks for an error"}[p.log.errors()], "/ search")
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	}
	if p.focused && src.part != nil && scr.block == nil {
		parts = append(parts, "esc whole log")
	}
	return strings.Join(parts, " "+p.sh.Glyphs.Sep+" ")
}

// nthText says which match, or which error, the screen stands on; empty where that is not known.
func (p *Pane) nthText() string {
	if p.log.scr.hit < 0 || p.search.find != nil && p.log.tally.find != p.search.find {
		return ""
	}
	return p.log.tally.text(p.log.src.more)
}

// Brief is what of the hint matters most, where there is little room.
func (p *Pane) Brief() string {
	return cmp.Or(p.nthText(), strings.Join(p.log.place(), " "+p.sh.Glyphs.Sep+" "))
}

// Footer leaves the keys for matches out until something is searched for.
func (p *Pane) Footer() kit.Footer {
	src, scr := &p.log.src, &p.log.scr
	f := kit.Footer{First: []kit.Intent{kit.IntentDown, kit.IntentNextError, kit.IntentBack, kit.IntentFilter, kit.IntentNextPane}, Words: map[kit.Intent]string{kit.IntentDown: "scroll", kit.IntentFilter: "search"},
		Typing: []kit.KeyWord{{Key: "enter", Word: "search"}, {Key: "esc", Word: "close"}}}
	if p.typed == typedFile {
		f.Typing[0].Word = "save"
	}
	if p.search.find == nil {
		f.Words[kit.IntentSearchNext] = ""
	}
	switch p.log.errors() {
	case noErrors:
		f.Words[kit.IntentNextError] = ""
	case unreadErrors:
		f.Words[kit.IntentNextError] = "look for an error"
	}
	if len(scr.win.lines) == 0 {
		f.Words[kit.IntentDown], f.Words[kit.IntentFilter], f.Words[kit.IntentMarkLines] = "", "", ""
	}
	switch { // how to come back, first of all from what was begun last
	case scr.block != nil:
		f.First = []kit.Intent{kit.IntentDown, kit.IntentCopyLines, kit.IntentSendLines, kit.IntentBack}
		f.Words[kit.IntentBack], f.Words[kit.IntentMarkLines] = "unmark", ""
	case p.search.find != nil:
		f.First = []kit.Intent{kit.IntentDown, kit.IntentSearchNext, kit.IntentBack}
		f.Words[kit.IntentBack] = "end search"
	case src.part != nil:
		f.Words[kit.IntentBack] = "whole log"
	}
	if p.log.grows() && !scr.follow && scr.block == nil {
		f.First, f.Words[kit.IntentBottom] = slices.Insert(f.First, 1, kit.IntentBottom), "follow"
	}
	return f
}
