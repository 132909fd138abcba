package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
)

// claims checks pushes against the controllers that they claim to come from: parameters of a build can replace its
// JOB_NAME, BUILD_NUMBER and BUILD_URL, and anybody who may push can make builds up.
type claims struct {
	controllers []*controller
	asking      chan struct{} // bounds the questions under way
	// listed is a build as a list that is refreshed anyway has it. Where there is one it is the check: a build that is known
	// is not asked for again.
	listed func(jenkins.Ref) (jenkins.Run, bool)

	mu    sync.Mutex
	known map[jenkins.Ref]saidRun
	down  map[string]time.Time // controllers that did not answer, and until when they are left alone
	looks looks
}

// saidRun is a build as the controller told it.
type saidRun struct {
	run jenkins.Run
	at  time.Time
}

// looks remembers which variables look like a secret: builds push the same ones again and again, and to find it out costs
// more than all else that is done about a push.
type looks struct {
	own []*regexp.Regexp // the user's patterns

	mu    sync.Mutex
	known map[nameAndValue]bool
}

type nameAndValue struct{ name, value string }

// maxLooks are the variables of some hundred builds at once.
const maxLooks = 10_000

func (l *looks) mark(vars []sender.Variable) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range vars {
		v := &vars[i]
		key := nameAndValue{v.Name, v.Value}
		secret, ok := l.known[key]
		if !ok {
			secret = jenkins.LooksSecret(v.Name, v.Value, l.own...)
			if len(l.known) >= maxLooks || l.known == nil {
				l.known = map[nameAndValue]bool{}
			}
			if len(v.Value) <= 1000 {
				l.known[nameAndValue{strings.Clone(v.Name), strings.Clone(v.Value)}] = secret // it need not hold the whole push
			}
		}
		v.Secret = secret
	}
}

const (
	claimPatience = 2 * time.Second // a push is not held up for longer: the plugin holds up the build
	claimRest     = 30 * time.Second
	maxClaims     = 2000
	claimTTL      = time.Minute // of a build that has ended: its job may be deleted and made again
)

func newClaims(cs []*controller, own []*regexp.Regexp) *claims {
	return &claims{controllers: cs, asking: make(chan struct{}, 8), known: map[jenkins.Ref]saidRun{},
		down: map[string]time.Time{}, looks: looks{own: own}}
}

// heardPush is a push and what the controller says about it.
type heardPush struct {
	sender.Push
	on          *controller // nil: it is of none that is known
	run         jenkins.Run // the build that it is really about; zero when nobody could say
	contradicts []string    // what in it cannot be true, or is not what it seems
}

// check finds out which build a push is about. fresh asks again for a build that had not ended before the push came.
func (c *claims) check(ctx context.Context, p sender.Push, fresh bool) heardPush {
	h := heardPush{Push: p}
	var byURL jenkins.Ref
	h.on, byURL = c.owner(p)
	if h.on == nil {
		return h
	}
	byName := jenkins.Ref{Controller: h.on.Name, Job: p.Job, Number: p.Number}
	ctx, cancel := context.WithTimeout(ctx, claimPatience)
	defer cancel()
	said := false // whether the controller could be asked at all
	for _, ref := range slices.Compact([]jenkins.Ref{byURL, byName}) {
		if ref.Job == "" || ref.Number == 0 {
			continue
		}
		since := time.Time{}
		starts := p.Status == string(jenkins.Start) // it may be another than the one that is known to have ended
		if starts || fresh && c.listed == nil {
			since = p.ReceivedAt
		}
		run, err := c.ask(ctx, h.on, ref, since, starts)
		if jenkins.IsKind(err, jenkins.NotFound) {
			said = true
		}
		if err != nil {
			continue
		}
		said = true
		if notes, explained := replaced(p, run, byURL); explained {
			h.run, h.contradicts = run, notes
			break
		}
	}
	switch {
	case h.run.Number > 0:
		if text := wrongResult(p, h.run); text != "" {
			h.contradicts = append(h.contradicts, text)
		}
	case said:
		h.contradicts = append(h.contradicts, fmt.Sprintf("%s has no such build", h.on.Name))
	case byURL != byName:
		h.contradicts = append(h.contradicts, fmt.Sprintf("BUILD_URL is of %s#%d", byURL.Job, byURL.Number))
	}
	return h
}

