package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sourcegraph/conc"
	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/request"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// Controller is a controller of the config or of the command line, ready to be asked.
type Controller struct {
	config.Controller
	Client  *jenkins.Client
	Flags   []string    // that another command needs to reach it: "--controller", "ci"; none where it is the only one
	Env     *env.Client // of client, as the others
	Console *console.Client
	Stages  *stages.Reader
}

// Controllers returns those that the command is about: all of the config, or the one that flags or environment name.
func (a *App) Controllers(ctx context.Context) ([]*Controller, error) {
	return a.ControllersFor(ctx, "")
}

// ControllersFor returns those that may know the build that a person typed, whose URL names one where no other is known.
func (a *App) ControllersFor(ctx context.Context, build string) ([]*Controller, error) {
	if len(a.Only) > 0 {
		return a.Only, nil
	}
	chosen, err := a.ChooseControllers(build)
	if err != nil {
		return nil, err
	}
	out := make([]*Controller, len(chosen))
	g, ctx := errgroup.WithContext(ctx)
	for i, cc := range chosen {
		g.Go(func() error {
			c, err := a.Connect(ctx, cc)
			if r, ok := errors.AsType[*unresolved](err); ok && len(chosen) > 1 {
				c, err = a.standIn(r), nil
			}
			out[i] = c
			return err
		})
	}
	return out, g.Wait()
}

// ChooseControllers applies the order flags, environment, file to the question of who is asked and as whom.
func (a *App) ChooseControllers(build string) ([]config.Controller, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	chosen, err := a.byAddress(cfg, build)
	if err != nil {
		return nil, err
	}
	envURL := os.Getenv("JENKINS_URL")
	for i := range chosen {
		cc := &chosen[i]
		// The environment's user and token belong to the environment's controller; where it names none, to the only one.
		ours := envURL == "" && len(chosen) == 1 || envURL != "" && sameURL(envURL, cc.URL)
		if cc.Implied && os.Getenv("JENKINS_API_TOKEN") != "" && a.Flags.TokenFile == "" {
			return nil, unconfigured(cc)
		}
		// Where several are configured, one that has a token of its own is not meant.
		ours = ours && !cc.Implied && (envURL != "" || len(cfg.Controllers) <= 1 || cc.Token.IsZero())
		if u := os.Getenv("JENKINS_USER_ID"); u != "" && ours {
			cc.User = u
		}
		if a.Flags.User != "" {
			cc.User = a.Flags.User
		}
		if t, set := os.LookupEnv("JENKINS_API_TOKEN"); set && ours && a.Flags.TokenFile == "" {
			cc.PlainToken = strings.TrimSpace(t)
			if cc.PlainToken == "" && (t != "" || cc.User != "" && cc.Token.IsZero()) {
				return nil, exit.Usage("set it to the API token of the user, or unset it", "JENKINS_API_TOKEN is empty")
			}
		}
	}
	for _, flag := range [][2]string{{"--token-file", a.Flags.TokenFile}, {"--user", a.Flags.User}} {
		if flag[1] != "" && len(chosen) != 1 {
			return nil, exit.Usage("choose one with --controller", "%s is for one controller, and there are %d", flag[0], len(chosen))
		}
	}
	if a.Flags.TokenFile != "" {
		if chosen[0].PlainToken, err = readTokenFile(a.Ctx, a.Flags.TokenFile); err != nil {
			return nil, err
		}
	}
	return chosen, nil
}

func (a *App) byAddress(cfg *config.Config, build string) ([]config.Controller, error) {
	if name := a.Flags.Controller; name != "" && a.Flags.URL == "" {
		i := slices.IndexFunc(cfg.Controllers, func(c config.Controller) bool { return c.Name == name })
		if i < 0 {
			return nil, exit.Usage(knownControllers(cfg), "the config has no controller %q", name)
		}
		return []config.Controller{cfg.Controllers[i]}, nil
	}
	address := a.Flags.URL
	if address == "" {
		address = os.Getenv("JENKINS_URL")
	}
	if address == "" {
		if cc, ok := implied(build); ok && len(cfg.Controllers) == 0 {
			return []config.Controller{cc}, nil
		}
		if u, err := config.ParseControllerURL(build); err == nil && len(cfg.Controllers) == 0 {
			return nil, exit.Usage(fmt.Sprintf("if it is a controller's address: jenkwatch --url '%s'", u), "no Jenkins controller is known, and %s is not the URL of a build", u)
		}
		if len(cfg.Controllers) == 0 {
			return nil, exit.Usage("name one with --url or JENKINS_URL, set one up with `jenkwatch init`, or try `jenkwatch demo`",
				"no Jenkins controller is known")
		}
		return slices.Clone(cfg.Controllers), nil
	}
	u, err := config.ParseControllerURL(address)
	if err != nil {
		return nil, exit.Usage("give the address of the controller's start page, such as https://ci.example.com/jenkins", "%w", err)
	}
	for _, cc := range cfg.Controllers {
		if sameURL(cc.URL, address) {
			return []config.Controller{cc}, nil
		}
	}
	name := a.Flags.Controller
	if name == "" {
		name = u.Host
	}
	return []config.Controller{{Name: name, URL: u.String()}}, nil
}

