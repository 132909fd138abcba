package outbox

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/jenkwatch/jenkwatch/sender"
)

// endpointFor finds the endpoint that n names, ready to be used.
func (o *Outbox) endpointFor(n sender.Notification) (sender.Endpoint, error) {
	if n.AdHoc != nil {
		return *n.AdHoc, nil
	}
	return o.endpoint(n.Endpoint)
}

func (o *Outbox) endpoint(name string) (sender.Endpoint, error) {
	unknown := &sender.Error{Kind: sender.UnknownEndpoint, What: fmt.Sprintf("no endpoint is called %q", name),
		Fix: "add it to the configuration (`jenkwatch init` helps), or choose another with --endpoint"}
	if o.Endpoints == nil {
		return sender.Endpoint{}, unknown
	}
	e, err := o.Endpoints(name)
	switch {
	case sender.IsKind(err, sender.UnknownEndpoint):
		return sender.Endpoint{}, err
	case err != nil:
		unknown.Err = err
		return sender.Endpoint{}, unknown
	}
	e.Name = name
	return e, nil
}

// Preview is the exact request that n would become, with secrets masked. It checks all that Add checks, resolves no
// reference and touches no store.
func (o *Outbox) Preview(n sender.Notification) (sender.Request, error) {
	e, err := o.endpointFor(n)
	if err != nil {
		return sender.Request{}, err
	}
	if err := e.Validate(); err != nil {
		return sender.Request{}, err
	}
	real, err := e.Encode(n, e.Sent)
	if err != nil {
		return sender.Request{}, err
	}
	masked, err := e.Encode(n, e.Shown)
	if err != nil {
		return sender.Request{}, err
	}
	r := sender.Request{Method: e.RequestMethod(), URL: e.ShownURL(), Size: int64(len(real))}
	if r.Method == "GET" {
		r.URL += "?" + strings.ReplaceAll(string(masked), string(sender.AppendQuery(nil, sender.Masked)), sender.Masked)
		r.Headers = e.ShownHeaders("", "(the id it gets)")
	} else {
		r.Headers = e.ShownHeaders(e.RequestContentType(), "(the id it gets)")
		r.Body = masked
	}
	return r, nil
}

// Curl is a shell command that sends what Add would send. Secrets are shell variables, to be set by whoever runs it. text
// is a template for the body as [ExpandText] takes it, so that the secrets it names are shell variables there, too; empty:
// the body is n's.
func (o *Outbox) Curl(n sender.Notification, text string) (string, error) {
	e, err := o.endpointFor(n)
	if err != nil {
		return "", err
	}
	if err := e.Validate(); err != nil {
		return "", err
	}
	c := sender.Curl{Marks: map[string]string{}}
	if text != "" {
		body, err := c.Fill(text, n)
		if err != nil {
			return "", err
		}
		n.Body = &body
	}
	payload, err := e.Encode(n, func(v sender.Variable) string {
		if v.Password && e.Policy() == sender.MaskSecrets {
			return "****"
		}
		if v.Password || v.Secret {
			return c.Mark(v.Name)
		}
		return v.Value
	})
	if err != nil {
		return "", err
	}
	if bytes.IndexByte(payload, 0) >= 0 {
		return "", &sender.Error{Kind: sender.BadPayload, What: "the payload has a NUL, which no shell can pass to curl", Fix: "send it from here"}
	}
	target := c.SecretOr(e.URL, "ENDPOINT_URL", !e.URL.IsLiteral() || e.ShownURL() != e.URL.Literal())
	var b bytes.Buffer
	// As it stands: no globbing of []{}, no folding of /../, and no file read where a value begins with @.
	fmt.Fprintf(&b, "curl --globoff --path-as-is -X %s", e.RequestMethod())
	for _, h := range e.Headers {
		if !strings.EqualFold(h.Name, "Content-Type") {
			value := c.SecretOr(h.Value, h.Name, h.Secret())
			sep := ": "
			if strings.TrimSpace(value) == "" {
				sep = ";" // how curl sends a header without a value
			}
			fmt.Fprintf(&b, " \\\n  -H %s", c.Quote(h.Name+sep+value))
		}
	}
	if e.TLS.Insecure {
		b.WriteString(" \\\n  --insecure")
	}
	if e.TLS.CAFile != "" {
		fmt.Fprintf(&b, " \\\n  --cacert %s", c.Quote(e.TLS.CAFile))
	}
	if e.TLS.CertFile != "" {
		fmt.Fprintf(&b, " \\\n  --cert %s --key %s", c.Quote(e.TLS.CertFile), c.Quote(e.TLS.KeyFile))
	}
	if e.RequestMethod() == "GET" {
		fmt.Fprintf(&b, " \\\n  --url %s", c.Quote(target+"?"+string(payload)))
	} else {
		fmt.Fprintf(&b, " \\\n  -H %s \\\n  --data-raw %s \\\n  --url %s",
			c.Quote("Content-Type: "+e.RequestContentType()), c.Quote(string(payload)), c.Quote(target))
	}
	return b.String(), nil
}
