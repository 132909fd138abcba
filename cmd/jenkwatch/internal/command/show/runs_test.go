package show

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

func TestNarrowTerminalLosesWholeColumnsAndKeepsTheJob(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var runs []jenkins.Run
	for _, job := range []string{"shop/checkout/main", "platform/services/billing/feature%2Finvoices"} {
		runs = append(runs, jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, Number: 1234}, Status: jenkins.Running,
			Stages: []string{"Integration tests"}, Progress: 28, Estimated: 8 * time.Minute, StartedAt: now.Add(-time.Minute),
			Nodes: []string{"agent-linux-9"}, Causes: []jenkins.Cause{{Text: "Started by timer"}}})
	}
	heading := map[int]string{
		40: "JOB BUILD", 60: "JOB BUILD STATUS TIME", 80: "JOB BUILD STATUS STAGE DONE TIME",
		200: "JOB BUILD STATUS STAGE DONE TIME NODE CAUSE",
	}
	for _, width := range []int{40, 60, 80, 200} {
		var b bytes.Buffer
		if err := runsTable(runs, now, width, false).Write(&b, width); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if got := strings.Join(strings.Fields(lines[0]), " "); width >= 60 && got != heading[width] {
			t.Errorf("width %d: the columns are %s, want %s", width, got, heading[width])
		}
		for _, line := range lines {
			if ansi.StringWidth(line) > width {
				t.Errorf("width %d: %q is %d wide", width, line, ansi.StringWidth(line))
			}
		}
		if !strings.HasPrefix(lines[1], "shop/checkout/main ") || !strings.Contains(lines[2], "/invoices") {
			t.Errorf("width %d: the jobs look the same:\n%s", width, b.String())
		}
	}
}

func TestWhatMattersInAListOfRunsStaysWhole(t *testing.T) {
	t.Parallel()
	now := time.Now()
	runs := []jenkins.Run{
		{Ref: jenkins.Ref{Controller: "production", Job: "platform/services/billing/main", Number: 1234}, Status: jenkins.Running,
			Stages: []string{"Integration tests"}, Progress: 28, Estimated: 8 * time.Minute, StartedAt: now.Add(-time.Minute),
			Nodes: []string{"agent-linux-9"}, Causes: []jenkins.Cause{{Text: "Started by user Mira Bellenbaum", UserID: "mira"}}},
		{Ref: jenkins.Ref{Controller: "staging", Job: "release/ship-it", Number: 31}, Status: jenkins.Paused,
			Inputs: []jenkins.Input{{Message: "Ship 2.14.0-rc.3 to production, to all regions?"}}, StartedAt: now.Add(-time.Hour),
			Causes: []jenkins.Cause{{Text: "Push event to branch feature/a-long-name"}}},
	}
	for width, want := range map[int][]string{
		80:  {"platform/services/billing/main ", " Integration tests ", " 1m00s", " Ship 2.14.0-rc"},
		120: {"platform/services/billing/main ", " Integration tests ", " 12% ", " by mira", " Ship 2.14.0-rc.3 to", " push event"},
		200: {" 12% of 8m00s ", " Ship 2.14.0-rc.3 to production, to all regions? ", " push event to branch feature/a-long-name"},
	} {
		var b bytes.Buffer
		if err := runsTable(runs, now, width, width > 80).Write(&b, width); err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !strings.Contains(b.String(), text) {
				t.Errorf("width %d: %q is not there:\n%s", width, text, b.String())
			}
		}
		if strings.Contains(b.String(), "…regions") || strings.Contains(b.String(), "…name") {
			t.Errorf("width %d: prose is cut in its middle:\n%s", width, b.String())
		}
	}
}

func TestWhatComesLineByLineLinesUpOnATerminal(t *testing.T) {
	t.Parallel()
	changes := []watch.Change{
		{Kind: watch.Added, Run: jenkins.Run{Ref: jenkins.Ref{Job: "a", Number: 1}, Status: jenkins.NotBuilt, Stages: []string{"HERE"}}},
		{Kind: watch.Removed, Run: jenkins.Run{Ref: jenkins.Ref{Job: strings.Repeat("folder/", 12) + "main", Number: 77}, Status: jenkins.Running,
			Stages: []string{"HERE"}}},
	}
	var watched, status bytes.Buffer
	if err := (&runsOptions{}).printChanges(&watched, changes, 80); err != nil {
		t.Fatal(err)
	}
	view := &jsonview.StatusView{Tree: stages.Tree{Stages: []stages.Stage{
		{Name: "Checkout", State: stages.Success, Duration: 5 * time.Second, Node: "HERE"},
		{Name: "Tests", State: stages.Failure, Duration: 83 * time.Second, Node: "HERE", Children: []stages.Stage{
			{Name: "a branch with a long name", State: stages.Running, Duration: time.Second, Node: "HERE"}}},
	}}}
	if err := writeStatus(&status, view, 80); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"watch": watched.String(), "status": status.String()} {
		at := -1
		for line := range strings.Lines(text) {
			before, _, found := strings.Cut(line, "HERE")
			switch width := ansi.StringWidth(before); {
			case !found:
			case at < 0:
				at = width
			case at != width:
				t.Errorf("%s: a column begins at %d and at %d:\n%s", name, at, width, text)
			}
		}
		if at < 0 || strings.Contains(text, "\t") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
