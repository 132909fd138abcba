package outbox

import (
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/jenkwatch/jenkwatch/sender"
)

func TestEndpointReadsFromTOML(t *testing.T) {
	t.Parallel()
	var config struct{ Endpoints map[string]sender.Endpoint }
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
	if e.SendsKey() || e.AttemptTimeout() != 5*time.Second || e.Retry.MaxAttempts != 7 || time.Duration(e.Retry.MaxAge) != 48*time.Hour ||
		e.Headers[1].Value.String() != "keyring:jenkwatch/hook" || e.URL.IsLiteral() || e.Policy() != sender.MaskSecrets ||
		e.Wants("START") || !e.Wants("FAILURE") {
		t.Errorf("%+v", e)
	}
}

func TestValidateSaysWhatCannotWork(t *testing.T) {
	t.Parallel()
	url := sender.Literal("https://secret.example/path-secret")
	for want, e := range map[string]sender.Endpoint{
		"no url":                 {},
		"begin with http":        {URL: sender.Literal("ftp://h/path-secret")},
		"names no host":          {URL: sender.Literal("http:///path-secret")},
		"cannot be read":         {URL: sender.Literal("http://h:path-secret/")},
		"#fragment":              {URL: sender.Literal("http://h/path-secret#x")},
		`method "PATCH"`:         {URL: url, Method: "PATCH"},
		"header name":            {URL: url, Headers: []sender.Header{{Name: "a b", Value: sender.Literal("c")}}},
		"the value of header A":  {URL: url, Headers: []sender.Header{{Name: "A", Value: sender.Literal("path-secret\r\nB: c")}}},
		"connection's own":       {URL: url, Headers: []sender.Header{{Name: "content-length", Value: sender.Literal("3")}}},
		"no policy":              {URL: url, Secrets: "keep"},
		"payload = \"x\"":        {URL: url, Payload: "x"},
		"a template is given":    {URL: url, Template: "x"},
		"no body for a template": {URL: url, Payload: sender.TemplatePayload, Method: "GET"},
		"template cannot":        {URL: url, Payload: sender.TemplatePayload, Template: "{{"},
		"needs its key":          {URL: url, TLS: sender.TLS{CertFile: "x"}},
		"negative":               {URL: url, Timeout: -1},
	} {
		e.Name = "hook"
		err := e.Validate()
		if !sender.IsKind(err, sender.BadEndpoint) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `"hook"`) ||
			strings.Contains(err.Error(), "path-secret") || err.(*sender.Error).Hint() == "" {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := (sender.Endpoint{URL: sender.Literal("https://h")}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestWarningsSayWhatAPersonShouldKnow(t *testing.T) {
	t.Parallel()
	pw := sender.Notification{Variables: []sender.Variable{{Name: "PW", Value: "p", Password: true}}}
	for want, e := range map[string]sender.Endpoint{
		"go into the URL":    {URL: sender.Literal("https://h/"), Method: "GET", Secrets: sender.SendSecrets},
		"in the clear":       {URL: sender.Literal("https://h/"), Secrets: sender.SendSecrets},
		"http, not https":    {URL: sender.Literal("http://h/")},
		"certificate is not": {URL: sender.Literal("https://h/"), TLS: sender.TLS{Insecure: true}},
	} {
		if w := e.Warnings(pw); len(w) != 1 || !strings.Contains(w[0], want) {
			t.Errorf("%s: %q", want, w)
		}
	}
	if w := (sender.Endpoint{URL: sender.Literal("http://127.0.0.1:1/")}).Warnings(pw); len(w) != 0 {
		t.Errorf("%q", w)
	}
}

func TestAnEndpointThatCannotBeResolvedHereIsLeftToAnother(t *testing.T) {
	db := openTemp(t)
	e, requests := failing(t, 0, nil)
	e.Headers = []sender.Header{{Name: "X-Token", Value: ref("env:SENDER_TEST_TOKEN")}}
	o := &Outbox{DB: db, Endpoints: func(string) (sender.Endpoint, error) { return *e, nil }}
	d, err := o.Add(t.Context(), sender.Notification{Endpoint: "hook", Body: new("x")})
	if err != nil {
		t.Fatal(err)
	}
	if err := (&Relay{Outbox: o}).Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err = o.Get(t.Context(), d.ID)
	if err != nil || d.State != sender.Queued || d.Attempts != 0 || !strings.Contains(d.LastError, "SENDER_TEST_TOKEN") || requests.Load() != 0 {
		t.Errorf("%+v, %v", d, err)
	}
	t.Setenv("SENDER_TEST_TOKEN", "t")
	if err := (&Relay{Outbox: o}).Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d, err = o.Get(t.Context(), d.ID); err != nil || d.State != sender.Delivered || d.Attempts != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestAURLThatCannotBeSentAsItStandsIsRefused(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"http://h/ok?b=x y", "http://h/a b", "http://h/x?b=\t", "http://h/x\n", "http://h/x?q=é", "http://h/\xff",
		`http://h/?a="b"`, "http://h:65536/", "http://h/#x", "http://h/?a=\u00a0"} {
		for _, method := range []string{"GET", "POST"} {
			if err := (sender.Endpoint{URL: sender.Literal(raw), Method: method}).Validate(); err == nil || strings.Contains(err.Error(), raw) {
				t.Errorf("%q: %v", raw, err)
			}
		}
	}
	for _, raw := range []string{"http://h/é", "http://u:p%20q@h:65535/a%20b?x=%20[]{}|&y=a+b", "https://[::1]:80/"} {
		if err := (sender.Endpoint{URL: sender.Literal(raw)}).Validate(); err != nil {
			t.Errorf("%q: %v", raw, err)
		}
	}
}
