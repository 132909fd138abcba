package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

const (
	logChunk = 256 << 10 // bytes asked for at once: a console of any length costs no more memory than a few of these
	// guessedLine is the length of a line that --tail reckons with at first; when lines are longer it looks further back.
	guessedLine = 120
	quickPause  = 500 * time.Millisecond
	slowPause   = 3 * time.Second
)

func (a *app) logCommand() *cobra.Command {
	var follow bool
	tail := -1
	cmd := &cobra.Command{
		Use:   "log BUILD",
		Short: "Print the console of a build",
		Long: "Print the console of a build as text: line ends are LF, Jenkins' hidden notes and all escape sequences but\n" +
			"colours are removed.",
		Example: "  jenkwatch log shop/checkout/main -f\n" +
			"  jenkwatch log shop/cart/main#lastFailed --tail 50",
		Args:              usageArgs(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeBuilds,
		RunE: func(cmd *cobra.Command, args []string) error {
			if tail < -1 {
				return usage("0 prints nothing of what there is", "--tail %d is below zero", tail)
			}
			return a.log(cmd.Context(), args[0], follow, tail)
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on until the build has ended")
	cmd.Flags().IntVar(&tail, "tail", -1, "only the last N lines")
	return cmd
}

func (a *app) log(ctx context.Context, arg string, follow bool, tail int) error {
	b, err := a.findBuild(ctx, arg)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(a.out)
	var w io.Writer = out
	if _, tty := a.onTerminal(); tty && os.Getenv("NO_COLOR") != "" {
		w = colourless{out}
	}
	r := logReader{client: b.on.client, ref: b.run.Ref}
	if tail >= 0 {
		if err := r.tail(ctx, tail, w); err != nil {
			return err
		}
	}
	if err := r.copy(ctx, w, follow, out.Flush); err != nil {
		return err
	}
	return out.Flush()
}

// colourless writes a console without its colours. A colour never reaches from one piece into the next.
type colourless struct{ w io.Writer }

func (c colourless) Write(p []byte) (int, error) {
	if _, err := io.WriteString(c.w, ansi.Strip(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// logReader reads a console from its offset on.
type logReader struct {
	client *jenkins.Client
	ref    jenkins.Ref
	at     int64 // raw offset of what comes next
}

// copy writes the console from r.at to its end; when following, until the build has ended.
func (r *logReader) copy(ctx context.Context, w io.Writer, follow bool, flush func() error) error {
	end := int64(-1) // of the console as it was when it was first asked for
	pause := quickPause
	for {
		chunk, err := r.client.Log(ctx, r.ref, r.at, logChunk)
		if err != nil {
			return err
		}
		if _, err := w.Write(chunk.Text); err != nil {
			return err
		}
		grew := chunk.Next > r.at
		r.at = chunk.Next
		if end < 0 {
			end = chunk.Size
		}
		switch {
		case grew && r.at < chunk.Size:
			continue // there is more already
		case !follow && (r.at >= end || !grew), !chunk.More && r.at >= chunk.Size:
			return nil
		}
		if err := flush(); err != nil {
			return err
		}
		if pause = min(pause*3/2, slowPause); grew {
			pause = quickPause
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// tail writes the last n lines of the console and leaves r.at at its end. It asks for the size first, then for a piece
// before the end, and for a longer one while that holds too few lines.
func (r *logReader) tail(ctx context.Context, n int, w io.Writer) error {
	size, err := r.client.LogSize(ctx, r.ref)
	if err != nil {
		return err
	}
	if r.at = size.Size; n == 0 {
		return nil
	}
	for back := int64(n)*guessedLine + 1; ; back *= 4 {
		start := max(0, size.Size-back)
		text, next, err := r.read(ctx, start, size.Size)
		if err != nil {
			return err
		}
		// A piece that does not begin at the beginning begins inside a line.
		if start > 0 {
			_, text, _ = bytes.Cut(text, []byte{'\n'})
		}
		if last, whole := lastLines(text, n); whole || start == 0 {
			r.at = next
			_, err := w.Write(last)
			return err
		}
	}
}

// read returns the console from start to at least end.
func (r *logReader) read(ctx context.Context, start, end int64) (text []byte, next int64, err error) {
	for next = start; next < end; {
		chunk, err := r.client.Log(ctx, r.ref, next, logChunk)
		if err != nil {
			return nil, 0, err
		}
		text = append(text, chunk.Text...)
		if chunk.Next <= next {
			break
		}
		next = chunk.Next
	}
	return text, next, nil
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
