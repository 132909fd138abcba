package runs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// rowsOf returns a row for each number, and a heading for 0.
func rowsOf(status jenkins.Status, numbers ...int) []Row {
	var rows []Row
	for _, n := range numbers {
		if n == 0 {
			rows = append(rows, Row{Heading: "recent"})
			continue
		}
		rows = append(rows, Row{Run: &jenkins.Run{Ref: jenkins.Ref{Job: "web", Number: n}, Status: status}})
	}
	return rows
}

func TestCursorStaysOnItsRunWhereverThatGoes(t *testing.T) {
	t.Parallel()
	l := &List{Height: 3}
	l.replace(rowsOf(jenkins.Running, 1, 2, 3, 4, 5))
	l.Move(3)
	if l.Selected.Number != 4 || l.Offset != 1 {
		t.Fatalf("selected is #%d, the first row in sight %d", l.Selected.Number, l.Offset)
	}
	l.replace(rowsOf(jenkins.Running, 7, 6, 1, 2, 3, 4, 5)) // two came above: #4 keeps its line
	if l.Current().Number != 4 || l.Cursor-l.Offset != 2 {
		t.Errorf("the cursor is on #%d in line %d", l.Current().Number, l.Cursor-l.Offset)
	}
	l.replace(append(rowsOf(jenkins.Running, 7, 6, 1, 2, 3, 5), rowsOf(jenkins.Success, 0, 4)...)) // it ended
	if l.Current().Number != 4 || l.Position() != "7 of 7" {
		t.Errorf("the cursor is on #%d, %s", l.Current().Number, l.Position())
	}
	l.Move(-1)
	if l.Current().Number != 5 {
		t.Errorf("past the heading it is on #%d", l.Current().Number)
	}
	l.replace(rowsOf(jenkins.Running, 1, 2))
	if l.Current() == nil || l.Selected.Number != 2 {
		t.Errorf("without its run it is on %v", l.Current())
	}
	l.replace(nil)
	if l.Current() != nil || l.Position() != "0 of 0" {
		t.Errorf("an empty list has %v, %s", l.Current(), l.Position())
	}
}

func TestAnotherChoiceBeginsAtItsTop(t *testing.T) {
	t.Parallel()
	l := &List{Height: 2}
	l.replace(rowsOf(jenkins.Running, 1, 2, 3, 4, 5))
	l.Move(4)
	l.restart(rowsOf(jenkins.Running, 1, 2, 3))
	if l.Selected.Number != 1 || l.Offset != 0 {
		t.Errorf("the cursor is on #%d, the first row in sight is %d", l.Selected.Number, l.Offset)
	}
}

func TestListsAreChosenSavedAndRemoved(t *testing.T) {
	t.Parallel()
	l := &Lists{Tabs: StandardTabs(), counts: []count{{runs: 12}, {runs: 3, partial: true}, {runs: 1}}}
	if l.choose(0) || l.choose(7) || !l.choose(1) || !l.narrowed() {
		t.Error("a list is chosen that was chosen before, or is not there")
	}
	st := kittest.Shared().Styles
	if got := kittest.Unstyled(l.row(80, []string{"1", "2"}, st)); got != "1 All 12   2 Mine 3 now   Failing 1" {
		t.Errorf("the row is %q", got)
	}
	if tab, ok := l.at(len("1 All 12   2"), 80, []string{"1", "2"}, st); tab != 1 || !ok {
		t.Errorf("the cell of Mine belongs to %d, %v", tab, ok)
	}
	if l.remove() {
		t.Error("a standard list is removed")
	}
	l.save("web", query.Must("job:web"))
	l.save("WEB", query.Must("job:web*"))
	if len(l.Tabs) != 4 || l.Tab != 3 || l.chosen().Query.String() != "job:web*" {
		t.Errorf("saved twice: %d lists, chosen is %+v", len(l.Tabs), l.chosen())
	}
	if !l.remove() || len(l.Tabs) != 3 || l.Tab != 0 {
		t.Errorf("removed: %d lists, chosen is %d", len(l.Tabs), l.Tab)
	}
}

// TestChosenListIsSeenAmongMany lists than fit.
func TestChosenListIsSeenAmongMany(t *testing.T) {
	t.Parallel()
	l := &Lists{Tabs: StandardTabs(), Tab: 8}
	keys := []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}
	for i := range 6 {
		l.Tabs = append(l.Tabs, kit.Filter{Name: "größer 日本 " + string(rune('A'+i))})
	}
	st := kittest.Shared().Styles
	for _, w := range []int{20, 40, 79, 119} {
		for l.Tab = range l.Tabs {
			row := kittest.Unstyled(l.row(w, keys, st))
			name := l.chosen().Name + " 0"
			before, _, found := strings.Cut(row, name)
			if at := kit.Width(before); !found || at+kit.Width(name) > w {
				t.Errorf("in %d cells %q is not seen: %q", w, name, row)
			} else if tab, ok := l.at(at, w, keys, st); !ok || tab != l.Tab {
				t.Errorf("in %d cells %q is list %d, %v", w, name, tab, ok)
			}
		}
	}
	if l.Tab = 0; strings.Contains(kittest.Unstyled(l.row(40, keys, st)), "…") {
		t.Error("the first ones are left out for nothing")
	}
}

func TestSearchTakesSuggestionsAndIsDropped(t *testing.T) {
	t.Parallel()
	s := &Search{}
	s.begin(kit.BuildKey{})
	s.Filter.Set("web stat")
	s.suggest(func() *query.Vocabulary { return &query.Vocabulary{} })
	if !s.take() || s.text() != "web status:" {
		t.Errorf("taken is %q", s.text())
	}
	s.suggest(func() *query.Vocabulary { return &query.Vocabulary{} })
	if s.read(); s.mistake != nil || s.query.String() != "web" {
		t.Errorf("a term without its value is %q, %v", s.query.String(), s.mistake)
	}
	if s.drop(); s.Typed || s.text() != "" {
		t.Errorf("dropped it is %q", s.text())
	}
}

func TestChooserOrdersAndGroups(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		run := func(job string, number int, status jenkins.Status, ago time.Duration) jenkins.Run {
			return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, Number: number}, Status: status, StartedAt: time.Now().Add(-ago)}
		}
		d := New(kittest.Shared()).Data
		d.Snaps = []*watch.Snapshot{{Controller: "ci", At: time.Now(), CausesAt: time.Now(),
			Runs:   []jenkins.Run{run("shop/web", 3, jenkins.Running, 5*time.Minute), run("lib", 9, jenkins.Running, time.Minute)},
			Recent: []jenkins.Run{run("shop/web", 2, jenkins.Failure, time.Hour), run("lib", 8, jenkins.Success, 2*time.Hour)}}}
		names := func(c *chooser) (out []string) {
			for _, r := range c.rows {
				out = append(out, r.Heading+r.Name)
			}
			return out
		}
		c := chooser{data: &d, lists: &Lists{Tabs: StandardTabs()}, typed: &query.Query{}, sort: sortNewest, now: time.Now()}
		if has := c.choose(); has.running != 2 || has.ended != 2 || has.counts[2].runs != 1 {
			t.Errorf("it has %+v", has)
		}
		if got, want := names(&c), []string{"lib", "shop/web", "recent", "shop/web", "lib"}; !slices.Equal(got, want) {
			t.Errorf("newest first: %q", got)
		}
		c.group = true
		c.choose()
		if got := strings.Join(names(&c), " "); got != "no folder lib lib shop web web" {
			t.Errorf("grouped: %q", got)
		}
	})
}
