package clean

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanLineLeavesNothingThatMovesOrHides(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":                         "plain",
		"Zoë » ünïcode 日本":              "Zoë » ünïcode 日本",
		"a\x1b[31mred\x1b[0m":           "ared",
		"a\x1b]0;title\x07b":            "ab",
		"two\nlines\tand tab\r":         "two lines and tab",
		"bell\a back\b del\x7f":         "bell back del",
		"c1 \u009b31m":                  "c1 31m",
		"bad \xff\xfe utf8":             "bad \uFFFD utf8",
		"evil \u202etxt.exe":            "evil txt.exe",
		"zero\u200bwidth\ufeff \u2066x": "zerowidth x",
		"family 👩\u200d👩\u200d👧 and می\u200cخواهم": "family 👩\u200d👩\u200d👧 and می\u200cخواهم",
		"line\u2028separator": "line separator",
		"\x1b":                "",
		"\x1b[":               "",
	} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := Text("a\r\n\tb\x1b[2J\n\u202ec"), "a\n\tb\nc"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}

func TestLineKeepsNoThousandMarksOnALetter(t *testing.T) {
	t.Parallel()
	for name, mark := range map[string]string{"accents": "\u0301", "between zero-width spaces": "\u0301\u200b", "joiners": "\u200d", "enclosing": "\u20dd"} {
		got := Line("a" + strings.Repeat(mark, 10_000) + "b")
		if n := utf8.RuneCountInString(got); n > 2+30 || !strings.HasPrefix(got, "a") || !strings.HasSuffix(got, "b") {
			t.Errorf("%s: %d characters", name, n)
		}
	}
	many := strings.Repeat("e\u0301", 10_000)
	if Line(many) != many {
		t.Error("marks on many letters are left out")
	}
}

func TestCleanLogKeepsTextAndColours(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                              "",
		"one\r\ntwo\n":                  "one\ntwo\n",
		"overwritten\rline":             "linewritten",
		"10%\b\b\b20%\b\b\b30%\n":       "30%\n",
		"N\bNA\bAM\bME\bE _\bx\n":       "NAME x\n",
		"\b\bstart\b\n":                 "start\n",
		"get 10%\r\x1b[Kdone\r\n":       "done\n",
		"gone\x1b[2K\n":                 "\n",
		"abc\x1b[2DX\x1b[1GY\x1b[5CZ\n": "YXc   Z\n",
		"\x1b[31mred\x1b[0m\rb\n":       "b\x1b[31med\x1b[0m\n",
		"日本\b\bx\n":                     "日x \n",
		"日本\b\b\bx\n":                   " x本\n",
		"far\x1b[999999999C.\r\x1b[K\n": "\n",
		"by \x1b[8mha:////4Abc=\x1b[0madmin\b\bM\n": "by admMn\n",
		"doubled\r\r\nend":                          "doubled\nend",
		"10%\r20%\r100%\r\n":                        "100%\n",
		"\x1b[31mred\x1b[0m \x1b[38;5;8mx\x1b[m":    "\x1b[31mred\x1b[0m \x1b[38;5;8mx\x1b[m",
		"\x1b[38:2::255:0:8mx":                      "\x1b[38:2::255:0:8mx",
		"\x1b[8mhidden\x1b[1;08mtoo":                "hiddentoo",
		"by \x1b[8mha:////4Abc+/=\x1b[0madmin":      "by admin",
		"cut \x1b[8mha:////4Abc":                    "cut ",
		"cut \x1b[8mha:////4Abc\nnext":              "cut \nnext",
		"\x1b[2J\x1b[1;1Hmoved":                     "moved",
		"\x1b]8;;http://evil\x1b\\link\x1b]8;;\x07": "link",
		"\x1b]0;no end\nnext":                       "0;no end\nnext",
		"\x1bP1$r\x1b\\dcs \x1b(Bset \x1bcreset":    "dcs set reset",
		"bad\xff\x80 c1\u009b31m":                   "bad\uFFFD\uFFFD c131m",
		"\x00\x07nul\tbell":                         "nul\tbell",
		"\x1b[31":                                   "",
		"\x1b[?25l\x1b[>4m":                         "",
		"\u202erev":                                 "rev",
	} {
		if got := string(Log([]byte(in))); got != want {
			t.Errorf("Log(%q) = %q, want %q", in, got, want)
		}
	}
}

var colours = regexp.MustCompile(`\x1b\[[0-9;:]*m`)

func checkClean(t *testing.T, in, out, allowed string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Fatalf("%q became the invalid %q", in, out)
	}
	for _, r := range out {
		if IsJunk(r) && !strings.ContainsRune(allowed, r) {
			t.Fatalf("%q became %q, which holds %U", in, out, r)
		}
	}
}

func FuzzCleanLine(f *testing.F) {
	f.Add("a\x1b[31mb\x1b]0;t\x07\u009b\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		out := Line(s)
		checkClean(t, s, out, "")
		if again := Line(out); again != out {
			t.Fatalf("cleaned twice, %q became %q", out, again)
		}
		checkClean(t, s, Text(s), "\n\t")
	})
}

func FuzzCleanLog(f *testing.F) {
	f.Add([]byte("by \x1b[8mha:////4Abc+/=\x1b[0madmin\r\n\x1b[31mred\x1b[0m\x1b]0;t\x07\u009b\u202e\xff\r"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bytes.Clone(b)
		out := Log(b)
		if !bytes.Equal(in, b) {
			t.Fatal("the input was changed")
		}
		checkClean(t, string(in), colours.ReplaceAllString(string(out), ""), "\n\t")
		if again := Log(out); !bytes.Equal(again, out) {
			t.Fatalf("cleaned twice, %q became %q", out, again)
		}
	})
}
