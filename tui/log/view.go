package log

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
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
	if len(p.win.lines) == 0 {
		what, next := p.state()
		rows = kit.StateRows(what, next, 1, w, body, st)
	} else {
		d := p.look(w, st)
		top, row := p.top, p.row
		if p.follow {
			top, row = p.endTop(w, body)
		}
		for i := top; i < len(p.win.lines) && len(rows) < body; i++ {
			if l := p.win.lines[i]; !p.isHidden(l) {
				rows = d.Rows(rows, l, i == p.hit || p.block.has(i), row, body-len(rows))
			}
			row = 0
		}
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
	switch {
	case p.typed == typedSearch:
		return kit.Fit("/"+p.search.View(w-1, st), w)
	case p.typed == typedFile:
		return kit.Fit("save to "+p.file.View(max(1, w-8), st), w)
	case p.scan != nil && !p.scan.opening:
		return st.Waiting.Render(kit.Fit(fmt.Sprintf("searching %s: %d%% of %s  esc stops",
			p.scan.find.Name(), p.progress(), kit.ByteSize(p.size)), w))
	case p.busy != "":
		return st.Waiting.Render(kit.Fit(p.busy+p.sh.Glyphs.More, w))
	case p.gone() && len(p.win.lines) > 0:
		return st.Waiting.Render(kit.Fit("Jenkins does not have this build any more. This is what was read of it.", w))
	case p.err != nil && len(p.win.lines) > 0:
		return st.Failed.Render(kit.Fit(kit.SayError(p.err), w))
	}
	return ""
}

// gone reports whether the build is not there any more, though its log could be read: it was discarded or deleted.
func (p *Pane) gone() bool { return p.loaded && p.part == nil && kit.IsGone(p.err) }

// state is what is said instead of a log: what is, and what to do.
func (p *Pane) state() (what, next string) {
	switch {
	case p.run.Job == "":
		return "No run is selected.", "Choose one in the list of runs."
	case p.run.Number == 0:
		return "No console yet: the run waits for an executor.", cmp.Or(kit.Clean(p.run.Why), "The run waits for an executor.")
	case p.part != nil && kit.IsGone(p.err) && !errors.Is(p.err, jenkins.ErrOtherBuild):
		return "It has no log of its own.", "esc shows the whole log."
	case p.err != nil:
		return kit.WhatOf(p.err), strings.TrimSpace(kit.HintOf(p.err) + " r asks again.")
	case !p.loaded:
		return "Reading the log" + p.sh.Glyphs.More, ""
	case p.part != nil && p.ended():
		return "It ended without writing anything.", "esc shows the whole log."
	case p.part != nil:
		return "It has written nothing so far.", "What it writes appears here."
	case p.ended():
		return "The console is empty.", "The run ended without writing anything."
	}
	return "The console is empty so far.", "What the run writes appears here."
}

// Title names the run, or the part of it, whose log is shown.
func (p *Pane) Title(w int) string {
	t := "Log"
	switch {
	case p.run.Job == "":
	case p.part != nil:
		t += "  " + kit.Clean(p.part.title)
	default:
		t += "  " + kit.RunTitle(p.run)
	}
	return kit.FitMiddle(t, min(w, kit.Width(t)))
}

// Hint says where in the log the screen is, and names the keys that lead on from there.
func (p *Pane) Hint() string {
	place := p.place()
	if place == "" {
		return ""
	}
	parts := []string{place, kit.ByteSize(p.size)}
	if nth := p.nthText(); nth != "" {
		parts = append(parts, nth)
	}
	switch { // keys that do nothing now are not shown
	case !p.focused:
	case p.block != nil:
		parts = []string{kit.Plural(p.block.lines(), "line") + " marked", "y copies"}
		if p.sh.Opts.Outbox != nil && !p.sh.Opts.ReadOnly {
			parts = append(parts, "c sends")
		}
	case p.find != nil && p.typed == typedNothing:
		parts = append(parts, "n N "+strings.TrimSpace(kit.Clean(p.find.Text)))
	default:
		parts = append(parts, map[errorsOf]string{knownErrors: "e next error", unreadErrors: "e looks for an error"}[p.errors()], "/ search")
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	}
	if p.focused && p.part != nil && p.block == nil {
		parts = append(parts, "esc whole log")
	}
	return strings.Join(parts, " "+p.sh.Glyphs.Sep+" ")
}

// nthText says which match, or which error, the screen stands on; empty where that is not known.
func (p *Pane) nthText() string {
	if p.hit < 0 || p.find != nil && p.counted != p.find {
		return ""
	}
	return p.matchText()
}

