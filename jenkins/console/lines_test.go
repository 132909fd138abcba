package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func linesOf(t testing.TB, page string, size int) []Line {
	t.Helper()
	p := pageReader{nodes: map[string]*pageNode{}}
	var lines []Line
	for len(page) > 0 {
		n := min(size, len(page))
		lines = slices.AppendSeq(lines, p.add(page[:n]))
		page = page[n:]
	}
	if l, ok := p.rest(); ok {
		lines = append(lines, l)
	}
	return lines
}

// TestLinesOfParallelBranches separates the branches of a recorded console (917).
func TestLinesOfParallelBranches(t *testing.T) {
	t.Parallel()
	c := &Client{Client: &jenkins.Client{URL: recorded.Must(url.Parse("http://127.0.0.1:8090/")), HTTP: &http.Client{Transport: recorded.Play(t, "917")}}}
	byStage := map[string][]string{}
	var all []Line
	for l, err := range c.Lines(t.Context(), jenkins.Ref{Job: "depth/interleave", Number: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
		if !l.Pipeline {
			at := strings.Join(l.Stage, ">")
			byStage[at] = append(byStage[at], l.Text)
		}
	}
	for stage, want := range map[string]string{"": "Started by user admin|Running on Jenkins in /var/lib/jenkins/workspace/depth/interleave",
		"Fan>shell": "+ echo shell 1|shell 1|+ sleep 1|+ echo shell 2|shell 2|+ sleep 1|+ echo shell 3|shell 3|+ sleep 1",
		"Fan>alpha": "alpha 0|Sleeping for 1 sec|alpha 1|Sleeping for 1 sec|alpha 2|Sleeping for 1 sec"} {
		if got := strings.Join(byStage[stage], "|"); got != want {
			t.Errorf("%s: %q", stage, got)
		}
	}
	i := slices.IndexFunc(all, func(l Line) bool { return l.Text == "shell 1" })
	if l := all[i]; l.Node != "13" || l.Step != "sh" || !slices.Equal(l.In, []string{"12", "7", "6", "5", "4", "3", "2"}) {
		t.Errorf("%+v", l)
	}
	for _, size := range []int{1, 7} { // however it is cut
		again := linesOf(t, string(recorded.Read(t, "917").Body), size)
		if len(again) != len(all) || again[i].Text != all[i].Text || again[i].Node != "13" {
			t.Errorf("by %d: %d lines", size, len(again))
		}
	}
}

// TestLinesWithTimes reads what timestamps {} adds: a clock time to be seen, and a hidden time (source).
func TestLinesWithTimes(t *testing.T) {
	t.Parallel()
	const page = `<span class="pipeline-node-9"><span class="timestamp"><b>00:29:09</b> </span><span style="display: none">[2026-11-30T00:29:09.537Z] </span>a &lt;b&gt; &amp; c` + "\n</span>"
	got := linesOf(t, page, 1000)
	if len(got) != 1 || got[0].Text != "a <b> & c" || !got[0].Time.Equal(time.Date(2026, 11, 30, 0, 29, 9, 537e6, time.UTC)) || got[0].Node != "9" {
		t.Errorf("%+v", got)
	}
	for line := range strings.Lines(strings.ReplaceAll(string(recorded.Read(t, "922").Body), "\r", "")) {
		if at, text := CutTime(line); at.IsZero() || strings.HasPrefix(text, "[") {
			t.Errorf("%q", line)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add(string(recorded.Read(f, "917").Body), 100)
	f.Add("<span class=\"pipeline-new-node\" nodeId=\"1\" enclosingId=\"1\" label=\"\x1b[2J\">x</span></span><<span", 1)
	f.Fuzz(func(t *testing.T, page string, size int) {
		for _, l := range linesOf(t, page, max(1, size)) {
			if len(l.In) > 100 {
				t.Error(len(l.In))
			}
			for _, s := range append([]string{l.Step}, l.Stage...) {
				if strings.ContainsFunc(s, clean.IsJunk) {
					t.Errorf("%q", s)
				}
			}
			if strings.ContainsAny(l.Text, "\n\x1b") {
				t.Errorf("%q", l.Text)
			}
		}
	})
}
