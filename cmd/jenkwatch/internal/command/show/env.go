package show

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	jenkinsenv "github.com/jenkwatch/jenkwatch/jenkins/env"
)

// envOptions are the flags of `jenkwatch env`.
type envOptions struct {
	output.Format
	as     string
	diff   string
	stage  string
	source []string
	reveal bool
	unsafe bool
	all    bool
}

// sources are where a variable's value can come from, strongest first.
var sources = []string{string(jenkinsenv.Staged), string(jenkinsenv.Assigned), string(jenkinsenv.Received), string(jenkinsenv.FromScript),
	string(jenkinsenv.Injected), string(jenkinsenv.Param), string(jenkinsenv.SCM), string(jenkinsenv.CauseVar), string(jenkinsenv.NodeVar),
	string(jenkinsenv.Derived), string(jenkinsenv.Printed)}

// EnvCommand returns `jenkwatch env`.
func EnvCommand(a *cli.App) *cobra.Command {
	var o envOptions
	cmd := &cobra.Command{
		Use:   "env BUILD",
		Short: "Show the environment variables of a build and where each comes from",
		Long: "Show the environment variables of a build. Values that look like secrets are masked unless --reveal is given.\n" +
			"The formats shell and dotenv leave out variables that shells and programs act on (PATH, BASH_ENV,\n" +
			"GIT_SSH_COMMAND) unless --unsafe-names is given, and say so on stderr; json has everything.\n" +
			"With --diff the build is compared with another one: exit code 0 when they are the same, 1 when they\n" +
			"differ, 2 or more on errors. Variables that differ between any two builds are left out unless --all is given.",
		Example: "  jenkwatch env shop/checkout/main\n" +
			"  jenkwatch env shop/checkout/main#412 --format dotenv > build.env\n" +
			"  jenkwatch env shop/checkout/main#lastFailed --diff '#lastSuccessful'\n" +
			"  eval \"$(jenkwatch env shop/cart/main --source parameter --format shell)\"",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			if o.diff == "" {
				return showEnv(cmd.Context(), a, &o, args[0])
			}
			return diffTrouble(diffEnv(cmd.Context(), a, &o, args[0]))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.as, "format", "table", "FORMAT: table, json, dotenv or shell")
	f.StringVar(&o.diff, "diff", "", "compare with this BUILD, the earlier one; #12 or #lastSuccessful alone is one of the same job")
	f.StringSliceVar(&o.source, "source", nil, "only variables from this SOURCE: "+strings.Join(sources, ", "))
	f.StringVar(&o.stage, "stage", "", "include what the blocks of this STAGE add (needs allow_script_console)")
	f.BoolVar(&o.reveal, "reveal", false, "show values that look like secrets")
	f.BoolVar(&o.unsafe, "unsafe-names", false, "also export variables that shells and programs act on, such as PATH")
	f.BoolVar(&o.all, "all", false, "with --diff: also variables that differ between any two builds")
	o.AddFlags(cmd)
	fixed := func(names ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)
	}
	_ = cmd.RegisterFlagCompletionFunc("format", fixed("table", "json", "dotenv", "shell"))
	_ = cmd.RegisterFlagCompletionFunc("source", fixed(sources...))
	_ = cmd.RegisterFlagCompletionFunc("diff", func(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion,
		cobra.ShellCompDirective) {
		return complete.Builds(a)(cmd, nil, typed)
	})
	return cmd
}

func (o *envOptions) check() error {
	for i, s := range o.source {
		o.source[i] = strings.ToLower(s)
		if !slices.Contains(sources, o.source[i]) {
			return exit.Usage("one of "+strings.Join(sources, ", "), "there is no source %q", s)
		}
	}
	switch o.as {
	case "table", "dotenv", "shell":
	case "json":
		o.JSON = true
	default:
		return exit.Usage("one of table, json, dotenv, shell", "there is no format %q", o.as)
	}
	if o.diff != "" && (o.as == "dotenv" || o.as == "shell") {
		return exit.Usage("compare as table or json", "--diff cannot be printed as %s", o.as)
	}
	return o.Prepare()
}

func showEnv(ctx context.Context, a *cli.App, o *envOptions, arg string) error {
	env, err := find.Env(ctx, a, arg, o.stage)
	if err != nil {
		return err
	}
	env.Variables = env.Of(o.chosen()...)
	width, tty := a.OnTerminal()
	switch {
	case o.JSON:
		var doc bytes.Buffer
		if err := jenkinsenv.WriteJSON(&doc, env, o.reveal); err != nil {
			return err
		}
		return o.WriteDocument(a.Out, doc.Bytes())
	case o.as == "dotenv":
		return writeExport(a, o, env.Variables, jenkinsenv.WriteDotenv)
	case o.as == "shell":
		return writeExport(a, o, env.Variables, jenkinsenv.WriteShell)
	}
	if !tty {
		for i := range env.Variables {
			env.Variables[i].Also = nil // a field of a line for programs is one word
		}
	}
	if err := writeEnvTable(a.Out, env.Variables, width, o.reveal); err != nil {
		return err
	}
	if tty {
		writeEnvNotes(a.ErrOut, env)
	}
	return nil
}

type exporter func(io.Writer, []jenkinsenv.Variable, jenkinsenv.ExportOptions) ([]jenkinsenv.Exception, error)

