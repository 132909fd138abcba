// Package perform does an action for a command: its flags, what is asked on a terminal, what --dry-run shows, what became of it.
package perform

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/buildlog"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Options are the flags of every command that changes Jenkins.
type Options struct {
	output.Format
	DryRun bool
	Yes    string // confirms the action: the controller's name

	Wait, Log bool // of those that start or end a build: wait for its end, print its console meanwhile
}

// AddFlags adds the flags that all these commands have.
func (o *Options) AddFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "print the request, and change nothing")
	cmd.Flags().StringVar(&o.Yes, "yes", "", "confirm the action with the controller's NAME")
	o.Format.AddFlags(cmd)
}

// AddWaiting adds the flags of a command that starts a build.
func (o *Options) AddWaiting(cmd *cobra.Command) {
	o.AddFlags(cmd)
	cmd.Flags().BoolVar(&o.Wait, "wait", false, "return when the build has ended, with its result as exit code")
	cmd.Flags().BoolVar(&o.Log, "log", false, "print its console meanwhile (implies --wait)")
}

// Prepare refuses flags that do not go together, and --read-only before anything is asked.
func (o *Options) Prepare(a *cli.App, cmd *cobra.Command, args []string) error {
	if err := o.Format.Prepare(); err != nil {
		return err
	}
	if o.Log && o.JSON {
		return exit.Usage("leave one out", "--log and --json exclude each other")
	}
	if o.DryRun && (o.Wait || o.Log) {
		return exit.Usage("leave one out", "--dry-run starts nothing to wait for")
	}
	if a.Flags.ReadOnly && !o.DryRun {
		_, op, _ := strings.Cut(cmd.CommandPath(), " ")
		return exit.ReadOnly(clean.Line(op + " " + strings.Join(args, " ")))
	}
	return nil
}

// ExitCodes is what the help of a command says that can wait for its build.
const ExitCodes = "With --wait it returns when the build has ended, with its result as the exit code: 0 SUCCESS, 10 UNSTABLE,\n" +
	"11 FAILURE, 12 NOT_BUILT, 13 ABORTED."

// UsageError makes an error of what a person typed a usage error; one of Jenkins stays what it is.
func UsageError(err error) error {
	if e, ok := errors.AsType[*action.Error](err); ok && e.Err == nil {
		return exit.Usage(e.Hint(), "%w", err)
	}
	return err
}

// Hint has the command that an error's hint names reach the same controller.
func Hint(c *cli.Controller, err error) error {
	if e, ok := errors.AsType[*action.Error](err); ok && len(e.Command) > 0 {
		e.Command = append(e.Command, c.Flags...)
	}
	return err
}

// Do does an action once it is confirmed, and prints what Jenkins answered.
func Do(ctx context.Context, a *cli.App, c *cli.Controller, act action.Action, o *Options) (action.Result, error) {
	if o.DryRun {
		seen, err := action.Check(ctx, c.Client, act)
		if err != nil {
			return seen, Hint(c, err)
		}
		if seen.Already {
			output.Note(a.ErrOut, "jenkwatch: %s: nothing would be sent", seen.Message)
		}
		return action.Result{}, printPreview(a, c, act, o)
	}
	r, err := confirmed(ctx, a, c, act, o)
	if err != nil || o.Wait || o.Log { // then what became of it is printed
		return r, err
	}
	var started *jenkins.Run
	if act.Kind.Starts() && r.QueueID == 0 {
		started = startedSoon(ctx, c, act, r)
	}
	return r, printDone(a, c, act, r, started, o)
}

// startsWithin is how long a build is looked for of which Jenkins named no queue item.
const startsWithin = 3 * time.Second

// startedSoon returns the build that came of an action, if it starts soon.
func startedSoon(ctx context.Context, c *cli.Controller, act action.Action, r action.Result) *jenkins.Run {
	ctx, cancel := context.WithTimeout(ctx, startsWithin)
	defer cancel()
	p, err := action.Follow(ctx, c.Client, &jenkins.Waiter{}, act, r, nil)
	if err != nil || !p.Started {
		return nil
	}
	return &p.Run
}