// implied returns the controller that the pasted URL of a build names. It is asked where none is configured, but anonymously: a URL
// comes out of a mail or a chat, and a token is sent to no host of which its owner has not said that it is theirs.
func implied(build string) (config.Controller, bool) {
	root := jenkins.ControllerOf(strings.TrimSpace(build))
	u, err := config.ParseControllerURL(root)
	if err != nil {
		return config.Controller{}, false
	}
	return config.Controller{Name: u.Host, URL: u.String(), Implied: true}, true
}

// unconfigured says how a token is given to a controller that only a pasted URL names.
func unconfigured(cc *config.Controller) error {
	return exit.Usage(fmt.Sprintf("if you trust it, name it: jenkwatch --url '%s' ...; or set JENKINS_URL, or run `jenkwatch init`", cc.URL),
		"no Jenkins controller is known, and the token in JENKINS_API_TOKEN is not sent to one that only a URL names (%s)", cc.URL)
}

func knownControllers(cfg *config.Config) string {
	var names []string
	for _, c := range cfg.Controllers {
		names = append(names, c.Name)
	}
	if len(names) == 0 {
		return "it has none yet: `jenkwatch init` adds one"
	}
	return "it has " + strings.Join(names, ", ")
}

func sameURL(a, b string) bool {
	ua, erra := config.ParseControllerURL(a)
	ub, errb := config.ParseControllerURL(b)
	return erra == nil && errb == nil && ua.Scheme == ub.Scheme && strings.EqualFold(ua.Host, ub.Host) && ua.Path == ub.Path
}

func readTokenFile(ctx context.Context, path string) (string, error) {
	b, err := config.ReadFile(ctx, path)
	if err != nil {
		return "", exit.Usage("name a file that contains only the token", "read the token: %w", err)
	}
	token := strings.TrimSpace(string(b))
	if token == "" {
		return "", exit.Usage("put the token into it", "the token file %s is empty", path)
	}
	return token, nil
}

// Connect makes the client of one controller. It resolves the token, and asks nothing yet.
func (a *App) Connect(ctx context.Context, cc config.Controller) (*Controller, error) {
	u, err := config.ParseControllerURL(cc.URL)
	if err != nil {
		return nil, exit.Usage("correct its url", "controller %q: %w", cc.Name, err)
	}
	proxy, err := cc.Proxy.Resolve(ctx)
	if err != nil {
		return nil, &unresolved{cc, u, "proxy", err}
	}
	reading, cancel := context.WithTimeoutCause(ctx, config.FileTimeout, fmt.Errorf("read its certificates: %w", config.ErrNoContent))
	defer cancel()
	transport, err := config.Await(reading, func() (*http.Transport, error) {
		return request.NewTransport(request.TransportOptions{
			CAFile: config.ExpandHome(cc.CAFile), CertFile: config.ExpandHome(cc.ClientCert), KeyFile: config.ExpandHome(cc.ClientKey), Proxy: proxy,
		})
	})
	if err != nil {
		return nil, exit.Usage("correct its entry in the config", "controller %q: %w", cc.Name, err)
	}
	token := cc.PlainToken
	if token == "" && !cc.Token.IsZero() {
		if token, err = cc.Token.Resolve(ctx); err != nil {
			return nil, &unresolved{cc, u, "token", err}
		}
	}
	var rt http.RoundTripper = transport
	if a.Flags.Debug != "" {
		if rt, err = a.debugTransport(transport); err != nil {
			return nil, err
		}
	}
	c := NewController(cc, &jenkins.Client{
		Name: cc.Name, URL: u, User: cc.User, Token: token, HTTP: &http.Client{Transport: rt},
		SecretPatterns: a.SecretPatterns(), ReadOnly: a.Flags.ReadOnly, Protected: cc.Protected,
	}, a.Copies())
	c.Env.AllowScript = cc.AllowScripts
	c.Flags = a.flagsFor(&cc)
	return c, nil
}

// Command is a command of jenkwatch about the controller, as it may be typed into a shell.
func (c *Controller) Command(words ...string) string {
	return jenkins.Command(append(words, c.Flags...)...)
}

// flagsFor returns the flags by which another command reaches the same controller as the same user: those that this command was given,
// and the controller's name where several are configured.
func (a *App) flagsFor(cc *config.Controller) []string {
	f := a.Flags
	switch cfg, err := a.Config(); {
	case cc.Implied:
		f.URL = cc.URL
	case err == nil && len(cfg.Controllers) > 1 && f.URL == "" && os.Getenv("JENKINS_URL") == "":
		f.Controller = cc.Name
	}
	var flags []string
	for _, given := range [][2]string{{"--config", f.Config}, {"--url", f.URL}, {"--controller", f.Controller}, {"--user", f.User},
		{"--token-file", f.TokenFile}} {
		if given[1] != "" {
			flags = append(flags, given[0], given[1])
		}
	}
	return flags
}

