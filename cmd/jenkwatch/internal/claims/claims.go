package claims

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/sender"
)

// Checker checks pushes against the controllers that they claim to come from: parameters of a build can replace its
// JOB_NAME, BUILD_NUMBER and BUILD_URL, and anybody who may push can make builds up.
type Checker struct {
	Controllers []*cli.Controller
	asking      chan struct{} // bounds the questions under way
	// Listed returns a running build from a list that is refreshed anyway. Where it is set, a build that is known is not
	// asked for again. May be nil.
	Listed func(jenkins.Ref) (jenkins.Run, bool)

	mu      sync.Mutex
	known   map[jenkins.Ref]cachedRun
	down    map[string]time.Time // controllers that did not answer, and until when they are left alone
	secrets SecretCache
}

// cachedRun is a build as the controller described it.
type cachedRun struct {
	run jenkins.Run
	at  time.Time
}

// SecretCache caches which variables look like a secret: builds push the same ones again and again, and detecting it costs
// more than everything else that is done about a push.
type SecretCache struct {
	Own []*regexp.Regexp // the user's patterns

	mu    sync.Mutex
	known map[nameAndValue]bool
}

type nameAndValue struct{ name, value string }

// maxCachedVariables are the variables of some hundred builds at once.
const maxCachedVariables = 10_000

// Mark sets Secret of every variable.
func (l *SecretCache) Mark(vars []sender.Variable) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range vars {
		v := &vars[i]
		key := nameAndValue{v.Name, v.Value}
		secret, ok := l.known[key]
		if !ok {
			secret = secrets.Detect(v.Name, v.Value, l.Own)
			if len(l.known) >= maxCachedVariables || l.known == nil {
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
	checkTimeout       = 2 * time.Second // a push is not held up for longer: the plugin holds up the build
	controllerCooldown = 30 * time.Second
	maxCachedRuns      = 2000
	cachedRunTTL       = time.Minute // of a build that has ended: its job may be deleted and created again
)

// New returns a checker of pushes against these controllers. own are the user's patterns of what is a secret.
func New(cs []*cli.Controller, own []*regexp.Regexp) *Checker {
	return &Checker{Controllers: cs, asking: make(chan struct{}, 8), known: map[jenkins.Ref]cachedRun{},
		down: map[string]time.Time{}, secrets: SecretCache{Own: own}}
}

// Checked is a push and what the controller says about it.
type Checked struct {
	sender.Push
	On          *cli.Controller // nil: it is of none that is known
	Run         jenkins.Run     // the build that it is really about; zero if unknown
	Contradicts []string        // what in it cannot be true, or is not what it seems
}

// Check returns which build a push is about. With fresh it asks again for a build that had not ended before the push came.
func (c *Checker) Check(ctx context.Context, p sender.Push, fresh bool) Checked {
	h := Checked{Push: p}
	var byURL jenkins.Ref
	h.On, byURL = c.owner(p)
	if h.On == nil {
		return h
	}
	byName := jenkins.Ref{Controller: h.On.Name, Job: p.Job, Number: p.Number}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	said := false // whether the controller could be asked at all
	for _, ref := range slices.Compact([]jenkins.Ref{byURL, byName}) {
		if ref.Job == "" || ref.Number == 0 {
			continue
		}
		since := time.Time{}
		starts := p.Status == string(jenkins.Start) // it may be another than the one that is known to have ended
		if starts || fresh && c.Listed == nil {
			since = p.ReceivedAt
		}
		run, err := c.ask(ctx, h.On, ref, since, starts)
		if jenkins.IsKind(err, jenkins.NotFound) {
			said = true
		}
		if err != nil {
			continue
		}
		said = true
		if notes, explained := replaced(p, run, byURL); explained {
			h.Run, h.Contradicts = run, notes
			break
		}
	}
	switch {
	case h.Run.Number > 0:
		if text := wrongResult(p, h.Run); text != "" {
			h.Contradicts = append(h.Contradicts, text)
		}
	case said:
		h.Contradicts = append(h.Contradicts, fmt.Sprintf("%s has no such build", h.On.Name))
	case byURL != byName:
		h.Contradicts = append(h.Contradicts, fmt.Sprintf("BUILD_URL is of %s#%d", byURL.Job, byURL.Number))
	}
	return h
}

// owner returns the controller below which a push's BUILD_URL lies, and the build that it names. A push that could be of
// several is taken for none: its environment must not be shown for another controller's build.
func (c *Checker) owner(p sender.Push) (owner *cli.Controller, build jenkins.Ref) {
	for _, on := range c.Controllers {
		if ref, ok := on.Env.Claims(p.BuildURL); ok && CouldBeOf(p, on, c.Controllers) {
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

// wrongResult returns what Jenkins says where a push ends its build with another result, and nothing where they agree.
func wrongResult(p sender.Push, run jenkins.Run) string {
	s := jenkins.Status(p.Status)
	if !s.Ended() || s == jenkins.Complete || p.Body != nil || !run.Status.Ended() || run.Status == s {
		return ""
	}
	return fmt.Sprintf("Jenkins says %s", run.Status)
}

// ask returns a build as the controller described it since then, or asks now.
func (c *Checker) ask(ctx context.Context, on *cli.Controller, ref jenkins.Ref, since time.Time, starts bool) (jenkins.Run, error) {
	if c.Listed != nil {
		if run, ok := c.Listed(ref); ok {
			return run, nil
		}
	}
	c.mu.Lock()
	cached, ok := c.known[ref]
	coolingDown := time.Now().Before(c.down[on.Name])
	c.mu.Unlock()
	run := cached.run
	if ok && (!cached.at.Before(since) || !starts && run.Status.Ended() && time.Since(cached.at) < cachedRunTTL) {
		return run, nil
	}
	if coolingDown {
		return run, errors.New("the controller does not answer")
	}
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
	case <-ctx.Done():
		return run, ctx.Err()
	}
	began := time.Now()
	run, err := on.Client.Build(ctx, jenkins.BuildSpec{Job: ref.Job, Number: ref.Number})
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		if len(c.known) >= maxCachedRuns {
			clear(c.known)
		}
		c.known[ref] = cachedRun{run, began}
	case !jenkins.IsKind(err, jenkins.NotFound) && ctx.Err() == nil:
		c.down[on.Name] = time.Now().Add(controllerCooldown)
	}
	return run, err
}

// Mark marks what in a push is secret, before it is stored or passed on: password parameters, which only the run's
// definition names. Without a controller to ask, what looks like a secret is treated as one.
func (c *Checker) Mark(p *sender.Push) {
	h := c.Check(context.Background(), *p, false)
	c.secrets.Mark(p.Variables)
	for i := range p.Variables {
		v := &p.Variables[i]
		v.Password = h.Run.Number == 0 && v.Secret
		for _, q := range h.Run.Parameters {
			v.Password = v.Password || q.Secret && strings.EqualFold(q.Name, v.Name)
		}
	}
}

// CouldBeOf reports whether a push came from a controller, by the path of its BUILD_URL. Of several controllers below one
// path the host decides, if one of them is called so.
func CouldBeOf(p sender.Push, c *cli.Controller, all []*cli.Controller) bool {
	if _, ok := c.Env.Claims(p.BuildURL); !ok {
		return false
	}
	if c.Env.Hosts(p.BuildURL) {
		return true
	}
	return !slices.ContainsFunc(all, func(other *cli.Controller) bool { return other != c && other.Env.Hosts(p.BuildURL) })
}
