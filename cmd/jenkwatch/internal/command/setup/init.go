// Package setup has the commands that write and check the config.
package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"charm.land/huh/v2"
	"github.com/spf13/cobra"
	"github.com/zalando/go-keyring"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/sender"
)

// initOptions are the answers of `jenkwatch init`, from flags or from the form.
type initOptions struct {
	name     string
	url      string
	user     string
	token    string // itself: typed into the form, or from the environment
	tokenRef string // or where it is found
	caFile   string
	endpoint string
	method   string
	header   string
	force    bool
	test     bool // send a test to the endpoint
}

// InitCommand returns `jenkwatch init`.
func InitCommand(a *cli.App) *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Set up a controller and an endpoint, test them and write the config",
		Long: "Ask for a controller, a user and an API token, and an endpoint for notifications; try the answers; write the\n" +
			"config (0600). The token goes into the keyring where there is one, and is never written into the config. What\n" +
			"--url, --user and the flags below say is not asked for. Without a terminal nothing is: --url and --token are then\n" +
			"needed, the latter as a reference such as env:JENKINS_API_TOKEN.",
		Example: "  jenkwatch init\n" +
			"  jenkwatch init --url https://ci.example.com --user alice --token env:CI_TOKEN\n" +
			"  jenkwatch init --url https://ci.example.com --user alice --token 'command:pass show ci' --endpoint https://hook.example.com/x",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.url, o.user = a.Flags.URL, a.Flags.User
			return runInit(cmd.Context(), a, &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.name, "name", "", "call the controller NAME (default: its host)")
	f.StringVar(&o.tokenRef, "token", "", "where to find the API token: env:NAME, file:PATH, command:LINE, keyring:SERVICE/USER")
	f.StringVar(&o.caFile, "ca-file", "", "trust the private CA in FILE (PEM)")
	f.StringVar(&o.endpoint, "endpoint", "", "send notifications to this URL")
	f.StringVar(&o.method, "method", "", "the endpoint's method: POST (default), PUT, DELETE or GET")
	f.StringVar(&o.header, "header", "", "a header for the endpoint, 'Key: value', the value preferably a reference")
	f.BoolVar(&o.test, "test-endpoint", false, "send a test notification to the endpoint")
	f.BoolVar(&o.force, "force", false, "replace a controller or endpoint of the same name")
	return cmd
}

func runInit(ctx context.Context, a *cli.App, o *initOptions) error {
	a.NewConfig = true
	cfg, err := a.Config()
	if err != nil {
		return err
	}
	if cfg.Path == "" {
		return exit.Failure("set HOME, or name a file with --config", "there is no home folder to write the config to")
	}
	_, tty := a.OnTerminal()
	asks := tty && a.AsksTerminal() && !o.complete()
	if o.test && o.endpoint == "" && !asks {
		return exit.Usage("name it with --endpoint", "--test-endpoint: there is no endpoint to test")
	}
	var cc config.Controller
	var e *sender.Endpoint
	for given := *o; ; given = (initOptions{}) { // what did not work is asked for, too
		if asks {
			if err := o.ask(ctx, given); err != nil {
				return err
			}
		}
		if cc, e, err = tryAnswers(ctx, a, o); err == nil {
			break
		}
		if !asks || ctx.Err() != nil {
			return err
		}
		output.PrintError(a.ErrOut, err, false)
		fmt.Fprintln(a.ErrOut, "Correct the answers, or leave with ctrl+c.")
	}
	if !o.force {
		if err := config.Taken(cfg, cc, e); err != nil { // before the other one's token is replaced
			return err
		}
	}
	if cc.PlainToken != "" {
		if err := keepToken(a, &cc); err != nil {
			return err
		}
	}
	if err := config.Write(cfg.Path, cc, e, o.force); err != nil {
		return err
	}
	output.Note(a.ErrOut, "Wrote %s. `jenkwatch` opens the screen, `jenkwatch doctor` checks everything.", cfg.Path)
	if e == nil {
		return nil
	}
	cfg.Endpoints = append(slices.DeleteFunc(cfg.Endpoints, func(old sender.Endpoint) bool { return old.Name == e.Name }), *e)
	return tryEndpoint(ctx, a, *e, o.test, asks)
}

