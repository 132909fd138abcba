package log

import (
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// screenOf is a screen of 40x10 on a log that is held whole.
func screenOf(text string) *screen {
	s := newScreen(&layout{w: 40, h: 10})
	s.replace(console.Chunk{Next: int64(len(text)), Size: int64(len(text)), Text: []byte(text)})
	return &s
}

func (s *screen) text() string {
	return kittest.Unstyled(strings.Join(s.rows(s.w, s.h, nil, kittest.Styles(false)), "\n"))
}

func TestAScreenFollowsAgainOnlyAtTheEndOfTheLog(t *testing.T) {
	t.Parallel()
	for _, atEnd := range []bool{true, false} {
		s := screenOf(string(numberedLog(30)))
		if s.scroll(-5, atEnd); s.follow || !strings.HasPrefix(s.text(), "line 16\n") {
			t.Errorf("five up it shows\n%s", s.text())
		}
		if s.scroll(9, atEnd); s.follow != atEnd || !strings.HasSuffix(s.text(), "line 30") {
			t.Errorf("at the end %t it follows %t and shows\n%s", atEnd, s.follow, s.text())
		}
	}
}

func TestAScreenStaysOnItsLinesWhenOthersComeBeforeThem(t *testing.T) {
	t.Parallel()
	s := screenOf(string(numberedLog(30)))
	s.jump(20)
	s.beginBlock()
	before := s.text()
	text := "older 1\nolder 2\n"
	s.win.start = int64(len(text))
	s.shift(s.win.prepend(console.Chunk{Next: int64(len(text)), Text: []byte(text)}))
	if got := s.text(); got != before || s.blockText() != "line 21" {
		t.Errorf("it shows\n%s\nwith %q marked, before\n%s", got, s.blockText(), before)
	}
}

func TestASourceAsksOneQuestionOnceAtATime(t *testing.T) {
	t.Parallel()
	var src source
	src.run = jenkins.Run{Ref: jenkins.Ref{Number: 1}, Status: jenkins.Running}
	log := &fakeLog{data: numberedLog(3), more: true}
	if src.stop(); src.read(askEnd, &window{}) != nil {
		t.Error("it asks before it has begun")
	}
	src.begin(t.Context(), 1, log)
	cmd := src.read(askEnd, &window{})
	if cmd == nil || src.read(askEnd, &window{}) != nil || src.read(askSize, &window{}) == nil {
		t.Fatal("one question is asked twice, or only one")
	}
	if a := cmd().(answerMsg); a.err != nil || !src.on(a.session) || a.chunk.Size != int64(len(log.data)) {
		t.Errorf("the answer is %+v", a)
	}
	src.begin(t.Context(), 2, log)
	if src.on(1) || src.read(askEnd, &window{}) == nil {
		t.Error("an answer of the session before counts in the next")
	}
}
