package main

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func TestHelpBreaksBetweenWordsOnANarrowTerminal(t *testing.T) {
	t.Parallel()
	const width = 80
	var check func(*cobra.Command)
	check = func(cmd *cobra.Command) {
		keys := 0
		cmd.Flags().VisitAll(func(f *pflag.Flag) { keys = max(keys, len(f.Name)) })
		before := cmd.Long
		fitHelp(cmd, width)
		if strings.Join(strings.Fields(cmd.Long), " ") != strings.Join(strings.Fields(before), " ") {
			t.Errorf("%s: the words changed to %q", cmd.CommandPath(), cmd.Long)
		}
		texts := strings.Split(cmd.Long, "\n")
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			for line := range strings.SplitSeq(f.Usage, "\n") {
				texts = append(texts, strings.Repeat(" ", 4+len("--")+keys+2)+line)
			}
		})
		for _, line := range texts {
			if len(line) > width {
				t.Errorf("%s: %q is %d wide", cmd.CommandPath(), line, len(line))
			}
		}
		for _, c := range cmd.Commands() {
			check(c)
		}
	}
	check(newApp(nil, nil, nil).rootCommand())
}

func TestAnErrorOnATerminalBreaksBetweenWords(t *testing.T) {
	t.Parallel()
	err := usage("leave one out "+strings.Repeat("or the other ", 9), "the words %s", strings.Repeat("stay whole ", 12))
	got := onTTY(t, func(tty *os.File) error { printError(tty, err, false); return nil })
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
