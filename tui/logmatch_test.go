package tui

import (
	"fmt"
	"strings"
	"testing"
)

func TestLogFindsWithinAndBeyondWhatItHolds(t *testing.T) {
	t.Parallel()
	data := numberedLog(400_000)
	log := &fakeLog{data: data}
	logScene(t, log, endedRun(1), func(t *testing.T, d *paneDriver, p *logPane) {
		d.do("filter", "text:line 399999", "key:enter")
		if p.hit < 0 || p.win.lines[p.hit].text != "line 399999" {
			t.Fatalf("hit %d", p.hit)
		}
		d.do("filter", "key:ctrl+u", "text:line 123456", "key:enter")
		if p.hit < 0 || p.win.lines[p.hit].text != "line 123456" {
			t.Fatalf("did not find a line far above: hit %d, notes %v", p.hit, d.notes)
		}
		if !strings.Contains(d.text(40, 10), "line 123456") {
			t.Error("what was found is not on the screen")
		}
		d.do("next match")
		if last := d.notes[len(d.notes)-1].text; last != `"line 123456" not found below: once more to begin at the top` {
			t.Errorf("notes %q", last)
		}
		d.do("next match")
		if last := d.notes[len(d.notes)-1].text; p.win.lines[p.hit].text != "line 123456" || last != "match 1, from the top again" {
			t.Errorf("it does not begin again: %q", last)
		}
		if p.win.weight > logKeep {
			t.Errorf("holds %d bytes", p.win.weight)
		}
		d.do("back")
		if p.find != nil || strings.Contains(p.hint(), "n N") {
			t.Error("esc keeps the search")
		}
	})
}

func TestLogCountsWhatASearchFinds(t *testing.T) {
	t.Parallel()
	last := func(d *paneDriver) string { return d.notes[len(d.notes)-1].text }
	logScene(t, &fakeLog{data: numberedLog(200)}, endedRun(1), func(t *testing.T, d *paneDriver, p *logPane) {
		d.do("top", "filter", "text:line 12", "key:enter")
		if got := p.hint(); !strings.Contains(got, "match 1 of 11 · n N line 12") {
			t.Errorf("the border says %q", got)
		}
		d.do("next match", "next match")
		if got := p.matchText(); got != "match 3 of 11" {
			t.Errorf("two further is %q", got)
		}
		d.do("previous match", "previous match", "previous match")
		if got := p.matchText(); got != "match 11 of 11" || last(d) != "match 11 of 11, from the end again" {
			t.Errorf("before the first is %q, told is %q", got, last(d))
		}
		d.do("filter", "key:ctrl+u", "text:line 77", "key:enter", "next match")
		if last(d) != "the only match" {
			t.Errorf("of one match is told %q", last(d))
		}
	})
	logScene(t, &fakeLog{data: numberedLog(900_000)}, endedRun(1), func(t *testing.T, d *paneDriver, p *logPane) {
		d.do("top", "filter", "text:00000", "key:enter")
		for nth, want := range []string{"line 100000", "line 200000", "line 300000"} {
			if got := p.win.lines[p.hit].text; got != want || p.matchText() != fmt.Sprintf("match %d", nth+1) {
				t.Errorf("%q is %q, want %q", got, p.matchText(), want)
			}
			d.do("next match")
		}
		d.do("previous match")
		if got := p.matchText(); got != "match 3" {
			t.Errorf("back again is %q", got)
		}
		d.do("bottom", "previous match")
		if got := p.matchText(); got != "" {
			t.Errorf("of one that was come upon from the end is told %q", got)
		}
	})
}

func TestLogSearchShowsThatItIsUnderWayAndCanBeStopped(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(1_000_000)}
	logScene(t, log, endedRun(1), func(t *testing.T, d *paneDriver, p *logPane) {
		p.find = newFinder("nowhere")
		cmd := p.next(p.find, -1)
		if cmd == nil || p.scan == nil {
			t.Fatal("no search is under way")
		}
		if got := lastLine(d.text(60, 10)); !strings.HasPrefix(got, `searching "nowhere": 0% of 11.3 MB`) {
			t.Errorf("the foot says %q", got)
		}
		if !p.back() || p.scan != nil {
			t.Error("esc does not stop it")
		}
		d.run(cmd)
		d.settle()
		if len(log.asked) > 2 {
			t.Errorf("it read on: %d questions", len(log.asked))
		}
	})
}

func TestLogGoesToTheNextError(t *testing.T) {
	t.Parallel()
	data := string(numberedLog(300)) + "src/a.c:3:1: error: no such type\n" + string(numberedLog(300)) + "Finished: FAILURE\n"
	logScene(t, &fakeLog{data: []byte(data)}, endedRun(1), func(t *testing.T, d *paneDriver, p *logPane) {
		d.do("top", "next error")
		if p.hit != 300 {
			t.Fatalf("e goes to line %d", p.hit)
		}
		d.do("next error")
		if p.hit != 601 {
			t.Fatalf("e again goes to line %d", p.hit)
		}
		d.do("previous error")
		if p.hit != 300 {
			t.Fatalf("E goes to line %d", p.hit)
		}
	})
}

func BenchmarkLogNextError(b *testing.B) {
	text := strings.Repeat("[INFO] Building module 7 of the shop into target/classes, nothing special to be seen here\n", 40_000)
	lines, _ := splitLog(nil, []byte(text), logLine{}, false)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		errorFinder.find(lines, 0, 1)
	}
}
