package log

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// numberedLog is a log of n lines "line 1" to "line n".
func numberedLog(n int) []byte {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d\n", i+1)
	}
	return []byte(b.String())
}

// goodRun is a run that ended well: its log opens at its end.
func goodRun(n int) jenkins.Run {
	r := kittest.EndedRun(n)
	r.Status = jenkins.Success
	return r
}

// logScene runs f with a pane of 40x10 that shows a run whose console is log.
func logScene(t *testing.T, log *fakeLog, run jenkins.Run, f func(*testing.T, *kittest.Driver, *Pane)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := newTestLog(log)
		p.Resize(40, 10)
		d := kittest.NewDriver(p)
		d.Show(run)
		f(t, d, p)
		p.Hide()
		d.Wait(2 * followMax)
	})
}

func lastLine(frame string) string {
	lines := strings.Split(strings.TrimRight(frame, "\n"), "\n")
	return lines[len(lines)-1]
}

func firstLine(frame string) string { return strings.Split(frame, "\n")[0] }

func TestLogShowsTheEndFirstAndAsksForLittleOfALongOne(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(1_000_000)}
	logScene(t, log, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		if got := lastLine(d.Text(40, 10)); got != "line 1000000" {
			t.Errorf("the last line on the screen is %q", got)
		}
		if len(log.asked) != 1 || log.asked[0] != int64(len(log.data)-piece) {
			t.Errorf("asked from %v", log.asked)
		}
	})
}

func TestLogFollowsUntilTheRunHasEndedAndShowsItsLastLines(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(5), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		log.data = numberedLog(6)
		d.Wait(followMax)
		if got := lastLine(d.Text(40, 10)); got != "line 6" {
			t.Errorf("after growing the last line is %q", got)
		}
		log.data, log.more = numberedLog(9), false
		d.Show(kittest.EndedRun(1))
		if got := lastLine(d.Text(40, 10)); got != "line 9" {
			t.Errorf("at the end the last line is %q", got)
		}
		asked := len(log.asked)
		d.Wait(time.Minute)
		if len(log.asked) != asked {
			t.Errorf("asked %d times more after the end", len(log.asked)-asked)
		}
	})
}

func TestTheBorderNamesKeysOnlyWhileTheLogIsFocused(t *testing.T) {
	t.Parallel()
	logScene(t, &fakeLog{data: numberedLog(5)}, goodRun(1), func(t *testing.T, _ *kittest.Driver, p *Pane) {
		for _, focused := range []bool{true, false} {
			p.Focus(focused)
			if got := p.Hint(); strings.Contains(got, "/ search") != focused {
				t.Errorf("focused %t it says %q", focused, got)
			}
		}
	})
}

func TestLogAsksRarelyWhileNothingIsWritten(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(5), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Wait(time.Minute)
		quiet := len(log.asked)
		if quiet < 12 || quiet > 20 {
			t.Errorf("asked %d times in a minute", quiet)
		}
		for range 40 {
			log.data = append(log.data, "more\n"...)
			d.Wait(followMin)
		}
		if busy := len(log.asked) - quiet; busy < 25 {
			t.Errorf("asked only %d times in 20 s of writing", busy)
		}
	})
}

// TestLogAsksRarelyWhenNobodyLooksOrJenkinsIsAway counts the questions of ten minutes in which the log grows all the time.
func TestLogAsksRarelyWhenNobodyLooksOrJenkinsIsAway(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(*fakeLog, *Pane)
		most int
	}{
		"unfocused": {func(_ *fakeLog, p *Pane) { p.sh.Focused = false }, 122},
		"away":      {func(f *fakeLog, _ *Pane) { f.err = kittest.ErrAway }, 24},
	} {
		log := &fakeLog{data: numberedLog(5), more: true}
		logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
			c.set(log, p)
			before := len(log.asked)
			for range 600 {
				log.data = append(log.data, "more\n"...)
				d.Wait(time.Second)
			}
			if asked := len(log.asked) - before; asked < 20 || asked > c.most {
				t.Errorf("%s: asked %d times in ten minutes", name, asked)
			}
			log.err, p.sh.Focused = nil, true
			d.Wait(followRarest)
			if got, want := p.log.scr.win.end, int64(len(log.data)); got != want {
				t.Errorf("%s: later it is at %d of %d", name, got, want)
			}
		})
	}
}