// owner returns the controller below which a push's BUILD_URL lies, and the build that it names. A push that could be of
// several is taken for none: its environment must not be shown for another controller's build.
func (c *claims) owner(p sender.Push) (owner *controller, build jenkins.Ref) {
	for _, on := range c.controllers {
		if ref, ok := on.env.Claims(p.BuildURL); ok && couldBeOf(p, on, c.controllers) {
			if owner != nil {
				return nil, jenkins.Ref{}
			}
			owner, build = on, ref
		}
	}
	return owner, build
}

// replaced says which of Jenkins' own variables the run's parameters have replaced. explained is false when the push
// differs from the run without that.
func replaced(p sender.Push, run jenkins.Run, byURL jenkins.Ref) (notes []string, explained bool) {
	explained = true
	differs := func(name string, does bool, really string) {
		if !does {
			return
		}
		explained = explained && run.HasParameter(name)
		notes = append(notes, fmt.Sprintf("%s is a parameter: it is %s", name, really))
	}
	differs("JOB_NAME", p.Job != run.Job, run.Job)
	differs("BUILD_NUMBER", p.Number != run.Number, fmt.Sprintf("#%d", run.Number))
	differs("BUILD_URL", byURL != run.Ref, run.URL)
	return notes, explained
}

// wrongResult tells when a push that ends its build ends it otherwise than Jenkins says.
func wrongResult(p sender.Push, run jenkins.Run) string {
	s := jenkins.Status(p.Status)
	if !s.Ended() || s == jenkins.Complete || p.Body != nil || !run.Status.Ended() || run.Status == s {
		return ""
	}
	return fmt.Sprintf("Jenkins says %s", run.Status)
}

// ask gives a build as the controller told it since then, or as it tells it now.
func (c *claims) ask(ctx context.Context, on *controller, ref jenkins.Ref, since time.Time, starts bool) (jenkins.Run, error) {
	if c.listed != nil {
		if run, ok := c.listed(ref); ok {
			return run, nil
		}
	}
	c.mu.Lock()
	said, ok := c.known[ref]
	resting := time.Now().Before(c.down[on.Name])
	c.mu.Unlock()
	run := said.run
	if ok && (!said.at.Before(since) || !starts && run.Status.Ended() && time.Since(said.at) < claimTTL) {
		return run, nil
	}
	if resting {
		return run, errors.New("the controller does not answer")
	}
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
	case <-ctx.Done():
		return run, ctx.Err()
	}
	began := time.Now()
	run, err := on.client.Build(ctx, jenkins.BuildSpec{Job: ref.Job, Number: ref.Number})
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		if len(c.known) >= maxClaims {
			clear(c.known)
		}
		c.known[ref] = saidRun{run, began}
	case !jenkins.IsKind(err, jenkins.NotFound) && ctx.Err() == nil:
		c.down[on.Name] = time.Now().Add(claimRest)
	}
	return run, err
}

// mark marks what in a push is secret, before it is stored or passed on: password parameters, which only the run's
// definition tells. Where nobody can be asked, what looks like a secret is taken for one.
func (c *claims) mark(p *sender.Push) {
	h := c.check(context.Background(), *p, false)
	c.looks.mark(p.Variables)
	for i := range p.Variables {
		v := &p.Variables[i]
		v.Password = h.run.Number == 0 && v.Secret
		for _, q := range h.run.Parameters {
			v.Password = v.Password || q.Secret && strings.EqualFold(q.Name, v.Name)
		}
	}
}
