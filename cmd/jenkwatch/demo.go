package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/command/notify"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/command/show"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/screen"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	demoworld "github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/receive"
)

func demoCommand(a *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Try jenkwatch on a simulated controller, without any setup",
		Long: "Open the screen on a built-in simulated controller and a local receiver of notifications. Nothing leaves\n" +
			"this machine and nothing is kept: `history --mine` does not list what is done in it. Without a terminal it prints the\n" +
			"same steps as plain lines.",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := startDemo(cmd.Context(), a)
			if err != nil {
				return err
			}
			if _, tty := a.OnTerminal(); tty {
				return screen.Run(cmd.Context(), a, a.Only, nil)
			}
			return d.tell(cmd.Context())
		},
	}
}

// demo is a controller that lives in this process, and a receiver.
type demo struct {
	*cli.App
	opened   sync.Once
	receiver receive.Receiver
}

// startDemo serves the simulated controller on the loopback interface, and has the whole program believe in it. What
// the program keeps lies in a folder that is removed at the end.
func startDemo(ctx context.Context, a *cli.App) (*demo, error) {
	address, err := serve(a, func(address string) http.Handler {
		return demoworld.With(jenkinstest.Options{RootURL: address})
	})
	if err != nil {
		return nil, err
	}
	if a.StateDir, err = os.MkdirTemp("", "jenkwatch-demo-"); err != nil {
		return nil, exit.Failure("free some space, or set TMPDIR", "make a folder for the demo: %w", err)
	}
	a.OnExit(func() error { return removeFolder(a.StateDir) })
	d := &demo{App: a}
	hook, err := serve(a, func(string) http.Handler { return http.HandlerFunc(d.receive) })
	if err != nil {
		return nil, err
	}
	a.LoadOnce.Do(func() {
		a.Cfg = &config.Config{Path: "the demo", Endpoints: []sender.Endpoint{{Name: "local receiver", URL: sender.Literal(hook + "hook")}}}
	})
	c, err := a.Connect(ctx, config.Controller{
		Name: "demo", URL: address, User: jenkinstest.Admin.Name, PlainToken: jenkinstest.Admin.Token, Mark: "demo",
	})
	a.Only = []*cli.Controller{c}
	return d, err
}

// removeFolder removes a folder into which the last write of a closed database may still be under way.
func removeFolder(dir string) error {
	var err error
	for range 5 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return err
}

// receive is the local receiver. Its database is opened when the first push comes.
func (d *demo) receive(w http.ResponseWriter, r *http.Request) {
	d.opened.Do(func() {
		if box, err := d.Outbox(context.WithoutCancel(r.Context())); err == nil {
			d.receiver.Outbox = box
		}
	})
	if d.receiver.Outbox == nil {
		http.Error(w, "the demo has no database", http.StatusServiceUnavailable)
		return
	}
	d.receiver.ServeHTTP(w, r)
}

// serve serves a handler on a free port of the loopback interface until the command ends.
func serve(a *cli.App, handler func(address string) http.Handler) (address string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", exit.Failure("allow this program to listen on the loopback interface", "start the demo: %w", err)
	}
	address = "http://" + l.Addr().String() + "/"
	s := &http.Server{Handler: handler(address), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.Serve(l) }() // it ends when the command does
	a.OnExit(s.Close)
	return address, nil
}

// tell does what a person would do on the screen: find the failing build, read its environment and the end of its console, and
// send a notification about it.
func (d *demo) tell(ctx context.Context) error {
	step := func(heading string, cmd *cobra.Command, args ...string) error {
		fmt.Fprintf(d.Out, "\n# %s (jenkwatch %s", heading, cmd.Name())
		for _, arg := range args {
			if strings.Contains(arg, " ") {
				arg = "'" + arg + "'"
			}
			fmt.Fprint(d.Out, " ", arg)
		}
		fmt.Fprintln(d.Out, ")")
		return runCommand(ctx, cmd, args...)
	}
	if err := step("What runs and waits", show.RunsCommand(d.App)); err != nil {
		return err
	}
	if err := step("What failed last", show.RunsCommand(d.App), "--recent", "--status", string(jenkins.Failure)); err != nil {
		return err
	}
	failed, err := lastFailed(ctx, d.Only[0].Client)
	if err != nil {
		return err
	}
	if err := step("Its environment", show.EnvCommand(d.App), failed); err != nil {
		return err
	}
	if err := step("The end of its console", show.LogCommand(d.App), failed, "--tail", "8"); err != nil {
		return err
	}
	if d.Flags.ReadOnly {
		return nil
	}
	arrived := d.receiver.Pushes(ctx)
	if err := step("A notification about it", notify.SendCommand(d.App), "--build", failed, "--body", "Looking into it."); err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "\n# What arrived at the local receiver (jenkwatch listen)\n")
	for p := range arrived {
		(&claims.SecretCache{Own: d.SecretPatterns()}).Mark(p.Variables)
		return notify.NewPushPrinter(d.App, &output.Format{JSON: true}, false).Print(claims.Checked{Push: p})
	}
	return ctx.Err()
}

// lastFailed returns the name of the build that failed last.
func lastFailed(ctx context.Context, c *jenkins.Client) (string, error) {
	jobs, err := c.LastRuns(ctx)
	if err != nil {
		return "", err
	}
	var last jenkins.Run
	for _, j := range jobs {
		if run := cmp.Or(j.Ended, j.Last); run != nil && run.Status == jenkins.Failure && run.EndedAt().After(last.EndedAt()) {
			last = *run
		}
	}
	if last.Number == 0 {
		return "", exit.Failure("", "the demo has no failed build")
	}
	return fmt.Sprintf("%s#%d", last.Job, last.Number), nil
}
