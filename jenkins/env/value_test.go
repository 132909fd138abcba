package env

import (
	"slices"
	"testing"
)

func TestPathListSplitsListsOfPathsOnly(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][]string{
		"/usr/bin:/bin":                   {"/usr/bin", "/bin"},
		"/usr/bin::/bin:.":                {"/usr/bin", "", "/bin", "."},
		`C:\Windows;C:\Program Files (x)`: {`C:\Windows`, `C:\Program Files (x)`},
		"~/bin:$HOME/go/bin:/bin":         {"~/bin", "$HOME/go/bin", "/bin"},
		"/srv/ws":                         nil,
		"https://ci.example:8443/x":       nil,
		"12:30:01":                        nil,
		"localhost:8080":                  nil,
		"/var/run/x.sock:5432":            nil,
		"registry/app:1.2":                nil,
		"a;b;c":                           nil,
		"":                                nil,
	} {
		if got := PathList(value); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}

func TestPrettyJSONIndentsObjectsAndArraysOnly(t *testing.T) {
	t.Parallel()
	if got, ok := PrettyJSON(` {"b":1,"a":[true,"<é>"],"n":12345678901234567890} `); !ok ||
		got != "{\n  \"b\": 1,\n  \"a\": [\n    true,\n    \"<é>\"\n  ],\n  \"n\": 12345678901234567890\n}" {
		t.Errorf("got %q, %v", got, ok)
	}
	for _, value := range []string{"", "12", `"x"`, "true", "{", "[*******]", "{a:1}", `{"a":1} trailing`} {
		if got, ok := PrettyJSON(value); ok {
			t.Errorf("%q became %q", value, got)
		}
	}
}

func TestDecodeBase64TellsTextOnly(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"aGVsbG8=": "hello", "aGVsbG8": "hello", "WsO2w6s=": "Zöë", "bGluZSBv\nbmU=": "line one", "Pz8_Pz4-": "????>>",
	} {
		if got, ok := DecodeBase64(value); !ok || got != want {
			t.Errorf("%q: %q, %v, want %q", value, got, ok, want)
		}
	}
	for _, value := range []string{"", "abc", "not base64!", "/////w==", "AAECAw==", "f829d9c61fd7b93834e48e34bc1f0fc2687daa41"} {
		if got, ok := DecodeBase64(value); ok {
			t.Errorf("%q became %q", value, got)
		}
	}
}

func TestDecodeURLTellsWhatWasEscaped(t *testing.T) {
	t.Parallel()
	if got, ok := DecodeURL("feature%2Flogin+form%20%C3%BC"); !ok || got != "feature/login+form ü" {
		t.Errorf("got %q, %v", got, ok)
	}
	for _, value := range []string{"", "plain", "100%", "a+b", "%FF"} {
		if got, ok := DecodeURL(value); ok {
			t.Errorf("%q became %q", value, got)
		}
	}
}

func TestFilterFindsByNameAndValueBestFirst(t *testing.T) {
	t.Parallel()
	vars := []Variable{
		known("BRANCH_NAME", "main", Derived), known("BUILD_NUMBER", "7", Derived), known("BUILD_URL", "http://ci/job/Nightly/7/", Derived),
		known("NAME", "Zoë", Param), known("NODE_NAME", "agent one", NodeVar), known("API_KEY", "nightly", Param),
	}
	vars[5].Secret = true
	for query, want := range map[string][]int{
		"":           {0, 1, 2, 3, 4, 5},
		"name":       {3, 0, 4},
		"bnum":       {1},
		"NIGHTLY":    {2}, // never by the value of a secret
		"build 7":    {1, 2},
		"zoë":        {3},
		"agent node": {4},
		"nigh7":      {}, // scattered in a value
		"agnt":       {},
		"one":        {4}, // as it stands in the value: before what is scattered in NODE_NAME's and others' names
		"nn":         {0, 4},
		"mainn":      {},
		"xyz":        {},
		"name xyz":   {},
	} {
		got := []int{}
		for _, hit := range Filter(vars, query) {
			got = append(got, hit.Index)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", query, got, want)
		}
	}
	hit := Filter(vars, "bnum")[0]
	if !slices.Equal(hit.InName, []int{0, 6, 7, 8}) {
		t.Errorf("bnum marks %v", hit.InName)
	}
	if hit := Filter(vars, "agent")[0]; !slices.Equal(hit.Value, []int{0, 5}) {
		t.Errorf("agent marks %v", hit.Value)
	}
}

// FuzzFilter: whatever is typed, marks lie inside what they mark.
func FuzzFilter(f *testing.F) {
	f.Add("BUILD_NUMBER", "7", "bn 7")
	f.Add("İX", "ẞ", "i̇ ss")
	f.Fuzz(func(t *testing.T, name, value, query string) {
		for _, hit := range Filter([]Variable{known(name, value, Param)}, query) {
			for _, at := range hit.InName {
				if at < 0 || at >= len(name) {
					t.Errorf("%q marks %d of %q", query, at, name)
				}
			}
			if hit.Value != nil && hit.Value[0]+hit.Value[1] > len(value) {
				t.Errorf("%q marks %v of %q", query, hit.Value, value)
			}
		}
	})
}