func TestLogStopsAskingWhenHidden(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(5), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.Hide()
		asked := len(log.asked)
		log.data = numberedLog(7)
		d.Wait(time.Minute)
		if len(log.asked) != asked {
			t.Errorf("asked %d times while hidden", len(log.asked)-asked)
		}
		d.Show(kittest.RunningRun(1))
		d.Wait(followMin)
		if got := lastLine(d.Text(40, 10)); got != "line 7" {
			t.Errorf("back on the screen the last line is %q", got)
		}
	})
}

func TestLogScrollsUpToTheVeryBeginningAndBackWithoutAGap(t *testing.T) {
	t.Parallel()
	const n = 60_000
	log := &fakeLog{data: numberedLog(n)}
	logScene(t, log, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.log.scr.win.keep = 1_000_000
		seen := n - 9
		for range 2 * n / 9 {
			d.Do("page up")
			first := firstLine(d.Text(40, 10))
			var i int
			if _, err := fmt.Sscanf(first, "line %d", &i); err != nil || i > seen || seen-i > 10 {
				t.Fatalf("after line %d came %q", seen, first)
			}
			if seen = i; i == 1 {
				break
			}
		}
		if seen != 1 || p.log.scr.first != 0 {
			t.Fatalf("got to line %d only (first %d)", seen, p.log.scr.first)
		}
		for range 2 * n / 9 {
			d.Do("page down")
			var i int
			first := firstLine(d.Text(40, 10))
			if _, err := fmt.Sscanf(first, "line %d", &i); err != nil || i < seen || i-seen > 10 {
				t.Fatalf("after line %d came %q", seen, first)
			}
			seen = i
			if p.log.scr.first >= 0 && p.log.scr.first+p.log.scr.top+1 != i {
				t.Fatalf("line %d is counted as %d", i, p.log.scr.first+p.log.scr.top+1)
			}
		}
		if got := lastLine(d.Text(40, 10)); got != fmt.Sprintf("line %d", n) || !p.log.scr.follow {
			t.Fatalf("back at the end the last line is %q", got)
		}
		if p.log.scr.win.weight > p.log.scr.win.keep+3*piece*(lineCost+11)/11 {
			t.Errorf("holds %d bytes", p.log.scr.win.weight)
		}
	})
}

func TestLogGoesToTheBeginningAndToTheEndAtOnce(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(500_000)}
	logScene(t, log, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("top")
		if got := firstLine(d.Text(40, 10)); got != "line 1" {
			t.Errorf("g shows %q first", got)
		}
		d.Do("bottom")
		if got := lastLine(d.Text(40, 10)); got != "line 500000" {
			t.Errorf("G shows %q last", got)
		}
		if len(log.asked) > 6 {
			t.Errorf("asked %d times", len(log.asked))
		}
	})
}

func TestLogKeepsTheScreenStillWhileItGrowsUnlessItFollows(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(100), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("page up")
		before := d.Text(40, 10)
		log.data = numberedLog(200)
		d.Wait(2 * followMax)
		if after := d.Text(40, 10); after != before {
			t.Errorf("the screen moved:\n%s\n\n%s", before, after)
		}
		d.Do("follow")
		if got := lastLine(d.Text(40, 10)); got != "line 200" {
			t.Errorf("f shows %q last", got)
		}
	})
}

func TestLogDropsAnswersForARunThatIsNoLongerShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logs := map[string]*fakeLog{"a": {data: []byte("of a\n")}, "b": {data: []byte("of b\n")}}
		p := New(kittest.Shared())
		p.ask.run = func(c string) reader { return logs[c] }
		d := kittest.NewDriver(p)
		a, b := kittest.EndedRun(1), kittest.EndedRun(1)
		a.Controller, b.Controller = "a", "b"
		d.Run(p.Show(a))
		d.Show(b)
		if got := firstLine(d.Text(40, 10)); got != "of b" {
			t.Errorf("shows %q", got)
		}
		p.Hide()
	})
}

func TestLogSaysThatThereAreNoTimestamps(t *testing.T) {
	t.Parallel()
	told := func(t *testing.T, text string) (said string, mode textview.TimesMode) {
		logScene(t, &fakeLog{data: []byte(text)}, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
			d.Do("timestamps")
			said, mode = d.Notes[len(d.Notes)-1].Text, p.log.scr.times
		})
		return said, mode
	}
	if said, mode := told(t, "a\nb\n"); !strings.Contains(said, "no timestamps") || mode != textview.TimesShort {
		t.Errorf("told is %q, the mode is %v", said, mode)
	}
	if said, mode := told(t, "[2026-11-23T14:02:11.042Z] a\nb\n"); said != "timestamps: not shown" || mode != textview.TimesOff {
		t.Errorf("told is %q, the mode is %v", said, mode)
	}
}

