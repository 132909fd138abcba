package service

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/announce"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// gapWait is how long a push of the plugin's may take before it is called missing.
const gapWait = time.Minute

// Selection is which statuses of which builds are announced, and to whom.
type Selection struct {
	Jobs, Exclude []string // globs
	Since         time.Time
	Replay        bool     // what began since then is announced again
	ReplayName    string   // the same name means the same replay
	Gap           bool     // only what the plugin did not push
	RunningToo    bool     // RUNNING of pipelines too
	Endpoints     []string // names; empty: the one that is meant when none is named
}

// Rules returns the rules of an announcer.
func (o *Selection) Rules(a *cli.App) (announce.Rules, error) {
	r := announce.Rules{RunningToo: o.RunningToo, Since: o.Since, Again: o.Replay, ReplayName: o.ReplayName}
	r.Wants = func(job string) bool {
		return jenkins.MatchJob(o.Jobs, job) && (len(o.Exclude) == 0 || !jenkins.MatchJob(o.Exclude, job))
	}
	if o.Gap {
		r.Gap = gapWait
	}
	names := o.Endpoints
	if len(names) == 0 {
		name, err := a.EndpointName("")
		if err != nil {
			return r, err
		}
		names = []string{name}
	}
	for _, name := range names {
		e, err := a.EndpointNamed(name)
		if err != nil {
			return r, exit.Usage("name an endpoint of the config", "--endpoint: %w", err)
		}
		r.Endpoints = append(r.Endpoints, e)
	}
	return r, nil
}

// AnnouncerOptions returns what an announcer of one of these controllers works with.
func AnnouncerOptions(c *cli.Controller, box *outbox.Outbox, r announce.Rules, all []*cli.Controller, log *slog.Logger) announce.Options {
	return announce.Options{
		Rules: r, Controller: c.Name, Client: c.Env, Log: log, Ledger: &outbox.Ledger{Outbox: box},
		Check:  func(n sender.Notification) error { _, err := box.Preview(n); return err },
		Pushes: func(ctx context.Context, r jenkins.Run) ([]sender.Push, error) { return pushesOf(ctx, box, r, c, all) },
	}
}

// clocksApart is how far the controller's clock may be from ours without [jenkins.Run.Ahead] saying so.
const clocksApart = 3 * time.Second

// pushesOf returns the pushes that were received about a build. Parameters of the build may have replaced what they say of it.
func pushesOf(ctx context.Context, box *outbox.Outbox, r jenkins.Run, c *cli.Controller, all []*cli.Controller) ([]sender.Push, error) {
	began := r.Began()
	if !r.StartedAt.IsZero() {
		began = began.Add(-clocksApart)
	}
	pushes, err := box.BuildPushes(ctx, r.Job, r.Number, began)
	if r.HasParameter("JOB_NAME") || r.HasParameter("BUILD_NUMBER") {
		pushes, err = box.PushesBelow(ctx, fmt.Sprintf("/%s%d/", jenkins.Path(r.Job), r.Number), began)
	}
	if r.HasParameter("BUILD_URL") {
		return pushes, err
	}
	return slices.DeleteFunc(pushes, func(p sender.Push) bool { return !claims.CouldBeOf(p, c, all) }), err
}
