package buildlog

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/follow"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

// pieces reads a log, or follows it, and waits for what passes.
func (a printer) pieces(ctx context.Context, b find.Build, c *console.Client, goOn bool, waiter *jenkins.Waiter) iter.Seq2[[]byte, error] {
	chunks := c.ReadLog(ctx, b.Run.Ref, 0)
	if goOn {
		chunks = follow.Sure(ctx, b.On.Client, b.Run, c.Follow(ctx, b.Run.Ref, 0), waiter)
	}
	return func(yield func([]byte, error) bool) {
		for chunk, err := range chunks {
			if !yield(chunk.Text, err) || err != nil {
				return
			}
		}
	}
}

// consoleLines cuts a log into lines, each described as what is.
func consoleLines(pieces iter.Seq2[[]byte, error], what logLine) iter.Seq2[logLine, error] {
	return func(yield func(logLine, error) bool) {
		rest := ""
		line := func(text string) bool {
			l := what
			l.text = text
			if at, plain := console.CutTime(ansi.Strip(text)); !at.IsZero() {
				l.at, l.text = at, plain
			}
			return yield(l, nil)
		}
		for piece, err := range pieces {
			if err != nil {
				yield(what, err)
				return
			}
			all := strings.Split(rest+string(piece), "\n")
			rest = all[len(all)-1]
			for _, text := range all[:len(all)-1] {
				if !line(text) {
					return
				}
			}
		}
		if rest != "" {
			line(rest)
		}
	}
}

// errorLines keeps the lines that are errors, two before each and up to nine behind it, until two are empty. If apart is set, a line "--" is
// between those that do not follow each other.
func errorLines(lines iter.Seq2[logLine, error], apart bool) iter.Seq2[logLine, error] {
	const before, behind = 2, 9
	return func(yield func(logLine, error) bool) {
		var recent []logLine
		left, blank, any, gap := 0, false, false, false
		for l, err := range lines {
			if err != nil {
				yield(l, err)
				return
			}
			plain := ansi.Strip(l.text)
			if strings.HasPrefix(plain, "[Pipeline] ") {
				continue // they say what the pipeline does, not how it went
			}
			empty := strings.TrimSpace(plain) == ""
			switch isError := console.SeverityOf(clean.Line(l.text)) > console.NoError; {
			case isError:
				if any && gap && apart && !yield(logLine{text: "--"}, nil) {
					return
				}
				for _, r := range recent {
					if !yield(r, nil) {
						return
					}
				}
				recent, left, any = nil, behind, true
			case left > 0:
				if left--; empty && blank {
					left = 0
				}
			}
			if any && left > 0 {
				gap = false
				if !yield(l, nil) {
					return
				}
			} else {
				gap = true
				recent = append(recent[max(0, len(recent)-before+1):], l)
			}
			blank = empty
		}
	}
}

// lastOf keeps the last n lines.
func lastOf(lines iter.Seq2[logLine, error], n int) iter.Seq2[logLine, error] {
	return func(yield func(logLine, error) bool) {
		var last []logLine
		for l, err := range lines {
			if err != nil {
				yield(l, err)
				return
			}
			if last = append(last, l); len(last) > 2*n+1000 {
				last = slices.Clone(last[len(last)-n:])
			}
		}
		for _, l := range last[max(0, len(last)-n):] {
			if !yield(l, nil) {
				return
			}
		}
	}
}
