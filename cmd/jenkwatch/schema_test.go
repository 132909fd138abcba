package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

var writeDocs = flag.Bool("write-docs", false, "write what the docs take from the code")

// documents are what commands print with --json, each a schema in docs/schema.
var documents = map[string]reflect.Type{
	"runs":      reflect.TypeFor[[]jsonview.Run](),
	"change":    reflect.TypeFor[jsonview.Change](),
	"watch":     reflect.TypeFor[jsonview.Watch](),
	"status":    reflect.TypeFor[jsonview.Status](),
	"why":       reflect.TypeFor[jsonview.Why](),
	"tests":     reflect.TypeFor[jsonview.Tests](),
	"test":      reflect.TypeFor[jsonview.OneTest](),
	"artifacts": reflect.TypeFor[jsonview.Artifacts](),
	"download":  reflect.TypeFor[jsonview.Download](),
	"changes":   reflect.TypeFor[jsonview.Changes](),
	"nodes":     reflect.TypeFor[[]jsonview.Node](),
	"log":       reflect.TypeFor[jsonview.LogLine](),
	"env":       reflect.TypeFor[envJSON](),
	"diff":      reflect.TypeFor[jsonview.Diff](),
	"send":      reflect.TypeFor[jsonview.Sent](),
	"request":   reflect.TypeFor[jsonview.Request](),
	"outbox":    reflect.TypeFor[[]jsonview.Delivery](),
	"delivery":  reflect.TypeFor[jsonview.Shown](),
	"push":      reflect.TypeFor[jsonview.Push](),
	"announced": reflect.TypeFor[jsonview.Announced](),
	"doctor":    reflect.TypeFor[[]jsonview.Finding](),
	"acted":     reflect.TypeFor[jsonview.Acted](),
	"preview":   reflect.TypeFor[jsonview.Preview](),
	"actions":   reflect.TypeFor[[]jsonview.Action](),
	"inputs":    reflect.TypeFor[[]jsonview.Input](),
	"error":     reflect.TypeFor[output.ErrorJSON](),
}

// envJSON is what the jenkins package prints of an environment.
type envJSON struct {
	Build     jsonview.Build `json:"build"`
	Variables []struct {
		Name   string   `json:"name"`
		Value  *string  `json:"value"`
		Source string   `json:"source"`
		Also   []string `json:"also,omitempty"`
		Secret bool     `json:"secret"`
	} `json:"variables"`
	Missing  int  `json:"missing"`
	FromCopy bool `json:"from_copy,omitempty"`
}

// TestKeysOfEveryDocumentAreAsPublished fails when a key comes, goes or changes its type: scripts depend on them. A
// change that is meant is written down with: go test ./cmd/jenkwatch -run Published -write-docs
func TestKeysOfEveryDocumentAreAsPublished(t *testing.T) {
	t.Parallel()
	for name, typ := range documents {
		path := filepath.Join("..", "..", "docs", "schema", name+".json")
		s := schemaOf(typ)
		s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", "jenkwatch "+name
		want, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, '\n')
		if *writeDocs {
			if err := os.WriteFile(path, want, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the program prints; it would be:\n%s", path, want)
		}
	}
}

// schemaOf returns the JSON schema of a Go type as encoding/json writes it.
func schemaOf(typ reflect.Type) map[string]any {
	switch {
	case typ == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case typ.Kind() == reflect.Pointer:
		s := schemaOf(typ.Elem())
		s["type"] = []any{s["type"], "null"}
		return s
	}
	switch typ.Kind() {
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(typ.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(typ.Elem())}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Struct:
		return objectSchema(typ)
	}
	panic("no schema for " + typ.String())
}

func objectSchema(typ reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	add := func(fields map[string]any, names []string) {
		for name, s := range fields {
			properties[name] = s
		}
		required = append(required, names...)
	}
	for f := range typ.Fields() {
		if f.Anonymous {
			inner := objectSchema(f.Type)
			add(inner["properties"].(map[string]any), inner["required"].([]string))
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		var s map[string]any
		if f.Type.Kind() == reflect.Slice && f.Type.Elem() == typ { // a tree
			s = map[string]any{"type": "array", "items": map[string]any{"description": "the same again"}}
		} else {
			s = schemaOf(f.Type)
		}
		properties[name] = s
		if options != "omitempty" {
			required = append(required, name)
		}
	}
	slices.Sort(required)
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// TestCommandsPrintWhatTheSchemasSay runs the commands and reads what they print strictly.
func TestCommandsPrintWhatTheSchemasSay(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it starts the program many times")
	}
	w := newWorld(t.Cleanup)
	dir := t.TempDir()
	addInside(w.controller)
	for document, args := range map[string][]string{
		"runs":      {"runs", "--json"},
		"why":       {"why", "inside/main", "--json"},
		"tests":     {"tests", "inside/main", "--json"},
		"test":      {"tests", "inside/main", "--name", "half cents", "--history", "--json"},
		"artifacts": {"artifacts", "inside/main", "--json"},
		"download":  {"artifacts", "inside/main", "download", "reports", "-o", dir, "--json"},
		"changes":   {"changes", "inside/main", "--json"},
		"nodes":     {"nodes", "--json"},
		"log":       {"log", "inside/main", "--failed", "--tail", "1", "--json"},
		"status":    {"status", "shop/main", "--json"},
		"env":       {"env", "ended/success#2", "--json"},
		"diff":      {"env", "ended/success#2", "--diff", "ended/failure#1", "--all", "--json"},
		"send":      {"send", "--body", "x", "--to", w.hook.URL, "--json"},
		"request":   {"send", "--body", "x", "--to", w.hook.URL, "--dry-run", "--json"},
		"outbox":    {"outbox", "list", "--json"},
		"doctor":    {"doctor", "--json"},
	} {
		cmd := exec.CommandContext(t.Context(), "jenkwatch", args...)
		cmd.Env = append(os.Environ(), "JENKINS_URL="+w.jenkins.URL, "JENKINS_USER_ID="+jenkinstest.Admin.Name,
			"JENKINS_API_TOKEN="+jenkinstest.Admin.Token, "JENKWATCH_STATE="+dir, "XDG_CONFIG_HOME="+dir)
		out, err := cmd.Output()
		if err != nil && document != "diff" {
			t.Errorf("%v: %v", args, err)
			continue
		}
		dec := json.NewDecoder(bytes.NewReader(out))
		dec.DisallowUnknownFields()
		if err := dec.Decode(reflect.New(documents[document]).Interface()); err != nil {
			t.Errorf("%v: %v in\n%s", args, err, out)
		}
	}
}
