package config

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/sender"
)

// check finds what the decoder cannot, such as names twice and URLs that are none: the first mistake of each table.
func (c *Config) check() []error {
	var errs []error
	add := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	for i := range c.Controllers {
		add(c.checkController(i))
	}
	var err error
	c.SecretPatterns, err = secrets.Compile(c.Secrets.Patterns)
	add(err)
	add(checkDuration("retention.deliveries", c.Retention.Deliveries))
	for i := range c.UI.Filters {
		f := &c.UI.Filters[i]
		if f.Name == "" {
			add(fmt.Errorf("ui.filters: filter %d has no name", i+1))
		}
		if _, err := query.Parse(f.Query()); err != nil {
			add(&exit.Error{Err: fmt.Errorf("ui.filters: %q: %w", f.Name, err), Fix: exit.HintOf(err)})
		}
	}
	for i := range c.Endpoints {
		add(c.checkEndpoint(i))
	}
	add(c.Notify.check())
	return append(errs, c.checkRules()...)
}

// checkController looks at the i-th controller, and names it after its host if it has no name.
func (c *Config) checkController(i int) error {
	cc := &c.Controllers[i]
	u, err := ParseControllerURL(cc.URL)
	if err != nil {
		return fmt.Errorf("controller %d: %w", i+1, err)
	}
	if cc.Name == "" {
		cc.Name = u.Host
	}
	if slices.ContainsFunc(c.Controllers[:i], func(o Controller) bool { return o.Name == cc.Name }) {
		return fmt.Errorf("two controllers are called %q", cc.Name)
	}
	if !cc.Token.IsZero() && cc.Token.IsLiteral() {
		return &exit.Error{
			Err: fmt.Errorf("controller %q: the config must not contain the token itself", cc.Name),
			Fix: `write token = "env:NAME", "file:PATH", "command:LINE" or "keyring:SERVICE/USER"`,
		}
	}
	if p, err := url.Parse(cc.Proxy.Config()); cc.Proxy.IsLiteral() && err == nil && p.User != nil {
		return &exit.Error{
			Err: fmt.Errorf("controller %q: the proxy's URL contains a password", cc.Name),
			Fix: `write proxy = "env:NAME", "file:PATH" or "command:LINE"`,
		}
	}
	if cc.ClientKey != "" && cc.ClientCert == "" {
		return fmt.Errorf("controller %q: client_key without client_cert", cc.Name)
	}
	return checkDuration("controllers.interval", cc.Interval)
}

func (c *Config) checkEndpoint(i int) error {
	e := &c.Endpoints[i]
	if err := cmp.Or(checkDuration("endpoints.timeout", e.Timeout), checkDuration("endpoints.retry.max_age", e.Retry.MaxAge),
		checkDuration("endpoints.retry.base", e.Retry.Base), checkDuration("endpoints.retry.cap", e.Retry.Cap)); err != nil {
		return err
	}
	if e.Name == "" {
		return fmt.Errorf("endpoint %d has no name", i+1)
	}
	if slices.ContainsFunc(c.Endpoints[:i], func(o sender.Endpoint) bool { return o.Name == e.Name }) {
		return fmt.Errorf("two endpoints are called %q", e.Name)
	}
	for _, path := range []*string{&e.TLS.CAFile, &e.TLS.CertFile, &e.TLS.KeyFile} {
		*path = ExpandHome(*path)
	}
	return e.Validate()
}

// checkDuration refuses a duration without a unit, which the decoder reads as nanoseconds.
func checkDuration(key string, d sender.Duration) error {
	if d != 0 && time.Duration(d).Abs() < time.Millisecond {
		return fmt.Errorf("%s must be text with a unit, such as \"30s\"", key)
	}
	return nil
}
