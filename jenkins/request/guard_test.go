package request

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// FuzzAnswersAreReadWhateverBytesTheyHold puts any bytes into a string of an answer: they cost no more than themselves.
func FuzzAnswersAreReadWhateverBytesTheyHold(f *testing.F) {
	for _, s := range []string{"", "plain", "bell \x07", "\x00\x1b[31m", "\xff\xc3", `\ud800`, `\u0007`, `\x41\'\`, `a\"b`, "\\\n", "\ufeff", "日本\n", `\\`} {
		f.Add(s, "key")
	}
	f.Fuzz(func(t *testing.T, s, key string) {
		valid := json.Valid([]byte(`"` + s + `"`))
		quoted := strings.ReplaceAll(s, `"`, "'")
		if n := len(quoted) - len(strings.TrimRight(quoted, `\`)); n%2 == 1 {
			quoted += `\` // it would hide the quote that ends the string
		}
		quoted = strings.ReplaceAll(quoted, `\u`, `\n`) // a number must follow, or it is not the string's bytes that are wrong
		for _, doc := range []string{`{"s":"` + quoted + `","after":[1]}`, `{"` + quoted + `":0,"after":[1]}`} {
			for _, front := range []string{"", "\ufeff", "\t\ufeff\n"} {
				g := &guard{body: io.NopCloser(iotest.OneByteReader(strings.NewReader(front + doc))), controller: &Controller{}, q: &Question{Limit: Mega}}
				raw, err := io.ReadAll(g)
				var got struct{ After []int }
				if err == nil {
					err = json.Unmarshal(raw, &got)
				}
				if err != nil || len(got.After) != 1 {
					t.Fatalf("%q%q: %v", front, doc, err)
				}
				if valid && quoted == s && !bytes.HasSuffix(raw, []byte(doc)) {
					t.Fatalf("%q was changed to %q", doc, raw)
				}
			}
		}
	})
}
