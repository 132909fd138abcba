package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/sender/receive"
)

// listenOptions are the flags of `jenkwatch listen`.
type listenOptions struct {
	output.Format
	addr        string
	forward     []string
	token       string
	tokenHeader string
	hmac        string
	tlsCert     string
	tlsKey      string
	reveal      bool
	metrics     string
	rate        int
	hosts       []string
}

func (a *app) listenCommand() *cobra.Command {
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
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(o.Prepare(), checkMetrics(o.metrics)); err != nil {
				return err
			}
			if o.rate < 1 {
				return exit.Usage("leave it out to take what a busy controller pushes", "--rate %d takes no push", o.rate)
			}
			return a.listen(cmd.Context(), &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.addr, "addr", "127.0.0.1:9099", "listen on HOST:PORT")
	f.StringSliceVar(&o.forward, "forward", nil, "pass each push on to this ENDPOINT, through the outbox")
	f.StringVar(&o.token, "token", "", "a push must carry the token that REF names")
	f.StringVar(&o.tokenHeader, "token-header", "X-Auth-Token", "the header that carries the token")
	f.StringVar(&o.hmac, "hmac", "", "a push must be signed (X-Hub-Signature-256) with the secret that REF names")
	f.StringSliceVar(&o.hosts, "allow-host", nil, "without proof, also take pushes that address this machine by NAME")
	f.StringVar(&o.tlsCert, "tls-cert", "", "serve HTTPS with the certificate in FILE (PEM)")
	f.StringVar(&o.tlsKey, "tls-key", "", "its key, in FILE (PEM)")
	f.BoolVar(&o.reveal, "reveal", false, "show secrets")
	f.IntVar(&o.rate, "rate", receive.DefaultRate, "take at most N pushes a second, in bursts of four times as many; others get a 429")
	f.StringVar(&o.metrics, "metrics", "", "serve /ready and /metrics on this loopback HOST:PORT")
	o.AddFlags(cmd)
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	_ = cmd.RegisterFlagCompletionFunc("forward", a.completeEndpoints)
	return cmd
}

func (a *app) listen(ctx context.Context, o *listenOptions) error {
	if a.Flags.ReadOnly && len(o.forward) > 0 {
		return errReadOnly("forward")
	}
	for _, name := range o.forward {
		if _, err := a.endpointNamed(name); err != nil {
			return exit.Usage("name an endpoint of the config", "--forward: %w", err)
		}
	}
	box, err := a.outbox(ctx)
	if err != nil {
		return err
	}
	cs, err := a.knownControllers(ctx)
	if err != nil {
		return err
	}
	e, err := o.ear(ctx, box, claims.New(cs, a.SecretPatterns()))
	if err != nil {
		return err
	}
	log := serviceLog(a.ErrOut, o.Json)
	e.receiver.OnRefuse = refusals(log)
	m := &listenMeters{receiver: e.receiver, box: box}
	metrics, err := openMetrics(ctx, o.metrics)
	if err != nil {
		return errors.Join(err, e.listener.Close())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serveUntil(ctx, e.listener, e.receiver) })
	if len(o.forward) > 0 {
		relay := a.relay(box)
		relay.OnDelivery, relay.OnError = m.delivered, outboxTrouble(log)
		g.Go(func() error { return relay.Run(ctx) })
	}
	if metrics != nil {
		log.Info("metrics are served", "address", metrics.Addr().String())
		g.Go(func() error { return serveUntil(ctx, metrics, m) })
	}
	g.Go(func() error {
		out := a.pushes(o)
		idle := func() error { return nil }
		if !out.person {
			lines := bufio.NewWriterSize(out.w, 64<<10)
			out.w, idle = lines, lines.Flush
		}
		return e.each(ctx, func(h claims.Checked) error {
			h.Keep(ctx)
			return out.print(h)
		}, idle)
	})
	log.Info("listening", "address", e.listener.Addr().String())
	notify := systemd()
	notify("READY=1")
	err = g.Wait()
	notify("STOPPING=1")
	taken, refused := m.counts()
	log.Info("listening ends", "taken", taken, "refused", refused)
	return err
}

// knownControllers are the controllers that pushes are checked against: all that are known, which may be none.
func (a *app) knownControllers(ctx context.Context) ([]*cli.Controller, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	if a.Flags.Url == "" && os.Getenv("JENKINS_URL") == "" && len(cfg.Controllers) == 0 {
		return nil, nil
	}
	return a.Controllers(ctx)
}

// ear receives pushes and checks them.
type ear struct {
	receiver *receive.Receiver
	listener net.Listener
	claims   *claims.Checker
}

// ear listens on the address that the flags name.
func (o *listenOptions) ear(ctx context.Context, box *outbox.Outbox, c *claims.Checker) (*ear, error) {
	r, err := o.receiver(ctx, box)
	if err != nil {
		return nil, err
	}
	r.Mark = c.Mark
	if len(o.forward) > 0 {
		r.Forward = func(p sender.Push) []sender.Notification { return c.Forwarded(p, o.forward) }
	}
	l, err := o.open(ctx)
	return &ear{r, l, c}, err
}

