package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/runs"
)

const (
	configPage   = "../../docs/config.md"
	configSchema = "config.schema.json"
)

// configKey is a key of the config, as the tags of its field describe it.
type configKey struct {
	name string
	typ  reflect.Type
	doc  string
	def  string   // as TOML has it, without quotes; empty where there is none
	enum []string // the only values, or elements, that are allowed; none: any
}

// configKeys returns the keys of a table, or of each table of a list; none if it is neither.
func configKeys(typ reflect.Type) []configKey {
	if typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[sender.Reference]() {
		return nil
	}
	var keys []configKey
	for f := range typ.Fields() {
		name := f.Tag.Get("toml")
		if name == "" {
			continue
		}
		k := configKey{name: name, typ: f.Type, doc: f.Tag.Get("doc"), def: f.Tag.Get("default")}
		if k.typ.Kind() == reflect.Pointer {
			k.typ = k.typ.Elem()
		}
		if values := f.Tag.Get("enum"); values != "" {
			k.enum = strings.Split(values, ",")
		}
		keys = append(keys, k)
	}
	return keys
}

// findKey returns the key with a dotted path.
func findKey(t *testing.T, path string) configKey {
	t.Helper()
	k := configKey{typ: reflect.TypeFor[config.Config]()}
	for name := range strings.SplitSeq(path, ".") {
		keys := configKeys(k.typ)
		i := slices.IndexFunc(keys, func(k configKey) bool { return k.name == name })
		if i < 0 {
			t.Fatalf("the config has no key %s", path)
		}
		k = keys[i]
	}
	return k
}

// kind returns what a value must be, for people.
func (k configKey) kind() string {
	list := ""
	if k.typ.Kind() == reflect.Slice {
		list = "list of "
	}
	switch {
	case k.enum != nil:
		return list + "`" + strings.Join(k.enum, "`, `") + "`"
	case k.typ == reflect.TypeFor[sender.Reference]():
		return "text or reference"
	case k.typ == reflect.TypeFor[sender.Duration]():
		return "duration"
	case configKeys(k.typ) != nil && list != "":
		return "list of tables"
	}
	switch k.typ.Kind() {
	case reflect.Bool:
		return "`true`, `false`"
	case reflect.Int, reflect.Int64:
		return "number"
	case reflect.Struct, reflect.Map:
		return "table"
	}
	return list + "text"
}

// writeRows writes a row for each key; those of tables inside it follow with a dotted name.
func writeRows(b *strings.Builder, prefix string, keys []configKey) {
	code := regexp.MustCompile(`--[a-z]+( NAME)?|\b[A-Z]+_[A-Z]+\b`)
	for _, k := range keys {
		def := ""
		if k.def != "" {
			def = "`" + k.def + "`"
		}
		fmt.Fprintf(b, "| `%s%s` | %s | %s | %s |\n", prefix, k.name, k.kind(), code.ReplaceAllString(k.doc, "`$0`"), def)
		writeRows(b, prefix+k.name+".", configKeys(k.typ))
	}
}

// TestConfigPageHasEveryKey keeps the tables of docs/config.md as the structs of the config are.
func TestConfigPageHasEveryKey(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(configPage)
	if err != nil {
		t.Fatal(err)
	}
	var described []string
	table := regexp.MustCompile(`(?s)(<!-- config ([a-z ]+): generated [^\n]*-->\n).*?(<!-- /config -->)`)
	page := table.ReplaceAllStringFunc(string(b), func(old string) string {
		m := table.FindStringSubmatch(old)
		text := strings.Builder{}
		text.WriteString("| key | type | means | default |\n|---|---|---|---|\n")
		names := strings.Fields(m[2])
		described = append(described, names...)
		for _, name := range names {
			k := findKey(t, name)
			if len(names) > 1 {
				writeRows(&text, "", []configKey{k})
			} else {
				writeRows(&text, "", configKeys(k.typ))
			}
		}
		return m[1] + text.String() + m[3]
	})
	for _, k := range configKeys(reflect.TypeFor[config.Config]()) {
		if !slices.Contains(described, k.name) {
			t.Errorf("docs/config.md has no table of %s", k.name)
		}
	}
	writeOrCompare(t, configPage, string(b), page)
}

func writeOrCompare(t *testing.T, path, got, want string) {
	t.Helper()
	if *writeDocs {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		got = want
	}
	if got != want {
		t.Errorf("%s is old: go test ./cmd/jenkwatch -run Config -write-docs", path)
	}
}

// schema returns the JSON schema of the key's value.
func (k configKey) schema(t *testing.T) map[string]any {
	s := map[string]any{}
	switch k.typ.Kind() {
	case reflect.Bool:
		s["type"] = "boolean"
	case reflect.Int, reflect.Int64:
		s["type"] = "integer"
	case reflect.Map:
		s["type"], s["additionalProperties"] = "object", configKey{typ: k.typ.Elem()}.schema(t)
	case reflect.Slice:
		s["type"], s["items"] = "array", configKey{typ: k.typ.Elem(), enum: k.enum}.schema(t)
	default:
		s["type"] = "string"
	}
	switch keys := configKeys(k.typ); {
	case k.typ == reflect.TypeFor[sender.Duration]():
		s["type"], s["pattern"] = "string", `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`
	case keys != nil && k.typ.Kind() == reflect.Struct:
		properties := map[string]any{}
		for _, key := range keys {
			if key.doc == "" {
				t.Errorf("the config's key %s has no doc tag", key.name)
			}
			properties[key.name] = key.schema(t)
		}
		s["type"], s["properties"], s["additionalProperties"] = "object", properties, false
	case k.enum != nil && s["type"] == "string":
		s["enum"] = k.enum
	}
	if k.doc != "" {
		s["description"] = k.doc
	}
	if n, err := strconv.Atoi(k.def); err == nil {
		s["default"] = n
	} else if v, err := strconv.ParseBool(k.def); err == nil {
		s["default"] = v
	} else if k.def != "" {
		s["default"] = k.def
	}
	return s
}

