package console

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestFollowGoesOnToTheEndOfTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		raw := randomLog(rand.New(rand.NewPCG(4, 4)), 9000, "\n", "\r\n")
		l := &rawLog{raw: raw[:1000], more: true}
		l.grow = func(l *rawLog) {
			l.raw = raw[:min(len(raw), len(l.raw)+100_000)]
			l.more = len(l.raw) < len(raw)
		}
		began := time.Now()
		var got strings.Builder
		var next int64
		for chunk, err := range reading(l).Follow(t.Context(), someRun, 0) {
			if err != nil {
				t.Fatal(err)
			}
			got.Write(chunk.Text)
			next = chunk.Next
		}
		if got.String() != wholeText(raw) || next != int64(len(raw)) {
			t.Errorf("got %d of %d bytes of text, next is %d", got.Len(), len(wholeText(raw)), next)
		}
		if took := time.Since(began); took < time.Second || took > 30*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestFollowAsksRarelyWhileNothingComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &rawLog{raw: []byte("begin\n"), more: true}
		l.grow = func(l *rawLog) {
			if l.asks == 20 {
				l.raw, l.more = append(l.raw, "end\n"...), false
			}
		}
		began := time.Now()
		for range reading(l).Follow(t.Context(), someRun, 0) {
		}
		if took := time.Since(began); took < 60*time.Second || took > 100*time.Second {
			t.Errorf("20 looks took %v", took)
		}
	})
}

func TestFollowSurvivesAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &rawLog{raw: []byte("begin\n"), more: true}
		l.grow = func(l *rawLog) {
			l.fail, l.grow = 3, nil
			l.raw, l.more = append(l.raw, "end\n"...), false
		}
		var text string
		troubles := 0
		for chunk, err := range reading(l).Follow(t.Context(), someRun, 0) {
			if e, ok := errors.AsType[*jenkins.Error](err); ok && e.Kind == jenkins.Unreachable {
				troubles++
			} else if err != nil {
				t.Fatal(err)
			}
			text += string(chunk.Text)
		}
		if text != "begin\nend\n" || troubles != 3 {
			t.Errorf("got %q after %d troubles", text, troubles)
		}
	})
}

// longConsole yields a console of so many bytes without holding it.
type longConsole struct{ left int }

func (l *longConsole) Read(p []byte) (int, error) {
	const line = "0123456789 0123456789 0123456789 0123456789 0123456789 0123456\r\n" // 64 bytes
	if l.left == 0 {
		return 0, io.EOF
	}
	n := 0
	for n+len(line) <= len(p) && l.left > 0 {
		n += copy(p[n:], line)
		l.left -= len(line)
	}
	return n, nil
}

func TestLongLogIsReadInSmallPiecesWithOneRequest(t *testing.T) {
	t.Parallel()
	const size = 32 * jenkins.Mega
	asked := 0
	c := reading(recorded.Func(func(req *http.Request) *http.Response {
		asked++
		w := httptest.NewRecorder()
		w.Header().Set("X-Text-Size", strconv.Itoa(size/64*63))
		resp := w.Result()
		resp.Body = io.NopCloser(&longConsole{size})
		return resp
	}))
	var read, at int64
	for chunk, err := range c.ReadLog(t.Context(), someRun, 0) {
		if err != nil || chunk.Start != at || chunk.Next-chunk.Start != int64(len(chunk.Text)) {
			t.Fatalf("after %d: %v, %v", at, span(chunk), err)
		}
		if cap(chunk.Text) > 4*pieceSize {
			t.Fatalf("a piece of %d bytes", cap(chunk.Text))
		}
		read += int64(len(chunk.Text))
		at = chunk.Next
	}
	if read != size/64*63 || asked != 1 {
		t.Errorf("read %d bytes with %d requests", read, asked)
	}
}

func TestReadLogStopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	l := &rawLog{raw: bytes.Repeat([]byte("x\n"), jenkins.Mega)}
	for range reading(l).ReadLog(t.Context(), someRun, 0) {
		break
	}
	if l.sent > 4*pieceSize || l.asks != 1 {
		t.Errorf("read %d bytes with %d requests", l.sent, l.asks)
	}
	l.fail = 1
	errs := 0
	for _, err := range reading(l).ReadLog(t.Context(), someRun, 0) {
		if e, ok := errors.AsType[*jenkins.Error](err); ok && e.Kind == jenkins.Unreachable {
			errs++
		}
	}
	if errs != 1 || l.asks != 2 {
		t.Errorf("%d errors with %d requests", errs, l.asks)
	}
}

func TestFollowSaysThatALogWasCutAndGoesOnWhereItDiffers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ cut, grown, want string }{
		"from the end":       {"one\ntwo\n", "one\ntwo\nnew\n", "new\n"},
		"from the beginning": {"three\n", "three\nfour\n", "three\nfour\n"},
		"in the middle":      {"one\nthree\n", "one\nthree\nfour\n", "three\nfour\n"},
		"all":                {"", "new\n", "new\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &rawLog{raw: []byte("one\ntwo\nthree\n"), more: true}
			l.grow = func(l *rawLog) {
				switch {
				case l.asks == 2:
					l.raw = []byte(c.cut)
				case l.asks > 5:
					l.raw, l.more = []byte(c.grown), false
				}
			}
			var before, after strings.Builder
			cuts := 0
			for chunk, err := range reading(l).Follow(t.Context(), someRun, 0) {
				if err != nil {
					t.Fatal(err)
				}
				if chunk.Cut {
					cuts++
				}
				if cuts == 0 {
					before.Write(chunk.Text)
				} else {
					after.Write(chunk.Text)
				}
			}
			if cuts != 1 || before.String() != "one\ntwo\nthree\n" || after.String() != c.want {
				t.Errorf("%s: cut %d times, %q, then %q", name, cuts, before.String(), after.String())
			}
		})
	}
}
