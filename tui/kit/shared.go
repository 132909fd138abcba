package kit

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// AskFor is how long the root's own questions may take.
const AskFor = 30 * time.Second

// Briefly writes how long something took: 38 ms, 1.2 s.
func Briefly(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// Fold returns a variable's name as Jenkins compares it.
func Fold(name string) string { return strings.ToLower(name) }

// RefreshEnv returns the part of a run's environment that the refresh contains: its parameters and what the pipeline assigned.
func RefreshEnv(run jenkins.Run, own []*regexp.Regexp) env.Env {
	var params, assigned []env.Variable
	for _, x := range run.Parameters {
		params = append(params, env.Variable{Name: x.Name, Value: x.Value, Source: env.Param,
			Known: !x.Secret && !x.ValueHidden, Secret: x.Secret, MaskWhole: x.Secret, Password: x.Secret})
	}
	for _, name := range slices.Sorted(maps.Keys(run.Environment)) {
		assigned = append(assigned, env.Variable{Name: name, Value: run.Environment[name], Source: env.Assigned,
			Known: true})
	}
	e := env.Env{Ref: run.Ref, Run: run, SecretPatterns: own}.With(params, assigned)
	e.Missing = nil // nothing was asked yet
	return e
}

// PrintedMsg is what a run's console printed of its environment.
type PrintedMsg struct {
	Build BuildKey
	Vars  []env.Variable
}

// IsGone reports whether err says that Jenkins does not have a build, or its whole job.
func IsGone(err error) bool {
	asked, ok := errors.AsType[*jenkins.Error](err)
	return ok && asked.Kind == jenkins.NotFound
}

// SaidError is an error that says what to do.
type SaidError struct{ What, Fix string }

func (e *SaidError) Error() string { return e.What }

// Hint says what to do about it.
func (e *SaidError) Hint() string { return e.Fix }

// StepLine draws a step: what it is called, what it was given, how long it took.
func StepLine(s *stages.Step, w int, now time.Time, st *Styles) string {
	line := st.Stage(s.State).Render(st.Glyphs.Stage(s.State)) + " "
	took := ""
	if timed(s.State, s.StartedAt, s.Duration) {
		took = Clock(s.Elapsed(now))
	}
	what, given := s.Label()
	name := Clean(what)
	room := w - 2 - Width(took) - 1
	text := Fit(name, min(Width(name), max(0, room)))
	if left := room - Width(name) - 2; left >= 4 && given != "" {
		given = Clean(given)
		text += "  " + st.Dim.Render(Fit(given, min(Width(given), left)))
	}
	return line + text + Spaces(max(1, room+1-Width(text))) + st.Dim.Render(took)
}

// FormText breaks text into clean lines of at most w cells.
func FormText(text string, w int) []string {
	rest := 0
	if len(text) > FormBytes {
		cut := strings.ToValidUTF8(text[:FormBytes], "")
		rest, text = len(text)-len(cut), cut
	}
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = Clean(strings.ReplaceAll(line, "\t", "    "))
		out = append(out, strings.Split(ansi.Hardwrap(line, w, true), "\n")...)
		if len(out) > FormLines {
			return append(out[:FormLines], "… and more lines; copying takes all of it")
		}
	}
	if rest > 0 {
		out = append(out, "… and "+ByteSize(int64(rest))+" more; copying takes all of it")
	}
	return out
}

// Plural counts things: "1 variable", "12 variables", "3 entries".
func Plural(n int, what string) string {
	if n != 1 {
		if stem, ok := strings.CutSuffix(what, "y"); ok {
			what = stem + "ies"
		} else {
			what += "s"
		}
	}
	return Thousands(int64(n)) + " " + what
}

// StateRows draws what stands in place of a pane's contents: what is, and below it, dim, what to do.
func StateRows(what, next string, margin, w, h int, st *Styles) []string {
	if w < 20 {
		margin = 0
	}
	var rows []string
	for _, l := range WrapWords(what, w-2*margin) {
		rows = append(rows, Spaces(margin)+l)
	}
	for _, l := range WrapWords(next, w-2*margin) {
		rows = append(rows, Spaces(margin)+st.Dim.Render(l))
	}
	return rows[:min(len(rows), max(0, h))]
}

