package tui

import (
	"testing"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

func TestDescriptionsAreReadableWithoutTheirMarkup(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`<a href="https://git.example/c/1" target=_blank>Fix &amp; go</a><br/>on <b>staging</b>`: "Fix & go on staging",
		"<p>one</p><p>two</p>": "one two",
		"<UL><LI>x</LI></UL>":  "x",
		"a < b && c > d":       "a < b && c > d",
		"Map<String, b>":       "Map<String, b>",
		"&lt;b&gt;":            "&lt;b&gt;", // plain text stays what somebody typed
		"<b":                   "<b",
		"<b>&lt;script&gt;":    "<script>",
		"two\nlines":           "two\nlines",
	} {
		if got := kit.WithoutMarkup(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
