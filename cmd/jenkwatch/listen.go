package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
)

// listenOptions are the flags of `jenkwatch listen`.
type listenOptions struct {
	format
	addr        string
	forward     []string
	token       string
	tokenHeader string
	hmac        string
	tlsCert     string
	tlsKey      string
	reveal      bool
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
			if err := o.prepare(); err != nil {
				return err
			}
			return a.listen(cmd.Context(), &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.addr, "addr", "127.0.0.1:9099", "listen on HOST:PORT")
	f.StringSliceVar(&o.forward, "forward", nil, "pass each push on to this ENDPOINT, through the outbox")
	f.StringVar(&o.token, "token", "", "REF to the token that a push must carry")
	f.StringVar(&o.tokenHeader, "token-header", "X-Auth-Token", "the header that carries the token")
	f.StringVar(&o.hmac, "hmac", "", "REF to the secret of X-Hub-Signature-256")
	f.StringVar(&o.tlsCert, "tls-cert", "", "serve HTTPS with the certificate in FILE (PEM)")
	f.StringVar(&o.tlsKey, "tls-key", "", "its key, in FILE (PEM)")
	f.BoolVar(&o.reveal, "reveal", false, "show secrets")
	o.addFlags(cmd)
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	_ = cmd.RegisterFlagCompletionFunc("forward", a.completeEndpoints)
	return cmd
}

func (a *app) listen(ctx context.Context, o *listenOptions) error {
	if a.flags.readOnly && len(o.forward) > 0 {
		return errReadOnly("forward")
	}
	box, err := a.outbox(ctx)
	if err != nil {
		return err
	}
	r, err := o.receiver(ctx, box)
	if err != nil {
		return err
	}
	for _, name := range o.forward {
		if _, err := a.endpointNamed(name); err != nil {
			return usage("name an endpoint of the config", "--forward: %w", err)
		}
	}
	if len(o.forward) > 0 {
		r.Forward = func(p sender.Push) []sender.Notification { return forwarded(p, o.forward) }
	}
	l, err := o.open(ctx)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serveUntil(ctx, l, r) })
	if len(o.forward) > 0 {
		g.Go(func() error { return a.relay(box).Run(ctx) })
	}
	g.Go(func() error {
		for p := range r.Pushes(ctx) {
			if err := a.printPush(o, p); err != nil {
				return err
			}
		}
		return nil
	})
	fmt.Fprintf(a.errOut, "jenkwatch: listening on %s\n", l.Addr())
	return g.Wait()
}

func forwarded(p sender.Push, endpoints []string) []sender.Notification {
	ns := make([]sender.Notification, len(endpoints))
	for i, name := range endpoints {
		ns[i] = p.Notification()
		ns[i].Endpoint = name
	}
	return ns
}

// receiver is the receiver that the flags ask for.
func (o *listenOptions) receiver(ctx context.Context, box *sender.Outbox) (*sender.Receiver, error) {
	r := &sender.Receiver{Outbox: box, TokenHeader: o.tokenHeader,
		Mask: func(name, value string) bool { return jenkins.LooksSecret(name, value, secretPatterns...) }}
	for _, secret := range []struct {
		flag, ref string
		into      *string
	}{{"--token", o.token, &r.Token}, {"--hmac", o.hmac, &r.HMAC}} {
		if secret.ref == "" {
			continue
		}
		ref, err := sender.ParseReference(secret.ref)
		if err != nil {
			return nil, usage(hintOf(err), "%s: %w", secret.flag, err)
		}
		if ref.IsLiteral() {
			return nil, usage("write env:NAME, file:PATH, command:LINE or keyring:SERVICE/USER",
				"%s: others see what stands on a command line", secret.flag)
		}
		if *secret.into, err = ref.Resolve(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", secret.flag, err)
		}
		if *secret.into == "" {
			return nil, usage("set what it refers to", "%s: it is empty", secret.flag)
		}
	}
	host, _, err := net.SplitHostPort(o.addr)
	if err != nil {
		return nil, usage("write it as HOST:PORT, for example 127.0.0.1:9099", "--addr %q is no address", o.addr)
	}
	if !isLoopback(host) && r.Token == "" && r.HMAC == "" {
		return nil, usage("add --token or --hmac, or listen on 127.0.0.1", "anybody could push to %s", o.addr)
	}
	return r, nil
}

// isLoopback tells whether only this machine reaches the host.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// open listens on the address, with TLS where a certificate is given.
func (o *listenOptions) open(ctx context.Context) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", o.addr)
	if err != nil {
		return nil, trouble("choose a free one with --addr", "listen on %s: %w", o.addr, err)
	}
	if o.tlsCert == "" {
		return l, nil
	}
	pair, err := tls.LoadX509KeyPair(o.tlsCert, o.tlsKey)
	if err != nil {
		return nil, errors.Join(usage("give a certificate and its key as PEM files", "--tls-cert: %w", err), l.Close())
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}), nil
}

// serveUntil serves until ctx is done, then lets what is under way end.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 1<<20 + 64<<10} // a GET carries its push in the request line
	ended := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if s.Shutdown(grace) != nil {
			_ = s.Close()
		}
	})
	defer ended()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return trouble("start it again", "serve %s: %w", l.Addr(), err)
	}
	return nil
}

// pushJSON is a push that was received: a line of `listen`.
type pushJSON struct {
	ReceivedAt  *time.Time        `json:"received_at"`
	Status      string            `json:"status"` // empty: it says none
	Job         string            `json:"job"`
	Number      int               `json:"number"` // 0: it says none
	Body        *string           `json:"body"`   // null: it has none
	Variables   map[string]string `json:"variables"`
	Method      string            `json:"method"`
	Repeat      bool              `json:"repeat"`      // the same bytes came within the last minute
	Contradicts []string          `json:"contradicts"` // what in it cannot be true
}

func newPushJSON(p sender.Push, reveal bool) pushJSON {
	v := pushJSON{ReceivedAt: timeJSON(p.ReceivedAt), Status: p.Status, Job: p.Job, Number: p.Number, Body: p.Body,
		Variables: map[string]string{}, Method: p.Method, Repeat: p.Repeat, Contradicts: []string{}}
	vars := pushedVariables(p)
	for _, one := range vars {
		v.Variables[one.Name] = one.Shown(reveal)
	}
	return v
}

// pushedVariables are the variables of a push, those that look like a secret marked.
func pushedVariables(p sender.Push) []jenkins.Variable {
	vars := make([]jenkins.Variable, len(p.Variables))
	for i, v := range p.Variables {
		vars[i] = jenkins.Variable{Name: v.Name, Value: v.Value, Source: jenkins.Received, Known: !v.Secret,
			Secret: v.Secret || v.Password, Whole: v.Secret || v.Password, Password: v.Password}
	}
	jenkins.MarkSecrets(vars, secretPatterns...)
	return vars
}

func (a *app) printPush(o *listenOptions, p sender.Push) error {
	if o.json {
		return o.writeJSON(a.out, newPushJSON(p, o.reveal))
	}
	_, person := a.onTerminal()
	body := ""
	if p.Body != nil {
		body = *p.Body
	}
	t := &table{}
	t.add(clock(p.ReceivedAt, person), cmp.Or(p.Status, "-"), p.Job, fmt.Sprint(p.Number), body)
	return t.write(a.out, 0)
}
