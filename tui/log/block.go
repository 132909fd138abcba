package log

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// block is the lines that are marked: from the line where that began to the one with the cursor, in either order.
type block struct{ from, to int }

func (b *block) has(i int) bool {
	return b != nil && min(b.from, b.to) <= i && i <= max(b.from, b.to)
}

func (b *block) lines() int { return max(b.from, b.to) - min(b.from, b.to) + 1 }

// beginBlock marks the line that was jumped to, else the last one on the screen where that follows, else the first.
func (s *screen) beginBlock() {
	if len(s.win.lines) == 0 {
		return
	}
	at := s.topLine()
	switch {
	case s.hit >= at:
		at = s.hit
	case s.follow:
		at = len(s.win.lines) - 1
		s.settleTop()
	}
	s.block = &block{at, at}
	s.moveBlock(0)
}

// moveBlock moves the end of the block by n lines that are shown, and the screen along with it.
func (s *screen) moveBlock(n int) {
	step := 1
	if n < 0 {
		step = -1
	}
	for at := s.block.to + step; n != 0 && at >= 0 && at < len(s.win.lines); at += step {
		if !s.isHidden(s.win.lines[at]) {
			s.block.to = at
			n -= step
		}
	}
	s.settleTop()
	if s.block.to <= s.top {
		s.top, s.row = s.block.to, 0
		return
	}
	d, rows := s.look(s.w, nil), -s.row
	for i := s.top; i <= s.block.to; i++ {
		rows += s.height(d, s.win.lines[i])
	}
	s.move(max(0, rows-s.h))
}

// blockText is the marked lines as plain text, without those that are hidden.
func (s *screen) blockText() string {
	var b strings.Builder
	for i := min(s.block.from, s.block.to); s.block.has(i) && i < len(s.win.lines); i++ {
		l := s.win.lines[i]
		if s.isHidden(l) {
			continue
		}
		if b.Len() > 0 && !l.Cont {
			b.WriteByte('\n')
		}
		b.WriteString(textview.Plain(l.Text))
	}
	return b.String()
}

// hitText is the line that was jumped to as plain text; ok is false where there is none.
func (s *screen) hitText() (text string, ok bool) {
	if s.hit < 0 || s.hit >= len(s.win.lines) {
		return "", false
	}
	return textview.Plain(s.win.lines[s.hit].Text), true
}
