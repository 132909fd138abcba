package act

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// replayOptions are the flags of `replay`.
type replayOptions struct {
	perform.Options
	scripts   []string
	edit      bool
	print     bool
	savePatch string
}

// prepare refuses flags that do not go together. To print the script changes nothing.
func (o *replayOptions) prepare(a *cli.App, cmd *cobra.Command, args []string) error {
	if o.print {
		return o.Format.Prepare()
	}
	return o.Prepare(a, cmd, args)
}

// ReplayCommand returns `jenkwatch replay`.
func ReplayCommand(a *cli.App) *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay BUILD",
		Short: "Run a pipeline build again with an edited script",
		Long: "Run a pipeline build again with an edited script: from a file (--script FILE, - is standard input), or the build's own in\n" +
			"$VISUAL or $EDITOR (--edit). What differs is shown, and Jenkins checks the script before it is run. --script NAME=FILE is\n" +
			"for a script that a load step loaded. Jenkins does not allow it for builds with a password parameter. " + perform.ExitCodes,
		Example: "  jenkwatch replay shop/cart/main#1203 --print > Jenkinsfile\n" +
			"  jenkwatch replay shop/cart/main#1203 --script Jenkinsfile --save-patch fix.patch --wait\n" +
			"  jenkwatch replay shop/cart/main --edit",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.prepare(a, cmd, args); err != nil {
				return err
			}
			if len(o.scripts) == 0 && !o.edit && !o.print {
				return exit.Usage("give it with --script FILE, or edit the build's own with --edit; --print shows that", "replay: with which script?")
			}
			return replayBuild(cmd.Context(), a, args[0], &o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.scripts, "script", nil, "the script, from FILE; of a loaded script NAME=FILE")
	f.BoolVar(&o.edit, "edit", false, "edit the script first")
	f.BoolVar(&o.print, "print", false, "print the build's script, and do nothing")
	f.StringVar(&o.savePatch, "save-patch", "", "write what differs to FILE, for git apply")
	o.AddWaiting(cmd)
	return cmd
}

func replayBuild(ctx context.Context, a *cli.App, arg string, o *replayOptions) error {
	b, err := find.One(ctx, a, arg)
	if err != nil {
		return err
	}
	before, err := action.ScriptOf(ctx, b.On.Client, b.Run)
	if err != nil {
		return err
	}
	if o.print {
		_, err := fmt.Fprint(a.Out, shownScript(a, before.Main))
		return err
	}
	if _, err := action.ReplayBuild(b.Run, before); err != nil { // before anybody edits in vain
		return perform.Hint(b.On, err)
	}
	after, err := givenScript(ctx, a, before, o)
	if err != nil {
		return err
	}
	for {
		if o.edit {
			if after.Main, err = editScript(ctx, a, after.Main); err != nil {
				return err
			}
		}
		act, problems, err := checkReplay(ctx, a, b, before, after, o)
		if err != nil {
			return err
		}
		if len(problems) == 0 {
			return confirmReplay(ctx, a, b, act, o)
		}
		for _, p := range problems {
			output.Note(a.ErrOut, "  %s", p)
		}
		if !o.edit || perform.Ask(ctx, a, &act, "Edit it again? [y/N] ", "y") != nil {
			return exit.Failure("correct the script; nothing was run", "%s: Jenkins finds %s in it", act.Op(), output.Plural(len(problems), "mistake"))
		}
	}
}