func TestLogStates(t *testing.T) {
	t.Parallel()
	queued := jenkins.Run{
		Ref: jenkins.Ref{Job: "shop/web", QueueID: 7}, Status: jenkins.Queued, Why: "There are no nodes with the label ‘arm64’",
	}
	for _, tc := range []struct {
		name string
		log  *fakeLog
		run  jenkins.Run
		want string
	}{
		{"nothing selected", nil, jenkins.Run{}, "No run is selected.\nChoose one in the list of runs."},
		{"queue", nil, queued, "No console yet: the run waits for an executor.\n" + queued.Why},
		{"empty", &fakeLog{}, kittest.EndedRun(1), "The console is empty.\nThe run ended without writing anything."},
		{"empty so far", &fakeLog{more: true}, kittest.RunningRun(1), "The console is empty so far.\nWhat the run writes appears here."},
		{"away", &fakeLog{err: kittest.ErrAway}, kittest.EndedRun(1),
			"ask Jenkins for the log: connection refused\nIs the controller up? r asks again."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			logScene(t, tc.log, tc.run, func(t *testing.T, d *kittest.Driver, p *Pane) {
				got := d.Text(60, 5)
				kittest.Fits(t, got, 60, 5)
				if kittest.Unindented(got) != tc.want {
					t.Errorf("says:\n%s", got)
				}
			})
		})
	}
}

func TestLogKeepsWhatItHasWhileJenkinsIsAwayAndGoesOnAfterwards(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(5), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		log.err = kittest.ErrAway
		d.Wait(followMax)
		got := d.Text(80, 10)
		if !strings.Contains(got, "line 5") || !strings.Contains(lastLine(got), "connection refused. Is the controller up?") {
			t.Errorf("shows:\n%s", got)
		}
		log.err, log.data = nil, numberedLog(8)
		d.Wait(2 * followMax)
		if got := lastLine(d.Text(80, 10)); got != "line 8" {
			t.Errorf("back again, the last line is %q", got)
		}
	})
}

func TestLogSaysThatTheBuildWasDeletedWhileItWasRead(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(5), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		log.err = &jenkins.Error{Kind: jenkins.NotFound, Status: 404}
		d.Wait(followMax)
		if got := d.Text(80, 10); !strings.Contains(got, "line 5") || !strings.Contains(lastLine(got), "does not have this build any more") {
			t.Errorf("shows:\n%s", got)
		}
	})
}

const colourful = "Started by user \x1b[8mnot a note\x1b[0mci\n" +
	"[Pipeline] { (Test)\n[Pipeline] sh\n" +
	"[2026-11-23T14:02:11.042Z] + npm run e2e -- --shard 1/3\n" +
	"[2026-11-23T14:02:13.001Z] \x1b[1;32mRunning 42 tests\n" +
	"[2026-11-23T14:03:20.500Z] ✓ checkout › pays with a saved card (2.1s)\x1b[0m\n" +
	"14:03:24  ✓ 日本語のテスト 👩‍👩‍👧 é (1.4s)\n" +
	"\ttabbed\tcolumns\n" +
	"\x1b]0;title\x07\x1b[2J\x1b[38;5;203mERROR: \x1b[48;2;1;2;3mthe shard failed\x1b[m and went on\r\n" +
	"a long line that is cut or wrapped, since it says much more than fits into any pane of a hundred and twenty columns " +
	"and goes on and on until its end\n" +
	"npm ERR! Test failed.\n" +
	"Finished: FAILURE"

func TestLogFrames(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ w, h int }{{60, 20}, {80, 24}, {120, 40}} {
		for name, keys := range map[string][]string{
			"cut":    {"top"},
			"wrap":   {"wrap"},
			"times":  {"timestamps"},
			"search": {"filter", "text:tests", "key:enter"},
			"errors": {"top", "next error"},
			"right":  {"right"},
			"opened": {},
			"marked": {"mark lines", "up", "up"},
			"quiet":  {"pipeline lines"},
			"file":   {"save log"},
		} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size.w, size.h), func(t *testing.T) {
				t.Parallel()
				logScene(t, &fakeLog{data: []byte(colourful)}, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
					p.Resize(size.w, size.h)
					d.Do(keys...)
					frame := d.Frame(size.w, size.h)
					kittest.Fits(t, frame, size.w, size.h)
					golden.RequireEqual(t, []byte(p.Title(size.w)+"\n"+p.Hint()+"\n"+frame))
				})
			})
		}
	}
}

