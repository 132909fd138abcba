// Package help writes the help, the manual page and the complaints about words that no command has.
package help

import (
	"cmp"
	"context"
	"io"
	"os"
	"slices"
	"strings"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
)

// margin is what fang draws to the left of a flag or command, and between it and its text.
const margin = 4 + 2

// maxWidth is where fang ends a line of text on a terminal that is wider.
const maxWidth = 120

// exampleMargin is what fang leaves free beside an example; what does not fit it cuts.
const exampleMargin = 8

// Show has fang draw the help. It takes the help over by running the root once more. Its error handler is not used: it
// would ask the terminal for its background colour first. Of a disk that is full it says nothing either.
func Show(ctx context.Context, root, cmd *cobra.Command, out io.Writer) (failed error) {
	fit(cmd, cmp.Or(output.TerminalWidth(out), maxWidth))
	if file, ok := out.(*os.File); ok {
		w := &recorder{file, nil}
		root.SetOut(w)
		defer func() { failed = w.err }()
	}
	_ = fang.Execute(ctx, root, fang.WithoutVersion(), fang.WithoutManpage())
	return nil
}

type terminal interface {
	io.ReadWriteCloser
	Fd() uintptr
}

// recorder is a file that remembers the first error of writing to it. It has a terminal's methods, by which fang knows one,
// and not the file's other ways to write.
type recorder struct {
	terminal
	err error
}

func (r *recorder) Write(b []byte) (int, error) {
	n, err := r.terminal.Write(b)
	r.err = cmp.Or(r.err, err)
	return n, err
}

// fit breaks what fang prints as one line between words: the texts of flags and commands, of which it says nothing
// where the terminal ends.
func fit(cmd *cobra.Command, width int) {
	cmd.Long = fitText(cmd.Long, min(width, maxWidth)-2)
	cmd.Example = fitExamples(cmd.Example, min(width, maxWidth)-exampleMargin)
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
	room := max(width-keys-margin, 20)
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		aside := ""
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" {
			aside = " (" + f.DefValue + ")" // fang puts the default behind the text
		}
		f.Usage = strings.TrimSuffix(output.Wrap(f.Usage+aside, room, ""), aside)
	})
	for _, c := range cmd.Commands() {
		c.Short = output.Wrap(c.Short, room, "")
	}
}

// fitExamples goes on with a long command in the next line, where a shell would take it as one. fang indents that line.
func fitExamples(text string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		var b strings.Builder
		at := 0
		for i, word := range shellWords(line) {
			n := lipgloss.Width(word)
			switch {
			case i == 0:
			case at+1+n+len(` \`) > width:
				b.WriteString(" \\\n")
				at = len("  ")
			default:
				b.WriteByte(' ')
				at++
			}
			b.WriteString(word)
			at += n
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

// shellWords returns the words of a command, each flag with its value; what is quoted is one word.
func shellWords(line string) []string {
	var words []string
	var quote rune
	fresh := true
	for _, r := range line {
		switch {
		case quote == 0 && r == ' ':
			fresh = true
			continue
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		}
		if fresh {
			words = append(words, "")
		}
		fresh = false
		words[len(words)-1] += string(r)
	}
	for i := len(words) - 1; i > 0; i-- {
		if strings.HasPrefix(words[i-1], "-") && !strings.HasPrefix(words[i], "-") && words[i-1] != "-" {
			words = slices.Replace(words, i-1, i+1, words[i-1]+" "+words[i])
		}
	}
	return words
}

// fitText breaks paragraphs anew; what is indented keeps its lines.
func fitText(text string, width int) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		if !strings.HasPrefix(p, " ") && !strings.Contains(p, "\n ") {
			paragraphs[i] = output.Wrap(p, width, "")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
