package console

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
)

// TestFollowLosesNothingOfALogThatGrowsByHalfLines is how a busy console is found: Jenkins counts the line that is being
// written, but does not send it, and sends ten thousand lines at a time.
func TestFollowLosesNothingOfALogThatGrowsByHalfLines(t *testing.T) {
	t.Parallel()
	for name, ends := range map[string][]string{"unix": {"\n"}, "windows": {"\r\n"}, "mixed": {"\n", "\r\n"}, "carriage returns": {"\r", "\n"}} {
		for seed := range uint64(6) {
			synctest.Test(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 8))
				raw := randomLog(r, 200+r.IntN(2000), ends...)
				l := &rawLog{raw: raw[:0], more: true, open: seed%3 == 2 && name == "unix"}
				l.grow = func(l *rawLog) {
					l.raw = raw[:min(len(raw), len(l.raw)+r.IntN(3000))]
					l.more = len(l.raw) < len(raw)
				}
				var got strings.Builder
				for chunk, err := range reading(l).Follow(t.Context(), someRun, 0) {
					if err != nil {
						t.Fatal(err)
					}
					got.Write(chunk.Text)
				}
				if want := wholeText(raw); got.String() != want {
					t.Errorf("%s %d: %s", name, seed, firstDifference(got.String(), want))
				}
			})
		}
	}
}

func firstDifference(got, want string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("at %d of %d: %q instead of %q", i, len(want), got[i:min(len(got), i+60)], want[i:min(len(want), i+60)])
		}
	}
	return fmt.Sprintf("%d instead of %d bytes", len(got), len(want))
}

// TestLongLogThatGrowsIsReadToItsEnd is `jenkwatch log` of a running build that has printed more than Jenkins sends at once.
func TestLongLogThatGrowsIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 35_000 {
		fmt.Fprintf(&b, "line %d of the quick brown fox that jumps over the lazy dog\n", i)
	}
	raw := b.String() + "half a li"
	l := &rawLog{raw: []byte(raw), more: true}
	c := reading(l)
	var got strings.Builder
	for chunk, err := range c.ReadLog(t.Context(), someRun, 0) {
		if err != nil {
			t.Fatal(err)
		}
		got.Write(chunk.Text)
	}
	if got.String() != b.String() {
		t.Error(firstDifference(got.String(), b.String()))
	}
	if l.asks > 5 {
		t.Errorf("%d requests", l.asks)
	}

	tail, err := c.LogTail(t.Context(), someRun, 1000)
	if err != nil || !strings.HasSuffix(string(tail.Text), "\nline 34999 of the quick brown fox that jumps over the lazy dog\n") {
		t.Fatalf("tail %q, %v", tail.Text, err)
	}
	l.raw = append(l.raw, "ne\nnext\n"...)
	next, err := c.Log(t.Context(), someRun, tail.Next, 1000)
	if err != nil || string(next.Text) != "half a line\nnext\n" {
		t.Errorf("what follows is %q, %v", next.Text, err)
	}
}

// TestWhatIsFollowedFromTheEndBeginsWithAWholeLine follows a console from its end, which lies in the middle of a line.
func TestWhatIsFollowedFromTheEndBeginsWithAWholeLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, half, rest string }{
		"a half line":        {"one\ntwo\n", "thr", "ee\nfour\n"},
		"of a long line":     {"one\n", strings.Repeat("long ", 5000), "end\n"},
		"nothing else":       {"", "thr", "ee\n"},
		"of Windows":         {"one\r\ntwo\r\n", "thr", "ee\r\n"},
		"whole lines":        {"one\ntwo\n", "", "three\n"},
		"nothing at all yet": {"", "", "one\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &rawLog{raw: []byte(c.before + c.half), more: true}
			client := reading(l)
			end, err := client.LogEnd(t.Context(), someRun)
			if err != nil {
				t.Fatal(err)
			}
			l.raw, l.more = append(l.raw, c.rest...), false
			var got strings.Builder
			for chunk, err := range client.Follow(t.Context(), someRun, end) {
				if err != nil {
					t.Fatal(err)
				}
				got.Write(chunk.Text)
			}
			if want := wholeText([]byte(c.half + c.rest)); got.String() != want {
				t.Errorf("%s: %s", name, firstDifference(got.String(), want))
			}
		})
	}
}

// TestShortLinesBeforeAPlaceAreAllTold has more lines in a piece than Jenkins sends at once.
func TestShortLinesBeforeAPlaceAreAllTold(t *testing.T) {
	t.Parallel()
	raw := strings.Repeat("x\n", 40_000) + "end\n"
	c := reading(&rawLog{raw: []byte(raw), more: true})
	tail, err := c.LogTail(t.Context(), someRun, 64<<10)
	if err != nil {
		t.Fatal(err)
	}
	text := string(tail.Text)
	for at := tail.Start; at > 0; {
		chunk, err := c.LogBefore(t.Context(), someRun, at, 64<<10)
		if err != nil || chunk.Start >= at || chunk.Next != at {
			t.Fatalf("before %d: %v, %v", at, span(chunk), err)
		}
		text, at = string(chunk.Text)+text, chunk.Start
	}
	for at := tail.Next; at < int64(len(raw)); {
		chunk, err := c.Log(t.Context(), someRun, at, 64<<10)
		if err != nil || chunk.Next <= at {
			t.Fatalf("after %d: %v, %v", at, span(chunk), err)
		}
		text, at = text+string(chunk.Text), chunk.Next
	}
	if text != raw {
		t.Error(firstDifference(text, raw))
	}
}