// writeExport writes the same bytes wherever they go, but to a terminal only what it can show, and says on stderr what
// the export does not carry: a shell that evaluates it never shows the comments.
func writeExport(a *cli.App, o *envOptions, vars []jenkinsenv.Variable, write exporter) error {
	var text bytes.Buffer
	exceptions, err := write(&text, vars, jenkinsenv.ExportOptions{Reveal: o.reveal, UnsafeNames: o.unsafe})
	if err != nil {
		return err
	}
	out := text.String()
	if _, tty := a.OnTerminal(); tty {
		out = clean.Text(out)
	}
	if _, err := io.WriteString(a.Out, out); err != nil {
		return err
	}
	for _, line := range exceptionLines(exceptions) {
		output.Note(a.ErrOut, "jenkwatch: %s", line)
	}
	return nil
}

// exceptionLines say what an export does not carry, one line a reason.
func exceptionLines(exceptions []jenkinsenv.Exception) []string {
	names := map[jenkinsenv.Exception][]string{}
	var reasons []jenkinsenv.Exception
	for _, e := range exceptions {
		reason := jenkinsenv.Exception{Why: e.Why, Written: e.Written}
		if names[reason] == nil {
			reasons = append(reasons, reason)
		}
		names[reason] = append(names[reason], e.Name)
	}
	lines := make([]string, len(reasons))
	for i, r := range reasons {
		lines[i] = strings.Join(names[r], ", ") + ": " + r.Why
		if !r.Written {
			lines[i] = "left out: " + lines[i]
		}
	}
	return lines
}

func writeEnvTable(w io.Writer, vars []jenkinsenv.Variable, width int, reveal bool) error {
	t := &output.Table{Columns: []output.Column{{Title: "NAME", Least: 32}, {Title: "VALUE", Least: 16}, {Title: "SOURCE", Drop: 1}}}
	for _, v := range vars {
		sources := sourcesText(v)
		if first, others, several := strings.Cut(sources, ", "); several && width > 0 && width < roomy {
			sources = fmt.Sprintf("%s +%d", first, strings.Count(others, ", ")+1)
		}
		t.Add(v.Name, v.Shown(reveal), sources)
	}
	return t.Write(w, width)
}

// sourcesText returns all that named a variable, the strongest, whose value is shown, first.
func sourcesText(v jenkinsenv.Variable) string {
	var names []string
	for _, s := range v.Sources() {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

// writeEnvNotes says what the list cannot show.
func writeEnvNotes(w io.Writer, env jenkinsenv.Env) {
	if env.FromCopy {
		output.Note(w, copyNote)
	}
	switch n := len(env.Missing); {
	case n == 1:
		output.Note(w, "1 variable of the agent is not exposed by Jenkins; `jenkwatch listen` receives it: %s", env.Missing[0])
	case n > 1:
		output.Note(w, "%d variables of the agent are not exposed by Jenkins; `jenkwatch listen` receives them: %s", n,
			strings.Join(env.Missing, ", "))
	}
}

func (o *envOptions) chosen() []jenkinsenv.Source {
	chosen := make([]jenkinsenv.Source, len(o.source))
	for i, s := range o.source {
		chosen[i] = jenkinsenv.Source(s)
	}
	return chosen
}

// diffEnv compares a build with the one of --diff, which counts as the earlier of the two.
func diffEnv(ctx context.Context, a *cli.App, o *envOptions, arg string) error {
	earlier := o.diff
	if strings.HasPrefix(earlier, "#") {
		job, err := find.Job(ctx, a, arg)
		if err != nil {
			return err
		}
		earlier = job + earlier
	}
	envs, errs := cli.Together([]func() (jenkinsenv.Env, error){
		func() (jenkinsenv.Env, error) { return find.Env(ctx, a, earlier, o.stage) },
		func() (jenkinsenv.Env, error) { return find.Env(ctx, a, arg, o.stage) },
	})
	err := cmp.Or(errs...)
	if err != nil {
		return err
	}
	for i := range envs {
		envs[i].Variables = envs[i].Of(o.chosen()...)
	}
	d := jenkinsenv.Diff(envs[0], envs[1])
	if o.JSON {
		err = o.WriteJSON(a.Out, jsonview.NewDiff(d, envs[0].Run, envs[1].Run, o.all, o.reveal))
	} else {
		err = writeDiff(a, d, o)
	}
	if err == nil && d.Differs() {
		err = exit.Code(1)
	}
	return err
}

func writeDiff(a *cli.App, d jenkinsenv.Comparison, o *envOptions) error {
	width, tty := a.OnTerminal()
	t := &output.Table{Columns: []output.Column{{Title: "CHANGE"}, {Title: "NAME", Least: 28}, {Title: "BEFORE", Least: 12}, {Title: "AFTER", Least: 12}}}
	for _, c := range d.Deltas {
		if !o.shows(c) {
			continue
		}
		t.Add(string(c.Change), c.Name, side(c.Before, o.reveal), side(c.After, o.reveal))
	}
	if len(t.Rows) > 0 || !tty {
		if err := t.Write(a.Out, width); err != nil {
			return err
		}
	}
	if n := d.Folded(); tty && n > 0 && !o.all {
		output.Note(a.ErrOut, "Without %s that any two builds have; --all shows all.", output.Plural(n, "difference"))
	}
	return nil
}

func (o *envOptions) shows(d jenkinsenv.Delta) bool { return d.Differs() || o.all && d.Noise != "" }

// side returns one side of a difference; a variable that the run does not have is the zero Variable.
func side(v jenkinsenv.Variable, reveal bool) string {
	if v.Name == "" {
		return ""
	}
	return v.Shown(reveal)
}

// diffTrouble keeps exit code 1 for "different", as diff(1) does.
func diffTrouble(err error) error {
	if _, result := errors.AsType[exit.Code](err); err == nil || result || exit.CodeOf(err) != exit.CodeFailed {
		return err
	}
	return &exit.Error{Err: err, Fix: exit.HintOf(err), Code: exit.CodeUsage}
}
