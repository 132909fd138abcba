// Package notify has the commands that send and receive notifications.
package notify

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/carry"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/envfile"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	jenkinsenv "github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// sendOptions are the flags of `jenkwatch send`.
type sendOptions struct {
	output.Format
	body     string
	hasBody  bool
	build    string
	envFile  string
	status   string
	set      []string
	endpoint string
	to       string
	method   string
	headers  []string
	dryRun   bool
	noWait   bool
	wait     time.Duration
}

// pushedStatuses are the statuses that the plugin knows.
var pushedStatuses = []string{string(jenkins.Start), string(jenkins.Running), string(jenkins.Complete),
	string(jenkins.Success), string(jenkins.Unstable), string(jenkins.Failure), string(jenkins.NotBuilt), string(jenkins.Aborted)}

// SendCommand returns `jenkwatch send`.
func SendCommand(a *cli.App) *cobra.Command {
	var o sendOptions
	cmd := &cobra.Command{
		Use:   "send",
		Short: "Send a notification to an endpoint, as the Jenkins plugin does",
		Long: "Send a notification in the wire format of the plugin. It is committed to the outbox first, then delivered in the\n" +
			"foreground for up to --wait. If that is not enough it stays in the outbox: exit code 3. One that the\n" +
			"endpoint refused for good is dead: exit code 1, or 4 when it said 401 or 403. The id goes to stdout.",
		Example: "  jenkwatch send --build shop/checkout/main#412 --body 'Holding the deploy'\n" +
			"  jenkwatch send --env-file build.env --status SUCCESS --endpoint default\n" +
			"  git log -1 | jenkwatch send --body - --to https://hook.example.com/x -H 'X-Auth-Token: env:HOOK_TOKEN'\n" +
			"  jenkwatch send --build shop/cart/main --set TARGET=prod --dry-run",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.hasBody = cmd.Flags().Changed("body")
			for _, name := range []string{"to", "endpoint"} { // an empty shell variable does not ask for the default
				if f := cmd.Flags().Lookup(name); f.Changed && f.Value.String() == "" {
					return exit.Usage("leave it out for the default endpoint", "--%s is empty", name)
				}
			}
			if err := o.check(); err != nil {
				return err
			}
			return send(cmd.Context(), a, &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.body, "body", "", "the message, TEXT or - for standard input")
	f.StringVar(&o.build, "build", "", "include the env and status of this BUILD")
	f.StringVar(&o.envFile, "env-file", "", "include the variables in FILE: a JSON object or NAME=value lines")
	f.StringVar(&o.status, "status", "", "the STATUS to send: "+strings.Join(pushedStatuses, ", ")+" (default: the build's)")
	f.StringArrayVar(&o.set, "set", nil, "add or replace a variable: K=V")
	f.StringVar(&o.endpoint, "endpoint", "", "the configured endpoint NAME (default: the only one, or \"default\")")
	f.StringVar(&o.to, "to", "", "send to this URL instead; -H values may be references such as env:NAME")
	f.StringVar(&o.method, "method", "", "with --to: POST (default), PUT, DELETE or GET")
	f.StringArrayVarP(&o.headers, "header", "H", nil, "with --to: a header, 'Key: value'")
	f.BoolVar(&o.dryRun, "dry-run", false, "print the exact request, secrets masked, and send nothing")
	f.BoolVar(&o.noWait, "no-wait", false, "return once it is committed; another jenkwatch delivers it")
	f.DurationVar(&o.wait, "wait", 30*time.Second, "deliver for up to this TIME")
	o.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("endpoint", complete.Endpoints(a))
	_ = cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(pushedStatuses, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("build", func(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion,
		cobra.ShellCompDirective) {
		return complete.Builds(a)(cmd, nil, typed)
	})
	return cmd
}

func (o *sendOptions) check() error {
	if o.status != "" {
		o.status = strings.ToUpper(o.status)
		if !slices.Contains(pushedStatuses, o.status) {
			return exit.Usage("one of "+strings.Join(pushedStatuses, ", "), "there is no status %q to send", o.status)
		}
	}
	if !o.hasBody && o.build == "" && o.envFile == "" && o.status == "" && len(o.set) == 0 {
		return exit.Usage("give at least --body, --build or --env-file", "there is nothing to send")
	}
	if o.build != "" && o.envFile != "" {
		return exit.Usage("--set adds to either", "--build and --env-file exclude each other")
	}
	if o.endpoint != "" && o.to != "" {
		return exit.Usage("leave one out", "--endpoint and --to exclude each other")
	}
	if o.to == "" && (o.method != "" || len(o.headers) > 0) {
		return exit.Usage("a configured endpoint has its own; see docs/config.md", "--method and -H belong to --to")
	}
	return o.Prepare()
}

func send(ctx context.Context, a *cli.App, o *sendOptions) error {
	if a.Flags.ReadOnly && !o.dryRun {
		return exit.ReadOnly("send a notification")
	}
	n, err := notification(ctx, a, o)
	if err != nil {
		return err
	}
	if o.dryRun {
		return dryRun(a, o, n)
	}
	box, err := a.Outbox(ctx)
	if err != nil {
		return err
	}
	warn(a, box, n)
	d, err := box.Add(ctx, n)
	if err != nil {
		return err
	}
	if o.noWait {
		output.Note(a.ErrOut, "jenkwatch: queued; it is sent by the screen, `jenkwatch sync` or `jenkwatch outbox flush`")
		return printDelivery(a, &o.Format, d)
	}
	stop := sayQueued(a, d)
	d, err = deliver.One(ctx, box, d, o.wait)
	stop()
	if err != nil {
		return err
	}
	if err := printDelivery(a, &o.Format, d); err != nil {
		return err
	}
	return deliver.Outcome(d)
}

// queuedNoticeAfter is how long a delivery may take before a person reads that it is queued.
const queuedNoticeAfter = time.Second

// sayQueued says on a terminal, when a delivery takes long, that the notification is safe in the outbox. The caller calls
// stop when the wait is over.
func sayQueued(a *cli.App, d sender.Delivery) (stop func()) {
	if output.TerminalWidth(a.ErrOut) == 0 {
		return func() {}
	}
	over, said := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(said)
		select {
		case <-time.After(queuedNoticeAfter):
			output.Note(a.ErrOut, "jenkwatch: %s is queued and being tried; what is not delivered stays in the outbox", d.ID)
		case <-over:
		}
	}()
	return func() { close(over); <-said }
}

// notification returns what the flags ask for, as the outbox takes it.
func notification(ctx context.Context, a *cli.App, o *sendOptions) (sender.Notification, error) {
	n := sender.Notification{Status: o.status}
	var err error
	switch {
	case o.build != "":
		env, err := find.Env(ctx, a, o.build, "")
		if err != nil {
			return n, err
		}
		about(&n, env)
	case o.envFile != "":
		if n.Variables, err = envfile.Read(ctx, o.envFile); err != nil {
			return n, err
		}
		fromVariables(&n)
	}
	for _, kv := range o.set {
		name, value, ok := strings.Cut(kv, "=")
		if !ok || name == "" {
			return n, exit.Usage("write --set NAME=value", "--set %q has no value", kv)
		}
		n.Variables = append(n.Variables, sender.Variable{Name: name, Value: value})
	}
	if err := markSecrets(a, n.Variables); err != nil {
		return n, err
	}
	if o.hasBody {
		text := o.body
		if text == "-" {
			b, err := config.Await(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(a.In, maxBody+1)) })
			if err != nil {
				return n, fmt.Errorf("read the message from standard input: %w", err)
			}
			if len(b) > maxBody {
				return n, exit.Usage("send less", "the message is longer than %d MB", maxBody>>20)
			}
			if line := envfile.NotUTF8(b); line > 0 {
				return n, exit.Usage("convert it first, for example with iconv -t UTF-8", "line %d of the message is not UTF-8", line)
			}
			text = string(b)
		}
		n.Body = &text
	}
	if o.to != "" {
		n.AdHoc, err = cli.AdHocEndpoint(o.to, o.method, o.headers)
		return n, err
	}
	n.Endpoint, err = a.EndpointName(o.endpoint)
	return n, err
}

