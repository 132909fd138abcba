package service

import (
	"context"
	"log/slog"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/rules"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// NewRules returns what applies the rules of the config to these controllers, nil if it has none. open is called when a rule is
// first to be applied.
func NewRules(a *cli.App, cs []*cli.Controller, log *slog.Logger, open func(context.Context) (*outbox.Outbox, error)) *rules.Engine {
	cfg, err := a.Config()
	if err != nil || len(cfg.Rules) == 0 {
		return nil
	}
	e := &rules.Engine{Rules: cfg.Rules, Me: cfg.Me, Log: log, Clients: map[string]*env.Client{}}
	e.Ledger = func(ctx context.Context) (*outbox.Ledger, error) {
		box, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return &outbox.Ledger{Outbox: box}, nil
	}
	for _, c := range cs {
		e.Clients[c.Name] = c.Env
	}
	return e
}
