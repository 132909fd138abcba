package output

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Size returns a number of bytes as a person says it: "812 B", "24 KB", "1.4 MB".
func Size(n int64) string {
	switch f := float64(n); {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1e6:
		return fmt.Sprintf("%.0f KB", f/1e3)
	case n < 1e9:
		return fmt.Sprintf("%.1f MB", f/1e6)
	default:
		return fmt.Sprintf("%.1f GB", f/1e9)
	}
}

// Plural counts things: "1 controller", "0 endpoints".
func Plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// Ago formats a moment relative to now, to the largest unit: "5m ago", "in 30s".
func Ago(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	d := now.Sub(t)
	size := d.Abs()
	text := fmt.Sprintf("%dd", int(size.Hours())/24)
	switch {
	case size < time.Minute:
		text = fmt.Sprintf("%ds", int(size.Seconds()))
	case size < time.Hour:
		text = fmt.Sprintf("%dm", int(size.Minutes()))
	case size < 48*time.Hour:
		text = fmt.Sprintf("%dh", int(size.Hours()))
	}
	if d < 0 {
		return "in " + text
	}
	return text + " ago"
}

// Wrap breaks a line between words so that it fits the width, with indent in front of each line. A word longer than that
// stays whole, so that it can be copied; a width of 0 breaks nothing.
func Wrap(text string, width int, indent string) string {
	if width <= 0 {
		return indent + text
	}
	var b strings.Builder
	at := 0
	for word := range strings.FieldsSeq(text) {
		w := ansi.StringWidth(word)
		switch {
		case at == 0:
			b.WriteString(indent)
			at = len(indent)
		case at+1+w > width:
			b.WriteString("\n" + indent)
			at = len(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += w
	}
	return b.String()
}

// Number is "#12", empty for a queue item.
func Number(r jenkins.Run) string {
	if r.Number == 0 {
		return ""
	}
	return fmt.Sprintf("#%d", r.Number)
}

// CauseText is why a run was started, in one line.
func CauseText(r jenkins.Run) string {
	texts := make([]string, len(r.Causes))
	for i, c := range r.Causes {
		texts[i] = c.Text
	}
	return strings.Join(texts, "; ")
}

// ShortCause returns the first of them, as short as can be.
func ShortCause(r jenkins.Run) string {
	if len(r.Causes) == 0 {
		return ""
	}
	return r.Causes[0].Short(r.Job)
}

// ShortStage is stageText without what the status says already.
func ShortStage(r jenkins.Run) string {
	if r.Status == jenkins.Paused && len(r.Inputs) > 0 {
		return r.Inputs[0].Message
	}
	return StageText(r)
}

// StageText returns where a run is now, or why it is nowhere.
func StageText(r jenkins.Run) string {
	switch {
	case r.Status == jenkins.Queued:
		return r.Why
	case r.Status == jenkins.Paused && len(r.Inputs) > 0:
		return "waits for input: " + r.Inputs[0].Message
	}
	if r.Why != "" {
		return strings.Join(append(slices.Clone(r.Stages), r.Why), ", ")
	}
	return strings.Join(r.Stages, ", ")
}

// TimeText returns how long a run takes or took at the time now. What it waited for input is said beside it: that is not build
// time, except in the duration of one that has ended, which is Jenkins' own.
func TimeText(r *jenkins.Run, waited time.Duration, now time.Time) string {
	text := jenkins.Span(r.Elapsed(now))
	switch {
	case r.Status == jenkins.Paused:
		return "started " + text + " ago"
	case !r.Status.Ended():
		text = jenkins.Span(max(0, r.Elapsed(now)-waited))
		if r.Estimated > 0 && r.Status != jenkins.Queued {
			text += " of about " + jenkins.Span(r.Estimated)
		}
	}
	if waited >= time.Second {
		text += ", waited " + jenkins.Span(waited)
	}
	return text
}

// ProgressText is percent and, where it can be estimated, the whole duration expected: also "138% of 42m00s". What waits
// makes no progress.
func ProgressText(r jenkins.Run, now time.Time) string {
	switch {
	case r.Status.Ended(), r.Status == jenkins.Queued, r.Status == jenkins.Paused, r.Waits():
		return ""
	case r.Estimated > 0: // Jenkins' own percentage ends at 99
		return fmt.Sprintf("%d%% of %s", 100*r.Built(now)/r.Estimated, jenkins.Span(r.Estimated))
	case r.Progress >= 0:
		return fmt.Sprintf("%d%%", r.Progress)
	}
	return ""
}

// Nodes returns the nodes that a run holds an executor on.
func Nodes(r jenkins.Run) string { return strings.Join(r.Nodes, ",") }

// Clock returns a moment: as the person's own clock shows it, or as RFC 3339 for programs.
func Clock(t time.Time, person bool) string {
	switch {
	case t.IsZero():
		return ""
	case person:
		return t.Local().Format("2006-01-02 15:04:05")
	}
	return t.UTC().Format(time.RFC3339)
}
