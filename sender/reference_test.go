package sender

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

func TestReferencesResolve(t *testing.T) {
	keyring.MockInit()
	if err := keyring.Set("jenkwatch", "hook/a", "from keyring \n"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("REF_TEST", " from env\t\n")
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(" from file \r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"": "", "plain": "plain", "https://h/x": "https://h/x", "literal:env:X": "env:X", "literal:": "",
		"env:REF_TEST": "from env", "file:" + file: "from file", "keyring:jenkwatch/hook/a": "from keyring",
		"command:printf ' a\\nb \\n'": "a\nb", "Bearer ${env:REF_TEST}!": "Bearer from env!", "${other} $x": "${other} $x",
		"literal:${env:REF_TEST}": "${env:REF_TEST}",
	} {
		r, err := ParseReference(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := r.Resolve(t.Context()); err != nil || got != want {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"env:", "file: ", "keyring:x", "a ${env:} b"} {
		if _, err := ParseReference(text); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
	for text, want := range map[string]string{
		"env:REF_NOT_SET": "not set", "file:/no/such/file": "cannot be read", "keyring:jenkwatch/b": "no such entry",
		"command:echo seen; echo seen >&2; exit 3": "did not succeed: exit status 3", "file:/dev/zero": "64 KB",
		"command:yes seen": "did not succeed",
	} {
		_, err := Reference{text}.Resolve(t.Context())
		if !IsKind(err, Unresolved) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "seen") {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestCommandThatHangsIsLeft(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := (Reference{"command:sleep 100"}).Resolve(ctx); !IsKind(err, Unresolved) {
		t.Error(err)
	}
}

func TestReferenceNeverPrintsItsValue(t *testing.T) {
	t.Parallel()
	for _, r := range []Reference{Literal("hunter2"), {"command:echo hunter2"}, {"Basic ${env:X} hunter2"}, Literal("env:hunter2")} {
		e := Endpoint{URL: r, Headers: []Header{{"A", r}}}
		j, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "ref", r)
		for _, s := range []string{r.String(), fmt.Sprintf("%v %+v %#v %s", e, e, e, r), string(j), log.String()} {
			if strings.Contains(s, "hunter2") {
				t.Errorf("it shows in %s", s)
			}
		}
	}
	if got := (Reference{"Bearer ${env:X}"}).String(); got != Masked+"env:X" {
		t.Error(got)
	}
}

func TestLiteralStaysLiteral(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", "env:X", "${env:X}", "literal:x"} {
		if got, err := Literal(text).Resolve(t.Context()); err != nil || got != text || !Literal(text).IsLiteral() {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}

func TestEmptyReferenceIsRefusedByName(t *testing.T) {
	keyring.MockInit()
	if err := keyring.Set("jenkwatch", "empty", "\n"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("REF_EMPTY", " \n")
	file := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"env:REF_EMPTY", "Bearer ${env:REF_EMPTY}", "file:" + file, "command:true", "keyring:jenkwatch/empty"} {
		r, err := ParseReference(text)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := r.Resolve(t.Context()); !IsKind(err, Unresolved) || !strings.Contains(err.Error(), "it is empty") {
			t.Errorf("%s: %q, %v", text, v, err)
		}
	}
}
