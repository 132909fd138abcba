package sender

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Endpoint is where notifications go. The zero value of every field but URL is useful. The tags doc and default describe the fields:
// docs/config.md is generated from them.
type Endpoint struct {
	Name           string    `toml:"name" doc:"what --endpoint calls it; the one called default is used when none is named"`
	URL            Reference `toml:"url" doc:"where notifications go; a GET gets ? and the payload appended"`
	Method         string    `toml:"method" doc:"HTTP method" enum:"POST,PUT,DELETE,GET" default:"POST"`
	Headers        []Header  `toml:"headers" doc:"request headers, sent with their spelling, repeats and empty values"`
	Timeout        Duration  `toml:"timeout" doc:"time limit for one attempt, redirects and answer included" default:"30s"`
	TLS            TLS       `toml:"tls" doc:"certificates"`
	Proxy          Reference `toml:"proxy" doc:"URL of a proxy, or none; by default HTTPS_PROXY, HTTP_PROXY and NO_PROXY apply"`
	Retry          Retry     `toml:"retry" doc:"how long and how often delivery is tried"`
	IdempotencyKey *bool     `toml:"idempotency_key" doc:"send the delivery's ID as Idempotency-Key; repeats carry the same one" default:"true"`
	Sign           Reference `toml:"sign" doc:"secret of the HMAC in X-Hub-Signature-256; by default requests are unsigned"`
	Secrets        Policy    `toml:"secrets" doc:"what happens to password parameters; the plugin sends them" enum:"drop,mask,send" default:"drop"`

	Payload     PayloadKind `toml:"payload" doc:"plugin: byte for byte what the plugin sends; template: the output of the template" enum:"plugin,template" default:"plugin"`
	Template    string      `toml:"template" doc:"Go text/template over the same variables, escaped for its content type"`
	ContentType string      `toml:"content_type" doc:"content type of the template's output" default:"application/json; charset=utf-8"`
	MaxBody     int64       `toml:"max_body" doc:"size limit of the payload in bytes" default:"1048576"`
	Statuses    []string    `toml:"statuses" doc:"statuses that sync announces here; by default all"`
}

// Header is one configured request header.
type Header struct {
	Name  string    `toml:"name" doc:"name of the header"`
	Value Reference `toml:"value" doc:"its value"`
}

// Secret reports whether the value must not be shown: it is a reference, or its name says so.
func (h Header) Secret() bool { return !h.Value.IsLiteral() || secretName(h.Name) }

// Policy is what happens to password parameters of a build's env, all that Jenkins itself calls secret.
type Policy string

const (
	DropSecrets Policy = "drop" // left out of the payload: the default
	MaskSecrets Policy = "mask" // sent as "****"
	SendSecrets Policy = "send" // sent in the clear, as the plugin does
)

// PayloadKind is what an endpoint is sent.
type PayloadKind string

const (
	PluginPayload   PayloadKind = "plugin"   // what the Jenkins plugin sends, byte for byte
	TemplatePayload PayloadKind = "template" // the output of Endpoint.Template
)

// TLS is which certificates to trust and which one to present. Files are PEM.
type TLS struct {
	CAFile   string `toml:"ca_file" doc:"PEM file of a private CA, trusted in addition to the system's"`
	CertFile string `toml:"cert_file" doc:"PEM file of your client certificate"`
	KeyFile  string `toml:"key_file" doc:"PEM file of its key"`
	Insecure bool   `toml:"insecure" doc:"accept any certificate; every send warns about it" default:"false"`
}

// Retry is how long and how often a delivery is attempted.
type Retry struct {
	MaxAge      Duration `toml:"max_age" doc:"give up this long after acceptance" default:"24h"`
	MaxAttempts int      `toml:"max_attempts" doc:"give up after this many attempts; 0 means no limit" default:"0"`
	Base        Duration `toml:"base" doc:"pauses are random; their limit begins here and doubles with each attempt" default:"1s"`
	Cap         Duration `toml:"cap" doc:"largest limit of a pause" default:"10m"`
}

// Duration is a time span that a configuration file writes as "30s" or "24h".
type Duration time.Duration

// UnmarshalText reads "30s", "5m", "24h".
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration: write for example 30s, 5m or 24h", text)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes it as UnmarshalText reads it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

const (
	defaultTimeout = 30 * time.Second
	// DefaultMaxBody is the largest payload in bytes that is accepted where nothing else is configured.
	DefaultMaxBody = 1 << 20
	// ContentType is the plugin's, and the default of templates.
	ContentType = "application/json; charset=utf-8"
)

func (e Endpoint) method() string { return cmp.Or(strings.ToUpper(e.Method), "POST") }
func (e Endpoint) timeout() time.Duration {
	return cmp.Or(time.Duration(e.Timeout), defaultTimeout)
}
func (e Endpoint) maxBody() int64 { return cmp.Or(e.MaxBody, DefaultMaxBody) }
func (e Endpoint) policy() Policy { return cmp.Or(e.Secrets, DropSecrets) }
func (e Endpoint) contentType() string {
	if e.Payload == TemplatePayload {
		return cmp.Or(e.ContentType, ContentType)
	}
	return ContentType
}

