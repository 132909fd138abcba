package help

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// MendCompletion makes zsh ask for completions without expanding the words: zsh's completion turns extended globbing on, to
// which the # of a build is a pattern that matches no file.
func MendCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	if all, _, err := root.Find([]string{"completion"}); err == nil { // it takes any word for a request for help
		all.Args = Args(cobra.NoArgs)
		all.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	zsh, _, err := root.Find([]string{"completion", "zsh"})
	if err != nil {
		return
	}
	zsh.RunE = func(cmd *cobra.Command, _ []string) error {
		plain, _ := cmd.Flags().GetBool("no-descriptions")
		write := root.GenZshCompletion
		if plain {
			write = root.GenZshCompletionNoDesc
		}
		var script strings.Builder
		if err := write(&script); err != nil {
			return err
		}
		_, err := io.WriteString(cmd.OutOrStdout(), strings.ReplaceAll(script.String(), "$(eval ", "$(setopt noglob; eval "))
		return err
	}
}
