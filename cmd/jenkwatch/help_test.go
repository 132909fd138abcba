package main

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
)

// TestHelpIsWhole draws the help of every command on a terminal, as fang does: nothing is cut.
func TestHelpIsWhole(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it starts the program many times")
	}
	continued := regexp.MustCompile(`\\\s*\r\n`)
	var check func(*cobra.Command)
	check = func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		got := shownHelp(t, path)
		words := strings.Join(strings.Fields(continued.ReplaceAllString(got, "")), " ")
		for example := range strings.SplitSeq(cmd.Example, "\n") {
			if !strings.Contains(words, strings.Join(strings.Fields(example), " ")) {
				t.Errorf("%v: the example %q is not whole in\n%s", path, example, got)
			}
		}
		for line := range strings.SplitSeq(got, "\r\n") {
			if w := ansi.StringWidth(line); w > helpColumns || strings.Contains(line, "…") {
				t.Errorf("%v: %q is %d wide, or cut", path, line, w)
			}
		}
		for _, c := range cmd.Commands() {
			check(c)
		}
	}
	check(rootCommand(cli.New(nil, nil, nil)))
}

const helpColumns = 80

// shownHelp returns what a terminal shows of a command's help.
func shownHelp(t *testing.T, path []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "jenkwatch", append(path, "--help")...)
	p, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: helpColumns})
	if err != nil {
		t.Skip("there is no pseudo terminal:", err)
	}
	defer p.Close()
	// The answers of a terminal that is asked for its colours and what it is: else two seconds are waited for each.
	_, _ = io.WriteString(p, strings.Repeat("\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?62c", 2))
	b, _ := io.ReadAll(p) // ends with an error when the other side is closed
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %v", path, err)
	}
	return ansi.Strip(string(b))
}

func TestManualHasEveryCommandFlagAndCode(t *testing.T) {
	t.Parallel()
	root := rootCommand(cli.New(nil, nil, nil))
	page := strings.NewReplacer(`\-`, "-", `\(aq`, "'", "\\(ga", "`").Replace(help.ManPage(root))
	var check func(*cobra.Command)
	check = func(cmd *cobra.Command) {
		for _, text := range append(strings.Split(cmd.Example, "\n"), strings.Join(strings.Fields(cmd.Long), " ")) {
			if !strings.Contains(page, strings.TrimSpace(text)) {
				t.Errorf("%s: %q is not there in one line", cmd.CommandPath(), text)
			}
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(page, "--"+f.Name+"\\fP\n"+f.Usage) {
				t.Errorf("%s: --%s is not there", cmd.CommandPath(), f.Name)
			}
		})
		for _, c := range cmd.Commands() {
			check(c)
		}
	}
	check(root)
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range help.ExitCodes {
		if !strings.Contains(strings.ReplaceAll(string(readme), "`", ""), "| "+row[0]+" | "+row[1]+" |") {
			t.Errorf("the README says otherwise of exit code %s", row[0])
		}
	}
}

func TestErrorOnATerminalBreaksBetweenWords(t *testing.T) {
	t.Parallel()
	err := exit.Usage("leave one out "+strings.Repeat("or the other ", 9), "the words %s", strings.Repeat("stay whole ", 12))
	got := onTTY(t, func(tty *os.File) error { output.PrintError(tty, err, false); return nil })
	for line := range strings.Lines(got) {
		line = strings.TrimRight(line, "\r\n")
		if len(line) > 80 || line != strings.TrimRight(line, " ") {
			t.Errorf("the terminal got %q", line)
		}
	}
	if strings.Count(got, "whole") != 12 || strings.Count(got, "\n  ") < 2 {
		t.Errorf("the terminal got %q", got)
	}
}
