package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
)

func TestATableFitsTheTerminalAndLosesTheMiddleOfNames(t *testing.T) {
	t.Parallel()
	names := &output.Table{Columns: []output.Column{{Title: "JOB", Least: 8}, {Title: "EMPTY"}, {Title: "N", Right: true}}}
	names.Add("shop/checkout/feature/a-very-long-branch-name", "", "7")
	names.Add("größe/日本語/ビルド", "", "1203")
	for _, width := range []int{20, 30, 60, 200} {
		var b bytes.Buffer
		if err := names.Write(&b, width); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != 3 || strings.Contains(b.String(), "EMPTY") {
			t.Fatalf("width %d:\n%s", width, b.String())
		}
		for _, line := range lines {
			if ansi.StringWidth(line) > width {
				t.Errorf("width %d: %q is %d wide", width, line, ansi.StringWidth(line))
			}
		}
		if !strings.HasSuffix(lines[1], "7") || width < 60 && !strings.Contains(lines[1], "…") {
			t.Errorf("width %d: %q", width, lines[1])
		}
	}
	if got := output.CutMiddle("shop/checkout/main", 11); got != "shop/…/main" {
		t.Errorf("cut to %q", got)
	}
}

func TestPipedRowsHoldNothingThatACellCouldBreak(t *testing.T) {
	t.Parallel()
	evil := &output.Table{}
	evil.Add("a\tb\nc", "\x1b]0;title\a\x1b[31mred", "\u202egnp")
	var b bytes.Buffer
	if err := evil.Write(&b, 0); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != "a b c\tred\tgnp\n" {
		t.Errorf("%q", got)
	}
}

func FuzzSafeJSONKeepsTheValueAndNothingATerminalObeys(f *testing.F) {
	f.Add("\x1b[2J \u009b31m \x7f \u202e \u2066 \u200f \u061c \u200b \u200d \ufeff \ufe0f \u3164 \U000e0041 é 日本 \u2028")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := output.Marshal(map[string]string{"v": text})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]string
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%v in %q", err, b)
		}
		if want := strings.ToValidUTF8(text, "\ufffd"); back["v"] != want && strings.ToValidUTF8(text, "") == text {
			t.Errorf("%q came back as %q", want, back["v"])
		}
		for _, r := range string(b) {
			if r < ' ' || output.Escaped(r) {
				t.Errorf("%q holds %U", b, r)
			}
		}
	})
}

func TestTheTypeOfAnErrorDecidesTheExitCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		code int
	}{
		{nil, 0},
		{errors.New("any"), exit.CodeFailed},
		{exit.Usage("hint", "wrong"), exit.CodeUsage},
		{fmt.Errorf("wrapped: %w", exit.Usage("hint", "wrong")), exit.CodeUsage},
		{errors.New(`unknown command "x" for "jenkwatch"`), exit.CodeUsage},
		{&jenkins.Error{Kind: jenkins.Unreachable}, exit.CodeUnreachable},
		{&jenkins.Error{Kind: jenkins.TimedOut}, exit.CodeUnreachable},
		{&jenkins.Error{Kind: jenkins.Starting}, exit.CodeUnreachable},
		{&jenkins.Error{Kind: jenkins.BadCertificate}, exit.CodeUnreachable},
		{&jenkins.Error{Kind: jenkins.NotAllowed}, exit.CodeNotAllowed},
		{&jenkins.Error{Kind: jenkins.NotFound}, exit.CodeNotFound},
		{&jenkins.Error{Kind: jenkins.Refused}, exit.CodeFailed},
		{&sender.Error{Kind: sender.UnknownEndpoint}, exit.CodeUsage},
		{&sender.Error{Kind: sender.NoSuchDelivery}, exit.CodeNotFound},
		{&sender.Error{Kind: sender.StoreLocked}, exit.CodeFailed},
		{deliver.Outcome(sender.Delivery{State: sender.Delivered}), 0},
		{deliver.Outcome(sender.Delivery{State: sender.Retrying}), exit.CodeUnreachable},
		{deliver.Outcome(sender.Delivery{State: sender.Dead, HTTPStatus: 410}), exit.CodeFailed},
		{deliver.Outcome(sender.Delivery{State: sender.Dead, HTTPStatus: 401}), exit.CodeNotAllowed},
		{resultCode(jenkins.Success), 0},
		{resultCode(jenkins.Unstable), 10},
		{resultCode(jenkins.Failure), 11},
		{resultCode(jenkins.NotBuilt), 12},
		{resultCode(jenkins.Aborted), 13},
		{resultCode(jenkins.Complete), exit.CodeFailed},
		{exit.Signal{Signal: syscall.SIGTERM}, 143},
		{diffTrouble(errors.New("any")), exit.CodeUsage},
		{diffTrouble(exit.Code(1)), 1},
		{diffTrouble(&jenkins.Error{Kind: jenkins.NotFound}), exit.CodeNotFound},
		{errors.Join(&jenkins.Error{Kind: jenkins.NotFound}, errors.New("any")), exit.CodeNotFound},
	} {
		if got := exit.CodeOf(c.err); got != c.code {
			t.Errorf("%v: exit code %d, want %d", c.err, got, c.code)
		}
	}
}

