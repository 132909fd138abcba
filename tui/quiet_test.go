package tui

import (
	"errors"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/log"
)

func TestNothingIsDrawnWhereNothingNewIsToBeSeen(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.frame()
		same := func(what string, want bool) {
			t.Helper()
			d.m.drawn = "kept"
			if got := d.m.View().Content == "kept"; got != want {
				t.Errorf("after %s the last frame was kept: %v, want %v", what, got, want)
			}
		}
		d.m.Update(log.LogTimerMsg{})
		same("a timer", true)
		d.m.Update(log.LogAnswerMsg{Ask: log.AskNewer})
		same("an answer without news", true)
		d.m.Update(log.LogAnswerMsg{Ask: log.AskNewer, Chunk: console.LogChunk{Text: []byte("more")}})
		same("more of the log", false)
		d.m.Update(log.LogAnswerMsg{Ask: log.AskNewer, Err: errors.New("away")})
		same("an error", false)
		d.m.Update(kit.TickMsg{})
		d.m.Update(log.LogTimerMsg{})
		same("a second that was not drawn, and a timer", false)
	})
}
