package config

import (
	"errors"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// keysOf returns the TOML keys of a type and of what it holds.
func keysOf(typ reflect.Type) []string {
	for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	var keys []string
	if typ.Kind() != reflect.Struct {
		return nil
	}
	for f := range typ.Fields() {
		if key := f.Tag.Get("toml"); key != "" && key != "-" {
			keys = append(append(keys, key), keysOf(f.Type)...)
		}
	}
	return keys
}

func TestEndpointsOfTheDocsWork(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../../docs/endpoints.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keysOf(reflect.TypeFor[sender.Endpoint]()) {
		if !regexp.MustCompile(`\b` + key + `\b`).Match(text) {
			t.Errorf("docs/endpoints.md does not show %q", key)
		}
	}
	blocks := strings.Split(string(text), "```toml\n")[1:]
	var payloads []string
	for _, block := range blocks {
		example, _, _ := strings.Cut(block, "```")
		if !strings.HasPrefix(example, "[[") {
			example = "[[endpoints]]\nname = \"x\"\nurl = \"https://h/x\"\npayload = \"template\"\n" + example
		}
		c, err := ParseConfig([]byte(example), "the example")
		if err != nil {
			t.Errorf("%v in\n%s", err, example)
			continue
		}
		box := &outbox.Outbox{Endpoints: func(string) (sender.Endpoint, error) { return c.Endpoints[0], nil }}
		r, err := box.Preview(sender.Notification{Endpoint: c.Endpoints[0].Name, Job: "shop/cart/main", Number: 7,
			Status: "FAILURE", Body: new(`say "hi"`)})
		if err != nil {
			t.Errorf("%v in\n%s", err, example)
		}
		payloads = append(payloads, string(r.Body))
	}
	want := `{"text": "shop/cart/main #7: FAILURE say \"hi\""}`
	if len(payloads) != 6 || payloads[2] != want || !strings.Contains(string(text), want) {
		t.Errorf("the templates give %q", payloads)
	}
}

func TestHomeFolderIsFoundInAnEndpointsFiles(t *testing.T) {
	t.Setenv("HOME", "/home/alice")
	t.Setenv("USERPROFILE", "/home/alice")
	c, err := ParseConfig([]byte(`endpoints = [{ name = "e", url = "https://h/", tls = { ca_file = "~/ca.pem", cert_file = "~/c.pem", key_file = "/k.pem" } }]`), "it")
	if err != nil {
		t.Fatal(err)
	}
	want := sender.TLS{CAFile: "/home/alice/ca.pem", CertFile: "/home/alice/c.pem", KeyFile: "/k.pem"}
	if got := c.Endpoints[0].TLS; got != want {
		t.Errorf("got %+v", got)
	}
}

func TestExampleOfTheDocsIsAConfig(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```toml\n")
	example, _, _ = strings.Cut(example, "```")
	c, err := ParseConfig([]byte(example), "the example")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Controllers) != 2 || len(c.Endpoints) != 2 || len(c.UI.Filters) != 2 || len(c.SecretPatterns) != 2 {
		t.Errorf("it was not read as a whole: %+v", c)
	}
	if got := time.Duration(c.Controllers[1].Interval); got != 5*time.Second {
		t.Errorf("interval %s, want 5s", got)
	}
	if got := time.Duration(c.Endpoints[0].Retry.MaxAge); got != 24*time.Hour {
		t.Errorf("max_age %s, want 24h", got)
	}
}

func TestConfigThatCannotWorkSaysWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, what, hint string }{
		"unknown key":       {"[ui]\ncolour = true\n", `c.toml:2: unknown key "ui.colour"`, "docs/config.md"},
		"singular table":    {"[[controller]]\nurl=\"http://a\"\n", `unknown key "controller"`, `"controllers"`},
		"mistyped key":      {"[[endpoints]]\nname=\"x\"\nurl=\"http://a\"\nmetod=\"PUT\"\n", "c.toml:4: ", `"method"`},
		"deep mistyped key": {"[[endpoints]]\nname=\"x\"\nurl=\"http://a\"\nretry.max_agee=\"1h\"\n", "c.toml:4: ", `"max_age"`},
		"no TOML":           {"me = [\n", "c.toml:1:7: ", "correct that line"},
		"no list":           {"me = 3\n", "c.toml:1:6: me must be a list of text", "correct that line"},
		"no text":           {"[[controllers]]\nurl = 3\n", "c.toml:2:7: controllers.url must be text", "correct that line"},
		"a list for text":   {"[[controllers]]\nurl = [\"a\"]\n", "c.toml:2:7: controllers.url must be text", "correct that line"},
		"no number":         {"[[controllers]]\nmax_requests_per_minute = \"5\"\n", "max_requests_per_minute must be a whole number", "correct"},
		"no boolean":        {"[ui]\nascii = 1\n", "ui.ascii must be true or false", "correct"},
		"an optional one":   {"[[controllers]]\nevents = \"yes\"\n", "controllers.events must be true or false", "correct"},
		"no table":          {"ui = 3\n", "ui must be a table", "correct"},
		"no tables":         {"controllers = 3\n", "controllers must be a list of tables", "correct"},
		"a table for text":  {"ui.ascii.x = 1\n", "ui.ascii.x must be true or false", "correct"},
		"no map":            {"[ui]\nkeys = 3\n", "ui.keys must be a table", "correct"},
		"bare interval":     {"[[controllers]]\nurl=\"http://a\"\ninterval = 5\n", "controllers.interval must be text with a unit", "correct"},
		"bare timeout":      {"[[endpoints]]\nname=\"x\"\nurl=\"http://a\"\ntimeout = 5\n", "endpoints.timeout must be text", "correct"},
		"no scheme":         {"[[controllers]]\nurl=\"127.0.0.1:35613\"\n", `"127.0.0.1:35613" needs http:// or https:// in front`, "correct"},
		"only a name":       {"[[controllers]]\nurl=\"ci.example\"\n", `"ci.example" needs http:// or https:// in front`, "correct"},
		"another scheme":    {"[[controllers]]\nurl=\"ftp://ci.example\"\n", "is not an http or https URL", "correct"},
		"duration":          {"[[controllers]]\nurl=\"http://a\"\ninterval = \"2 s\"\n", "c.toml:3:", "correct"},
		"plain token":       {"[[controllers]]\nurl=\"http://a\"\ntoken = \"11aa\"\n", "must not contain the token", "env:NAME"},
		"proxy's password":  {"[[controllers]]\nurl=\"http://a\"\nproxy = \"http://u:pw1@p:1\"\n", "contains a password", "env:NAME"},
		"no url":            {"[[controllers]]\nname=\"a\"\n", "controller 1: it has no url", "correct it"},
		"endpoint's method": {"[[endpoints]]\nname=\"x\"\nurl=\"http://a\"\nmethod=\"PATCH\"\n", "PATCH", "use POST"},
		"nameless endpoint": {"[[endpoints]]\nurl=\"http://a\"\n", "endpoint 1 has no name", "correct it"},
		"bad pattern":       {"[secrets]\npatterns=[\"(\"]\n", "secret pattern", "correct it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseConfig([]byte(c.text), "c.toml")
			if err == nil || !strings.Contains(err.Error(), c.what) || !strings.Contains(exit.HintOf(err), c.hint) {
				t.Fatalf("error %v, hint %q", err, exit.HintOf(err))
			}
			if exit.CodeOf(err) != exit.CodeUsage || strings.Contains(err.Error(), "\n") {
				t.Errorf("exit code %d, %q", exit.CodeOf(err), err)
			}
			if strings.Contains(err.Error(), "main.") || strings.Contains(err.Error(), "Config") {
				t.Errorf("the error names a Go type: %v", err)
			}
			for _, secret := range []string{"11aa", "pw1"} {
				if strings.Contains(err.Error()+exit.HintOf(err), secret) {
					t.Errorf("the error contains the secret: %v", err)
				}
			}
		})
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add("me = [\"a\"]\n[[controllers]]\nurl = \"http://a/b\"\n")
	f.Add("[[endpoints]]\nname = \"x\"\nurl = \"env:A\"\nheaders = [{name=\"a\", value=\"b\"}]\n")
	f.Add("[ui.keys]\nrefresh = [\"r\"]\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := ParseConfig([]byte(text), "c.toml"); err != nil && (exit.HintOf(err) == "" || exit.CodeOf(err) != exit.CodeUsage) {
			t.Errorf("error without a hint: %v", err)
		}
	})
}

