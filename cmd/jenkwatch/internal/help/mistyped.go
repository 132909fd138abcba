package help

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
)

// NearCommand returns the command that a word is a few letters off, or the beginning of; empty when there is none.
func NearCommand(parent *cobra.Command, word string) (name string) {
	word = strings.ToLower(word)
	nearest := 3
	for _, c := range parent.Commands() {
		if !c.IsAvailableCommand() && c.Name() != "help" {
			continue
		}
		far := query.Distance(word, c.Name())
		if len(word) >= 3 && strings.HasPrefix(c.Name(), word) {
			far = 1
		}
		if far < nearest && far < min(len(word), len(c.Name()))-1 {
			name, nearest = c.Name(), far
		}
	}
	return name
}

// Args makes the complaints about a command's arguments usage errors.
func Args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		if err == nil {
			return nil
		}
		hint := "usage: " + cmd.UseLine()
		if cmd.HasSubCommands() {
			meant := NearCommand(cmd, args[0])
			if meant != "" {
				hint = "did you mean `" + cmd.CommandPath() + " " + meant + "`?"
			}
			if meant != "" || exit.IsUnknownCommand(err) {
				return exit.Usage(hint, "there is no command %q", args[0])
			}
		}
		wants := arguments(cmd)
		switch {
		case exit.IsUnknownCommand(err):
			err = fmt.Errorf("%s takes no arguments, and %q is one", cmd.CommandPath(), args[0])
		case len(args) == 0:
			err = fmt.Errorf("%s needs a %s", cmd.CommandPath(), wants)
		default:
			err = fmt.Errorf("%s takes one %s, and there are %d: %q", cmd.CommandPath(), wants, len(args), args)
		}
		switch yes := cmd.Flags().Lookup("yes"); {
		case yes != nil && yes.Changed && len(args) == 0:
			hint = fmt.Sprintf("--yes takes the controller's name, and was given %q", yes.Value)
		case cmd.Flags().Changed("json"):
			hint = "--json takes no value, it prints every key; --jq EXPR chooses among them"
		}
		return exit.Usage(hint, "%w", err)
	}
}

// arguments returns what a command takes, as its usage line names it.
func arguments(cmd *cobra.Command) string {
	_, wants, _ := strings.Cut(cmd.Use, " ")
	return wants
}