// tryEndpoint resolves what the endpoint refers to and, only where a person wants it, sends it a test. A reference without
// a value is no reason to refuse the config, it may have one where notifications are sent.
func tryEndpoint(ctx context.Context, a *cli.App, e sender.Endpoint, test, asks bool) error {
	if err := e.Test(ctx); err != nil && test {
		return err
	} else if err != nil {
		output.PrintError(a.ErrOut, err, false)
		return nil
	}
	where := clean.Line(e.ShownURL())
	if asks && !test {
		form := huh.NewForm(huh.NewGroup(huh.NewConfirm().Title("Send a test to " + where + " now?").
			Description("a message that says it is a test").Affirmative("Yes").Negative("No").Value(&test)))
		if err := form.RunWithContext(ctx); err != nil && !errors.Is(err, huh.ErrUserAborted) {
			return err
		}
	}
	if !test {
		output.Note(a.ErrOut, "`jenkwatch doctor --test-endpoint %s` sends a message that says it is a test to %s.", e.Name, where)
		return nil
	}
	answer, err := sendTest(ctx, a, e.Name)
	if err != nil {
		return err
	}
	output.Note(a.ErrOut, "The endpoint answers: %s.", answer)
	return nil
}

// tryAnswers makes the entries of the answers and asks the controller.
func tryAnswers(ctx context.Context, a *cli.App, o *initOptions) (cc config.Controller, e *sender.Endpoint, err error) {
	if cc, err = o.controller(); err != nil {
		return cc, nil, err
	}
	if e, err = o.newEndpoint(); err != nil {
		return cc, nil, err
	}
	err = tryController(ctx, a, &cc)
	return cc, e, err
}

// complete reports whether the flags say enough.
func (o *initOptions) complete() bool { return o.url != "" && o.tokenRef != "" }

// ask asks a person for what was not given.
func (o *initOptions) ask(ctx context.Context, given initOptions) error {
	if o.url == "" {
		o.url = os.Getenv("JENKINS_URL")
	}
	if o.user == "" {
		o.user = os.Getenv("JENKINS_USER_ID")
	}
	account := "" // what is meant when nothing is typed
	if u, err := user.Current(); err == nil {
		account = u.Username
	}
	isURL := func(s string) error { _, err := config.ParseControllerURL(s); return err }
	isHook := func(s string) error {
		if s == "" {
			return nil
		}
		if _, err := (&initOptions{endpoint: s}).newEndpoint(); err != nil {
			return fmt.Errorf("%w: %s", err, exit.HintOf(err)) // a form has room for one line
		}
		return nil
	}
	var who []huh.Field
	if given.url == "" {
		who = append(who, huh.NewInput().Title("Address of the Jenkins controller").
			Description("its start page, such as https://ci.example.com/jenkins").Value(&o.url).Validate(isURL))
	}
	if given.user == "" {
		who = append(who, huh.NewInput().Title("User").Placeholder(account).Value(&o.user))
	}
	if given.tokenRef == "" {
		o.token, o.tokenRef = o.token+o.tokenRef, "" // one of them is empty; a reference that did not work gives way
		who = append(who, huh.NewInput().Title("API token").
			Description("Jenkins > your name > Security > Add new token; or env:NAME, file:PATH, command:LINE").
			EchoMode(huh.EchoModePassword).Value(&o.token))
	}
	form := huh.NewForm(
		huh.NewGroup(who...),
		huh.NewGroup(huh.NewInput().Title("URL that receives notifications").Description("empty: none").
			Value(&o.endpoint).Validate(isHook)).WithHide(given.endpoint != ""),
		huh.NewGroup(huh.NewInput().Title("A header for it").
			Description("'Key: value', such as X-Auth-Token: env:HOOK_TOKEN; empty: none").Value(&o.header)).
			WithHideFunc(func() bool { return given.header != "" || o.endpoint == "" }),
	)
	err := form.RunWithContext(ctx)
	if given.user == "" && o.user == "" {
		o.user = account
	}
	if errors.Is(err, huh.ErrUserAborted) {
		return exit.Failure("nothing was written", "stopped")
	}
	if ref, rerr := sender.ParseReference(o.token); rerr == nil && !ref.IsLiteral() {
		o.tokenRef, o.token = o.token, ""
	}
	return err
}

