package output

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func FuzzSafeJSONKeepsTheValueAndNothingATerminalObeys(f *testing.F) {
	f.Add("\x1b[2J \u009b31m \x7f \u202e \u2066 \u200f \u061c \u200b \u200d \ufeff \ufe0f \u3164 \U000e0041 é 日本 \u2028")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := marshal(map[string]string{"v": text})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]string
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%v in %q", err, b)
		}
		if want := strings.ToValidUTF8(text, "\ufffd"); back["v"] != want && strings.ToValidUTF8(text, "") == text {
			t.Errorf("%q came back as %q", want, back["v"])
		}
		for _, r := range string(b) {
			if r < ' ' || escaped(r) {
				t.Errorf("%q holds %U", b, r)
			}
		}
	})
}

func TestJSONShowsInvisibleCharacters(t *testing.T) {
	t.Parallel()
	b, err := marshal("a\u200fb\u061c\u200b\u200d\ufeff\u00ad\U000e0041\u202eé")
	if want := `"a\u200fb\u061c\u200b\u200d\ufeff\u00ad\udb40\udc41\u202eé"`; err != nil || string(b) != want {
		t.Errorf("%s, %v, want %s", b, err, want)
	}
}

func TestPersonReadsWhenAndWholeWords(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for want, after := range map[string]time.Duration{"30s ago": -30 * time.Second, "5m ago": -5*time.Minute - 40*time.Second,
		"47h ago": -47 * time.Hour, "3d ago": -80 * time.Hour, "in 2m": 2 * time.Minute} {
		if got := Ago(now.Add(after), now); got != want {
			t.Errorf("%s is formatted as %q, want %q", after, got, want)
		}
	}
	if got := Ago(time.Time{}, now); got != "" {
		t.Errorf("the zero time is formatted as %q", got)
	}
	if got := Wrap("one or `two --three` https://ci.example.com/long", 14, "  "); got !=
		"  one or `two\n  --three`\n  https://ci.example.com/long" {
		t.Errorf("wrapped to %q", got)
	}
}