// Wants reports whether sync announces this status here.
func (e Endpoint) Wants(status string) bool {
	return len(e.Statuses) == 0 || slices.Contains(e.Statuses, status)
}

// sendsKey reports whether requests carry an Idempotency-Key.
func (e Endpoint) sendsKey() bool { return e.IdempotencyKey == nil || *e.IdempotencyKey }

// Validate returns what in the configuration cannot work. It resolves no reference.
func (e Endpoint) Validate() error {
	bad := func(fix, what string, args ...any) error {
		who := "the endpoint"
		if e.Name != "" {
			who = fmt.Sprintf("endpoint %q", e.Name)
		}
		return &Error{Kind: BadEndpoint, What: who + ": " + fmt.Sprintf(what, args...), Fix: fix}
	}
	if e.URL.IsZero() {
		return bad("set url to where notifications go, for example https://example.com/hook", "no url")
	}
	if e.URL.IsLiteral() {
		if err := checkTarget(e.URL.Literal()); err != nil {
			return bad("write it as https://host/path", "%v", err)
		}
	}
	if !slices.Contains([]string{"GET", "POST", "PUT", "DELETE"}, e.method()) {
		return bad("use POST, PUT, DELETE or GET", "method %q is not one the plugin knows", e.Method)
	}
	for _, h := range e.Headers {
		if fix, err := checkHeader(h); err != nil {
			return bad(fix, "%v", err)
		}
	}
	switch e.policy() {
	case DropSecrets, MaskSecrets, SendSecrets:
	default:
		return bad("use drop, mask or send", "secrets = %q is no policy", e.Secrets)
	}
	switch e.Payload {
	case "", PluginPayload:
		if e.Template != "" {
			return bad(`set payload = "template"`, "a template is given, but payload does not ask for it")
		}
	case TemplatePayload:
		if e.method() == "GET" {
			return bad("use POST, PUT or DELETE", "a GET has no body for a template's output")
		}
		if _, err := parseTemplate(e.Template, e.contentType()); err != nil {
			return bad("mend the template; `jenkwatch send --dry-run` shows its output", "%v", err)
		}
	default:
		return bad("use plugin or template", "payload = %q is unknown", e.Payload)
	}
	if (e.TLS.CertFile == "") != (e.TLS.KeyFile == "") {
		return bad("give both cert_file and key_file", "a client certificate needs its key")
	}
	if e.Timeout < 0 || e.MaxBody < 0 || e.Retry.MaxAge < 0 || e.Retry.MaxAttempts < 0 || e.Retry.Base < 0 ||
		e.Retry.Cap < 0 {
		return bad("leave it out for the default", "a limit is negative")
	}
	return nil
}

// checkTarget reads an endpoint's URL. Its errors never quote it: the path of a webhook's URL is often its secret.
func checkTarget(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return fmt.Errorf("the url cannot be read")
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("the url does not begin with http:// or https://")
	case u.Hostname() == "":
		return fmt.Errorf("the url names no host")
	case strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f }) || !utf8.ValidString(raw):
		return fmt.Errorf("the url has a space or a character that must be escaped, such as %%20")
	case strings.ContainsFunc(u.RawQuery, func(r rune) bool { return r >= utf8.RuneSelf || strings.ContainsRune(`"<>`, r) }):
		return fmt.Errorf("the url's query has a character that must be escaped, such as %%22")
	case len(u.Port()) > 5 || u.Port() > "65535" && len(u.Port()) == 5:
		return fmt.Errorf("the url's port is above 65535")
	case u.Fragment != "" || strings.Contains(raw, "#"):
		return fmt.Errorf("the url has a #fragment, which is never sent")
	}
	return nil
}

func checkHeader(h Header) (fix string, err error) {
	if h.Name == "" || strings.ContainsFunc(h.Name, notToken) {
		return "use letters, digits and dashes", fmt.Errorf("header name %q cannot be sent", h.Name)
	}
	switch strings.ToLower(h.Name) {
	case "content-length", "transfer-encoding", "connection", "trailer", "upgrade", "te":
		return "leave it out", fmt.Errorf("header %s is set by the HTTP client", h.Name)
	}
	if h.Value.IsLiteral() && !goodValue(h.Value.Literal()) {
		return "remove line ends, control characters and what is not UTF-8", fmt.Errorf("the value of header %s cannot be sent", h.Name)
	}
	return "", nil
}

func notToken(r rune) bool {
	return r <= ' ' || r >= utf8.RuneSelf || r == 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
}

func goodValue(v string) bool {
	return utf8.ValidString(v) && !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// Literal returns the literal text of the reference.
func (r Reference) Literal() string {
	var b strings.Builder
	for _, p := range r.parts() {
		b.WriteString(p.arg)
	}
	return b.String()
}