func TestAnErrorIsTwoLinesAndNoMore(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	a := newApp(nil, nil, &b)
	code := a.report(nil, exit.Usage("do\nthis", "it \x1b[31mbroke\nhere"))
	if got := b.String(); code != exit.CodeUsage || got != "jenkwatch: it broke here\n  do this\n" {
		t.Errorf("exit code %d, %q", code, got)
	}
	b.Reset()
	if code := a.report(nil, exit.Code(7)); code != 7 || b.Len() > 0 {
		t.Errorf("exit code %d, %q", code, b.String())
	}
	if code := newApp(strings.NewReader(""), &b, &b).execute(context.Background(), []string{"--version"}); code != 0 {
		t.Errorf("--version ends with %d", code)
	}
}

func TestANarrowTerminalLosesWholeColumnsAndKeepsTheJob(t *testing.T) {
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
		120: {"platform/services/billing/main ", " Integration tests ", " 28% ", " by mira", " Ship 2.14.0-rc.3 to", " push event"},
		200: {" 28% of 8m00s ", " Ship 2.14.0-rc.3 to production, to all regions? ", " push event to branch feature/a-long-name"},
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

func TestAPersonReadsWhenAndWholeWords(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for want, after := range map[string]time.Duration{"30s ago": -30 * time.Second, "5m ago": -5*time.Minute - 40*time.Second,
		"47h ago": -47 * time.Hour, "3d ago": -80 * time.Hour, "in 2m": 2 * time.Minute} {
		if got := output.Ago(now.Add(after), now); got != want {
			t.Errorf("%s is formatted as %q, want %q", after, got, want)
		}
	}
	if got := output.Ago(time.Time{}, now); got != "" {
		t.Errorf("the zero time is formatted as %q", got)
	}
	if got := output.Wrap("one or `two --three` https://ci.example.com/long", 14, "  "); got !=
		"  one or `two\n  --three`\n  https://ci.example.com/long" {
		t.Errorf("wrapped to %q", got)
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
	view := &jsonview.StatusView{Stages: []stages.Stage{
		{Name: "Checkout", State: stages.Success, Duration: 5 * time.Second, Node: "HERE"},
		{Name: "Tests", State: stages.Failure, Duration: 83 * time.Second, Node: "HERE", Children: []stages.Stage{
			{Name: "a branch with a long name", State: stages.Running, Duration: time.Second, Node: "HERE"}}},
	}}
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

func TestJSONShowsInvisibleCharacters(t *testing.T) {
	t.Parallel()
	b, err := output.Marshal("a\u200fb\u061c\u200b\u200d\ufeff\u00ad\U000e0041\u202eé")
	if want := `"a\u200fb\u061c\u200b\u200d\ufeff\u00ad\udb40\udc41\u202eé"`; err != nil || string(b) != want {
		t.Errorf("%s, %v, want %s", b, err, want)
	}
}

func TestTwoInvocationsKeepTheirOwnSecretPatterns(t *testing.T) {
	t.Parallel()
	run := jenkins.Run{Parameters: []jenkins.Parameter{{Name: "CODENAME", Value: "bluebird"}}}
	for pattern, want := range map[string]string{"^codename$": secrets.Masked, "^other$": "bluebird"} {
		cfg, err := config.ParseConfig([]byte("[secrets]\npatterns = ['"+pattern+"']\n"), "config.toml")
		if err != nil {
			t.Fatal(err)
		}
		a := newApp(nil, io.Discard, io.Discard)
		a.LoadOnce.Do(func() { a.Cfg = cfg })
		if got := jsonview.Parameters(run, a.SecretPatterns())[0].Shown(false); got != want {
			t.Errorf("with %s: %s", pattern, got)
		}
	}
}
