package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestUnaccentedLettersTellWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"shop/main": "shop/main", "Über-café": "Uber-cafe", "Straße": "Strasse", "Łódź": "Lodz", "smørrebrød": "smorrebrod",
		"u\u0308ber": "uber", "Ελλάδα": "Ελλαδα", "ビルド": "ヒルト", "테스트": "테스트", "naïve 日本": "naive 日本", "İzmir": "Izmir",
	} {
		bare, at := kit.Unaccented(in)
		if bare != want {
			t.Errorf("%q is %q, want %q", in, bare, want)
		}
		if at != nil && len(at) != len(bare) || at == nil && bare != in {
			t.Errorf("%q: %d places for %d bytes", in, len(at), len(bare))
		}
		if !slices.IsSorted(at) {
			t.Errorf("%q: the places go back: %v", in, at)
		}
	}
}

func TestFilterAndPickerFindNamesWithoutTheirAccents(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := sampleSnapshot(time.Now())
		s.Recent[0].Job = "team/Über-café"
		d := drive(t, testOptions(), 120, 40)
		d.send(s)
		for _, typed := range []string{"uber", "UBER-CAFE", "über", "cafe", "ubcaf"} {
			d.press("/")
			d.write(typed)
			if got := d.m.runs.Current(); got == nil || got.Job != "team/Über-café" || d.m.runs.Listed != 1 {
				t.Errorf("/%s finds %d runs, first %v", typed, d.m.runs.Listed, got)
			}
			d.press("esc")
		}
		mark := d.m.sh.Styles.Match.Render
		d.press("p")
		d.send(jobsMsg{controller: "ci", jobs: []jenkins.Job{{Name: "team/Über-café"}, {Name: "shop/main"}}})
		d.write("uber cafe")
		l := d.m.popup.(*listPopup)
		if len(l.hits) != 1 || l.items[l.hits[0].Index].label != "team/Über-café" {
			t.Errorf("the picker finds %v", l.hits)
		}
		if !strings.Contains(d.frame(), mark("Ü")) {
			t.Error("the letter found is not marked in the picker")
		}
	})
}
