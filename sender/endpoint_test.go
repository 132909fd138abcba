package sender

import (
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
)

func TestEndpointReadsFromTOML(t *testing.T) {
	t.Parallel()
	var config struct{ Endpoints map[string]Endpoint }
	if err := toml.Unmarshal([]byte(`
[endpoints.hook]
url = "env:HOOK_URL"
method = "PUT"
headers = [{name = "username", value = "svc"}, {name = "password", value = "keyring:jenkwatch/hook"}]
timeout = "5s"
tls = {ca_file = "/ca.pem"}
retry = {max_age = "48h", max_attempts = 7, base = "2s", cap = "1m"}
idempotency_key = false
secrets = "mask"
statuses = ["SUCCESS", "FAILURE"]
`), &config); err != nil {
		t.Fatal(err)
	}
	e := config.Endpoints["hook"]
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
	if e.sendsKey() || e.timeout() != 5*time.Second || e.Retry.MaxAttempts != 7 || time.Duration(e.Retry.MaxAge) != 48*time.Hour ||
		e.Headers[1].Value.String() != "keyring:jenkwatch/hook" || e.URL.IsLiteral() || e.policy() != MaskSecrets ||
		e.Wants("START") || !e.Wants("FAILURE") {
		t.Errorf("%+v", e)
	}
}

func TestValidateSaysWhatCannotWork(t *testing.T) {
	t.Parallel()
	url := Literal("https://secret.example/path-secret")
	for want, e := range map[string]Endpoint{
		"no url":                 {},
		"begin with http":        {URL: Literal("ftp://h/path-secret")},
		"names no host":          {URL: Literal("http:///path-secret")},
		"cannot be read":         {URL: Literal("http://h:path-secret/")},
		"#fragment":              {URL: Literal("http://h/path-secret#x")},
		`method "PATCH"`:         {URL: url, Method: "PATCH"},
		"header name":            {URL: url, Headers: []Header{{Name: "a b", Value: Literal("c")}}},
		"the value of header A":  {URL: url, Headers: []Header{{Name: "A", Value: Literal("path-secret\r\nB: c")}}},
		"set by the HTTP client": {URL: url, Headers: []Header{{Name: "content-length", Value: Literal("3")}}},
		"no policy":              {URL: url, Secrets: "keep"},
		"payload = \"x\"":        {URL: url, Payload: "x"},
		"a template is given":    {URL: url, Template: "x"},
		"no body for a template": {URL: url, Payload: TemplatePayload, Method: "GET"},
		"template cannot":        {URL: url, Payload: TemplatePayload, Template: "{{"},
		"needs its key":          {URL: url, TLS: TLS{CertFile: "x"}},
		"negative":               {URL: url, Timeout: -1},
	} {
		e.Name = "hook"
		err := e.Validate()
		if !IsKind(err, BadEndpoint) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `"hook"`) ||
			strings.Contains(err.Error(), "path-secret") || err.(*Error).Hint() == "" {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := (Endpoint{URL: Literal("https://h")}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestWarningsSayWhatAPersonShouldKnow(t *testing.T) {
	t.Parallel()
	pw := Notification{Variables: []Variable{{Name: "PW", Value: "p", Password: true}}}
	for want, e := range map[string]Endpoint{
		"go into the URL":    {URL: Literal("https://h/"), Method: "GET", Secrets: SendSecrets},
		"in the clear":       {URL: Literal("https://h/"), Secrets: SendSecrets},
		"http, not https":    {URL: Literal("http://h/")},
		"certificate is not": {URL: Literal("https://h/"), TLS: TLS{Insecure: true}},
	} {
		if w := e.Warnings(pw); len(w) != 1 || !strings.Contains(w[0], want) {
			t.Errorf("%s: %q", want, w)
		}
	}
	if w := (Endpoint{URL: Literal("http://127.0.0.1:1/")}).Warnings(pw); len(w) != 0 {
		t.Errorf("%q", w)
	}
}

func TestURLThatCannotBeSentAsItStandsIsRefused(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"http://h/ok?b=x y", "http://h/a b", "http://h/x?b=\t", "http://h/x\n", "http://h/x?q=é", "http://h/\xff",
		`http://h/?a="b"`, "http://h:65536/", "http://h/#x", "http://h/?a=\u00a0"} {
		for _, method := range []string{"GET", "POST"} {
			if err := (Endpoint{URL: Literal(raw), Method: method}).Validate(); err == nil || strings.Contains(err.Error(), raw) {
				t.Errorf("%q: %v", raw, err)
			}
		}
	}
	for _, raw := range []string{"http://h/é", "http://u:p%20q@h:65535/a%20b?x=%20[]{}|&y=a+b", "https://[::1]:80/"} {
		if err := (Endpoint{URL: Literal(raw)}).Validate(); err != nil {
			t.Errorf("%q: %v", raw, err)
		}
	}
}
