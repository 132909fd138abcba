package failure

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// mostCells is how wide a line of tests, commits or variables may be.
const mostCells = 200

// headline says what failed and where, on one line.
func (c *Card) headline() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", c.Run.Title(), c.Run.Status)
	if len(c.Stage) > 0 {
		b.WriteString(" in " + clean.Line(strings.Join(c.Stage, " > ")))
	}
	if c.Run.Duration > 0 {
		fmt.Fprintf(&b, " after %s", jenkins.Span(c.Run.Duration))
	}
	return b.String()
}

// Lines are the card as plain text in at most limit lines; 0 is no limit. What does not fit is counted. Values of secrets
// are masked.
func (c *Card) Lines(limit int) []string {
	parts := [][]string{append([]string{c.headline()}, c.Run.Interrupted...), c.stepLines(), c.errorLines(), c.testLines(), c.commitLines(), c.changedLines()}
	var all []string
	for _, part := range parts {
		if len(part) > 0 && len(all) > 0 {
			all = append(all, "")
		}
		all = append(all, part...)
	}
	if limit <= 0 || len(all) <= limit {
		return all
	}
	if limit == 1 {
		return all[:1]
	}
	return append(all[:limit-1], fmt.Sprintf("... %d more lines", len(all)-limit+1))
}

func (c *Card) stepLines() []string {
	switch {
	case c.Cut:
		return []string{fmt.Sprintf("Step: not known, %s lists only the first steps of this stage", c.Source)}
	case c.Step != "":
		return []string{fmt.Sprintf("Step: %s (from %s)", clean.FirstLine(c.Step), c.Source)}
	}
	return nil
}

func (c *Card) errorLines() []string {
	if len(c.Error.Lines) == 0 {
		return nil
	}
	lines := []string{"Error, from the " + c.Error.From + ":"}
	if !c.Error.Found {
		lines[0] = "Last lines of the " + c.Error.From + ":"
	}
	for _, l := range c.Error.Lines {
		lines = append(lines, "  "+l)
	}
	return lines
}

func (c *Card) testLines() []string {
	if c.Tests == nil || c.Tests.Failed == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("Tests: %d failed, %d of them new, %d passed, %d skipped", c.Tests.Failed, c.Tests.New, c.Tests.Passed, c.Tests.Skipped)}
	const most = 8
	for i, k := range c.Tests.Cases {
		if i == most {
			lines = append(lines, fmt.Sprintf("  ... %d more", len(c.Tests.Cases)-most))
			break
		}
		mark := fmt.Sprintf("since #%d", k.Since)
		if k.New {
			mark = "new"
		}
		line := "  " + mark + "  " + strings.TrimPrefix(k.Class+"."+k.Name, ".")
		if k.Message != "" {
			line += ": " + k.Message
		}
		lines = append(lines, ansi.Truncate(line, mostCells, "…"))
	}
	return lines
}

func (c *Card) commitLines() []string {
	if len(c.Commits) == 0 {
		if c.Good != nil {
			return []string{"No commits " + c.Range}
		}
		return nil
	}
	lines := []string{"Commits " + c.Range + ":"}
	const most = 8
	for i, k := range c.Commits {
		if i == most {
			lines = append(lines, fmt.Sprintf("  ... %d more", len(c.Commits)-most))
			break
		}
		author := cmp.Or(k.Author, "unknown author")
		lines = append(lines, ansi.Truncate(fmt.Sprintf("  in #%d  %.9s  %s  %s", k.Number, k.ID, author, k.Title), mostCells, "…"))
	}
	return lines
}

func (c *Card) changedLines() []string {
	if c.Good == nil || len(c.Changed) == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("Environment, #%d -> #%d:", c.Good.Number, c.Run.Number)}
	const most = 8
	for i, d := range c.Changed {
		if i == most {
			lines = append(lines, fmt.Sprintf("  ... %d more", len(c.Changed)-most))
			break
		}
		before, after := ShortHashes(d.Before.Shown(false)), ShortHashes(d.After.Shown(false))
		switch d.Change {
		case env.Added:
			lines = append(lines, ansi.Truncate("  "+clean.Line(d.Name+": added "+after), mostCells, "…"))
		case env.Removed:
			lines = append(lines, ansi.Truncate("  "+clean.Line(d.Name+": was "+before), mostCells, "…"))
		default:
			lines = append(lines, ansi.Truncate("  "+clean.Line(d.Name+": "+before+" -> "+after), mostCells, "…"))
		}
	}
	return lines
}

// ShortHashes shortens each SHA-1 and SHA-256 in a value to its first 12 digits, as git and docker show them: two fit a line.
func ShortHashes(value string) string {
	return hash().ReplaceAllStringFunc(value, func(s string) string { return s[:12] })
}

var hash = lazy.Regexp(`\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b`)
