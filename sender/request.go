package sender

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// encode returns n's payload for this endpoint by its policy. value gives each variable's value: the true one to send, a
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

// sent returns a variable's value as the endpoint gets it.
func (e Endpoint) sent(v Variable) string {
	if v.Password && e.policy() == MaskSecrets {
		return "****"
	}
	return v.Value
}

// shown returns a variable's value as a person may see it.
func shown(v Variable) string {
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

// String returns the request as text: request line, headers, an empty line, the body.
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

// Preview returns the exact request that n would become, with secrets masked. It checks all that can be checked without
// resolving a reference.
func (e Endpoint) Preview(n Notification) (Request, error) {
	if err := e.Validate(); err != nil {
		return Request{}, err
	}
	real, err := e.encode(n, e.sent)
	if err != nil {
		return Request{}, err
	}
	masked, err := e.encode(n, shown)
	if err != nil {
		return Request{}, err
	}
	r := Request{Method: e.method(), URL: e.ShownURL(), Size: int64(len(real))}
	if r.Method == "GET" {
		r.URL += "?" + strings.ReplaceAll(string(masked), string(appendQuery(nil, Masked)), Masked)
		r.Headers = e.ShownHeaders("", "(the id it gets)")
	} else {
		r.Headers = e.ShownHeaders(e.contentType(), "(the id it gets)")
		r.Body = masked
	}
	return r, nil
}

// ShownHeaders returns the headers that are sent, as a person may see them: of a secret only where it is found.
func (e Endpoint) ShownHeaders(contentType, key string) []RequestHeader {
	all := make([]RequestHeader, 0, len(e.Headers)+3)
	ownKey := false
	for _, h := range e.Headers {
		if strings.EqualFold(h.Name, "Content-Type") {
			continue // ours takes its place, as the plugin's does
		}
		value := Masked
		switch {
		case !h.Secret():
			value = h.Value.Literal()
		case !h.Value.IsLiteral():
			value += " (" + h.Value.where() + ")"
		}
		all = append(all, RequestHeader{h.Name, value})
		ownKey = ownKey || strings.EqualFold(h.Name, "Idempotency-Key")
	}
	if contentType != "" {
		all = append(all, RequestHeader{"Content-Type", contentType})
	}
	if e.sendsKey() && !ownKey {
		all = append(all, RequestHeader{"Idempotency-Key", key})
	}
	if !e.Sign.IsZero() {
		all = append(all, RequestHeader{"X-Hub-Signature-256", "sha256=(computed when it is sent)"})
	}
	return all
}

// Warnings returns what a person should know before n is sent there.
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
	if u, err := url.Parse(e.URL.Literal()); err == nil && e.URL.IsLiteral() && u.Scheme == "http" && !loopback(u.Hostname()) {
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

// Test resolves every reference of the endpoint, for a doctor: it sends nothing.
func (e Endpoint) Test(ctx context.Context) error {
	_, err := e.Resolve(ctx)
	return err
}
