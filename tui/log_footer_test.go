package tui

import (
	"strings"
	"testing"
	"time"
)

func TestTheFooterNamesTheKeysOfTheNextMatchWhileSomethingIsSearchedFor(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.m.focusOn(paneLog)
		d.send(tickMsg{})
		if strings.Contains(d.screen(), "n N match") {
			t.Error("before anything is searched for")
		}
		d.press("/")
		d.write("tests")
		d.press("enter")
		if got := d.screen(); !strings.Contains(got, "n N match") {
			t.Errorf("while it is searched for:\n%s", got)
		}
	})
}
