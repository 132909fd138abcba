package env

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// scriptConsole plays /scriptText.
type scriptConsole struct {
	t      *testing.T
	answer string
	seen   *string // the script as it arrived
}

func (s scriptConsole) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || req.Method != http.MethodPost || req.URL.Path != "/scriptText" ||
		req.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		s.t.Errorf("asked %s %s, %v", req.Method, req.URL, err)
	}
	*s.seen = form.Get("script")
	if len(s.answer) == 3 {
		return recorded.Read(s.t, s.answer).Response(req), nil
	}
	head := "HTTP/1.1 200 OK\nContent-Type: text/plain;charset=utf-8"
	return recorded.Exchange{Head: head, Body: []byte(s.answer)}.Response(req), nil
}

func throughScript(t *testing.T, answer, stage string) ([]Variable, string, error) {
	t.Helper()
	var seen string
	c := newClient(scriptConsole{t, answer, &seen})
	c.AllowScript = true
	vars, err := c.ScriptEnv(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "demo-pipeline", Number: 2}}, stage)
	return vars, seen, err
}

func TestScriptTellsWhatThePluginPushes(t *testing.T) {
	t.Parallel()
	vars, _, err := throughScript(t, `{"environment":`+string(recorded.Read(t, "820").Body)+`,"passwords":["API_KEY"]}`, "")
	if err != nil {
		t.Fatal(err)
	}
	push := pushed(t, "0021")
	if len(vars) != len(push) {
		t.Errorf("%d variables, the plugin pushed %d", len(vars), len(push))
	}
	for _, v := range vars {
		if push[v.Name] != v.Value || v.Source != FromScript {
			t.Errorf("%+v, the plugin pushed %q", v, push[v.Name])
		}
		if v.Password != (v.Name == "API_KEY") {
			t.Errorf("%s: password %v", v.Name, v.Password)
		}
	}
}

func TestScriptAddsWhatTheBlocksOfAStageSet(t *testing.T) {
	t.Parallel()
	vars, script, err := throughScript(t, `{"environment":{"A":"run"},`+
		`"overrides":["A=outer","B=x=y","A=inner","nonsense"]}`, "14")
	if err != nil {
		t.Fatal(err)
	}
	e := Env{Run: jenkins.Run{Pipeline: true}}.With(vars, []Variable{known("A", "assigned", Assigned)})
	if a, _ := e.Lookup("A"); a.Value != "inner" || a.Source != Staged || len(a.Also) != 2 {
		t.Errorf("A: %+v", a)
	}
	if b, _ := e.Lookup("B"); b.Value != "x=y" {
		t.Errorf("B: %+v", b)
	}
	if !strings.Contains(script, base64.StdEncoding.EncodeToString([]byte("14"))) {
		t.Error("the script does not name the stage")
	}
}

func TestScriptConsoleIsUsedOnlyWhenAllowed(t *testing.T) {
	t.Parallel()
	c := newClient(recorded.Pages{})
	_, err := c.ScriptEnv(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "a", Number: 1}}, "")
	e, ok := errors.AsType[*jenkins.Error](err)
	if !ok || e.Kind != jenkins.NotAllowed || !strings.Contains(e.Hint(), "allow_script_console") || c.Requests() != 0 {
		t.Errorf("%v after %d requests", err, c.Requests())
	}
	if _, _, err = throughScript(t, "821", ""); err == nil {
		t.Fatal("a reader was answered")
	}
	if e, ok = errors.AsType[*jenkins.Error](err); !ok || e.Kind != jenkins.NotAllowed || !strings.Contains(e.Error(), "Administer") {
		t.Errorf("a reader got %v", err)
	}
	if _, _, err = throughScript(t, `{"error":"there is no such build"}`, ""); err == nil || !strings.Contains(err.Error(), "no such build") {
		t.Errorf("got %v", err)
	}
	if _, _, err = throughScript(t, `{"environment":{"A":"b"},"unread":"java.lang.NullPointerException"}`, "9"); err == nil ||
		!strings.Contains(err.Error(), "what the stage adds: java.lang.NullPointerException") {
		t.Errorf("got %v", err)
	}
	if _, _, err = throughScript(t, "groovy.lang.MissingPropertyException: No such property", ""); err == nil {
		t.Error("a stack trace is no error")
	}
}

func TestDocsShowTheScriptWordForWord(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/script-console.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc), "```groovy\n"+envScript+"```\n") {
		t.Error("docs/script-console.md shows another script")
	}
}

// FuzzScriptQuoting: no name of a job or stage becomes code.
func FuzzScriptQuoting(f *testing.F) {
	f.Add(`multi/a'b"c\$(x)`, 1, "14")
	f.Add("@JOB@@NUMBER@@STAGE@", 2, "@JOB@")
	f.Add("'''; System.exit(1) //", 3, "*/")
	holes := regexp.MustCompile(`@[A-Z]+@`)
	around := holes.Split(envScript, -1)
	f.Fuzz(func(t *testing.T, job string, number int, stage string) {
		rest := scriptFor(jenkins.Ref{Job: job, Number: number}, stage)
		var filled []string
		for i, part := range around {
			at := strings.Index(rest, part)
			if at < 0 || i == 0 && at != 0 {
				t.Fatalf("the script was changed beside its holes")
			}
			filled = append(filled, rest[:at])
			rest = rest[at+len(part):]
		}
		for i, want := range map[int]string{1: job, 3: stage} {
			got, err := base64.StdEncoding.DecodeString(filled[i])
			if err != nil || string(got) != want {
				t.Errorf("%q was filled in as %q", want, filled[i])
			}
		}
		if !regexp.MustCompile(`^-?\d+$`).MatchString(filled[2]) || rest != "" {
			t.Errorf("the number was filled in as %q", filled[2])
		}
	})
}