// WrapWords breaks clean text into lines of at most w cells, between words where it can.
func WrapWords(s string, w int) []string {
	if s == "" || w <= 0 {
		return nil
	}
	return strings.Split(ansi.Wrap(s, w, ""), "\n")
}

// Thousands writes a number with its thousands apart.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Wrap breaks text at spaces into lines of at most w cells, each indented.
func Wrap(text string, w int, indent string) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && Width(line)+1+Width(word) > w {
			out = append(out, indent+line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		out = append(out, indent+line)
	}
	return out
}

// GoneMsg says that Jenkins no longer has an ended build: a pane asked for it.
type GoneMsg struct {
	Build   BuildKey
	Deleted bool // by the user, who has been told
}

// FoundMsg says that a build that seemed gone exists: asked again, Jenkins had it.
type FoundMsg struct{ Build BuildKey }

// Missed returns a GoneMsg if err says that an ended run is gone. Whether a running one exists is the list's to know.
func Missed(run jenkins.Run, err error) tea.Cmd {
	if !IsGone(err) || !run.Status.Ended() {
		return nil
	}
	return Send(GoneMsg{Build: KeyOf(&run)})
}

// Marked draws s with the characters at the found byte offsets marked.
func Marked(s string, found map[int]bool, st *Styles) string {
	if len(found) == 0 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if found[i] {
			b.WriteString(st.Match.Render(string(r)))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Bar draws w cells of progress and one more that is marked when the run is late.
func Bar(elapsed, estimated time.Duration, w int, st *Styles) string {
	if estimated <= 0 || w <= 0 {
		return Spaces(w + 1)
	}
	full := int(min(max(0, float64(w)*float64(elapsed)/float64(estimated)), float64(w))) // in integers it could overflow
	if elapsed > estimated {
		return st.Waiting.Render(strings.Repeat(st.Glyphs.full, w) + "!")
	}
	return st.Running.Render(strings.Repeat(st.Glyphs.full, full)) +
		st.Dim.Render(strings.Repeat(st.Glyphs.empty, w-full)) + " "
}

// CauseText returns the first cause, shortened for a column; a queue item's is the whole reason it waits.
func CauseText(r *jenkins.Run) string {
	if r.Status == jenkins.Queued && r.Why != "" {
		return Clean(r.Why)
	}
	if len(r.Causes) == 0 {
		return ""
	}
	return r.Causes[0].Short(r.Job)
}

// StageTime returns how long a stage took or takes; empty if it has not started or was skipped.
func StageTime(s *stages.Stage, now time.Time) string {
	if !timed(s.State, s.StartedAt, s.Duration) {
		return ""
	}
	return Clock(s.Elapsed(now))
}

// WhatOf returns what an error says, without its operation: what was asked for is what the pane shows.
func WhatOf(err error) string {
	if e, ok := errors.AsType[*jenkins.Error](err); ok {
		bare := *e
		bare.Op = ""
		err = &bare
	}
	return Clean(err.Error())
}

// HintOf returns what an error says that a person can do about it, as a sentence.
func HintOf(err error) string {
	var h interface{ Hint() string }
	if !errors.As(err, &h) || Clean(h.Hint()) == "" {
		return ""
	}
	hint := Sentence(Clean(h.Hint()))
	if strings.ContainsAny(hint[len(hint)-1:], ".?!") {
		return hint
	}
	return hint + "."
}

// SayError returns an error with its hint, as one text.
func SayError(err error) string {
	s := WhatOf(err)
	if h := HintOf(err); h != "" {
		s += ". " + h
	}
	return s
}

// MarginsOf returns how many cells are kept free beside what a pane draws: text does not stand at the border, where there is
// room. A console is cut there, and a list keeps its own margin, over which its cursor goes.
func MarginsOf(id PaneID, w int) (left, right int) {
	switch {
	case w < roomy:
	case id == PaneLog:
		return 1, 0
	case id == PaneCompose:
		return 1, 1
	}
	return 0, 0
}

// roomy is from how many cells there are margins.
const roomy = 40

// RightOf returns how many cells a list of w keeps free on its right.
func RightOf(w int) int {
	if w < roomy {
		return 0
	}
	return 1
}
