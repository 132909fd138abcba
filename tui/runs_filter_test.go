package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestTabsCountWhatTheyChoose(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.Tabs = []kit.Filter{{Name: "Shop", Query: query.Must("job:shop")}, {Name: "Waiting", Query: query.Must("status:paused")}}
		d := drive(t, o, 120, 40)
		d.send(sampleSnapshot(time.Now()))
		want := "1 All 11   2 Mine 2   3 Failing 2   4 Shop 5   5 Waiting 1"
		if !strings.Contains(d.screen(), want) {
			t.Errorf("the tabs are not %q:\n%s", want, d.screen())
		}
		d.press("5")
		if got := listedJobs(d); len(got) != 1 || got[0] != "release/ship-it" {
			t.Errorf("tab 5 lists %v", got)
		}
		d.press("9") // there is none
		if d.m.runs.Lists.Tab != 4 {
			t.Errorf("a key without a tab chose tab %d", d.m.runs.Lists.Tab)
		}
	})
}

func listedJobs(d *driver) []string {
	var jobs []string
	for _, r := range d.m.runs.List.Rows {
		if r.Run != nil {
			jobs = append(jobs, r.Run.Job)
		}
	}
	return jobs
}

func TestFilterFindsNamesFuzzilyAndNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 11}, {"shop", 5}, {"SHOP", 5}, {"shpcrt", 2}, {"main shop", 2}, {"login", 1}, {"#412", 1}, {"1203", 1}, {"zzz", 0},
		{"infra images", 1}, {"feature/login", 1},
	} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, testOptions(), 120, 40)
			d.send(sampleSnapshot(time.Now()))
			d.press("/")
			d.write(c.text)
			d.press("enter")
			if got := len(listedJobs(d)); got != c.want {
				t.Errorf("filter %q lists %d runs, want %d: %v", c.text, got, c.want, listedJobs(d))
			}
		})
	}
}

func TestFilterFindsWhatTheRowShows(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"FAILURE":   {"shop/cart/main"},
		"not_built": {"docs/site"},
		"alice":     {"release/ship-it", "shop/checkout/main"},
		"Gate":      {"release/ship-it"},
		"agent-9":   {"shop/checkout/main"},
		"input":     {"release/ship-it"},
		"arm64":     {"shop/web/feature%2Flogin"},
		"no agent":  {"shop/web/feature%2Flogin"},
		"candidate": {"hello-free"},
		"élan":      {"hello-free"},
		"9":         {"shop/checkout/PR-91"}, // not what runs on agent-9
	} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, testOptions(), 120, 40)
			s := sampleSnapshot(time.Now())
			for i := range s.Runs {
				if s.Runs[i].Job == "hello-free" {
					s.Runs[i].DisplayName = "Candidate Élan"
				}
			}
			s.Runs = slices.DeleteFunc(s.Runs, func(r jenkins.Run) bool { return r.Number == 902 })
			d.send(s)
			d.press("/")
			d.write(text)
			if got := listedJobs(d); !slices.Equal(got, want) {
				t.Errorf("filter %q lists %v, want %v", text, got, want)
			}
		})
	}
}

func TestFilterListsWhatWasTypedBeforeScatteredLetters(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("/")
		d.write("be") // the first waits for a label
		if got, want := listedJobs(d), []string{"shop/web/feature%2Flogin", "tools/bench"}; !slices.Equal(got, want) {
			t.Errorf("be lists %v, want %v", got, want) // and not lib/parser/main, which nobody means by it
		}
		d.press("esc", "/")
		d.write("lprn") // nothing answers better
		if got, want := listedJobs(d), []string{"lib/parser/main"}; !slices.Equal(got, want) {
			t.Errorf("lprn lists %v, want %v", got, want)
		}
	})
}

func TestKeptFilterIsSaidWhereverTheFocusIs(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("/")
		d.write("bench")
		d.press("enter", "tab", "z")
		if got := d.screen(); !strings.Contains(got, "filtered by bench") || strings.Contains(got, "to filter") {
			t.Errorf("shows:\n%s", got)
		}
	})
}

func TestStatusFilterSortAndGroups(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.ask(kit.IntentStatus)
		if got := len(listedJobs(d)); got != 5 {
			t.Errorf("running lists %d", got)
		}
		d.press("O")
		if got := listedJobs(d); !slices.IsSorted(got) {
			t.Errorf("by name it lists %v", got)
		}
		d.press("esc", "O", "O", "O", "O", "F")
		var headings []string
		for _, r := range d.m.runs.List.Rows {
			if r.Run == nil {
				headings = append(headings, r.Heading)
			}
		}
		want := []string{"no folder", "docs", "infra", "lib/parser", "release", "shop/cart", "shop/checkout", "shop/web", "tools"}
		if !slices.Equal(headings, want) {
			t.Errorf("the groups are %v", headings)
		}
		if d.m.runs.Current() == nil {
			t.Error("the cursor stands on a heading")
		}
	})
}

func TestFilterThatLeavesTheSelectedRunOutSelectsTheFirst(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("G", "/")
		d.write("shop")
		if got := d.m.runs.Current().Job; got != "shop/checkout/main" {
			t.Errorf("%s is selected", got)
		}
		d.press("down")
		d.write("/cart")
		if got := d.m.runs.Current().Job; got != "shop/cart/PR-88" {
			t.Errorf("the selection left a run that is still listed, for %s", got)
		}
	})
}

func TestEmptyListSaysWhatNarrowsIt(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		s := sampleSnapshot(time.Now())
		s.Queue = nil
		s.Runs = s.Runs[:1]
		d.send(s)
		d.ask(kit.IntentStatus)
		d.ask(kit.IntentStatus)
		if got := d.screen(); !strings.Contains(got, "Nothing is waiting.") {
			t.Errorf("by status:\n%s", got)
		}
		d.press("3", "/")
		d.write("zzz")
		if got := d.screen(); !strings.Contains(got, "Nothing is waiting and matches /zzz in Failing.") {
			t.Errorf("by all there is:\n%s", got)
		}
	})
}

func TestListThatIsChosenBeginsWithItsFirstRow(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press("/")
		d.write("hello")
		d.press("enter", "esc")
		if r := d.m.runs; r.Current().Job != "hello-free" || r.List.Cursor == 0 || r.List.Offset != 0 {
			t.Errorf("once the filter is dropped the list begins with row %d, the cursor is on %d", r.List.Offset, r.List.Cursor)
		}
	})
}
