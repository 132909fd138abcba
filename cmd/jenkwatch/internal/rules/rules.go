// Package rules does what the [[rules]] of the config ask for when something happens to builds: the screen and `sync` hand it
// every snapshot.
package rules

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sourcegraph/conc/panics"
	"golang.org/x/sync/semaphore"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/carry"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// Engine applies rules to the builds of several controllers. Its fields are set before the first snapshot.
type Engine struct {
	Rules []config.Rule
	Me    []string // names of mine, beside each controller's user
	// Clients ask for the environment that a notification carries, by the controller's name.
	Clients map[string]*env.Client
	// Ledger opens what remembers that a rule was applied. It is called when a rule has an endpoint or a command to serve.
	Ledger func(ctx context.Context) (*outbox.Ledger, error)
	// Notify rings the bell or notifies the desktop; nil where there is no screen.
	Notify func(text string, bell, desktop bool)
	Log    *slog.Logger
	// Failed is called when a rule could not be applied, or its command failed; nil: that is only logged.
	Failed func(error)

	ctx       context.Context // of Start
	working   sync.WaitGroup
	caught    panics.Catcher
	accepting *semaphore.Weighted
	commands  []*semaphore.Weighted // of each rule: one whose command hangs holds up no other

	mu        sync.Mutex
	ended     bool
	observers map[string]*transition.Observer
}

// atOnce is how many notifications, and how many commands of a rule, are under way at the same time.
const atOnce = 4

// Start readies the engine. ctx ends what it does.
func (e *Engine) Start(ctx context.Context) {
	e.ctx, e.accepting, e.observers = ctx, semaphore.NewWeighted(atOnce), map[string]*transition.Observer{}
	for range e.Rules {
		e.commands = append(e.commands, semaphore.NewWeighted(atOnce))
	}
}

// Stop waits for what is under way, which ends soon after the context.
func (e *Engine) Stop() {
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
	e.working.Wait()
	e.caught.Repanic()
}

// Observe takes a snapshot in. It asks nothing and does not block.
func (e *Engine) Observe(s watch.Snapshot) {
	e.caught.Repanic()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended || len(e.Rules) == 0 {
		return
	}
	o := e.observers[s.Controller]
	if o == nil {
		o = &transition.Observer{}
		e.observers[s.Controller] = o
	}
	all, _ := o.Observe(s)
	for i := range e.Rules {
		r := &e.Rules[i]
		matched := e.matching(r, all)
		if len(matched) > 0 && e.Notify != nil && (r.Bell || r.Desktop) {
			e.Notify(transition.Digest(matched), r.Bell, r.Desktop) // once, however many
		}
		for _, t := range matched {
			if r.Endpoint != "" || len(r.Command) > 0 {
				e.working.Go(func() { e.caught.Try(func() { e.apply(r, t, e.commands[i]) }) })
			}
		}
	}
}

// matching returns the transitions that a rule is about.
func (e *Engine) matching(r *config.Rule, all []transition.Transition) (out []transition.Transition) {
	for _, t := range all {
		if !jenkins.MatchJob(r.Jobs, t.Run.Job) || r.Mine && !t.Run.Mine(e.me(t.Run.Controller)) {
			continue
		}
		for _, want := range config.Kinds(r.On) {
			if t.Kind.Is(want) {
				out = append(out, t)
				break
			}
		}
	}
	return out
}

func (e *Engine) me(controller string) []string {
	names := append([]string(nil), e.Me...)
	if c := e.Clients[controller]; c != nil {
		names = append(names, c.Client.User)
	}
	return names
}

// tries is how often a rule is tried that could not be applied: the store may be busy.
const tries = 3

// apply accepts the notification of a rule and runs its command, once for each transition of a build among all processes.
func (e *Engine) apply(r *config.Rule, t transition.Transition, commands *semaphore.Weighted) {
	log := e.Log.With("rule", r.Name, "controller", t.Run.Controller, "job", t.Run.Job, "number", t.Run.Number, "transition", string(t.Kind))
	fresh, err := e.acceptInTurn(r, &t)
	if err != nil {
		e.failed(log, fmt.Errorf("apply the rule %q: %w", r.Name, err))
		return
	}
	if !fresh {
		return
	}
	log.Info("the rule was applied", "endpoint", r.Endpoint)
	if len(r.Command) == 0 || commands.Acquire(e.ctx, 1) != nil {
		return
	}
	defer commands.Release(1)
	if err := runCommand(e.ctx, r.Command, valuesOf(&t)); err != nil {
		e.failed(log, fmt.Errorf("run the command of the rule %q: %w", r.Name, err))
	}
}

// acceptInTurn is accept for one of many, which is tried again. It reports whether the rule was not applied before.
func (e *Engine) acceptInTurn(r *config.Rule, t *transition.Transition) (fresh bool, err error) {
	if err := e.accepting.Acquire(e.ctx, 1); err != nil {
		return false, err
	}
	defer e.accepting.Release(1)
	for n := range tries {
		if n > 0 && !sleep(e.ctx, time.Duration(n)*time.Second) {
			return false, e.ctx.Err()
		}
		if fresh, err = e.accept(r, t); err == nil || sender.IsKind(err, sender.BadPayload) {
			break
		}
	}
	return fresh, err
}

func (e *Engine) failed(log *slog.Logger, err error) {
	if e.ctx.Err() != nil {
		return
	}
	log.Error("a rule failed", "error", err)
	if e.Failed != nil {
		e.Failed(err)
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// accept remembers that the rule was applied, with its notification if it has an endpoint.
func (e *Engine) accept(r *config.Rule, t *transition.Transition) (bool, error) {
	l, err := e.Ledger(e.ctx)
	if err != nil {
		return false, err
	}
	what := string(t.Kind)
	if t.Input != "" {
		what += " " + t.Input
	}
	c := outbox.Change{Controller: t.Run.Controller, Job: t.Run.Job, Number: t.Run.Number, Began: t.Run.StartedAt}
	if r.Endpoint == "" {
		return l.ApplyRule(e.ctx, r.Name, what, c)
	}
	text := t.Text()
	n := sender.Notification{Endpoint: r.Endpoint, Status: t.Run.Status.AsPushed(), Body: &text}
	if t.Kind == transition.Started {
		n.Status = sender.StatusStart
	}
	if c := e.Clients[t.Run.Controller]; c != nil {
		vars, err := c.Env(e.ctx, t.Run)
		if err != nil {
			vars = c.Known(t.Run) // the news is worth more than the rest of the environment
		}
		n.Variables = carry.Env(vars)
	}
	return l.ApplyRule(e.ctx, r.Name, what, c, n)
}

// valuesOf are what a command may name.
func valuesOf(t *transition.Transition) map[string]string {
	return map[string]string{
		"controller": t.Run.Controller, "job": t.Run.Job, "number": strconv.Itoa(t.Run.Number), "status": string(t.Run.Status),
		"transition": string(t.Kind), "url": t.Run.URL, "text": t.Text(),
	}
}

// fill replaces the placeholders in the arguments of a command. What a value holds is never looked at again, and no shell sees it.
func fill(argv []string, values map[string]string) []string {
	pairs := make([]string, 0, 2*len(values))
	for _, name := range config.Placeholders {
		pairs = append(pairs, "{"+name+"}", strings.ReplaceAll(values[name], "\x00", ""))
	}
	replacer := strings.NewReplacer(pairs...)
	out := make([]string, len(argv))
	for i, arg := range argv {
		out[i] = replacer.Replace(arg)
	}
	return out
}
