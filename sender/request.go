package sender

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Encode makes n's payload for this endpoint by its policy. value gives each variable's value: the true one to send, a
// mask to show.
func (e Endpoint) Encode(n Notification, value func(Variable) string) ([]byte, error) {
	vars := make([]Variable, 0, len(n.Variables))
	for _, v := range n.Variables {
		if v.Password && e.Policy() == DropSecrets {
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
		if b, err = n.render(e.Template, e.RequestContentType(), p, e.maxBody()); err != nil {
			return nil, err
		}
	case e.RequestMethod() == "GET":
		b = p.Query()
	default:
		b = p.JSON()
	}
	if int64(len(b)) > e.maxBody() {
		return nil, tooLarge(e.maxBody())
	}
	return b, nil
}

// Sent is a variable's value as the endpoint gets it.
func (e Endpoint) Sent(v Variable) string {
	if v.Password && e.Policy() == MaskSecrets {
		return "****"
	}
	return v.Value
}

// Shown is a variable's value as a person may see it.
func (e Endpoint) Shown(v Variable) string {
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

// ShownHeaders are those that are sent, as a person may see them: of a secret only where it is found.
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
	case e.Policy() == SendSecrets && e.RequestMethod() == "GET":
		w = append(w, fmt.Sprintf("%d password parameters go into the URL, which servers log", passwords))
	case e.Policy() == SendSecrets:
		w = append(w, fmt.Sprintf("%d password parameters are sent in the clear", passwords))
	}
	switch {
	case e.RequestMethod() != "GET" || secrets == 0:
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
	if e.RequestMethod() == "GET" {
		if b, err := e.Encode(n, e.Sent); err == nil && len(b) > 8000 {
			w = append(w, fmt.Sprintf("the URL is %d bytes long; many servers refuse more than 8000", len(b)))
		}
	}
	return w
}

func loopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// Curl quotes for sh and remembers which marks in a text stand for which shell variables.
type Curl struct {
	Marks map[string]string // mark to variable
}

// Mark stands for a secret until quote turns it into a shell variable. It needs no escaping in JSON or a query.
func (c *Curl) Mark(name string) string {
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
	c.Marks[mark] = strings.ToUpper(shell)
	return mark
}

// Fill is a body's template filled with marks for secrets, which must give what the secrets themselves would give.
func (c *Curl) Fill(text string, n Notification) (string, error) {
	real, err := ExpandText(text, n)
	if err != nil {
		return "", err
	}
	var back []string
	n.Variables = slices.Clone(n.Variables)
	for i, v := range n.Variables {
		if v.Password || v.Secret {
			mark := c.Mark(v.Name)
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

func (c *Curl) SecretOr(r Reference, name string, secret bool) string {
	if secret {
		return c.Mark(name)
	}
	return r.Literal()
}

func (c *Curl) Quote(s string) string {
	out := "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	for mark, name := range c.Marks {
		out = strings.ReplaceAll(out, mark, `'"$`+name+`"'`)
	}
	return out
}

// Test resolves every reference of the endpoint, for a doctor: it sends nothing.
func (e Endpoint) Test(ctx context.Context) error {
	_, err := e.Resolve(ctx)
	return err
}