// NewController returns a controller whose questions all go through one client. Without copies it keeps none.
func NewController(cc config.Controller, client *jenkins.Client, copies *env.Copies) *Controller {
	return &Controller{Controller: cc, Client: client,
		Env:     &env.Client{Client: client, Copies: copies},
		Console: &console.Client{Client: client},
		Stages:  &stages.Reader{Client: client},
	}
}

// NewWatcher returns a watcher of the controller as the config wants it. Where that does not say whether the controller sends
// events, a service asks, which a controller without them answers with a long page; init asks once and writes it down.
func (c *Controller) NewWatcher(service bool) *watch.Watcher {
	events := service
	if c.Events != nil {
		events = *c.Events
	}
	return &watch.Watcher{Client: c.Client, Interval: time.Duration(c.Interval), MaxPerMinute: c.MaxPerMinute, Events: events}
}

// unresolved says that something of a controller, to which its config refers, cannot be had.
type unresolved struct {
	cc   config.Controller
	at   *url.URL
	what string
	err  error
}

func (e *unresolved) Error() string {
	return fmt.Sprintf("the %s of controller %q: %s", e.what, e.cc.Name, e.err)
}
func (e *unresolved) Unwrap() error { return e.err }

// standIn returns a controller that answers every question with why it cannot be asked: among several, the others can.
func (a *App) standIn(e *unresolved) *Controller {
	return NewController(e.cc, &jenkins.Client{Name: e.cc.Name, URL: e.at, HTTP: &http.Client{Transport: e}, SecretPatterns: a.SecretPatterns()}, a.Copies())
}

// RoundTrip makes it the transport of the one that stands in.
func (e *unresolved) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &jenkins.Error{Kind: jenkins.Unusable, Err: fmt.Errorf("its %s: %w", e.what, e.err)}
}

// Copies returns the environments that are kept on disk. The database is opened when there are some to
// read, or when the first one is kept.
func (a *App) Copies() *env.Copies {
	copies := &env.Copies{Open: a.Store, Made: a.HasStore}
	if cfg, err := a.Config(); err == nil {
		copies.MaxRuns = cfg.Retention.EnvCopies
	}
	return copies
}

// debugTransport writes a line for each request to Jenkins: never a header or a body, nor the values of a query that may change something.
func (a *App) debugTransport(below http.RoundTripper) (http.RoundTripper, error) {
	f, err := os.OpenFile(a.Flags.Debug, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, exit.Usage("name a file that can be written", "open the debug file: %w", err)
	}
	a.OnExit(f.Close)
	return &loggingTransport{below: below, log: debugLogger(f)}, nil
}

func debugLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type loggingTransport struct {
	below http.RoundTripper
	log   *slog.Logger
}

func (t *loggingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := t.below.RoundTrip(req)
	args := []any{"method", req.Method, "url", loggedURL(req), "took", time.Since(start)}
	if err != nil {
		t.log.Debug("request", append(args, "error", err)...)
		return nil, err
	}
	t.log.Debug("request", append(args, "status", resp.StatusCode, "length", resp.ContentLength)...)
	return resp, nil
}

// loggedURL is the URL of a request; of one that may change something without the values of its query.
func loggedURL(req *http.Request) string {
	u := *req.URL
	if req.Method == http.MethodPost {
		var names []string
		for pair := range strings.SplitSeq(u.RawQuery, "&") {
			name, _, _ := strings.Cut(pair, "=")
			names = append(names, name)
		}
		u.RawQuery = strings.Join(names, "&")
	}
	return u.Redacted()
}

// Each asks every controller at once. The answers come in the controllers' order; every error names its controller.
func Each[T any](ctx context.Context, cs []*Controller, ask func(context.Context, *Controller) (T, error)) ([]T, error) {
	questions := make([]func() (T, error), len(cs))
	for i, c := range cs {
		questions[i] = func() (T, error) {
			v, err := ask(ctx, c)
			if err != nil && len(cs) > 1 {
				err = fmt.Errorf("controller %q: %w", c.Name, err)
			}
			return v, err
		}
	}
	answers, errs := Together(questions)
	return answers, errors.Join(errs...)
}

// Together asks all questions at once; answers and errors come in their order.
func Together[T any](questions []func() (T, error)) ([]T, []error) {
	answers, errs := make([]T, len(questions)), make([]error, len(questions))
	var questioners conc.WaitGroup
	for i, q := range questions {
		questioners.Go(func() { answers[i], errs[i] = q() })
	}
	questioners.Wait()
	return answers, errs
}
