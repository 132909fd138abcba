package tui

import (
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestFilterFindsNamesWithoutTheirAccents(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := sampleSnapshot(time.Now())
		s.Recent[0].Job = "team/Über-café"
		d := drive(t, testOptions(), 120, 40)
		d.send(s)
		for _, typed := range []string{"uber", "UBER-CAFE", "über", "cafe", "ubcaf"} {
			d.press("/")
			d.write(typed)
			if got := d.m.runs.Current(); got == nil || got.Job != "team/Über-café" || d.m.runs.List.Listed != 1 {
				t.Errorf("/%s finds %d runs, first %v", typed, d.m.runs.List.Listed, got)
			}
			d.press("esc")
		}
	})
}