// TestConfigSchemaHasEveryKey keeps the schema for editors as the structs of the config are.
func TestConfigSchemaHasEveryKey(t *testing.T) {
	t.Parallel()
	s := configKey{typ: reflect.TypeFor[config.Config]()}.schema(t)
	s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", "The config of jenkwatch"
	colors := s["properties"].(map[string]any)["ui"].(map[string]any)["properties"].(map[string]any)["colors"].(map[string]any)
	colors["propertyNames"] = map[string]any{"enum": kit.Roles()}
	want, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := "../../docs/schema/" + configSchema
	got, err := os.ReadFile(path)
	if err != nil && !*writeDocs {
		t.Fatal(err)
	}
	writeOrCompare(t, path, string(got), string(want)+"\n")
}

// TestConfigTagsNameTheValuesOfTheCode compares what the tags allow and promise with what the code knows.
func TestConfigTagsNameTheValuesOfTheCode(t *testing.T) {
	t.Parallel()
	kinds := make([]string, len(transition.Kinds))
	for i, k := range transition.Kinds {
		kinds[i] = string(k)
	}
	for path, want := range map[string][]string{
		"ui.theme":          kit.Themes,
		"ui.background":     kit.Backgrounds,
		"ui.columns":        runs.Columns,
		"notify.desktop":    config.Desktops,
		"notify.on":         kinds,
		"rules.on":          kinds,
		"endpoints.secrets": {string(sender.DropSecrets), string(sender.MaskSecrets), string(sender.SendSecrets)},
		"endpoints.payload": {string(sender.PluginPayload), string(sender.TemplatePayload)},
	} {
		if got := findKey(t, path).enum; !slices.Equal(got, want) {
			t.Errorf("%s allows %q, the code %q", path, got, want)
		}
	}
	page, err := os.ReadFile(configPage)
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range kit.Roles() {
		if !strings.Contains(string(page), "\n| `"+role+"` | ") {
			t.Errorf("docs/config.md does not describe the role %s", role)
		}
	}
}

// TestConfigSchemaTakesTheExample reads the example of docs/config.md as an editor would check it.
func TestConfigSchemaTakesTheExample(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(configPage)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/schema/" + configSchema)
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```toml\n")
	example, _, _ = strings.Cut(example, "```")
	for text, want := range map[string]string{
		example:                           "",
		"[ui]\nnothing = true":            "ui.nothing is unknown",
		"[ui]\ntheme = \"pink\"":          "ui.theme is not allowed",
		"[[rules]]\non = [\"never\"]":     "rules[].on[] is not allowed",
		"[[controllers]]\ninterval = 2":   "controllers[].interval is no string",
		"[ui.colors]\nsky = \"blue\"":     "ui.colors.sky is unknown",
		"[[controllers]]\nevents = \"y\"": "controllers[].events is no boolean",
	} {
		var value map[string]any
		if err := toml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if got := mismatch(schema, value, ""); got != want {
			t.Errorf("%q, want %q, of\n%s", got, want, text)
		}
	}
}

// mismatch returns what in a value its schema does not allow; it knows the words that the config's schema uses.
func mismatch(schema map[string]any, value any, path string) string {
	allowed, limited := schema["enum"].([]any)
	is := ""
	switch v := value.(type) {
	case string:
		is = "string"
	case bool:
		is = "boolean"
	case int64:
		is = "integer"
	case []any:
		is = "array"
		for _, e := range v {
			if wrong := mismatch(schema["items"].(map[string]any), e, path+"[]"); wrong != "" {
				return wrong
			}
		}
	case map[string]any:
		is = "object"
		for key, e := range v {
			at := strings.TrimPrefix(path+"."+key, ".")
			names, _ := schema["propertyNames"].(map[string]any)
			properties, _ := schema["properties"].(map[string]any)
			next, ok := properties[key].(map[string]any)
			if !ok {
				next, ok = schema["additionalProperties"].(map[string]any)
			}
			if !ok || names != nil && !slices.Contains(names["enum"].([]any), any(key)) {
				return at + " is unknown"
			}
			if wrong := mismatch(next, e, at); wrong != "" {
				return wrong
			}
		}
	}
	switch {
	case is != schema["type"]:
		return fmt.Sprintf("%s is no %s", path, schema["type"])
	case limited && !slices.Contains(allowed, value):
		return path + " is not allowed"
	}
	return ""
}

// TestConfigsOfThePageOnFollowingWork reads what docs/following.md shows.
func TestConfigsOfThePageOnFollowingWork(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/following.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```toml\n")[1:]
	for _, block := range blocks {
		example, _, _ := strings.Cut(block, "```")
		if _, err := config.ParseConfig([]byte(example), "the example"); err != nil {
			t.Errorf("%v in\n%s", err, example)
		}
	}
	if len(blocks) != 2 {
		t.Errorf("%d examples were found", len(blocks))
	}
}
