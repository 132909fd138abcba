package service

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/sourcegraph/conc"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/sender/receive"
)

// ListenOptions are how pushes are received.
type ListenOptions struct {
	Addr        string   // HOST:PORT
	Forward     []string // names of endpoints to which each push is passed on
	Token       string   // a reference to the token that a push must carry; empty: none
	TokenHeader string
	HMAC        string // a reference to the secret that a push must be signed with; empty: none
	TLSCert     string // PEM files; empty: no TLS
	TLSKey      string
	Rate        int      // pushes a second; 0: [receive.DefaultRate]
	Hosts       []string // names of this machine that pushes without proof may address
}

// PushListener receives pushes and checks them.
type PushListener struct {
	Receiver *receive.Receiver
	Claims   *claims.Checker
	listener net.Listener
}

// Listen listens on the address. The caller must Serve or Close.
func (o *ListenOptions) Listen(ctx context.Context, box *outbox.Outbox, c *claims.Checker) (*PushListener, error) {
	r, err := o.receiver(ctx, box)
	if err != nil {
		return nil, err
	}
	r.Mark = c.Mark
	if len(o.Forward) > 0 {
		r.Forward = func(p sender.Push) []sender.Notification { return c.Forwarded(p, o.Forward) }
	}
	l, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	return &PushListener{Receiver: r, Claims: c, listener: l}, nil
}

// Addr returns the address on which it listens.
func (l *PushListener) Addr() net.Addr { return l.listener.Addr() }

// Serve receives pushes until ctx is done.
func (l *PushListener) Serve(ctx context.Context) error { return Serve(ctx, l.listener, l.Receiver) }

// Close closes a listener that is not served.
func (l *PushListener) Close() error { return l.listener.Close() }

// Each calls do with every push and what the controllers say of it, in the order in which they came, and idle when none
// is left for now. Several are checked at once.
func (l *PushListener) Each(ctx context.Context, do func(claims.Checked) error, idle func() error) error {
	if len(l.Claims.Controllers) == 0 { // nobody is asked
		for pushes := range l.Receiver.PushBatches(ctx) {
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
	var checks conc.WaitGroup
	defer checks.Wait()
	defer cancel()
	checked := make(chan chan claims.Checked, 1000)
	pushes := l.Receiver.Pushes(ctx)
	checks.Go(func() {
		defer close(checked)
		for p := range pushes {
			one := make(chan claims.Checked, 1)
			select {
			case checked <- one:
			case <-ctx.Done():
				return
			}
			checks.Go(func() {
				defer close(one)
				one <- l.Claims.Check(ctx, p, true)
			})
		}
	})
	for one := range checked {
		h, ok := <-one
		if !ok {
			return nil // its check has panicked, and so does Wait
		}
		if err := do(h); err != nil {
			return err
		}
		if err := idle(); err != nil {
			return err
		}
	}
	return nil
}

// open listens on the address, with TLS where a certificate is given.
func (o *ListenOptions) open(ctx context.Context) (net.Listener, error) {
	l, err := listenOn(ctx, o.Addr)
	if err != nil {
		return nil, err
	}
	if o.TLSCert == "" {
		return l, nil
	}
	pair, err := tls.LoadX509KeyPair(o.TLSCert, o.TLSKey)
	if err != nil {
		return nil, errors.Join(exit.Usage("give a certificate and its key as PEM files", "--tls-cert: %w", err), l.Close())
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}), nil
}

// checkHost refuses names that are not this machine's own: a web page can have its name resolved to 127.0.0.1.
func (o *ListenOptions) checkHost(name string) error {
	if IsLoopback(name) || slices.ContainsFunc(o.Hosts, func(h string) bool { return strings.EqualFold(h, name) }) {
		return nil
	}
	return fmt.Errorf("pushes for the host %.100q are refused; jenkwatch listen --allow-host takes them", name)
}

// receiver returns the receiver that the flags ask for.
func (o *ListenOptions) receiver(ctx context.Context, box *outbox.Outbox) (*receive.Receiver, error) {
	r := &receive.Receiver{Outbox: box, TokenHeader: o.TokenHeader, Rate: o.Rate}
	for _, secret := range []struct {
		flag, ref string
		into      *string
	}{{"--token", o.Token, &r.Token}, {"--hmac", o.HMAC, &r.HMAC}} {
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
			return nil, exit.Usage("set the value it refers to", "%s: it is empty", secret.flag)
		}
	}
	host, _, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return nil, exit.Usage("write it as HOST:PORT, for example 127.0.0.1:9099", "--addr %q is not an address", o.Addr)
	}
	if !IsLoopback(host) && r.Token == "" && r.HMAC == "" {
		return nil, exit.Usage("add --token or --hmac, or listen on 127.0.0.1", "anybody could push to %s", o.Addr)
	}
	if r.Token == "" && r.HMAC == "" {
		r.CheckHost = o.checkHost
	}
	return r, nil
}
