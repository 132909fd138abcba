package notify

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/service"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/sender/receive"
)

// listenOptions are the flags of `jenkwatch listen`.
type listenOptions struct {
	output.Format
	service.ListenOptions
	reveal  bool
	metrics string
}

// ListenCommand returns `jenkwatch listen`.
func ListenCommand(a *cli.App) *cobra.Command {
	var o listenOptions
	cmd := &cobra.Command{
		Use:   "listen",
		Short: "Receive pushes, from the plugin or from sync, and show or forward them",
		Long: "Receive pushes: JSON in POST, PUT and DELETE, a query in GET. Each is stored before it is answered with 200, then\n" +
			"printed: received at, status, job, number, body and what contradicts the controller. A push is a claim: parameters\n" +
			"of a build can replace its JOB_NAME and BUILD_NUMBER. Any address but the loopback's needs --token or --hmac, given\n" +
			"as a reference: env:NAME, file:PATH, command:LINE or keyring:SERVICE/USER.",
		Example: "  jenkwatch listen\n" +
			"  jenkwatch listen --json --jq 'select(.status == \"FAILURE\") | .job'\n" +
			"  jenkwatch listen --addr 127.0.0.1:9100 --forward default\n" +
			"  jenkwatch listen --addr 0.0.0.0:9099 --token env:LISTEN_TOKEN --tls-cert cert.pem --tls-key key.pem",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(o.Prepare(), service.CheckMetrics(o.metrics)); err != nil {
				return err
			}
			if o.Rate < 1 {
				return exit.Usage("leave it out for a rate that a busy controller does not reach", "--rate %d accepts no push", o.Rate)
			}
			return listen(cmd.Context(), a, &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Addr, "addr", "127.0.0.1:9099", "listen on HOST:PORT")
	f.StringSliceVar(&o.Forward, "forward", nil, "pass each push on to this ENDPOINT, through the outbox")
	f.StringVar(&o.Token, "token", "", "require the token that REF names")
	f.StringVar(&o.TokenHeader, "token-header", "X-Auth-Token", "the header that carries the token")
	f.StringVar(&o.HMAC, "hmac", "", "require a signature (X-Hub-Signature-256) with the secret that REF names")
	f.StringSliceVar(&o.Hosts, "allow-host", nil, "without --token or --hmac, also accept pushes that address this machine by NAME")
	f.StringVar(&o.TLSCert, "tls-cert", "", "serve HTTPS with the certificate in FILE (PEM)")
	f.StringVar(&o.TLSKey, "tls-key", "", "the certificate's key in FILE (PEM)")
	f.BoolVar(&o.reveal, "reveal", false, "show secrets")
	f.IntVar(&o.Rate, "rate", receive.DefaultRate, "accept at most N pushes a second, in bursts of four times as many; others get a 429")
	f.StringVar(&o.metrics, "metrics", "", "serve /ready and /metrics on this loopback HOST:PORT")
	o.AddFlags(cmd)
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	_ = cmd.RegisterFlagCompletionFunc("forward", complete.Endpoints(a))
	return cmd
}

func listen(ctx context.Context, a *cli.App, o *listenOptions) error {
	if a.Flags.ReadOnly && len(o.Forward) > 0 {
		return exit.ReadOnly("forward")
	}
	for _, name := range o.Forward {
		if _, err := a.EndpointNamed(name); err != nil {
			return exit.Usage("name an endpoint of the config", "--forward: %w", err)
		}
	}
	box, err := a.Outbox(ctx)
	if err != nil {
		return err
	}
	cs, err := knownControllers(ctx, a)
	if err != nil {
		return err
	}
	pushes, err := o.Listen(ctx, box, claims.New(cs, a.SecretPatterns()))
	if err != nil {
		return err
	}
	log := service.NewLog(a.ErrOut, o.JSON)
	pushes.Receiver.OnRefuse = service.LogRefusals(log)
	meters := &service.ListenMeters{Receiver: pushes.Receiver, Outbox: box}
	metrics, err := service.OpenMetrics(ctx, o.metrics)
	if err != nil {
		return errors.Join(err, pushes.Close())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return pushes.Serve(ctx) })
	if len(o.Forward) > 0 {
		relay := a.Relay(box)
		relay.OnDelivery, relay.OnError = meters.Delivered, service.LogStoreErrors(log)
		g.Go(func() error { return relay.Run(ctx) })
	}
	if metrics != nil {
		log.Info("metrics are served", "address", metrics.Addr().String())
		g.Go(func() error { return service.Serve(ctx, metrics, meters) })
	}
	g.Go(func() error {
		out := NewPushPrinter(a, &o.Format, o.reveal)
		idle := func() error { return nil }
		if !out.person {
			lines := bufio.NewWriterSize(out.w, 64<<10)
			out.w, idle = lines, lines.Flush
		}
		return pushes.Each(ctx, func(h claims.Checked) error {
			h.Keep(ctx)
			return out.Print(h)
		}, idle)
	})
	log.Info("listening", "address", pushes.Addr().String())
	notify := service.Systemd()
	notify("READY=1")
	err = g.Wait()
	notify("STOPPING=1")
	taken, refused := meters.Counts()
	log.Info("listening ends", "taken", taken, "refused", refused)
	return err
}

// knownControllers returns the controllers that pushes are checked against: all that are known, which may be none.
func knownControllers(ctx context.Context, a *cli.App) ([]*cli.Controller, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	if a.Flags.URL == "" && os.Getenv("JENKINS_URL") == "" && len(cfg.Controllers) == 0 {
		return nil, nil
	}
	return a.Controllers(ctx)
}

func newPush(h claims.Checked, reveal bool, own []*regexp.Regexp) jsonview.Push {
	v := jsonview.Push{ReceivedAt: jsonview.Time(h.ReceivedAt), Status: h.Status, Job: h.Job, Number: h.Number, Body: h.Body,
		Variables: map[string]string{}, Method: h.Method, Repeat: h.Repeat, Contradicts: append([]string{}, h.Contradicts...)}
	if h.Run.Number > 0 {
		v.Build = new(jsonview.NewBuild(h.Run))
	}
	for _, one := range h.EnvVariables(own) {
		v.Variables[one.Name] = one.Shown(reveal)
	}
	return v
}

// pushPrinter prints pushes.
type pushPrinter struct {
	*output.Format
	reveal bool
	w      io.Writer
	person bool             // reads it
	own    []*regexp.Regexp // the user's patterns of what is a secret
}

// NewPushPrinter returns one that writes to stdout.
func NewPushPrinter(a *cli.App, o *output.Format, reveal bool) *pushPrinter {
	_, person := a.OnTerminal()
	return &pushPrinter{o, reveal, a.Out, person, a.SecretPatterns()}
}

func (o *pushPrinter) Print(h claims.Checked) error {
	if o.JSON {
		return o.WriteEvent(o.w, newPush(h, o.reveal, o.own))
	}
	body := ""
	if h.Body != nil {
		body = *h.Body
	}
	cells := []string{output.Clock(h.ReceivedAt, o.person), cmp.Or(h.Status, "-"), h.Job, strconv.Itoa(h.Number), body,
		strings.Join(h.Contradicts, "; ")}
	for i, cell := range cells {
		cells[i] = clean.Line(cell)
	}
	_, err := io.WriteString(o.w, strings.Join(cells, "\t")+"\n")
	return err
}
