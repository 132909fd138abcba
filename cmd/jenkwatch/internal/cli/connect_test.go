package cli

import (
	"cmp"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sourcegraph/conc/panics"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/sender"
)

func TestWhatPanicsInOneOfSeveralQuestionsPanicsWhereTheyWereAsked(t *testing.T) {
	t.Parallel()
	defer func() {
		if p, ok := recover().(*panics.Recovered); !ok || p.Value != "as ordered by the test" {
			t.Errorf("it panics with %v", p)
		}
	}()
	answers, errs := Together([]func() (int, error){
		func() (int, error) { return 1, nil },
		func() (int, error) { panic("as ordered by the test") },
	})
	t.Errorf("it goes on: %v, %v", answers, errs)
}

// TestTokenIsNotSentToAHostThatOnlyAPastedURLNames: the URL may come from anybody.
func TestTokenIsNotSentToAHostThatOnlyAPastedURLNames(t *testing.T) {
	for _, name := range []string{"JENKINS_URL", "JENKINS_API_TOKEN"} {
		t.Setenv(name, "")
	}
	t.Setenv("JENKINS_USER_ID", "alice")
	choose := func(build string) ([]config.Controller, error) {
		a := New(nil, io.Discard, io.Discard)
		a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
		return a.ChooseControllers(build)
	}
	const build = "https://ci.example.com/jenkins/view/all/job/x/12/console"
	cs, err := choose(build)
	if err != nil || len(cs) != 1 || cs[0].URL != "https://ci.example.com/jenkins" || cs[0].User != "" {
		t.Errorf("asked is %+v, %v", cs, err)
	}
	t.Setenv("JENKINS_API_TOKEN", "secret")
	if cs, err := choose(build); err == nil || !strings.Contains(exit.HintOf(err), "--url 'https://ci.example.com/jenkins'") {
		t.Errorf("with a token asked is %+v, %v", cs, err)
	}
	if cs, err := choose("shop/main#4"); err == nil {
		t.Errorf("of a bare name asked is %+v", cs)
	}
}

// TestEnvironmentsTokenIsForOneController: what JENKINS_API_TOKEN and JENKINS_USER_ID hold is sent to no other.
func TestEnvironmentsTokenIsForOneController(t *testing.T) {
	t.Setenv("JENKINS_API_TOKEN", "environment-token")
	t.Setenv("JENKINS_USER_ID", "environment-user")
	own, err := sender.ParseReference("env:TOKEN_OF_ITS_OWN")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, envURL string
		flags        GlobalFlags
		given        string // names of the controllers that get them
		asked        int
	}{
		{"several, none named", "", GlobalFlags{}, "", 3},
		{"one named", "", GlobalFlags{Controller: "b"}, "b", 1},
		{"by an address", "", GlobalFlags{URL: "http://b.example"}, "b", 1},
		{"one named that has a token of its own", "", GlobalFlags{Controller: "own"}, "", 1},
		{"the environment's, in place of its own", "http://own.example", GlobalFlags{}, "own", 1},
		{"the environment's", "http://a.example/", GlobalFlags{}, "a", 1},
		{"another than the environment's", "http://a.example/", GlobalFlags{Controller: "b"}, "", 1},
		{"another by its address", "http://a.example/", GlobalFlags{URL: "http://b.example"}, "", 1},
		{"an unknown one by its address", "http://a.example/", GlobalFlags{URL: "http://c.example"}, "", 1},
		{"another path of the same host", "http://a.example/", GlobalFlags{URL: "http://a.example/ci"}, "", 1},
	} {
		t.Setenv("JENKINS_URL", tt.envURL)
		a := New(nil, io.Discard, io.Discard)
		a.Flags = tt.flags
		a.LoadOnce.Do(func() {
			a.Cfg = &config.Config{Controllers: []config.Controller{{Name: "a", URL: "http://a.example"}, {Name: "b", URL: "http://b.example"},
				{Name: "own", URL: "http://own.example", Token: own}}}
		})
		chosen, err := a.ChooseControllers("")
		given := ""
		for _, cc := range chosen {
			if cc.PlainToken != "" || cc.User != "" {
				given += cc.Name
			}
		}
		if err != nil || len(chosen) != tt.asked || given != tt.given {
			t.Errorf("%s: given to %q of %d, want %q of %d; %v", tt.name, given, len(chosen), tt.given, tt.asked, err)
		}
		for _, cc := range a.Cfg.Controllers {
			if cc.PlainToken != "" || cc.User != "" {
				t.Errorf("%s: it stays in the config: %+v", tt.name, cc)
			}
		}
	}
}