func confirmed(ctx context.Context, a *cli.App, c *cli.Controller, act action.Action, o *Options) (action.Result, error) {
	if err := confirm(ctx, a, c, &act, o); err != nil {
		return action.Result{}, err
	}
	r, err := a.Actions().Do(ctx, c.Client, act)
	err = Hint(c, err)
	if e, ok := errors.AsType[*action.Error](err); ok && e.Unclear && errors.Is(err, context.Canceled) {
		output.PrintError(a.ErrOut, err, o.JSON) // a program that a signal ends says no more
	}
	return r, err
}

// confirm asks for what an action needs beyond its command: the controller's name where that is protected, and a second word
// where something is destroyed. Without a terminal --yes says both; it names the controller, so that no script changes
// another one than it was written for.
func confirm(ctx context.Context, a *cli.App, c *cli.Controller, act *action.Action, o *Options) error {
	name := clean.Line(c.Name)
	if o.Yes != "" && o.Yes != c.Name {
		return exit.Usage("name the controller that is meant: --yes "+name, "%s: --yes names the controller %q, but this is on %s", act.Op(), o.Yes, name)
	}
	act.Typed = o.Yes
	if o.Yes != "" || !c.Protected && !act.Twice {
		return nil
	}
	why := "it cannot be undone"
	if c.Protected {
		why = "the controller " + name + " is protected"
	}
	if !a.AsksTerminal() {
		return exit.Usage("confirm it with the controller's name: --yes "+name, "%s: %s", act.Op(), why)
	}
	output.Note(a.ErrOut, "%s", act.Question)
	output.Note(a.ErrOut, "  %s", sentence(act.Effect))
	if act.Twice {
		if err := Ask(ctx, a, act, "Do it? [y/N] ", "y"); err != nil {
			return err
		}
	}
	if !c.Protected {
		number := strconv.Itoa(act.Target.Number)
		return Ask(ctx, a, act, "Type the build's number, "+number+", to do it: ", number)
	}
	act.Typed = c.Name
	return Ask(ctx, a, act, "This controller is protected. Type its name, "+name+", to do it: ", c.Name)
}

// Ask asks for a word on the terminal, without which nothing is done.
func Ask(ctx context.Context, a *cli.App, act *action.Action, question, word string) error {
	if answer, err := prompt(ctx, a, question); err != nil || answer != word && (word != "y" || answer != "Y") {
		return errors.Join(err, exit.Failure("nothing was done", "%s: not confirmed", act.Op()))
	}
	return nil
}

func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// prompt asks a person on the terminal for one line.
func prompt(ctx context.Context, a *cli.App, question string) (string, error) {
	fmt.Fprint(a.ErrOut, clean.ScreenLine(question))
	line, err := config.Await(ctx, func() (string, error) {
		line, err := bufio.NewReader(a.In).ReadString('\n')
		if errors.Is(err, io.EOF) {
			fmt.Fprintln(a.ErrOut)
			err = nil
		}
		return line, err
	})
	return strings.TrimSpace(line), err
}

func printPreview(a *cli.App, c *cli.Controller, act action.Action, o *Options) error {
	p := act.Preview(c.Client)
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewPreview(act, p, a.SecretPatterns()))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s (needs %s)\n\n%s %s\n", act.Question, sentence(act.Effect), act.Permission, p.Method, p.URL)
	for _, v := range jsonview.ShownValues(p.Values, a.SecretPatterns()) {
		if act.Kind == action.Replay { // what differs has been shown
			v.Text = "(" + output.Plural(strings.Count(v.Text, "\n"), "line") + ")"
		}
		fmt.Fprintf(&b, "%s=%s\n", v.Name, v.Text)
	}
	_, err := io.WriteString(a.Out, clean.Text(b.String()))
	return err
}