// markSecrets marks what looks like a secret, wherever it comes from: it is sent as it is, but is masked wherever it is shown.
func markSecrets(a *cli.App, vars []sender.Variable) error {
	cfg, err := a.Config()
	if err != nil {
		return err
	}
	for i := range vars {
		v := &vars[i]
		v.Secret = v.Secret || secrets.Detect(v.Name, v.Value, cfg.SecretPatterns)
	}
	return nil
}

// maxBody bounds what is read as a message; an endpoint's own limit is lower.
const maxBody = 64 << 20

// about has a notification tell of a build, as the plugin would.
func about(n *sender.Notification, env jenkinsenv.Env) {
	n.Controller, n.Job, n.Number = env.Ref.Controller, env.Ref.Job, env.Ref.Number
	n.Variables = carry.Env(env)
	if n.Status == "" {
		n.Status = env.Run.Status.AsPushed()
	}
}

// fromVariables sets which build the variables belong to, so that notifications of one build keep their order.
func fromVariables(n *sender.Notification) {
	for _, v := range n.Variables {
		switch strings.ToUpper(v.Name) {
		case "JOB_NAME":
			n.Job = v.Value
		case "BUILD_NUMBER":
			n.Number, _ = strconv.Atoi(v.Value)
		}
	}
}

func dryRun(a *cli.App, o *sendOptions, n sender.Notification) error {
	box := &outbox.Outbox{Endpoints: a.EndpointNamed}
	warn(a, box, n)
	r, err := box.Preview(n)
	if err != nil {
		return err
	}
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewRequest(r))
	}
	_, err = fmt.Fprintln(a.Out, clean.Text(r.String()))
	return err
}

// warn says what a person should know before a notification is sent.
func warn(a *cli.App, box *outbox.Outbox, n sender.Notification) {
	e := n.AdHoc
	if e == nil {
		named, err := box.Endpoints(n.Endpoint)
		if err != nil {
			return
		}
		e = &named
	}
	for _, w := range e.Warnings(n) {
		output.Note(a.ErrOut, "jenkwatch: %s", w)
	}
}