// checkReplay shows what differs and has Jenkins check it.
func checkReplay(ctx context.Context, a *cli.App, b find.Build, before, after action.Script, o *replayOptions) (action.Action, []action.Problem, error) {
	act, err := action.ReplayBuild(b.Run, after)
	if err != nil {
		return act, nil, perform.Hint(b.On, err)
	}
	patch := patchOf(before, after)
	if patch == "" {
		return act, nil, exit.Usage("edit it, or use `jenkwatch rerun`", "%s: the script is as it was", act.Op())
	}
	if o.savePatch != "" {
		if err := os.WriteFile(o.savePatch, []byte(patch), 0o600); err != nil {
			return act, nil, exit.Failure("name a file that can be written", "write the patch: %w", err)
		}
	}
	to := a.ErrOut
	if o.DryRun && !o.JSON {
		to = a.Out
	}
	fmt.Fprint(to, clean.Text(patch))
	problems, err := action.CheckScript(ctx, b.On.Client, b.Run, after)
	return act, problems, err
}

func confirmReplay(ctx context.Context, a *cli.App, b find.Build, act action.Action, o *replayOptions) error {
	if o.edit && o.Yes == "" && !o.DryRun && !b.On.Protected { // else it is asked anyway
		if err := perform.Ask(ctx, a, &act, act.Question+" [y/N] ", "y"); err != nil {
			return err
		}
	}
	return perform.Start(ctx, a, b.On, act, &o.Options)
}

// shownScript is a script for standard output: a terminal gets no byte that it would obey.
func shownScript(a *cli.App, text string) string {
	if _, tty := a.OnTerminal(); tty {
		return clean.Text(text)
	}
	return text
}

// givenScript is the build's script with those that the flags name in its place.
func givenScript(ctx context.Context, a *cli.App, s action.Script, o *replayOptions) (action.Script, error) {
	s.Loaded = slices.Clone(s.Loaded)
	for _, given := range o.scripts {
		name, file, loaded := strings.Cut(given, "=")
		at := slices.IndexFunc(s.Loaded, func(l action.Loaded) bool { return l.Name == name })
		if !loaded || at < 0 {
			file, loaded = given, false
		}
		text, err := perform.Text(ctx, a, file)
		if err != nil {
			return s, exit.Usage("name a file that can be read", "--script: %w", err)
		}
		if loaded {
			s.Loaded[at].Text = action.Edited(s.Loaded[at].Text, text)
		} else {
			s.Main = action.Edited(s.Main, text)
		}
	}
	return s, nil
}

// editScript has the user edit a script.
func editScript(ctx context.Context, a *cli.App, text string) (string, error) {
	if !a.AsksTerminal() {
		return text, exit.Usage("give the script with --script FILE", "--edit needs a terminal")
	}
	edited, err := editText(ctx, "Jenkinsfile.groovy", text)
	return action.Edited(text, edited), err
}

// patchOf is what differs, as git apply takes it; empty when nothing does.
func patchOf(before, after action.Script) string {
	patch := udiff.Unified("a/Jenkinsfile", "b/Jenkinsfile", before.Main, after.Main)
	for i, l := range before.Loaded {
		name := strings.Map(func(r rune) rune {
			if strings.ContainsRune(`/\`, r) {
				return '_'
			}
			return r
		}, clean.Line(l.Name)) + ".groovy"
		patch += udiff.Unified("a/"+name, "b/"+name, l.Text, after.Loaded[i].Text)
	}
	return patch
}

// editText hands the terminal to the user's editor, with a file that only the user can read.
func editText(ctx context.Context, name, text string) (string, error) {
	editor := strings.Fields(os.Getenv("VISUAL"))
	if len(editor) == 0 {
		editor = strings.Fields(os.Getenv("EDITOR"))
	}
	if len(editor) == 0 {
		editor = []string{"vi"}
	}
	dir, err := os.MkdirTemp("", "jenkwatch-")
	if err != nil {
		return "", exit.Failure("make room in the folder for temporary files", "edit the script: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", exit.Failure("make room in the folder for temporary files", "edit the script: %w", err)
	}
	cmd := exec.CommandContext(ctx, editor[0], append(editor[1:], path)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", exit.Failure("set EDITOR to the one you use", "run the editor %s: %w", editor[0], err)
	}
	b, err := os.ReadFile(path)
	return string(b), err
}