// printDone prints what Jenkins answered, and how to follow and undo it, in one line.
func printDone(a *cli.App, c *cli.Controller, act action.Action, r action.Result, started *jenkins.Run, o *Options) error {
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewActed(act, r, started, c.Flags, time.Now(), a.SecretPatterns()))
	}
	line := r.Message
	switch {
	case started != nil:
		line += ": started " + started.Title()
	case r.QueueID > 0 && !r.Already:
		line += fmt.Sprintf(": queue item %d", r.QueueID)
	case act.Kind.Starts() && !r.Already:
		line += ": it has not started yet"
	}
	_, err := fmt.Fprintln(a.Out, clean.Line(line+Next(c, act, r, started)))
	return err
}

// Next is what a line about an action ends with: how to follow and how to undo it.
func Next(c *cli.Controller, act action.Action, r action.Result, started *jenkins.Run) string {
	line := ""
	follow, undo := act.Next(r, started, c.Flags...)
	if follow != "" {
		line += "; follow: " + follow
	}
	if undo != "" {
		line += "; undo: " + undo
	}
	return line
}

// PrintEnded prints the end of a build that was waited for.
func PrintEnded(a *cli.App, c *cli.Controller, act action.Action, r action.Result, run *jenkins.Run, o *Options) error {
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewActed(act, r, run, c.Flags, time.Now(), a.SecretPatterns()))
	}
	_, err := fmt.Fprintln(a.Out, clean.Line(run.Title()+" "+string(run.Status)))
	return err
}

// Start does an action that starts a build, and if it is wanted follows that to its end.
func Start(ctx context.Context, a *cli.App, c *cli.Controller, act action.Action, o *Options) error {
	r, err := Do(ctx, a, c, act, o)
	if err != nil || o.DryRun || !o.Wait && !o.Log {
		return err
	}
	output.Note(a.ErrOut, "jenkwatch: %s", r.Message)
	var started *jenkins.Run
	run, err := untilEnded(ctx, a, c, act, r, o, func(run jenkins.Run) { started = &run })
	if errors.Is(err, context.Canceled) {
		what := "the build will still start"
		if started != nil {
			what = fmt.Sprintf("%s #%d goes on", jenkins.DisplayName(started.Job), started.Number)
		}
		output.Note(a.ErrOut, "jenkwatch: %s%s", what, Next(c, act, r, started))
	}
	if err != nil {
		return Hint(c, err)
	}
	if !o.Log {
		if err := PrintEnded(a, c, act, r, &run, o); err != nil {
			return err
		}
	}
	return exit.Result(run.Status)
}

// untilEnded waits for the build that an action starts: until it has started, which is reported, and until it has ended.
func untilEnded(ctx context.Context, a *cli.App, c *cli.Controller, act action.Action, r action.Result, o *Options, started func(jenkins.Run)) (jenkins.Run, error) {
	w := find.NewWaiter(a)
	p, err := action.Follow(ctx, c.Client, w, act, r, func(why string) {
		if why != "" {
			output.Note(a.ErrOut, "jenkwatch: it waits in the queue: %s", why)
		}
	})
	if err != nil {
		return jenkins.Run{}, err
	}
	if p.Cancelled {
		return jenkins.Run{}, &exit.Error{Err: fmt.Errorf("%s: it was cancelled while it waited in the queue", act.Op()), Fix: "start it again", Code: exit.CodeAborted}
	}
	started(p.Run)
	output.Note(a.ErrOut, "jenkwatch: started %s #%d", jenkins.DisplayName(p.Run.Job), p.Run.Number)
	if o.Log {
		if err := buildlog.Write(ctx, a, w, find.Build{On: c, Run: p.Run}, &buildlog.Options{Follow: true, Tail: -1}); err != nil {
			return p.Run, err
		}
	}
	return find.Ended(ctx, w, c, p.Run)
}
