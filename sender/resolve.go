package sender

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Resolved is an endpoint whose references have been replaced by their values. It never leaves memory.
type Resolved struct {
	Endpoint
	url     string
	headers []resolvedHeader
	sign    string
	proxy   string
	secrets []string // every value that must be masked in answers and errors
}

type resolvedHeader struct{ Name, Value string }

// Resolve returns the endpoint with every value that a delivery needs. It takes no longer than ten seconds a reference.
func (e Endpoint) Resolve(ctx context.Context) (*Resolved, error) {
	r := &Resolved{Endpoint: e}
	var err error
	if r.url, err = e.URL.Resolve(ctx); err != nil {
		return nil, e.because(err)
	}
	if err := checkTarget(r.url); err != nil {
		return nil, e.because(&Error{Kind: Unresolved, What: err.Error(), Fix: "check what " + e.URL.String() + " holds"})
	}
	if !e.URL.IsLiteral() {
		r.secrets = append(r.secrets, r.url)
		if u, err := url.Parse(r.url); err == nil && len(u.Path) > 1 {
			r.secrets = append(r.secrets, u.Path, u.EscapedPath()) // a webhook's secret, which an answer may quote alone
		}
	}
	r.secrets = append(r.secrets, urlSecrets(r.url)...)
	for _, h := range e.Headers {
		v, err := h.Value.Resolve(ctx)
		if err != nil {
			return nil, e.because(err)
		}
		if !goodValue(v) {
			return nil, e.because(&Error{Kind: Unresolved, What: "the value of header " + h.Name + " has control characters",
				Fix: "check what " + h.Value.String() + " holds"})
		}
		if h.Secret() {
			r.secrets = append(r.secrets, v)
		}
		r.headers = append(r.headers, resolvedHeader{h.Name, v})
	}
	if r.sign, err = e.Sign.Resolve(ctx); err != nil {
		return nil, e.because(err)
	}
	if r.proxy, err = e.Proxy.Resolve(ctx); err != nil {
		return nil, e.because(err)
	}
	r.secrets = append(r.secrets, r.sign)
	r.secrets = append(r.secrets, urlSecrets(r.proxy)...)
	return r, nil
}

// Mask returns a function that masks the endpoint's secrets and these in a text.
func (r *Resolved) Mask(more []string) func(string) string {
	return MaskOf(slices.Concat(more, r.secrets))
}

// urlSecrets returns the parts of a URL that maskURL hides.
func urlSecrets(raw string) []string {
	u, err := url.Parse(raw)
	if err != nil {
		return nil
	}
	var s []string
	if pw, ok := u.User.Password(); ok {
		s = append(s, pw)
	}
	for k, values := range u.Query() {
		if secretName(k) {
			s = append(s, values...)
		}
	}
	return s
}

func (e Endpoint) because(err error) error {
	if e.Name == "" {
		return err
	}
	return fmt.Errorf("endpoint %q: %w", e.Name, err)
}

// Host returns the URL's host; empty if the URL is a reference.
func (e Endpoint) Host() string {
	if !e.URL.IsLiteral() {
		return ""
	}
	u, err := url.Parse(e.URL.Literal())
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
