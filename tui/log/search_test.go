package log

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

func TestLogFindsWithinAndBeyondWhatItHolds(t *testing.T) {
	t.Parallel()
	data := numberedLog(400_000)
	log := &fakeLog{data: data}
	logScene(t, log, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("filter", "text:line 399999", "key:enter")
		if p.log.scr.hit < 0 || p.log.scr.win.lines[p.log.scr.hit].Text != "line 399999" {
			t.Fatalf("hit %d", p.log.scr.hit)
		}
		d.Do("filter", "key:ctrl+u", "text:line 123456", "key:enter")
		if p.log.scr.hit < 0 || p.log.scr.win.lines[p.log.scr.hit].Text != "line 123456" {
			t.Fatalf("did not find a line far above: hit %d, notes %v", p.log.scr.hit, d.Notes)
		}
		if !strings.Contains(d.Text(40, 10), "line 123456") {
			t.Error("what was found is not on the screen")
		}
		d.Do("next match")
		if last := d.Notes[len(d.Notes)-1].Text; last != `"line 123456" not found below: once more to begin at the top` {
			t.Errorf("notes %q", last)
		}
		d.Do("next match")
		if last := d.Notes[len(d.Notes)-1].Text; p.log.scr.win.lines[p.log.scr.hit].Text != "line 123456" || last != "match 1, from the top again" {
			t.Errorf("it does not begin again: %q", last)
		}
		if p.log.scr.win.weight > windowSize {
			t.Errorf("holds %d bytes", p.log.scr.win.weight)
		}
		d.Do("back")
		if p.search.find != nil || strings.Contains(p.Hint(), "n N") {
			t.Error("esc keeps the search")
		}
	})
}

func TestLogCountsWhatASearchFinds(t *testing.T) {
	t.Parallel()
	last := func(d *kittest.Driver) string { return d.Notes[len(d.Notes)-1].Text }
	logScene(t, &fakeLog{data: numberedLog(200)}, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("top", "filter", "text:line 12", "key:enter")
		if got := p.Hint(); !strings.Contains(got, "match 1 of 11 · n N line 12") {
			t.Errorf("the border says %q", got)
		}
		d.Do("next match", "next match")
		if got := p.log.tally.text(p.log.src.more); got != "match 3 of 11" {
			t.Errorf("two further is %q", got)
		}
		d.Do("previous match", "previous match", "previous match")
		if got := p.log.tally.text(p.log.src.more); got != "match 11 of 11" || last(d) != "match 11 of 11, from the end again" {
			t.Errorf("before the first is %q, told is %q", got, last(d))
		}
		d.Do("filter", "key:ctrl+u", "text:line 77", "key:enter", "next match")
		if last(d) != "the only match" {
			t.Errorf("of one match is told %q", last(d))
		}
	})
	logScene(t, &fakeLog{data: numberedLog(900_000)}, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("top", "filter", "text:00000", "key:enter")
		for nth, want := range []string{"line 100000", "line 200000", "line 300000"} {
			if got := p.log.scr.win.lines[p.log.scr.hit].Text; got != want || p.log.tally.text(p.log.src.more) != fmt.Sprintf("match %d", nth+1) {
				t.Errorf("%q is %q, want %q", got, p.log.tally.text(p.log.src.more), want)
			}
			d.Do("next match")
		}
		d.Do("previous match")
		if got := p.log.tally.text(p.log.src.more); got != "match 3" {
			t.Errorf("back again is %q", got)
		}
		d.Do("bottom", "previous match")
		if got := p.log.tally.text(p.log.src.more); got != "" {
			t.Errorf("of one that was come upon from the end is told %q", got)
		}
	})
}

func TestLogSearchShowsThatItIsUnderWayAndCanBeStopped(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(1_000_000)}
	logScene(t, log, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.search.find = textview.NewFinder("nowhere")
		cmd := p.search.next(p.search.find, -1, &p.log)
		if cmd == nil || p.search.scan == nil {
			t.Fatal("no search is under way")
		}
		if got := lastLine(d.Text(60, 10)); !strings.HasPrefix(got, `searching "nowhere": 0% of 11.3 MB`) {
			t.Errorf("the foot says %q", got)
		}
		if !p.Back() || p.search.scan != nil {
			t.Error("esc does not stop it")
		}
		d.Run(cmd)
		d.Settle()
		if len(log.asked) > 2 {
			t.Errorf("it read on: %d questions", len(log.asked))
		}
	})
}

