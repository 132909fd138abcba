package tree

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMalformedTreesAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "a[", "a]", "a[b", "a,,b", ",a", "a{", "a{x}", "a{1,2", "a{-1}", "[a]", "a[b]c", strings.Repeat("a[", 9999)} {
		if _, err := Parse(s); err == nil {
			t.Errorf("tree %.20q is taken", s)
		}
	}
}

func FuzzStringsAreWrittenAsJSON(f *testing.F) {
	for _, s := range []string{"", "wörld & co", "line\n\"q\" \\", "\x00\x1b\x7f", "\xff\xfe", "\u2028", "🚀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			t.Fatal(err)
		}
		if got != string([]rune(s)) { // each byte that is no UTF-8 becomes U+FFFD
			t.Errorf("%q is written as %q", s, got)
		}
	})
}
