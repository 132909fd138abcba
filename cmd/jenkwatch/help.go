package main

import (
	"context"
	"io"
	"strings"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpMargin is what fang draws to the left of a flag or command, and between it and its text.
const helpMargin = 4 + 2

// helpWidest is where fang ends a line of text on a terminal that is wider.
const helpWidest = 120

// showHelp has fang draw the help. It takes the help over by running the root once more. Its error handler is not used: it
// would ask the terminal for its background colour first.
func showHelp(ctx context.Context, root, cmd *cobra.Command, out io.Writer) {
	if width := terminalWidth(out); width > 0 {
		fitHelp(cmd, width)
	}
	_ = fang.Execute(ctx, root, fang.WithoutVersion(), fang.WithoutManpage())
}

// fitHelp breaks what fang prints as one line between words: the texts of flags and commands, of which it says nothing
// where the terminal ends.
func fitHelp(cmd *cobra.Command, width int) {
	cmd.Long = fitText(cmd.Long, min(width, helpWidest)-2)
	keys := 10
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Shorthand != "" {
			keys = max(keys, len("-x --")+len(f.Name))
		}
		keys = max(keys, len("--")+len(f.Name))
	})
	for _, c := range cmd.Commands() {
		use := c.Use
		if c.HasAvailableFlags() {
			use += " [--flags]"
		}
		keys = max(keys, lipgloss.Width(use))
	}
	room := max(width-keys-helpMargin, 20)
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		aside := ""
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" {
			aside = " (" + f.DefValue + ")" // fang puts the default behind the text
		}
		f.Usage = strings.TrimSuffix(wrap(f.Usage+aside, room, ""), aside)
	})
	for _, c := range cmd.Commands() {
		c.Short = wrap(c.Short, room, "")
	}
}

// fitText breaks paragraphs anew; what is indented keeps its lines.
func fitText(text string, width int) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		if !strings.HasPrefix(p, " ") && !strings.Contains(p, "\n ") {
			paragraphs[i] = wrap(p, width, "")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
