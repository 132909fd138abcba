package sender

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// encode makes n's payload for this endpoint by its policy. value gives each variable's value: the true one to send, a
// mask to show.
func (e Endpoint) encode(n Notification, value func(Variable) string) ([]byte, error) {
	vars := make([]Variable, 0, len(n.Variables))
	for _, v := range n.Variables {
		if v.Password && e.policy() == DropSecrets {
			continue
		}
		v.Value = value(v)
		vars = append(vars, v)
	}
	n.Variables = vars
	if err := n.checkText(); err != nil {
		return nil, err
	}
	p := n.Payload()
	var (
		b   []byte
		err error
	)
	switch {
	case e.Payload == TemplatePayload:
		if b, err = n.render(e.Template, e.contentType(), p, e.maxBody()); err != nil {
			return nil, err
		}
	case e.method() == "GET":
		b = p.Query()
	default:
		b = p.JSON()
	}
	if int64(len(b)) > e.maxBody() {
		return nil, tooLarge(e.maxBody())
	}
	return b, nil
}

// sent is a variable's value as the endpoint gets it.
func (e Endpoint) sent(v Variable) string {
	if v.Password && e.policy() == MaskSecrets {
		return "****"
	}
	return v.Value
}

// shown is a variable's value as a person may see it.
func (e Endpoint) shown(v Variable) string {
	if v.Password || v.Secret {
		return Masked
	}
	return v.Value
}

// Request is a request as it would be sent, with secrets masked: what --dry-run prints and the compose pane previews.
type Request struct {
	Method  string
	URL     string // with the query, for a GET
	Headers []RequestHeader
	Body    []byte // nil for a GET
	Size    int64  // of the payload as it would be sent, bytes
}

// RequestHeader is a header as it may be shown.
type RequestHeader struct{ Name, Value string }

// String is the request as text: request line, headers, an empty line, the body.
func (r Request) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL)
	for _, h := range r.Headers {
		fmt.Fprintf(&b, "%s: %s\n", h.Name, h.Value)
	}
	b.WriteByte('\n')
	b.Write(r.Body)
	return b.String()
}

// endpointFor finds the endpoint that n names, ready to be used.
func (o *Outbox) endpointFor(n Notification) (Endpoint, error) {
	if n.AdHoc != nil {
		return *n.AdHoc, nil
	}
	return o.endpoint(n.Endpoint)
}

func (o *Outbox) endpoint(name string) (Endpoint, error) {
	unknown := &Error{Kind: UnknownEndpoint, What: fmt.Sprintf("no endpoint is called %q", name),
		Fix: "add it to the configuration (`jenkwatch init` helps), or choose another with --endpoint"}
	if o.Endpoints == nil {
		return Endpoint{}, unknown
	}
	e, err := o.Endpoints(name)
	switch {
	case IsKind(err, UnknownEndpoint):
		return Endpoint{}, err
	case err != nil:
		unknown.Err = err
		return Endpoint{}, unknown
	}
	e.Name = name
	return e, nil
}

// Preview is the exact request that n would become, with secrets masked. It checks all that Add checks, resolves no
// reference and touches no store.
func (o *Outbox) Preview(n Notification) (Request, error) {
	e, err := o.endpointFor(n)
	if err != nil {
		return Request{}, err
	}
	if err := e.Validate(); err != nil {
		return Request{}, err
	}
	real, err := e.encode(n, e.sent)
	if err != nil {
		return Request{}, err
	}
	masked, err := e.encode(n, e.shown)
	if err != nil {
		return Request{}, err
	}
	r := Request{Method: e.method(), URL: e.ShownURL(), Size: int64(len(real))}
	if r.Method == "GET" {
		r.URL += "?" + strings.ReplaceAll(string(masked), string(appendQuery(nil, Masked)), Masked)
		r.Headers = e.shownHeaders("", "(the id it gets)")
	} else {
		r.Headers = e.shownHeaders(e.contentType(), "(the id it gets)")
		r.Body = masked
	}
	return r, nil
}

// shownHeaders are those that are sent, as a person may see them: of a secret only where it is found.
func (e Endpoint) shownHeaders(contentType, key string) []RequestHeader {
	all := make([]RequestHeader, 0, len(e.Headers)+3)
	ownKey := false
	for _, h := range e.Headers {
		if strings.EqualFold(h.Name, "Content-Type") {
			continue // ours takes its place, as the plugin's does
		}
		value := Masked
		switch {
		case !h.Secret():
			value = h.Value.literal()
		case !h.Value.IsLiteral():
			value += " (" + h.Value.where() + ")"
		}
		all = append(all, RequestHeader{h.Name, value})
		ownKey = ownKey || strings.EqualFold(h.Name, "Idempotency-Key")
	}
	if contentType != "" {
		all = append(all, RequestHeader{"Content-Type", contentType})
	}
	if e.SendsKey() && !ownKey {
		all = append(all, RequestHeader{"Idempotency-Key", key})
	}
	if !e.Sign.IsZero() {
		all = append(all, RequestHeader{"X-Hub-Signature-256", "sha256=(computed when it is sent)"})
	}
	return all
}