func FuzzLogText(f *testing.F) {
	f.Add([]byte(colourful), 40, 12, int64(3))
	f.Add([]byte("\x1b[31m\x1b[999;;38;5m\x9b31mx\xffy\u202ez\u0301\x1b["), 1, 1, int64(1))
	f.Add([]byte(strings.Repeat("日本", 9000)), 3, 4, int64(9))
	f.Fuzz(func(t *testing.T, text []byte, w, h int, seed int64) {
		w, h = 1+kittest.Abs(w)%130, 1+kittest.Abs(h)%50
		rnd := rand.New(rand.NewPCG(uint64(seed), 1))
		logScene(t, &fakeLog{data: text}, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
			p.Resize(w, h)
			p.log.scr.win.keep = 5000
			deeds := []string{"up", "down", "page up", "page down", "top", "bottom", "left", "right", "wrap", "timestamps",
				"next error", "previous error", "follow", "next match", "previous match", "back", "filter", "key:enter",
				"text:a", "key:backspace", "half page up"}
			for range 25 {
				d.Do(deeds[rnd.IntN(len(deeds))])
				kittest.Fits(t, d.Frame(w, h), w, h)
			}
		})
	})
}

func BenchmarkLogView(b *testing.B) {
	var text strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&text, "[2026-11-23T14:02:11.042Z] \x1b[32m[INFO]\x1b[0m Building module %d of the shop, target/classes\n", i)
	}
	for _, wrap := range []bool{false, true} {
		b.Run(fmt.Sprintf("wrap=%t", wrap), func(b *testing.B) {
			p := newTestLog(&fakeLog{})
			p.log.scr.win.append(console.Chunk{Text: []byte(text.String()), Next: int64(text.Len()), Size: int64(text.Len())})
			p.log.src.loaded, p.log.scr.wrap = true, wrap
			p.Resize(200, 60)
			b.ReportAllocs()
			for b.Loop() {
				p.View(200, 60)
			}
		})
	}
}

func TestLogSaysOnceThatTheConsoleWasCutAndShowsTheNewOne(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(500), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		log.data = []byte("cut\nnew 1\n")
		d.Wait(2 * followMax)
		log.data = append(log.data, "new 2\n"...)
		d.Wait(2 * followMax)
		if got := d.Text(40, 10); !strings.Contains(got, "cut\nnew 1\nnew 2") || strings.Contains(got, "line") {
			t.Errorf("shows:\n%s", got)
		}
		if len(d.Notes) != 1 || !strings.Contains(d.Notes[0].Text, "shorter than it was") {
			t.Errorf("says %v", d.Notes)
		}
	})
}

// TestLogThatBecameShorterIsShownFromWhereItDiffers follows a log, many pieces long, of which a part in the middle was
// replaced.
func TestLogThatBecameShorterIsShownFromWhereItDiffers(t *testing.T) {
	t.Parallel()
	whole := numberedLog(8000) // two pieces
	at := bytes.Index(whole, []byte("line 7000"))
	other := bytes.ReplaceAll(numberedLog(60), []byte("line"), []byte("other"))
	for _, c := range []struct {
		name        string
		log         []byte
		shows, ends string
	}{
		{"a part is another", slices.Concat(whole[:at], other), "other 1\nother 2\n", ""},
		{"its end was cut off", whole[:at], "line 6998\nline 6999", "line 6999\ngrown"},
		{"little is another", slices.Concat(whole[:at], other[:24]), "line 6999\nother 1\nother 2\nother 3", "other 3\ngrown"},
		{"it does not reach so far", []byte("begun anew\n"), "begun anew", "begun anew\ngrown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			log := &fakeLog{data: whole, more: true}
			logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
				for range 3 {
					d.Do("page up")
				}
				d.Do("bottom")
				log.data = c.log
				d.Wait(2 * followMax)
				if got := d.Text(40, 10); !strings.Contains(got, c.shows) {
					t.Errorf("shows:\n%s", got)
				}
				log.data = append(bytes.Clone(log.data), "grown\n"...)
				d.Wait(2 * followMax)
				if got := d.Text(40, 10); !strings.Contains(got, cmp.Or(c.ends, c.shows)) {
					t.Errorf("when it has grown it shows:\n%s", got)
				}
				if len(d.Notes) != 1 || !strings.Contains(d.Notes[0].Text, "shorter than it was") {
					t.Errorf("says %v", d.Notes)
				}
			})
		})
	}
}
