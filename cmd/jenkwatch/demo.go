package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/buildlog"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/screen"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	demoworld "github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/receive"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Try jenkwatch on a simulated controller, without any setup",
		Long: "Open the screen on a built-in simulated controller and a local receiver of notifications. Nothing leaves\n" +
			"this machine and nothing is kept. Without a terminal it prints the same steps as plain lines.",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context()) },
	}
}

func (a *app) demo(ctx context.Context) error {
	d, err := a.startDemo(ctx)
	if err != nil {
		return err
	}
	if _, tty := a.OnTerminal(); tty {
		return screen.Run(ctx, a.App, d.controllers, nil)
	}
	return d.tell(ctx)
}

// demo is a controller that lives in this process.
type demo struct {
	*app
	controllers []*cli.Controller
	opened      sync.Once
	receiver    receive.Receiver
}

const demoEndpoint = "local receiver"

// startDemo serves the simulated controller on the loopback interface, and has the whole program believe in it. What
// the program keeps lies in a folder that is removed at the end.
func (a *app) startDemo(ctx context.Context) (*demo, error) {
	address, err := a.serve(func(address string) http.Handler {
		return demoworld.With(jenkinstest.Options{RootURL: address})
	})
	if err != nil {
		return nil, err
	}
	if a.StateDir, err = os.MkdirTemp("", "jenkwatch-demo-"); err != nil {
		return nil, exit.Failure("free some space, or set TMPDIR", "make a folder for the demo: %w", err)
	}
	a.OnExit(func() error { return removeFolder(a.StateDir) })
	d := &demo{app: a}
	hook, err := a.serve(func(string) http.Handler { return http.HandlerFunc(d.receive) })
	if err != nil {
		return nil, err
	}
	a.LoadOnce.Do(func() {
		a.Cfg = &config.Config{Path: "the demo", Endpoints: []sender.Endpoint{{Name: demoEndpoint, URL: sender.Literal(hook + "hook")}}}
	})
	c, err := a.Connect(ctx, config.Controller{
		Name: "demo", URL: address, User: jenkinstest.Admin.Name, PlainToken: jenkinstest.Admin.Token, Mark: "demo",
	})
	d.controllers = []*cli.Controller{c}
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
func (a *app) serve(handler func(address string) http.Handler) (address string, err error) {
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

// tell does what a person would do on the screen: find the failing build, read its environment and the end
// of its console.
func (d *demo) tell(ctx context.Context) error {
	c := d.controllers[0]
	heading := func(format string, args ...any) { fmt.Fprintf(d.Out, "\n# "+format+"\n", args...) }

	heading("What runs and waits (jenkwatch runs)")
	live := &runsOptions{}
	runs, err := live.ask(ctx, c)
	if err != nil {
		return err
	}
	if err := live.print(d.Out, live.merge([][]jenkins.Run{runs}), 0, false); err != nil {
		return err
	}

	heading("What failed last (jenkwatch runs --recent --status FAILURE)")
	failed := &runsOptions{recent: true, status: []string{string(jenkins.Failure)}}
	if runs, err = failed.ask(ctx, c); err != nil {
		return err
	}
	runs = failed.merge([][]jenkins.Run{failed.chosen(runs, nil)})
	if err := failed.print(d.Out, runs, 0, false); err != nil {
		return err
	}
	if len(runs) == 0 {
		return exit.Failure("", "the demo has no failed build")
	}
	run := runs[0]
	name := fmt.Sprintf("%s#%d", run.Job, run.Number)

	heading("Its environment (jenkwatch env %s)", name)
	env, err := envOn(ctx, find.Build{On: c, Run: run})
	if err != nil {
		return err
	}
	if err := writeEnvTable(d.Out, env.Variables, 0, false); err != nil {
		return err
	}

	heading("The end of its console (jenkwatch log %s --tail 8)", name)
	if _, err := buildlog.WriteTail(ctx, c.Console, run.Ref, 8, d.Out); err != nil {
		return err
	}

	heading("A notification about it (jenkwatch send --build %s --body '...')", name)
	box, err := d.Outbox(ctx)
	if err != nil {
		return err
	}
	body := "Looking into it."
	n := sender.Notification{Endpoint: demoEndpoint, Body: &body}
	about(&n, env)
	arrived := d.receiver.Pushes(ctx)
	sent, err := box.Add(ctx, n)
	if err != nil {
		return err
	}
	if sent, err = deliver.One(ctx, box, sent, 10*time.Second); err != nil {
		return err
	}
	if err := deliveryTable([]sender.Delivery{sent}, false).Write(d.Out, 0); err != nil {
		return err
	}
	if err := deliver.Outcome(sent); err != nil {
		return err
	}

	heading("What arrived at the local receiver (jenkwatch listen)")
	for p := range arrived {
		(&claims.SecretCache{Own: d.SecretPatterns()}).Mark(p.Variables)
		return d.pushPrinter(&output.Format{JSON: true}, false).print(claims.Checked{Push: p})
	}
	return ctx.Err()
}
