package popup

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/testreport"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// NewTests lists the tests of a build, the failing ones first; enter shows all about one.
func NewTests(sh *kit.Shared, k *Kept, run jenkins.Run) (Popup, tea.Cmd) {
	l := NewList(sh, "Tests of "+kit.RunTitle(run), "message, stack, history", nil)
	l.large = true
	var report testreport.Report
	l.enter = func(i int) (Popup, tea.Cmd) { return newTest(l, run, report.Cases[i]) }
	return l, fill(l, inquiry[testreport.Report]{
		run: run, kept: &k.tests, none: func(testreport.Report) string { return "This build has no test report." },
		ask: func(ctx context.Context, c *jenkins.Client) (testreport.Report, error) {
			return testreport.Read(ctx, c, run.Ref)
		},
		items: func(r testreport.Report) []Item {
			report, l.count = r, testCount(&r)
			items := make([]Item, len(r.Cases))
			for i := range r.Cases {
				items[i] = testItem(&r.Cases[i], sh.Styles)
			}
			return items
		},
	})
}

// testCount says how many tests fail.
func testCount(r *testreport.Report) string {
	s := fmt.Sprintf("%d failed", r.Failed)
	if r.New > 0 {
		s += fmt.Sprintf(", %d new", r.New)
	}
	return s
}

func testItem(k *testreport.Case, st *kit.Styles) Item {
	it := Item{Label: kit.Clean(k.FullName()), Note: howLately(k), glyph: testGlyph(k.Status, st)}
	it.more = kit.Clean(k.Message)
	took := "" // most tests take no time worth a column
	if k.Duration > 0 {
		took = kit.Briefly(k.Duration)
	}
	it.Note += kit.FitRight(took, 9)
	return it
}

// howLately says since when a test fails, or that it does so no more.
func howLately(k *testreport.Case) string {
	switch {
	case k.New:
		return "new failure"
	case k.Status == testreport.Failed && k.Since > 0:
		return fmt.Sprintf("fails since #%d", k.Since)
	case k.Status == testreport.Passed:
		return ""
	}
	return strings.ToLower(string(k.Status))
}

func testGlyph(s testreport.Status, st *kit.Styles) string {
	switch s {
	case testreport.Failed:
		return st.Failed.Render(st.Glyphs.Failure)
	case testreport.Skipped:
		return st.Dim.Render(st.Glyphs.NotBuilt)
	case "":
		return st.Dim.Render(st.Glyphs.Sep)
	}
	return st.Good.Render(st.Glyphs.Success)
}

// pastBuilds is over how many builds the history of a test goes.
const pastBuilds = 10

type (
	testDetailsMsg struct {
		of      *test
		details testreport.Details
		err     error
	}
	testHistoryMsg struct {
		of   *test
		past []testreport.Past
		err  error
	}
)

// test is what is known of one test.
type test struct {
	testreport.Case
	sh *kit.Shared

	details      testreport.Details
	detailsKnown bool
	detailsErr   error
	past         []testreport.Past
	pastKnown    bool
	pastErr      error
}

// newTest shows message, stack and history of a test.
func newTest(before *List, run jenkins.Run, k testreport.Case) (Popup, tea.Cmd) {
	t := &test{Case: k, sh: before.sh}
	show := &text{sh: before.sh, title: kit.Clean(k.FullName()), before: before, draw: t.draw}
	show.keys = []textKey{{kit.KeyWord{Key: "y", Word: "copy message and stack"}, func() (Popup, tea.Cmd) {
		whole := strings.TrimSpace(t.FullName() + "\n" + cmp.Or(t.details.Message, t.Message) + "\n\n" + t.details.Stack)
		return show, kit.Send(kit.CopyMsg{Text: whole, What: "the test's message and stack"})
	}}}
	show.got = func(msg tea.Msg) tea.Cmd {
		switch msg := msg.(type) {
		case testDetailsMsg:
			if msg.of == t {
				t.details, t.detailsErr, t.detailsKnown = msg.details, msg.err, true
			}
		case testHistoryMsg:
			if msg.of == t {
				t.past, t.pastErr, t.pastKnown = msg.past, msg.err, true
			}
		}
		return nil
	}
	c := before.sh.Client(run.Controller)
	if c == nil {
		return show, nil
	}
	asking := func(ask func(context.Context) tea.Msg) tea.Cmd {
		return func() tea.Msg {
			ctx, cancel := context.WithTimeout(before.sh.Context(), kit.AskFor)
			defer cancel()
			return ask(ctx)
		}
	}
	return show, tea.Batch(
		asking(func(ctx context.Context) tea.Msg {
			d, err := k.Read(ctx, c, run.Ref)
			if err == nil {
				err = c.StillIs(ctx, run)
			}
			if err != nil {
				d = testreport.Details{}
			}
			return testDetailsMsg{t, d, err}
		}),
		asking(func(ctx context.Context) tea.Msg {
			past, err := k.History(ctx, c, run, pastBuilds)
			if err == nil {
				err = c.StillIs(ctx, run)
			}
			return testHistoryMsg{t, past, err}
		}))
}

func (t *test) draw(w int, st *kit.Styles) []string {
	head := testGlyph(t.Status, st) + " " + string(t.Status)
	if lately := howLately(&t.Case); lately != "" && !strings.EqualFold(lately, string(t.Status)) {
		head += "  " + lately
	}
	if t.Duration > 0 {
		head += "  " + kit.Briefly(t.Duration)
	}
	out := []string{kit.Fit(head, min(kit.Width(head), w))}
	for _, f := range [][2]string{{"stage", strings.Join(t.Stage, " > ")}, {"suite", t.Suite}} {
		if f[1] != "" {
			value := kit.Clean(f[1])
			out = append(out, st.Dim.Render(f[0])+"  "+kit.FitMiddle(value, min(kit.Width(value), max(1, w-8))))
		}
	}
	switch {
	case !t.detailsKnown:
		out = append(out, "", st.Dim.Render("asking for the message"+st.Glyphs.More))
	case t.detailsErr != nil:
		out = append(append(out, ""), kit.Wrap(kit.SayError(t.detailsErr), w, "")...)
	}
	message := cmp.Or(t.details.Message, t.Message)
	out = append(out, part("Message", message, w, st)...)
	out = append(out, part("Stack", t.details.Stack, w, st)...)
	out = append(out, t.history(w, st)...)
	out = append(out, part("Output", t.details.Stdout, w, st)...)
	return append(out, part("Errors printed", t.details.Stderr, w, st)...)
}

// history returns how the test did in the last builds.
func (t *test) history(w int, st *kit.Styles) []string {
	out := []string{"", st.Header.Render("Last builds")}
	switch {
	case !t.pastKnown:
		return append(out, "  "+st.Dim.Render("asking for them"+st.Glyphs.More))
	case t.pastErr != nil:
		return append(out, kit.Wrap(kit.SayError(t.pastErr), w-2, "  ")...)
	}
	for i := range t.past {
		b := &t.past[i]
		what := "not run"
		switch {
		case b.New:
			what = "new failure"
		case b.Status != "":
			what = strings.ToLower(string(b.Status))
		}
		line := "  " + testGlyph(b.Status, st) + " " + kit.FitRight(kit.RunNumber(b.Run), 7) + kit.FitRight(kit.Ago(time.Since(b.Run.EndedAt())), 6) + " ago  " +
			kit.Fit(what, 13)
		if b.Message != "" {
			line += kit.Clean(b.Message)
		}
		out = append(out, kit.Fit(line, min(kit.Width(line), w)))
	}
	return out
}
