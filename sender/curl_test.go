//go:build unix

package sender

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// sh runs a command line with a curl that only says what it was given.
func sh(t *testing.T, line string, env ...string) []string {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", `curl() { for a in "$@"; do printf '%s\0' "$a"; done; }; `+line)
	cmd.Env = env
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

func TestCurlSendsWhatAddWouldSendWithSecretsFromTheShell(t *testing.T) {
	t.Parallel()
	e := &Endpoint{URL: Reference{"env:HOOK"}, Method: "PUT", Secrets: SendSecrets, Headers: []Header{
		{Name: "X-Auth-Token", Value: Literal("tok-1")}, {Name: "X-It's", Value: Literal(`a'b"c $HOME`)}, {Name: "X-Empty", Value: Reference{}}}}
	n := Notification{AdHoc: e, Status: "START", Body: new("it's `x` $HOME\n\\"),
		Variables: []Variable{{Name: "my.pw", Value: "hunter2", Password: true}}}
	line, err := n.AdHoc.Curl(n, "")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(line, "tok-1") || strings.Contains(line, "hunter2") {
		t.Errorf("a secret shows in %s", line)
	}
	got := sh(t, line, "ENDPOINT_URL=https://h/x", "X_AUTH_TOKEN=tok-1", "MY_PW=hunter2", "HOME=/wrong")
	want := []string{"--globoff", "--path-as-is", "-X", "PUT", "-H", "X-Auth-Token: tok-1", "-H", `X-It's: a'b"c $HOME`, "-H", "X-Empty;",
		"-H", "Content-Type: " + ContentType, "--data-raw", string(n.Payload().JSON()), "--url", "https://h/x"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestCurlOfAGetPutsItsMapIntoTheURL(t *testing.T) {
	t.Parallel()
	e := &Endpoint{URL: Literal("https://h/x?a=b"), Method: "GET", Secrets: MaskSecrets}
	n := Notification{AdHoc: e, Status: "START", Variables: []Variable{{Name: "PW", Value: "hunter2", Password: true}, {Name: "TOKEN", Value: "t", Secret: true}}}
	line, err := n.AdHoc.Curl(n, "")
	if err != nil {
		t.Fatal(err)
	}
	got := sh(t, line, "TOKEN=t")
	want := []string{"--globoff", "--path-as-is", "-X", "GET", "--url", "https://h/x?a=b?JOB_EXECUTE_STATUS=START&jobExecuteStatus=START&PW=****&TOKEN=t"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCurlTakesSecretsThatTheTextNamesFromTheShell(t *testing.T) {
	t.Parallel()
	n := Notification{AdHoc: &Endpoint{URL: Literal("https://h/x")}, Status: "START", Job: "j", Number: 1, Variables: []Variable{
		{Name: "PW", Value: "hunter2", Password: true}, {Name: "TOKEN", Value: "t0k", Secret: true}, {Name: "WHO", Value: "it's"}}}
	line, err := n.AdHoc.Curl(n, "{{.WHO}} {{.PW}} and {{.TOKEN}}")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(line, "hunter2") || strings.Contains(line, "t0k") || strings.Contains(line, Masked) {
		t.Errorf("a secret or a mask shows in %s", line)
	}
	n.Body = new("it's hunter2 and t0k")
	n.Variables = n.Variables[1:] // the policy drops the password itself
	want := string(n.Payload().JSON())
	if got := sh(t, line, "PW=hunter2", "TOKEN=t0k"); !slices.Contains(got, want) {
		t.Errorf("got %q, want %s in it", got, want)
	}
	n.Variables = append(n.Variables, Variable{Name: "PW", Value: "hunter2", Password: true})
	for _, text := range []string{"{{lower .PW}}", "{{upper .PW}}", "{{truncate 5 .PW}}", "{{truncate 30 .PW}}"} {
		if line, err := n.AdHoc.Curl(n, text); err == nil {
			t.Errorf("%s gives %s", text, line)
		}
	}
}

func TestCopiedCurlSendsTheRequestItself(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	type request struct{ uri, body, header string }
	got := make(chan request, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- request{r.RequestURI, string(b), r.Header.Get("X-At")}
	}))
	defer srv.Close()
	for _, body := range []string{"@/etc/passwd", "@-", "-d x", "it's\r\n`x` $HOME \\"} {
		for _, path := range []string{"/a[1-3]/{x,y}/../z?q=[]", "/"} {
			e := &Endpoint{URL: Literal(srv.URL + path), Payload: TemplatePayload, Template: "{{.body}}", ContentType: "text/plain",
				Headers: []Header{{Name: "X-At", Value: Literal("@/etc/passwd")}}}
			line, err := e.Curl(Notification{AdHoc: e, Body: &body}, "")
			if err != nil {
				t.Fatal(err)
			}
			if out, err := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(line, "curl", "curl -q -sS --noproxy '*'", 1)).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v, %s", line, err, out)
			}
			if r := <-got; r != (request{path, body, "@/etc/passwd"}) {
				t.Errorf("%s\nsent %+v", line, r)
			}
		}
	}
}
