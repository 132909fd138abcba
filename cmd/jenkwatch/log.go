package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"os"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

// guessedLine is the length of a line that --tail reckons with at first; where lines are longer it looks further back.
const guessedLine = 120

type logOptions struct {
	output.Format
	follow, color  bool
	tail           int
	stage          string
	step           int
	failed, errors bool
}

// parts reports whether the log is wanted as lines that are chosen or described.
func (o *logOptions) parts() bool {
	return o.JSON || o.stage != "" || o.step > 0 || o.failed || o.errors
}

func (a *app) logCommand() *cobra.Command {
	o := logOptions{tail: -1}
	cmd := &cobra.Command{
		Use:   "log BUILD",
		Short: "Print the console of a build, a stage or a step",
		Long: "Print the console of a build as text: line ends are LF, Jenkins' hidden notes and all escape sequences are\n" +
			"removed, and overwritten lines are as a terminal leaves them. Colors are kept on a terminal, unless NO_COLOR is\n" +
			"set, and with --color. With -f a queued build is waited for, and outages and restarts of Jenkins are, too:\n" +
			"see status.\n" +
			"--stage prints the log of a stage or of one branch: its name, or a path such as 'Test/e2e'; parallel branches come\n" +
			"one after the other. --failed prints the log of the step that made the build fail, --errors only the lines of a log\n" +
			"that are errors, and those around. With --json each line is an object with its stage, its step and its time.",
		Example: "  jenkwatch log shop/checkout/main -f\n" +
			"  jenkwatch log shop/cart/main#lastFailed --tail 50\n" +
			"  jenkwatch log shop/cart/main --stage Test --step 2\n" +
			"  jenkwatch log shop/cart/main#lastFailed --failed --errors",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a.App),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			if o.tail < -1 {
				return exit.Usage("0 prints nothing of what there is", "--tail %d is below zero", o.tail)
			}
			if err := o.check(cmd.Flags().Changed("step")); err != nil {
				return err
			}
			return a.log(cmd.Context(), args[0], &o)
		},
	}
	cmd.Flags().BoolVarP(&o.follow, "follow", "f", false, "go on until the build, the stage or the step has ended")
	cmd.Flags().BoolVar(&o.color, "color", false, "keep colors, whatever the output is and NO_COLOR says")
	cmd.Flags().IntVar(&o.tail, "tail", -1, "only the last N lines")
	cmd.Flags().StringVar(&o.stage, "stage", "", "only the stage or branch of this NAME, or path of names with slashes")
	cmd.Flags().IntVar(&o.step, "step", 0, "only step N of the stage, or of the build; the first is 1")
	cmd.Flags().BoolVar(&o.failed, "failed", false, "only the step that made the build fail")
	cmd.Flags().BoolVar(&o.errors, "errors", false, "only lines that are errors, and those around")
	o.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("stage", complete.LogStages(a.App))
	return cmd
}

func (a *app) log(ctx context.Context, arg string, o *logOptions) error {
	waiter := find.NewWaiter(a.App)
	b, err := a.findLog(ctx, waiter, arg, o.follow)
	if err != nil {
		return err
	}
	return a.writeLog(ctx, waiter, b, o)
}

// writeLog prints the console of a build, or what of it is wanted.
func (a *app) writeLog(ctx context.Context, waiter *jenkins.Waiter, b find.Build, o *logOptions) (err error) {
	out := bufio.NewWriter(a.Out)
	var w io.Writer = out
	_, tty := a.OnTerminal()
	switch {
	case o.JSON:
	case !o.color && (!tty || os.Getenv("NO_COLOR") != ""):
		w = plainWriter{out}
	case tty:
		colored := &colorWriter{w: out}
		w = colored
		defer func() { // however it ends
			if left := cmp.Or(colored.reset(), out.Flush()); err == nil {
				err = left
			}
		}()
	}
	if o.parts() {
		err = a.logParts(ctx, o, b, waiter, w, out.Flush)
	} else {
		err = a.wholeLog(ctx, o, b, waiter, w, out.Flush)
	}
	return cmp.Or(err, ctx.Err(), out.Flush())
}

