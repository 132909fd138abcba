package log

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/tui/textview"
)

func TestLogFindsWithinAndBeyondWhatItHolds(t *testing.T) {
	t.Parallel()
	data := numberedLog(400_000)
	log := &fakeLog{data: data}
	logScene(t, log, endedRun(1), func(t *testing.T, d *paneDriver, p *Pane) {
		d.do("filter", "text:line 399999", "key:enter")
		if p.Hit < 0 || p.Win.Lines[p.Hit].Text != "line 399999" {
			t.Fatalf("hit %d", p.Hit)
		}
		d.do("filter", "key:ctrl+u", "text:line 123456", "key:enter")
		if p.Hit < 0 || p.Win.Lines[p.Hit].Text != "line 123456" {
			t.Fatalf("did not find a line far above: hit %d, notes %v", p.Hit, d.notes)
		}
		if !strings.Contains(d.text(40, 10), "line 123456") {
			t.Error("what was found is not on the screen")
		}
		d.do("next match")
		if last := d.notes[len(d.notes)-1].Text; last != `"line 123456" not found below: once more to begin at the top` {
			t.Errorf("notes %q", last)
		}
		d.do("next match")
		if last := d.notes[len(d.notes)-1].Text; p.Win.Lines[p.Hit].Text != "line 123456" || last != "match 1, from the top again" {
			t.Errorf("it does not begin again: %q", last)
		}
		if p.Win.weight > logKeep {
			t.Errorf("holds %d bytes", p.Win.weight)
		}
		d.do("back")
		if p.Find != nil || strings.Contains(p.Hint(), "n N") {
			t.Error("esc keeps the search")
		}
	})
}

func TestLogCountsWhatASearchFinds(t *testing.T) {
	t.Parallel()
	last := func(d *paneDriver) string { return d.notes[len(d.notes)-1].Text }
	logScene(t, &fakeLog{data: numberedLog(200)}, endedRun(1), func(t *testing.T, d *paneDriver, p *Pane) {
		d.do("top", "filter", "text:line 12", "key:enter")
		if got := p.Hint(); !strings.Contains(got, "match 1 of 11 · n N line 12") {
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
	logScene(t, &fakeLog{data: numberedLog(900_000)}, endedRun(1), func(t *testing.T, d *paneDriver, p *Pane) {
		d.do("top", "filter", "text:00000", "key:enter")
		for nth, want := range []string{"line 100000", "line 200000", "line 300000"} {
			if got := p.Win.Lines[p.Hit].Text; got != want || p.matchText() != fmt.Sprintf("match %d", nth+1) {
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
	logScene(t, log, endedRun(1), func(t *testing.T, d *paneDriver, p *Pane) {
		p.Find = textview.NewFinder("nowhere")
		cmd := p.next(p.Find, -1)
		if cmd == nil || p.scan == nil {
			t.Fatal("no search is under way")
		}
		if got := lastLine(d.text(60, 10)); !strings.HasPrefix(got, `searching "nowhere": 0% of 11.3 MB`) {
			t.Errorf("the foot says %q", got)
		}
		if !p.Back() || p.scan != nil {
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
	logScene(t, &fakeLog{data: []byte(data)}, endedRun(1), func(t *testing.T, d *paneDriver, p *Pane) {
		d.do("top", "next error")
		if p.Hit != 300 {
			t.Fatalf("e goes to line %d", p.Hit)
		}
		d.do("next error")
		if p.Hit != 601 {
			t.Fatalf("e again goes to line %d", p.Hit)
		}
		d.do("previous error")
		if p.Hit != 300 {
			t.Fatalf("E goes to line %d", p.Hit)
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