// Warnings says what a person should know before n is sent there.
func (e Endpoint) Warnings(n Notification) []string {
	var w []string
	passwords, secrets := 0, 0
	for _, v := range n.Variables {
		switch {
		case v.Password:
			passwords++
		case v.Secret && v.Value != "":
			secrets++
		}
	}
	switch {
	case passwords == 0:
	case e.policy() == SendSecrets && e.method() == "GET":
		w = append(w, fmt.Sprintf("%d password parameters go into the URL, which servers log", passwords))
	case e.policy() == SendSecrets:
		w = append(w, fmt.Sprintf("%d password parameters are sent in the clear", passwords))
	}
	switch {
	case e.method() != "GET" || secrets == 0:
	case secrets == 1:
		w = append(w, "1 variable like a secret in the URL, which servers log")
	default:
		w = append(w, fmt.Sprintf("%d variables like secrets in the URL, which servers log", secrets))
	}
	if u, err := url.Parse(e.URL.literal()); err == nil && e.URL.IsLiteral() && u.Scheme == "http" && !loopback(u.Hostname()) {
		w = append(w, "http, not https: anybody on the way can read it")
	}
	if e.TLS.Insecure {
		w = append(w, "the certificate is not checked (insecure)")
	}
	if e.method() == "GET" {
		if b, err := e.encode(n, e.sent); err == nil && len(b) > 8000 {
			w = append(w, fmt.Sprintf("the URL is %d bytes long; many servers refuse more than 8000", len(b)))
		}
	}
	return w
}

func loopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// Curl is a shell command that sends what Add would send. Secrets are shell variables, to be set by whoever runs it. text
// is a template for the body as [ExpandText] takes it, so that the secrets it names are shell variables there, too; empty:
// the body is n's.
func (o *Outbox) Curl(n Notification, text string) (string, error) {
	e, err := o.endpointFor(n)
	if err != nil {
		return "", err
	}
	if err := e.Validate(); err != nil {
		return "", err
	}
	c := curl{marks: map[string]string{}}
	if text != "" {
		body, err := c.fill(text, n)
		if err != nil {
			return "", err
		}
		n.Body = &body
	}
	payload, err := e.encode(n, func(v Variable) string {
		if v.Password && e.policy() == MaskSecrets {
			return "****"
		}
		if v.Password || v.Secret {
			return c.mark(v.Name)
		}
		return v.Value
	})
	if err != nil {
		return "", err
	}
	if bytes.IndexByte(payload, 0) >= 0 {
		return "", &Error{Kind: BadPayload, What: "the payload has a NUL, which no shell can pass to curl", Fix: "send it from here"}
	}
	target := c.secretOr(e.URL, "ENDPOINT_URL", !e.URL.IsLiteral() || e.ShownURL() != e.URL.literal())
	var b bytes.Buffer
	// As it stands: no globbing of []{}, no folding of /../, and no file read where a value begins with @.
	fmt.Fprintf(&b, "curl --globoff --path-as-is -X %s", e.method())
	for _, h := range e.Headers {
		if !strings.EqualFold(h.Name, "Content-Type") {
			value := c.secretOr(h.Value, h.Name, h.Secret())
			sep := ": "
			if strings.TrimSpace(value) == "" {
				sep = ";" // how curl sends a header without a value
			}
			fmt.Fprintf(&b, " \\\n  -H %s", c.quote(h.Name+sep+value))
		}
	}
	if e.TLS.Insecure {
		b.WriteString(" \\\n  --insecure")
	}
	if e.TLS.CAFile != "" {
		fmt.Fprintf(&b, " \\\n  --cacert %s", c.quote(e.TLS.CAFile))
	}
	if e.TLS.CertFile != "" {
		fmt.Fprintf(&b, " \\\n  --cert %s --key %s", c.quote(e.TLS.CertFile), c.quote(e.TLS.KeyFile))
	}
	if e.method() == "GET" {
		fmt.Fprintf(&b, " \\\n  --url %s", c.quote(target+"?"+string(payload)))
	} else {
		fmt.Fprintf(&b, " \\\n  -H %s \\\n  --data-raw %s \\\n  --url %s",
			c.quote("Content-Type: "+e.contentType()), c.quote(string(payload)), c.quote(target))
	}
	return b.String(), nil
}

// curl quotes for sh and remembers which marks in a text stand for which shell variables.
type curl struct {
	marks map[string]string // mark to variable
}

// mark stands for a secret until quote turns it into a shell variable. It needs no escaping in JSON or a query.
func (c *curl) mark(name string) string {
	shell := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, name)
	if shell == "" || shell[0] >= '0' && shell[0] <= '9' {
		shell = "_" + shell
	}
	mark := "JENKWATCHMARK" + rand.Text() + "X"
	c.marks[mark] = strings.ToUpper(shell)
	return mark
}

// fill is a body's template filled with marks for secrets, which must give what the secrets themselves would give.
func (c *curl) fill(text string, n Notification) (string, error) {
	real, err := ExpandText(text, n)
	if err != nil {
		return "", err
	}
	var back []string
	n.Variables = slices.Clone(n.Variables)
	for i, v := range n.Variables {
		if v.Password || v.Secret {
			mark := c.mark(v.Name)
			n.Variables[i].Value = mark
			back = append(back, mark, v.Value)
		}
	}
	body, err := ExpandText(text, n)
	if err == nil && strings.NewReplacer(back...).Replace(body) != real {
		err = &Error{Kind: BadPayload, What: "the text changes a secret, which a shell variable cannot say",
			Fix: "name it as it is: {{.NAME}}"}
	}
	return body, err
}

func (c *curl) secretOr(r Reference, name string, secret bool) string {
	if secret {
		return c.mark(name)
	}
	return r.literal()
}

func (c *curl) quote(s string) string {
	out := "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	for mark, name := range c.marks {
		out = strings.ReplaceAll(out, mark, `'"$`+name+`"'`)
	}
	return out
}

// Test resolves every reference of the endpoint, for a doctor: it sends nothing.
func (e Endpoint) Test(ctx context.Context) error {
	_, err := e.resolve(ctx)
	return err
}
