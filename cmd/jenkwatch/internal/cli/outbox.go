package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// Outbox opens the outbox in the one database.
func (a *App) Outbox(ctx context.Context) (*outbox.Outbox, error) {
	if _, err := a.Config(); err != nil {
		return nil, err
	}
	db, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	return &outbox.Outbox{DB: db, Endpoints: a.EndpointNamed}, nil
}

// EndpointNamed returns an endpoint of the config.
func (a *App) EndpointNamed(name string) (sender.Endpoint, error) {
	cfg, err := a.Config()
	if err != nil {
		return sender.Endpoint{}, err
	}
	i := slices.IndexFunc(cfg.Endpoints, func(e sender.Endpoint) bool { return e.Name == name })
	if i < 0 {
		return sender.Endpoint{}, &sender.Error{Kind: sender.UnknownEndpoint,
			What: fmt.Sprintf("no endpoint of %s is called %q", cfg.Path, name),
			Fix:  "add it to the configuration (`jenkwatch init` helps), or choose another with --endpoint"}
	}
	return cfg.Endpoints[i], nil
}

// EndpointName returns the endpoint that is meant when none, or one, is named.
func (a *App) EndpointName(name string) (string, error) {
	if name != "" {
		return name, nil
	}
	cfg, err := a.Config()
	if err != nil {
		return "", err
	}
	if len(cfg.Endpoints) == 1 {
		return cfg.Endpoints[0].Name, nil
	}
	if slices.ContainsFunc(cfg.Endpoints, func(e sender.Endpoint) bool { return e.Name == "default" }) {
		return "default", nil
	}
	if len(cfg.Endpoints) == 0 {
		return "", exit.Usage("set one up with `jenkwatch init`, or name one for a single notification with `jenkwatch send --to URL`", "no endpoint is configured")
	}
	return "", exit.Usage("choose one with --endpoint, or call one \"default\"", "there are %d endpoints", len(cfg.Endpoints))
}

// AdHocEndpoint returns the endpoint of --to, --method and -H.
func AdHocEndpoint(to, method string, headers []string) (*sender.Endpoint, error) {
	e := &sender.Endpoint{Method: method}
	var err error
	if e.URL, err = sender.ParseReference(to); err != nil {
		return nil, exit.Usage(exit.HintOf(err), "--to: %w", err)
	}
	for _, h := range headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok {
			return nil, exit.Usage("write -H 'Key: value'", "-H needs a name, a colon and a value")
		}
		ref, err := sender.ParseReference(strings.TrimPrefix(value, " "))
		if err != nil {
			return nil, exit.Usage(exit.HintOf(err), "-H %s: %w", name, err)
		}
		e.Headers = append(e.Headers, sender.Header{Name: name, Value: ref})
	}
	return e, nil
}

// Relay returns the relay of a program that delivers everything. It reports errors on stderr.
func (a *App) Relay(box *outbox.Outbox) *outbox.Relay {
	r := &outbox.Relay{Outbox: box, OnError: func(err error) { output.Note(a.ErrOut, "jenkwatch: %s", err) }}
	if cfg, err := a.Config(); err == nil {
		r.Retention.Age = time.Duration(cfg.Retention.Deliveries)
	}
	return r
}
