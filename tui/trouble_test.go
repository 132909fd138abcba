package tui

import (
	"errors"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestErrorLeavesTheNameThatItBeginsWith(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		err := hinted{errors.New("data/big log has no builds yet"), "start one in Jenkins"}
		if got := kit.SayError(err); got != "data/big log has no builds yet. Start one in Jenkins." {
			t.Errorf("says %q", got)
		}
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.send(kit.NoteMsg{Err: err})
		shows(t, d, "data/big log has no builds yet", "Start one in Jenkins.")
	})
}
