package sender

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
)

// Curl returns a shell command that sends what the outbox would send. Secrets are shell variables, which must be set when it
// runs. text is a template for the body as [ExpandText] takes it, so that the secrets it names are shell variables there, too;
// empty: the body is n's.
func (e Endpoint) Curl(n Notification, text string) (string, error) {
	if err := e.Validate(); err != nil {
		return "", err
	}
	c := shellMarks{}
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
	target := c.secretOr(e.URL, "ENDPOINT_URL", !e.URL.IsLiteral() || e.ShownURL() != e.URL.Literal())
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

// shellMarks are the shell variables that marks in a text stand for.
type shellMarks map[string]string

// mark returns a mark that stands for a secret until quote turns it into a shell variable. It needs no escaping in JSON or a query.
func (c shellMarks) mark(name string) string {
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
	c[mark] = strings.ToUpper(shell)
	return mark
}

// fill returns a body's template filled with marks for secrets, which must give what the secrets themselves would give.
func (c shellMarks) fill(text string, n Notification) (string, error) {
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

func (c shellMarks) secretOr(r Reference, name string, secret bool) string {
	if secret {
		return c.mark(name)
	}
	return r.Literal()
}

func (c shellMarks) quote(s string) string {
	out := "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	for mark, name := range c {
		out = strings.ReplaceAll(out, mark, `'"$`+name+`"'`)
	}
	return out
}
