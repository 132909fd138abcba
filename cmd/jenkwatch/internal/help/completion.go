package help

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// FixCompletion corrects what Cobra's scripts get wrong:
//   - zsh's completion turns extended globbing on, to which the # of a build is a pattern that matches no file: it asks for
//     completions without expanding the words.
//   - bash puts on the command line what several completions have in common, which the script leaves unquoted, and evaluates
//     the command line when it asks again: names of jobs could run commands.
//   - fish evaluates the words before the last one without their quotes: the same.
func FixCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	if all, _, err := root.Find([]string{"completion"}); err == nil { // it takes any word for a request for help
		all.Args = Args(cobra.NoArgs)
		all.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	mend(root, "zsh", root.GenZshCompletion, root.GenZshCompletionNoDesc, strings.NewReplacer("$(eval ", "$(setopt noglob; eval "))
	bash := func(descriptions bool) func(io.Writer) error {
		return func(w io.Writer) error { return root.GenBashCompletionV2(w, descriptions) }
	}
	mend(root, "bash", bash(true), bash(false), quoteAll)
	fish := func(descriptions bool) func(io.Writer) error {
		return func(w io.Writer) error { return root.GenFishCompletion(w, descriptions) }
	}
	mend(root, "fish", fish(true), fish(false), strings.NewReplacer("(commandline -opc)", "(string escape -- (commandline -opc))"))
}

// quoteAll has bash's script quote every completion, not only a single one.
var quoteAll = strings.NewReplacer(
	// Without descriptions.
	"if (( ${#COMPREPLY[@]} == 1 )); then\n            COMPREPLY[0]=$(printf \"%q\" \"${COMPREPLY[0]}\")\n        fi",
	"if (( ${#COMPREPLY[@]} > 0 )); then\n            IFS=$'\\n' read -ra COMPREPLY -d '' < <(printf \"%q\\n\" \"${COMPREPLY[@]}\")\n        fi",
	// With them: comp is quoted already.
	`COMPREPLY+=("$compline")`, `COMPREPLY+=("$comp${compline#"${compline%%$tab*}"}")`,
	"        comp=${compline%%$tab*}\n", "",
	`COMPREPLY[0]=$(printf "%q" "${COMPREPLY[0]%%$tab*}")`, `COMPREPLY[0]=${COMPREPLY[0]%%$tab*}`,
)

// mend replaces parts of the script that a shell gets.
func mend(root *cobra.Command, shell string, write, plain func(io.Writer) error, parts *strings.Replacer) {
	cmd, _, err := root.Find([]string{"completion", shell})
	if err != nil {
		return
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if bare, _ := cmd.Flags().GetBool("no-descriptions"); bare {
			write = plain
		}
		var script strings.Builder
		if err := write(&script); err != nil {
			return err
		}
		_, err := parts.WriteString(cmd.OutOrStdout(), script.String())
		return err
	}
}
