// Package buildlog prints the log of a build: all of it, its end, a stage, a step, what failed or what is an error.
package buildlog

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"io"
	"iter"
	"os"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/follow"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

// guessedLine is the length of a line that --tail reckons with at first; where lines are longer it looks further back.
const guessedLine = 120

// Options choose what of a log is printed, and how.
type Options struct {
	output.Format
	Follow, Color  bool   // go on until the build, the stage or the step has ended; keep colors
	Tail           int    // only the last lines; -1: all
	Stage          string // only the stage of this name, or path of names
	Step           int    // only this step, from 1; 0: all
	Failed, Errors bool   // only the step that made the build fail; only lines that are errors, and those around
}

// parts reports whether the log is wanted as lines that are chosen or described.
func (o *Options) parts() bool {
	return o.JSON || o.Stage != "" || o.Step > 0 || o.Failed || o.Errors
}

// Write prints the console of a build, or what of it is wanted.
func Write(ctx context.Context, a *cli.App, waiter *jenkins.Waiter, b find.Build, o *Options) error {
	return printer{a}.write(ctx, waiter, b, o)
}

type printer struct{ *cli.App }

func (a printer) write(ctx context.Context, waiter *jenkins.Waiter, b find.Build, o *Options) (err error) {
	out := bufio.NewWriter(a.Out)
	var w io.Writer = out
	_, tty := a.OnTerminal()
	switch {
	case o.JSON:
	case !o.Color && (!tty || os.Getenv("NO_COLOR") != ""):
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
func (a printer) wholeLog(ctx context.Context, o *Options, b find.Build, waiter *jenkins.Waiter, w io.Writer, flush func() error) (err error) {
	console, ref, at := b.On.Console, b.Run.Ref, int64(0)
	if o.Tail >= 0 {
		first := func(ctx context.Context) (int64, error) { return writeTail(ctx, console, ref, o.Tail, w) }
		if o.Follow {
			at, err = find.Retry(ctx, waiter, first)
		} else {
			at, err = first(ctx)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case o.Follow:
		return a.follow(ctx, b, console.Follow(ctx, ref, at), waiter, w, flush)
	case o.Tail < 0:
		return copyLog(console.ReadLog(ctx, ref, at), w)
	}
	return nil
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
func (a printer) follow(ctx context.Context, b find.Build, chunks iter.Seq2[console.Chunk, error], waiter *jenkins.Waiter, w io.Writer, flush func() error) error {
	for chunk, err := range follow.Sure(ctx, b.On.Client, b.Run, chunks, waiter) {
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