// each gives every push with what the controllers say of it, in the order in which they came, and says when none is left
// for now. Several are checked at once.
func (e *ear) each(ctx context.Context, do func(claims.Checked) error, idle func() error) error {
	if len(e.claims.Controllers) == 0 { // nobody is asked
		for pushes := range e.receiver.PushBatches(ctx) {
			for _, p := range pushes {
				if err := do(claims.Checked{Push: p}); err != nil {
					return err
				}
			}
			if err := idle(); err != nil {
				return err
			}
		}
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	var helpers crew.Crew
	defer helpers.Wait()
	defer cancel()
	checked := make(chan chan claims.Checked, 1000)
	pushes := e.receiver.Pushes(ctx)
	helpers.Go(func() {
		defer close(checked)
		for p := range pushes {
			one := make(chan claims.Checked, 1)
			select {
			case checked <- one:
			case <-ctx.Done():
				return
			}
			helpers.Go(func() { one <- e.claims.Check(ctx, p, true) })
		}
	})
	for one := range checked {
		select {
		case h := <-one:
			if err := do(h); err != nil {
				return err
			}
			if err := idle(); err != nil {
				return err
			}
		case <-helpers.Broke():
			return nil // Wait raises it
		}
	}
	return nil
}

// checkHost refuses names that are not this machine's own: a web page can have its name resolved to 127.0.0.1.
func (o *listenOptions) checkHost(name string) error {
	if isLoopback(name) || slices.ContainsFunc(o.hosts, func(h string) bool { return strings.EqualFold(h, name) }) {
		return nil
	}
	return fmt.Errorf("pushes for the host %.100q are refused; jenkwatch listen --allow-host takes them", name)
}

// receiver is the receiver that the flags ask for.
func (o *listenOptions) receiver(ctx context.Context, box *outbox.Outbox) (*receive.Receiver, error) {
	r := &receive.Receiver{Outbox: box, TokenHeader: o.tokenHeader, Rate: o.rate}
	for _, secret := range []struct {
		flag, ref string
		into      *string
	}{{"--token", o.token, &r.Token}, {"--hmac", o.hmac, &r.HMAC}} {
		if secret.ref == "" {
			continue
		}
		ref, err := sender.ParseReference(secret.ref)
		if err != nil {
			return nil, exit.Usage(exit.HintOf(err), "%s: %w", secret.flag, err)
		}
		if ref.IsLiteral() {
			return nil, exit.Usage("write env:NAME, file:PATH, command:LINE or keyring:SERVICE/USER",
				"%s: others see what stands on a command line", secret.flag)
		}
		if *secret.into, err = ref.Resolve(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", secret.flag, err)
		}
		if *secret.into == "" {
			return nil, exit.Usage("set what it refers to", "%s: it is empty", secret.flag)
		}
	}
	host, _, err := net.SplitHostPort(o.addr)
	if err != nil {
		return nil, exit.Usage("write it as HOST:PORT, for example 127.0.0.1:9099", "--addr %q is no address", o.addr)
	}
	if !isLoopback(host) && r.Token == "" && r.HMAC == "" {
		return nil, exit.Usage("add --token or --hmac, or listen on 127.0.0.1", "anybody could push to %s", o.addr)
	}
	if r.Token == "" && r.HMAC == "" {
		r.CheckHost = o.checkHost
	}
	return r, nil
}

// pushJSON is a push that was received: a line of `listen`.
type pushJSON struct {
	ReceivedAt  *time.Time          `json:"received_at"`
	Status      string              `json:"status"` // empty: it says none
	Job         string              `json:"job"`
	Number      int                 `json:"number"` // 0: it says none
	Body        *string             `json:"body"`   // null: it has none
	Variables   map[string]string   `json:"variables"`
	Method      string              `json:"method"`
	Repeat      bool                `json:"repeat"`      // the same bytes came within the last minute
	Build       *jsonview.BuildJSON `json:"build"`       // the build it is really about; null: nobody could say
	Contradicts []string            `json:"contradicts"` // what in it is not true, or not what it seems
}

func newPushJSON(h claims.Checked, reveal bool, own []*regexp.Regexp) pushJSON {
	v := pushJSON{ReceivedAt: jsonview.TimeJSON(h.ReceivedAt), Status: h.Status, Job: h.Job, Number: h.Number, Body: h.Body,
		Variables: map[string]string{}, Method: h.Method, Repeat: h.Repeat, Contradicts: append([]string{}, h.Contradicts...)}
	if h.Run.Number > 0 {
		v.Build = new(jsonview.NewBuildJSON(h.Run))
	}
	for _, one := range h.EnvVariables(own) {
		v.Variables[one.Name] = one.Shown(reveal)
	}
	return v
}

// pushPrinter prints pushes.
type pushPrinter struct {
	*listenOptions
	w      io.Writer
	person bool             // reads it
	own    []*regexp.Regexp // the user's patterns of what is a secret
}

func (a *app) pushes(o *listenOptions) *pushPrinter {
	_, person := a.OnTerminal()
	return &pushPrinter{o, a.Out, person, a.SecretPatterns()}
}

func (o *pushPrinter) print(h claims.Checked) error {
	if o.Json {
		return o.WriteJSON(o.w, newPushJSON(h, o.reveal, o.own))
	}
	body := ""
	if h.Body != nil {
		body = *h.Body
	}
	cells := []string{output.Clock(h.ReceivedAt, o.person), cmp.Or(h.Status, "-"), h.Job, strconv.Itoa(h.Number), body,
		strings.Join(h.Contradicts, "; ")}
	for i, cell := range cells {
		cells[i] = jenkins.CleanLine(cell)
	}
	_, err := io.WriteString(o.w, strings.Join(cells, "\t")+"\n")
	return err
}