// wholeLog writes a build's console.
func (a *app) wholeLog(ctx context.Context, o *logOptions, b find.Build, waiter *jenkins.Waiter, w io.Writer, flush func() error) (err error) {
	console, ref, at := b.On.Console, b.Run.Ref, int64(0)
	if o.tail >= 0 {
		first := func(ctx context.Context) (int64, error) { return writeTail(ctx, console, ref, o.tail, w) }
		if o.follow {
			at, err = find.Retry(ctx, waiter, first)
		} else {
			at, err = first(ctx)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case o.follow:
		return a.follow(ctx, b, console.Follow(ctx, ref, at), waiter, w, flush)
	case o.tail < 0:
		return copyLog(console.ReadLog(ctx, ref, at), w)
	}
	return nil
}

// findLog finds the build whose console is meant; one that is to be followed may still be queued.
func (a *app) findLog(ctx context.Context, w *jenkins.Waiter, arg string, follow bool) (find.Build, error) {
	if !follow {
		return find.One(ctx, a.App, arg)
	}
	b, err := find.UntilFound(ctx, a.App, w, arg)
	if err == nil && b.FromCopy { // of which there is no console
		return find.One(ctx, a.App, arg)
	}
	return b, err
}

// copyLog writes a console as it comes.
func copyLog(chunks iter.Seq2[console.Chunk, error], w io.Writer) error {
	for chunk, err := range chunks {
		if err != nil {
			return err
		}
		if _, err := w.Write(chunk.Text); err != nil {
			return err
		}
	}
	return nil
}

// follow writes a console as it grows.
func (a *app) follow(ctx context.Context, b find.Build, chunks iter.Seq2[console.Chunk, error], waiter *jenkins.Waiter, w io.Writer, flush func() error) error {
	for chunk, err := range sure(ctx, b, chunks, waiter) {
		if err != nil {
			return err
		}
		if chunk.Cut {
			output.Note(a.ErrOut, "jenkwatch: the console is shorter than it was; what differs follows")
		}
		if _, err := w.Write(chunk.Text); err != nil {
			return err
		}
		if err := flush(); err != nil {
			return err
		}
	}
	return nil
}

// sure yields the pieces of a console that is followed, and waits for what passes. A job may be deleted and created again while
// Jenkins is away, or between two pieces: it ends with an error where the console is seen to be another build's.
func sure(ctx context.Context, b find.Build, chunks iter.Seq2[console.Chunk, error], waiter *jenkins.Waiter) iter.Seq2[console.Chunk, error] {
	replaced := func() error {
		if err := b.On.Client.StillIs(ctx, b.Run); errors.Is(err, jenkins.ErrOtherBuild) {
			return err
		}
		return nil
	}
	still := func() error {
		other, err := find.Retry(ctx, waiter, func(ctx context.Context) (error, error) {
			err := b.On.Client.StillIs(ctx, b.Run)
			if errors.Is(err, jenkins.ErrOtherBuild) {
				return err, nil
			}
			return nil, err
		})
		return cmp.Or(other, err)
	}
	return func(yield func(console.Chunk, error) bool) {
		away := false
		for chunk, err := range chunks {
			if err != nil {
				lasts := error(nil)
				if jenkins.IsKind(err, jenkins.NotFound) {
					lasts = replaced()
				}
				if lasts == nil {
					_, lasts = waiter.Failed(err)
				}
				if lasts != nil {
					yield(chunk, lasts)
					return
				}
				away = true
				continue
			}
			waiter.Succeeded()
			if away || chunk.Cut {
				err = still()
			}
			away = false
			if !yield(chunk, err) || err != nil {
				return
			}
		}
		if err := replaced(); err != nil {
			yield(console.Chunk{}, err)
		}
	}
}

// writeTail writes the last n lines of a console and returns the offset of its end. It looks further back while what it
// has holds too few lines.
func writeTail(ctx context.Context, c *console.Client, ref jenkins.Ref, n int, w io.Writer) (int64, error) {
	if n == 0 {
		return c.LogEnd(ctx, ref)
	}
	for back := min(n, 1<<20)*guessedLine + 1; ; back *= 4 {
		chunk, err := c.LogTail(ctx, ref, back)
		if err != nil {
			return 0, err
		}
		if last, enough := lastLines(chunk.Text, n); enough || chunk.Start == 0 || back > 1<<30 {
			_, err := w.Write(last)
			return chunk.Next, err
		}
	}
}

// plainWriter writes a console without its colors. No escape sequence reaches from one piece into the next.
type plainWriter struct{ w io.Writer }

func (c plainWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(c.w, ansi.Strip(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// colorWriter writes a console with its colors and remembers whether they are left on.
type colorWriter struct {
	w  io.Writer
	on bool
}

func (c *colorWriter) Write(p []byte) (int, error) {
	if i := bytes.LastIndexByte(p, '\x1b'); i >= 0 {
		n := bytes.IndexByte(p[i:], 'm')
		c.on = n < 0 || len(bytes.Trim(p[i+1:i+n], "[0;")) > 0
	}
	return c.w.Write(p)
}

// reset turns the colors off, so that the prompt is not drawn in them.
func (c *colorWriter) reset() error {
	if !c.on {
		return nil
	}
	_, err := io.WriteString(c.w, "\x1b[0m")
	return err
}

// lastLines are the last n lines of text, and whether there were as many.
func lastLines(text []byte, n int) ([]byte, bool) {
	end := len(bytes.TrimSuffix(text, []byte{'\n'}))
	at := end
	for ; n > 0; n-- {
		i := bytes.LastIndexByte(text[:at], '\n')
		if i < 0 {
			return text, n == 1 && end > 0
		}
		at = i
	}
	return text[at+1:], true
}