// TestCredentialsOnTheCommandLineAreForOneController: which of several they are meant for has to be said.
func TestCredentialsOnTheCommandLineAreForOneController(t *testing.T) {
	for _, name := range []string{"JENKINS_URL", "JENKINS_API_TOKEN", "JENKINS_USER_ID"} {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("flag-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, flags := range []GlobalFlags{{User: "flag-user"}, {TokenFile: file}, {User: "flag-user", TokenFile: file}} {
		choose := func(named string) ([]config.Controller, error) {
			a := New(nil, io.Discard, io.Discard)
			a.Ctx, a.Flags = t.Context(), flags
			a.Flags.Controller = named
			a.LoadOnce.Do(func() {
				a.Cfg = &config.Config{Controllers: []config.Controller{{Name: "a", URL: "http://a.example", User: "alice"}, {Name: "b", URL: "http://b.example"}}}
			})
			return a.ChooseControllers("")
		}
		if cs, err := choose(""); exit.CodeOf(err) != exit.CodeUsage || !strings.Contains(err.Error(), "is for one controller, and there are 2") {
			t.Errorf("%+v: of two asked is %+v, %v", flags, cs, err)
		}
		if cs, err := choose("a"); err != nil || len(cs) != 1 || cs[0].User != cmp.Or(flags.User, "alice") || (cs[0].PlainToken != "") != (flags.TokenFile != "") {
			t.Errorf("%+v: asked is %+v, %v", flags, cs, err)
		}
	}
}

// TestControllersShareNothing: neither user, token and address nor the authority that one trusts are used for another.
func TestControllersShareNothing(t *testing.T) {
	for _, name := range []string{"JENKINS_URL", "JENKINS_API_TOKEN", "JENKINS_USER_ID"} {
		t.Setenv(name, "")
	}
	t.Setenv("TOKEN_OF_A", "token-a")
	t.Setenv("TOKEN_OF_B", "token-b")
	var mu sync.Mutex
	asked := map[string][]string{}
	record := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, token, _ := r.BasicAuth()
			mu.Lock()
			asked[name] = append(asked[name], user+":"+token)
			mu.Unlock()
			http.NotFound(w, r)
		})
	}
	a, b, c := httptest.NewTLSServer(record("a")), httptest.NewServer(record("b")), httptest.NewUnstartedServer(record("c"))
	c.Config.ErrorLog = log.New(io.Discard, "", 0)
	c.StartTLS()
	for _, s := range []*httptest.Server{a, b, c} {
		t.Cleanup(s.Close)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "config.toml")
	text := fmt.Sprintf(`
[[controllers]]
name = "a"
url = %q
user = "alice"
token = "env:TOKEN_OF_A"
ca_file = %q
[[controllers]]
name = "b"
url = %q
user = "bob"
token = "env:TOKEN_OF_B"
[[controllers]]
name = "c"
url = %q
`, a.URL, ca, b.URL, c.URL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	app := New(nil, io.Discard, io.Discard)
	app.Flags.Config, app.StateDir = file, t.TempDir()
	cs, err := app.Controllers(t.Context())
	if err != nil || len(cs) != 3 {
		t.Fatal(cs, err)
	}
	for _, one := range cs {
		_, err := one.Client.Build(t.Context(), jenkins.BuildSpec{Job: "x", Number: 1})
		if one.Name == "c" && (err == nil || !strings.Contains(err.Error(), "certificate")) {
			t.Errorf("c trusts what only a is configured to trust: %v", err)
		}
	}
	for name, want := range map[string]string{"a": "alice:token-a", "b": "bob:token-b", "c": ""} {
		for _, got := range asked[name] {
			if got != want {
				t.Errorf("%s was asked as %q, want %q", name, got, want)
			}
		}
		if (len(asked[name]) > 0) != (want != "") {
			t.Errorf("%s was asked %d times", name, len(asked[name]))
		}
	}
}

func TestEmptyTokenIsRefusedByName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JENKINS_URL", "")
	for _, c := range []struct{ env, user, file, want string }{
		{" \n", "", "", "JENKINS_API_TOKEN is empty"}, {"", "me", "", "JENKINS_API_TOKEN is empty"}, {"", "", "", ""},
		{" tok\n", "me", "", ""}, {"tok", "me", file, "token is empty"},
	} {
		t.Setenv("JENKINS_API_TOKEN", c.env)
		a := New(nil, io.Discard, io.Discard)
		a.Ctx = t.Context()
		a.Flags.URL, a.Flags.User, a.Flags.TokenFile = "http://h/", c.user, c.file
		a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
		chosen, err := a.ChooseControllers("")
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) || c.want == "" && err != nil {
			t.Errorf("%+v: %v", c, err)
		}
		if err == nil && chosen[0].PlainToken != strings.TrimSpace(c.env) {
			t.Errorf("%+v: the token is %q", c, chosen[0].PlainToken)
		}
	}
}

func TestTwoInvocationsKeepTheirOwnSecretPatterns(t *testing.T) {
	t.Parallel()
	run := jenkins.Run{Parameters: []jenkins.Parameter{{Name: "CODENAME", Value: "bluebird"}}}
	for pattern, want := range map[string]string{"^codename$": secrets.Masked, "^other$": "bluebird"} {
		cfg, err := config.ParseConfig([]byte("[secrets]\npatterns = ['"+pattern+"']\n"), "config.toml")
		if err != nil {
			t.Fatal(err)
		}
		a := New(nil, io.Discard, io.Discard)
		a.LoadOnce.Do(func() { a.Cfg = cfg })
		if got := jsonview.Parameters(run, a.SecretPatterns())[0].Shown(false); got != want {
			t.Errorf("with %s: %s", pattern, got)
		}
	}
}
