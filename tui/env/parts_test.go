package env

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func linesFor(names ...string) []line {
	var lines []line
	for _, name := range names {
		if name == "" {
			lines = append(lines, line{kind: foldLine})
			continue
		}
		lines = append(lines, line{v: &env.Variable{Name: name}})
	}
	return lines
}

func TestCursorFollowsItsVariable(t *testing.T) {
	t.Parallel()
	l := &list{height: 2}
	l.replace(linesFor("A", "B", "C", ""))
	l.moveTo(2)
	l.replace(linesFor("A", "AA", "B", "C", ""))
	if v := l.current(); v == nil || v.Name != "C" || l.offset != 2 {
		t.Errorf("the cursor is on %v, the first line in sight is %d", v, l.offset)
	}
	l.moveTo(4)
	l.replace(linesFor("A", "", "Z"))
	if !l.onFold() {
		t.Errorf("the cursor left the fold for line %d", l.cursor)
	}
	l.moveTo(0)
	l.replace(linesFor("0", "A", "", "Z"))
	if l.current().Name != "0" {
		t.Error("the cursor did not stay at the top")
	}
	l.replace(nil)
	if l.current() != nil || l.onFold() || l.onSecret() {
		t.Error("there is something under the cursor of an empty list")
	}
}

func TestPinsOfTheConfigCanBeTakenAway(t *testing.T) {
	t.Parallel()
	p := newPins([]string{"target"})
	p.toggle("target")
	p.toggle("zone")
	if p.has("target") || !p.has("zone") || p.has("other") {
		t.Errorf("toggled are %q", p.text())
	}
	next := newPins([]string{"target"})
	if next.setText(p.text()); next.has("target") || !next.has("zone") {
		t.Errorf("after a start toggled are %q", next.text())
	}
}

func TestMakerFoldsWhatJenkinsDerives(t *testing.T) {
	t.Parallel()
	e := env.Env{Variables: []env.Variable{
		{Name: "JOB_NAME", Value: "web", Known: true, Source: env.Derived},
		{Name: "TARGET", Value: "prod", Known: true, Source: env.Param},
		{Name: "ZONE", Value: "eu", Known: true, Source: env.Assigned},
	}}
	p, d := newPins([]string{"ZONE"}), newDetail()
	made := func(m maker) string {
		m.env, m.pins, m.detail, m.w, m.glyphs = &e, &p, &d, 80, kittest.Shared().Glyphs
		m.environment()
		var names []string
		for _, l := range m.lines {
			if l.v != nil {
				names = append(names, l.v.Name)
			} else {
				names = append(names, strings.Fields(l.text)[1])
			}
		}
		return strings.Join(names, " ")
	}
	if got := made(maker{}); got != "ZONE TARGET 1" {
		t.Errorf("folded: %q", got)
	}
	if got := made(maker{opened: true}); got != "ZONE TARGET 1 JOB_NAME" {
		t.Errorf("opened: %q", got)
	}
	if got := made(maker{query: "name"}); got != "JOB_NAME" {
		t.Errorf("filtered: %q", got)
	}
	d.unfold("target", 1)
	if got := made(maker{}); got != "ZONE TARGET TARGET 1" {
		t.Errorf("unfolded: %q", got)
	}
}

func TestComparisonReadsFromOlderToNewer(t *testing.T) {
	t.Parallel()
	build := func(n int) jenkins.Run { return jenkins.Run{Ref: jenkins.Ref{Job: "web", Number: n}} }
	at := func(value string) env.Env {
		return env.Env{Variables: []env.Variable{{Name: "ZONE", Value: value, Known: true, Source: env.Assigned}}}
	}
	for _, base := range []int{6, 8} {
		run, c := build(7), &comparison{what: "other"}
		if what, _ := c.state(&run, true, false, "", "…"); what != "Comparing with other…" {
			t.Errorf("before the answer it says %q", what)
		}
		c.take(comparedMsg{run: build(base), env: at("theirs")}, &run, at("ours"))
		before, after := "theirs", "ours"
		if base > run.Number {
			before, after = after, before
		}
		if d := c.result.Deltas; len(d) != 1 || d[0].Before.Value != before || d[0].After.Value != after {
			t.Errorf("with #%d: %+v", base, d)
		}
	}
}

func TestSecretsLeaveOnlyWhenTheyAreRevealed(t *testing.T) {
	t.Parallel()
	vars := []env.Variable{{Name: "API_KEY", Value: "open sesame", Known: true, Secret: true, MaskWhole: true, Source: env.Param}}
	for _, format := range []string{"JSON", "dotenv", "shell exports"} {
		text, _, err := exportText(format, vars, nil)
		if err != nil || strings.Contains(text, "sesame") {
			t.Errorf("%s, masked: %q, %v", format, text, err)
		}
		if text, _, _ = exportText(format, vars, map[string]bool{"api_key": true}); !strings.Contains(text, "sesame") {
			t.Errorf("%s, revealed: %q", format, text)
		}
	}
}

func TestResultsToCompareWithStandInColumns(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		build := func(n int, s jenkins.Status, ended time.Duration) jenkins.Run {
			return jenkins.Run{Ref: jenkins.Ref{Job: "web", Number: n}, Status: s, StartedAt: time.Now().Add(-ended - time.Minute), Duration: time.Minute}
		}
		run, marked := build(12, jenkins.Failure, time.Minute), build(8, jenkins.NotBuilt, 50*time.Hour)
		runs := []jenkins.Run{build(13, jenkins.Running, 0), run, build(11, jenkins.Unstable, 5*time.Minute), build(10, jenkins.Success, 14*time.Hour),
			build(9, jenkins.Failure, 3*time.Hour), {Ref: jenkins.Ref{Job: "web", Number: 7}}}
		g := kittest.Shared().Glyphs
		glyph, width := map[int]bool{}, map[int]bool{}
		for _, c := range baseChoices(&run, []jenkins.Run{marked}, runs, g) {
			r := c.Msg.(compareMsg).run
			if r.Status == "" {
				continue
			}
			at := strings.Index(c.Note, " "+g.Status(r.Status)+" ")
			if at < 0 {
				t.Errorf("%q does not say how #%d ended", c.Note, r.Number)
				continue
			}
			width[kit.Width(c.Note[at:])] = true
			glyph[kit.Width(c.Note)-kit.Width(c.Note[:at])] = true
		}
		if len(width) != 1 || len(glyph) != 1 {
			t.Errorf("they stand in %d columns", len(width))
		}
	})
}