func TestLogGoesToTheNextError(t *testing.T) {
	t.Parallel()
	data := string(numberedLog(300)) + "src/a.c:3:1: error: no such type\n" + string(numberedLog(300)) + "Finished: FAILURE\n"
	logScene(t, &fakeLog{data: []byte(data)}, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("top", "next error")
		if p.log.scr.hit != 300 {
			t.Fatalf("e goes to line %d", p.log.scr.hit)
		}
		d.Do("next error")
		if p.log.scr.hit != 601 {
			t.Fatalf("e again goes to line %d", p.log.scr.hit)
		}
		d.Do("previous error")
		if p.log.scr.hit != 300 {
			t.Fatalf("E goes to line %d", p.log.scr.hit)
		}
	})
}

func BenchmarkLogNextError(b *testing.B) {
	text := strings.Repeat("[INFO] Building module 7 of the shop into target/classes, nothing special to be seen here\n", 40_000)
	lines, _ := textview.Split(nil, []byte(text), textview.Line{}, false)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		textview.ErrorFinder.Find(lines, 0, 1)
	}
}

func TestTheLogTellsWhereInItTheScreenIs(t *testing.T) {
	t.Parallel()
	// A console note takes room that nobody sees: what is shown is counted in lines.
	log := &fakeLog{data: append([]byte("\x1b[8mha:"+strings.Repeat("A", 4000)+"\x1b[0m"), numberedLog(40)...)}
	logScene(t, log, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Text(80, 10)
		d.Do("top")
		if got := p.Hint(); !strings.HasPrefix(got, "line 1 of 40 · 25% · ") {
			t.Errorf("at the top: %q", got)
		}
		d.Do("bottom")
		d.Do("up")
		if got := p.Hint(); !strings.HasPrefix(got, "line 30 of 40 · 97% · ") {
			t.Errorf("one line above the end: %q", got)
		}
	})
}

func TestTheFirstErrorLookedForFromTheEndIsAboveTheScreen(t *testing.T) {
	t.Parallel()
	data := string(numberedLog(50)) + "ERROR: script returned exit code 1\n" + string(numberedLog(30)) + "Finished: FAILURE\n"
	logScene(t, &fakeLog{data: []byte(data)}, goodRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Text(80, 10)
		if !p.log.scr.follow {
			t.Fatal("it does not stand at the end")
		}
		d.Do(string(kit.IntentNextError))
		if p.log.scr.hit != 50 {
			t.Errorf("e jumps to line %d", p.log.scr.hit)
		}
		d.Do(string(kit.IntentNextError))
		if p.log.scr.hit != 81 || d.Notes[len(d.Notes)-1].Text != "error 2 of 2" {
			t.Errorf("one more leads to line %d, the footer says %v", p.log.scr.hit, d.Notes)
		}
		d.Do(string(kit.IntentNextError))
		if p.log.scr.hit != 50 || d.Notes[len(d.Notes)-1].Text != "error 1 of 2, from the top again" {
			t.Errorf("another leads to line %d, the footer says %v", p.log.scr.hit, d.Notes)
		}
	})
}

func TestALogWithoutErrorsSaysSo(t *testing.T) {
	t.Parallel()
	for _, in := range []kit.Intent{kit.IntentNextError, kit.IntentPrevError} {
		for _, lines := range []int{40, 200_000} { // the second is more than the window holds
			logScene(t, &fakeLog{data: numberedLog(lines)}, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
				d.Text(80, 10)
				d.Do(string(in))
				d.Settle()
				if n := len(d.Notes); n != 1 || d.Notes[0].Text != "no error in this log" {
					t.Errorf("%s in %d lines: the footer says %v", in, lines, d.Notes)
				}
			})
		}
	}
}
