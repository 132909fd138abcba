package notify

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/sender"
)

func outboxShow(a *cli.App) *cobra.Command {
	var o output.Format
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a delivery: what was sent, every attempt and its answer",
		Long: "Show a delivery: what was sent, every attempt and its answer. Most values of the payload are hidden:\n" +
			"they are not kept after delivery.",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Deliveries(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			box, err := a.Outbox(cmd.Context())
			if err != nil {
				return err
			}
			d, err := box.Get(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			attempts, err := box.Attempts(cmd.Context(), d.ID)
			if err != nil {
				return err
			}
			request, err := box.Sent(cmd.Context(), d.ID)
			if err != nil {
				return err
			}
			if o.JSON {
				return o.WriteJSON(a.Out, jsonview.NewShown(d, request, attempts))
			}
			width, _ := a.OnTerminal()
			return writeShown(a.Out, d, request, attempts, width)
		},
	}
	o.AddFlags(cmd)
	return cmd
}

// writeShown returns a delivery for programs, a word and its values a line, or for a person (width > 0).
func writeShown(w io.Writer, d sender.Delivery, r sender.Request, attempts []sender.Attempt, width int) error {
	person := width > 0
	t := &output.Table{}
	if person {
		t.Columns = make([]output.Column, 2)
	}
	t.Add("id", d.ID)
	t.Add("state", string(d.State))
	t.Add("request", r.Method+" "+r.URL)
	t.Add("endpoint", d.Endpoint)
	t.Add("status", d.Status)
	if d.Job != "" {
		t.Add("build", fmt.Sprintf("%s#%d", d.Job, d.Number))
	}
	t.Add("size", strconv.FormatInt(d.Size, 10))
	t.Add("created_at", output.Clock(d.CreatedAt, person))
	if !d.NextAttemptAt.IsZero() {
		t.Add("next_attempt_at", output.Clock(d.NextAttemptAt, person))
	}
	for _, h := range r.Headers {
		t.Add("header", h.Name+": "+h.Value)
	}
	if !person {
		t.Add("body", string(r.Body))
	}
	if person {
		t.Rows = slices.DeleteFunc(t.Rows, func(row []string) bool { return row[1] == "" })
		if err := t.Write(w, width); err != nil {
			return err
		}
		if body := clean.Text(string(r.Body)); body != "" {
			if _, err := fmt.Fprintf(w, "\n%s\n", ansi.Hardwrap(body, width, true)); err != nil {
				return err
			}
		}
		return writeAttempts(w, attempts, width)
	}
	for _, at := range attempts {
		t.Add("attempt", strconv.Itoa(at.N), output.Clock(at.StartedAt, false), strconv.Itoa(at.HTTPStatus),
			at.Duration.Round(time.Millisecond).String(), attemptResult(at), at.Answer)
	}
	return t.Write(w, 0)
}

// writeAttempts shows a person each attempt with the whole of what came back.
func writeAttempts(w io.Writer, attempts []sender.Attempt, width int) error {
	var b strings.Builder
	for _, at := range attempts {
		fmt.Fprintf(&b, "\nattempt %d  %s", at.N, output.Clock(at.StartedAt, true))
		if at.HTTPStatus > 0 {
			fmt.Fprintf(&b, "  HTTP %d", at.HTTPStatus)
		}
		fmt.Fprintf(&b, "  %s\n", at.Duration.Round(time.Millisecond))
		texts := []string{attemptResult(at)}
		for _, h := range at.AnswerHeaders {
			texts = append(texts, h.Name+": "+h.Value)
		}
		for _, text := range append(texts, at.Answer) {
			if text = clean.Line(text); text != "" {
				b.WriteString(output.Wrap(text, width, "  ") + "\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func attemptResult(at sender.Attempt) string { return cmp.Or(at.Error, "delivered") }