// controller returns the entry that the answers make.
func (o *initOptions) controller() (config.Controller, error) {
	cc := config.Controller{Name: o.name, URL: o.url, User: o.user, CAFile: o.caFile, PlainToken: o.token}
	if o.url == "" {
		cc.URL = os.Getenv("JENKINS_URL")
	}
	if o.user == "" {
		cc.User = os.Getenv("JENKINS_USER_ID")
	}
	u, err := config.ParseControllerURL(cc.URL)
	if err != nil {
		return cc, exit.Usage("give its address with --url", "the controller: %w", err)
	}
	cc.URL = u.String()
	if cc.Name == "" {
		cc.Name = u.Host // with its port: one host may have several controllers
	}
	if o.tokenRef != "" {
		if cc.Token, err = sender.ParseReference(o.tokenRef); err != nil {
			return cc, exit.Usage(exit.HintOf(err), "--token: %w", err)
		}
		if cc.Token.IsLiteral() {
			return cc, exit.Usage("write env:NAME, file:PATH, command:LINE or keyring:SERVICE/USER",
				"--token: others see what stands on a command line")
		}
	} else if cc.PlainToken == "" && os.Getenv("JENKINS_API_TOKEN") != "" {
		cc.Token, err = sender.ParseReference("env:JENKINS_API_TOKEN")
	}
	return cc, err
}

// newEndpoint returns the endpoint that the answers make, nil when there is none.
func (o *initOptions) newEndpoint() (*sender.Endpoint, error) {
	if o.endpoint == "" {
		return nil, nil
	}
	var headers []string
	if o.header != "" {
		headers = []string{o.header}
	}
	e, err := cli.AdHocEndpoint(o.endpoint, o.method, headers)
	if err != nil {
		return nil, err
	}
	e.Name = "default"
	return e, e.Validate()
}

// tryController asks the controller who we are to it, and whether it sends events.
func tryController(ctx context.Context, a *cli.App, cc *config.Controller) error {
	c, err := a.Connect(ctx, *cc)
	if err != nil {
		return err
	}
	who, err := c.Client.WhoAmI(ctx)
	if e, ok := errors.AsType[*jenkins.Error](err); ok && e.Kind == jenkins.NotAllowed && e.Sent == "" {
		return &exit.Error{Err: err, Fix: "give a user and a token, made in Jenkins > your name > Security > Add new token", Code: exit.CodeNotAllowed}
	}
	if err != nil {
		return err
	}
	if who.Anonymous {
		output.Note(a.ErrOut, "Jenkins %s answers, but you are anonymous: give a user and a token to see more.", who.Version)
		return nil
	}
	output.Note(a.ErrOut, "Jenkins %s answers to %s.", who.Version, clean.Line(who.ID))
	if hasEvents(ctx, c) {
		cc.Events = new(true)
	}
	return nil
}

// keepToken puts the token where it is safe: the keyring, or where there is none a file of its own that only the user reads.
func keepToken(a *cli.App, cc *config.Controller) error {
	const service = "jenkwatch"
	if storeSecret(service, cc.Name, cc.PlainToken) == nil {
		var err error
		cc.Token, err = sender.ParseReference("keyring:" + service + "/" + cc.Name)
		return err
	}
	cfg, cerr := a.Config()
	if cerr != nil {
		return cerr
	}
	path := filepath.Join(filepath.Dir(cfg.Path), "token-"+fileName(cc.Name))
	if err := config.WritePrivate(path, []byte(cc.PlainToken+"\n")); err != nil {
		return err
	}
	output.Note(a.ErrOut, "There is no keyring here: the token is in %s, readable by you alone.", path)
	var err error
	cc.Token, err = sender.ParseReference("file:" + path)
	return err
}

// storeSecret puts a secret into the keyring. One that waits for a person who is not there is given up.
func storeSecret(service, account, secret string) error {
	done := make(chan error, 1)
	go func() { done <- keyring.Set(service, account, secret) }()
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		return errors.New("the keyring did not answer in time")
	}
}

// fileName returns a name without what a path would take for its own.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
}