func FuzzErrorsOfURLsHideThePassword(f *testing.F) {
	for _, rest := range []string{"host/%zz", "host:x/", "h ost/", "host/?token=hunter22", "host/job/x/1/", "", "host/#", "\x00", "[::1", "a@b/%"} {
		f.Add("http", "pw", rest)
		f.Add("", "p?w#/:", rest)
		f.Add("ftp", "p@w", rest)
	}
	c := &jenkins.Client{URL: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}}
	f.Fuzz(func(t *testing.T, scheme, password, rest string) {
		if strings.ContainsAny(scheme, "@?#") || strings.Contains(scheme, "://") || strings.Contains(rest, "hunter22") && strings.ContainsRune(rest, '@') {
			t.Skip("then it is no scheme")
		}
		const secret = "hunter22"
		address := scheme + "://user:" + secret + password + "@" + rest
		_, controller := ParseControllerURL(address)
		_, build := c.ParseBuildSpec(address)
		endpoint := sender.Endpoint{URL: sender.Literal(address)}.Validate()
		for what, err := range map[string]error{"controller": controller, "build": build, "endpoint": endpoint} {
			if err != nil && strings.Contains(err.Error()+exit.HintOf(err), secret) && !strings.Contains(strings.SplitN(rest, "?", 2)[0], secret) {
				t.Errorf("%s: %v (%s)", what, err, exit.HintOf(err))
			}
		}
	})
}

func TestAllMistakesAreListed(t *testing.T) {
	t.Parallel()
	_, err := ParseConfig([]byte(`[[controllers]]
url = "127.0.0.1:9"
tokn = "x"
[[controllers]]
ulr = "http://a"
[[ui.filters]]
name = "a"
text = "nod:x"
[[ui.filters]]
name = "b"
text = "older:2parsecs"
[[rules]]
on = ["brokn"]
bell = true
`), "c.toml")
	m, ok := errors.AsType[*Mistakes](err)
	if !ok {
		t.Fatalf("%v", err)
	}
	wanted := []string{`c.toml:3: unknown key "controllers.tokn"`, `c.toml:5: unknown key "controllers.ulr"`, `c.toml: controller 1: "127.0.0.1:9" needs http:// or https:// in front`,
		`c.toml: ui.filters: "a": there is no filter nod:`, `c.toml: ui.filters: "b": older:2parsecs needs a duration such as 2h`,
		`c.toml: rules: "rule 1": there is no transition "brokn"`}
	if len(m.All) != len(wanted) {
		t.Errorf("%d mistakes: %v", len(m.All), m.All)
	}
	for i, err := range m.All {
		if err.Error() != wanted[i] || exit.HintOf(err) == "" || exit.CodeOf(err) != exit.CodeUsage {
			t.Errorf("mistake %d is %q (%q)", i, err, exit.HintOf(err))
		}
	}
	if want := wanted[0] + " (and 5 more: jenkwatch doctor lists them)"; err.Error() != want || exit.CodeOf(err) != exit.CodeUsage {
		t.Errorf("as one it says %q", err)
	}
}
