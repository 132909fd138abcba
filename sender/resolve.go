package sender

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Resolved is an endpoint whose references have been replaced by their values. It never leaves memory.
type Resolved struct {
	Endpoint
	Url     string
	Headers []resolvedHeader
	Sign    string
	Proxy   string
	Secrets []string // every value that must be masked in answers and errors
}

type resolvedHeader struct{ Name, Value string }

// Resolve finds every value that a delivery needs.
func (e Endpoint) Resolve(ctx context.Context) (*Resolved, error) {
	r := &Resolved{Endpoint: e}
	var err error
	if r.Url, err = e.URL.Resolve(ctx); err != nil {
		return nil, e.Because(err)
	}
	if err := checkTarget(r.Url); err != nil {
		return nil, e.Because(&Error{Kind: Unresolved, What: err.Error(), Fix: "check what " + e.URL.String() + " holds"})
	}
	if !e.URL.IsLiteral() {
		r.Secrets = append(r.Secrets, r.Url)
		if u, err := url.Parse(r.Url); err == nil && len(u.Path) > 1 {
			r.Secrets = append(r.Secrets, u.Path, u.EscapedPath()) // a webhook's secret, which an answer may quote alone
		}
	}
	r.Secrets = append(r.Secrets, urlSecrets(r.Url)...)
	for _, h := range e.Headers {
		v, err := h.Value.Resolve(ctx)
		if err != nil {
			return nil, e.Because(err)
		}
		if !goodValue(v) {
			return nil, e.Because(&Error{Kind: Unresolved, What: "the value of header " + h.Name + " has control characters",
				Fix: "check what " + h.Value.String() + " holds"})
		}
		if h.Secret() {
			r.Secrets = append(r.Secrets, v)
		}
		r.Headers = append(r.Headers, resolvedHeader{h.Name, v})
	}
	if r.Sign, err = e.Sign.Resolve(ctx); err != nil {
		return nil, e.Because(err)
	}
	if r.Proxy, err = e.Proxy.Resolve(ctx); err != nil {
		return nil, e.Because(err)
	}
	r.Secrets = append(r.Secrets, r.Sign)
	r.Secrets = append(r.Secrets, urlSecrets(r.Proxy)...)
	return r, nil
}

// urlSecrets are the parts of a URL that maskURL hides.
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

func (e Endpoint) Because(err error) error {
	if e.Name == "" {
		return err
	}
	return fmt.Errorf("endpoint %q: %w", e.Name, err)
}

// Host is the URL's host, without asking anybody; empty if it is found elsewhere.
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