// Brief is what of the hint matters most, where there is little room.
func (p *Pane) Brief() string { return cmp.Or(p.nthText(), p.place()) }

// place says where in the log the screen is.
func (p *Pane) place() string {
	if !p.loaded || len(p.win.lines) == 0 {
		return ""
	}
	var parts []string
	switch {
	case p.follow && p.ended():
		parts = append(parts, "ended")
	case p.follow && p.part == nil && p.run.Status.Ended():
		parts = append(parts, "ends")
	case p.follow:
		parts = append(parts, "following")
	case p.first >= 0 && p.whole():
		parts = append(parts, "line "+kit.Thousands(int64(p.top+1))+" of "+kit.Thousands(int64(len(p.win.lines))))
	case p.first >= 0:
		parts = append(parts, "line "+kit.Thousands(int64(p.first+p.top+1)))
	}
	if at := p.percent(); !p.follow && at >= 0 {
		parts = append(parts, strconv.Itoa(at)+"%")
	}
	return strings.Join(parts, " "+p.sh.Glyphs.Sep+" ")
}

// percent is how much of the log lies above the end of the screen: of its lines where all of them are held, else of its
// bytes, console notes among them.
func (p *Pane) percent() int {
	n := len(p.win.lines)
	below := min(p.top+p.h, n)
	switch {
	case p.size <= 0 || p.top >= n:
		return -1
	case p.whole():
		return below * 100 / n
	case below == n:
		return int(p.win.end * 100 / p.size)
	}
	return int(p.win.lines[below].Start * 100 / p.size)
}

// whole reports whether the window holds all of the log.
func (p *Pane) whole() bool { return p.loaded && p.win.start == 0 && p.atEnd() }

// errorsOf is what is known of the errors in a log.
type errorsOf int

const (
	noErrors     errorsOf = iota // all of it was read, and none was found
	unreadErrors                 // none was found in what was read
	knownErrors
)

func (p *Pane) errors() errorsOf {
	switch {
	case p.win.errors:
		return knownErrors
	case len(p.win.lines) == 0, p.win.start <= p.clean && p.atEnd(), p.clean >= p.size:
		return noErrors
	}
	return unreadErrors
}

// turnTimes shows the timestamps another way, and says which, or that the log has none.
func (p *Pane) turnTimes() tea.Cmd {
	if !slices.ContainsFunc(p.win.lines, func(l textview.Line) bool { _, n := textview.SplitStamp(l.Text); return n > 0 && !l.Cont }) {
		return kit.Note("no timestamps in this console: the plugin Timestamper adds them")
	}
	p.times = (p.times + 1) % textview.TimesModes
	return kit.Note(map[textview.TimesMode]string{
		textview.TimesShort: "timestamps: the time of day", textview.TimesOff: "timestamps: not shown", textview.TimesFull: "timestamps: as they stand in the log",
	}[p.times])
}

// Footer leaves the keys for matches out until something is searched for.
func (p *Pane) Footer() kit.Footer {
	f := kit.Footer{First: []kit.Intent{kit.IntentDown, kit.IntentNextError, kit.IntentBack, kit.IntentFilter, kit.IntentNextPane}, Words: map[kit.Intent]string{kit.IntentDown: "scroll", kit.IntentFilter: "search"},
		Typing: []kit.KeyWord{{Key: "enter", Word: "search"}, {Key: "esc", Word: "close"}}}
	if p.typed == typedFile {
		f.Typing[0].Word = "save"
	}
	if p.find == nil {
		f.Words[kit.IntentSearchNext] = ""
	}
	switch p.errors() {
	case noErrors:
		f.Words[kit.IntentNextError] = ""
	case unreadErrors:
		f.Words[kit.IntentNextError] = "look for an error"
	}
	if len(p.win.lines) == 0 {
		f.Words[kit.IntentDown], f.Words[kit.IntentFilter], f.Words[kit.IntentMarkLines] = "", "", ""
	}
	switch { // how to come back, first of all from what was begun last
	case p.block != nil:
		f.First = []kit.Intent{kit.IntentDown, kit.IntentCopyLines, kit.IntentSendLines, kit.IntentBack}
		f.Words[kit.IntentBack], f.Words[kit.IntentMarkLines] = "unmark", ""
	case p.find != nil:
		f.First = []kit.Intent{kit.IntentDown, kit.IntentSearchNext, kit.IntentBack}
		f.Words[kit.IntentBack] = "end search"
	case p.part != nil:
		f.Words[kit.IntentBack] = "whole log"
	}
	if p.run.Status.Ended() { // nothing comes any more
		f.Words[kit.IntentFollow] = ""
	}
	return f
}
