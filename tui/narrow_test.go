package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/footer"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestSeveralControllersAreToldApartInEveryWidth(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.Controllers[0].Name = "prod-eu"
		o.Controllers = append(o.Controllers,
			kit.Controller{Name: "prod-us", Host: "us.example.com"}, kit.Controller{Name: "staging", Host: "s.example.com"})
		for _, w := range []int{60, 80, 120, 200, 300} {
			d := drive(t, o, w, 30)
			for _, c := range o.Controllers {
				s := watch.Snapshot{Controller: c.Name, At: time.Now(), Runs: []jenkins.Run{{
					Ref: jenkins.Ref{Controller: c.Name, Job: "shop/web", Number: 7}, Status: jenkins.Running, StartedAt: time.Now()}}}
				d.send(s)
			}
			d.m.runs.Do(kit.IntentBottom) // the cursor's mark is no difference
			rows := map[string]bool{}
			for _, l := range strings.Split(d.screen(), "\n") {
				if i := strings.Index(l, "shop/web"); i >= 0 && strings.Contains(l, "▶") {
					rows[strings.TrimLeft(l[:i], "│▌▶ ")] = true
				}
			}
			if len(rows) != 3 {
				t.Errorf("%d cells: the rows of three controllers begin %v", w, rows)
			}
		}
	})
}

func TestMarkThatIsTheNameIsSaidOnce(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.Controllers = append(o.Controllers, kit.Controller{Name: "production", Host: "p.example.com", Mark: "PRODUCTION"})
		d := drive(t, o, 80, 24)
		for _, name := range []string{"ci", "production"} {
			s := sampleSnapshot(time.Now())
			s.Controller = name
			d.send(s)
		}
		header, _, _ := strings.Cut(d.screen(), "\n")
		if strings.Contains(header, "production") || !strings.Contains(header, "PRODUCTION  ●") || !strings.HasPrefix(header, " jenkwatch ") {
			t.Errorf("the header is %q", header)
		}
	})
}

func TestTabsStandInTheTitleWhereTheyHaveNoLine(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		lines := strings.Split(d.screen(), "\n")
		const tabs = "╭─ Runs  1 All 11   2 Mine 2   3 Failing 2 ─"
		if !strings.HasPrefix(lines[1], tabs) {
			t.Fatalf("the title is %q", lines[1])
		}
		d.send(tea.MouseClickMsg{X: kit.Width("╭─ Runs  1 All 11   2 Mine 2   3 F"), Y: 1, Button: tea.MouseLeft})
		if d.m.runs.Lists.Tab != 2 {
			t.Errorf("a press on the third tab chose tab %d", d.m.runs.Lists.Tab)
		}
		d.press("O")
		if title := strings.Split(d.screen(), "\n")[1]; !strings.Contains(title, "Runs · Failing · by name") {
			t.Errorf("sorted, the title is %q", title)
		}
		d.send(tea.MouseClickMsg{X: 9, Y: 1, Button: tea.MouseLeft})
		if d.m.runs.Lists.Tab != 2 {
			t.Error("a press on a title without tabs chose one")
		}
	})
}

func TestFilterThatWasOnlyTypedLeavesNoTrace(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.selectJob("shop/cart/PR-88")
		was := d.m.runs.List.Selected
		d.press("/")
		d.write("bench")
		if d.m.runs.Current().Job != "tools/bench" {
			t.Fatalf("the filter leaves %v selected", d.m.runs.Current().Ref)
		}
		d.press("esc")
		if d.m.runs.List.Selected != was {
			t.Errorf("esc leaves the cursor on %v", d.m.runs.List.Selected)
		}
		d.press("/")
		d.write("shop")
		d.press("down", "esc")
		if got := d.m.runs.Current().Job; got == "shop/cart/PR-88" || !strings.HasPrefix(got, "shop/") {
			t.Errorf("esc took back what was chosen with the cursor: %s", got)
		}
	})
}

func TestPipelineWithoutANodeShowsWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		s := sampleSnapshot(time.Now())
		r := &s.Runs[3]
		r.Why, r.QueuedAt, r.Estimated = "‘Jenkins’ doesn’t have label ‘arm64’", time.Now().Add(-3*time.Minute), 10*time.Second
		d.send(s)
		d.selectJob(r.Job)
		if screen := d.screen(); !strings.Contains(screen, "#7  no agent \"arm64\"   3m") ||
			!strings.Contains(screen, "… RUNNING") || !strings.Contains(screen, "… ‘Jenkins’ doesn’t have label ‘arm64’, for 3m") {
			t.Errorf("the reason it waits is not shown:\n%s", screen)
		}
		d.ask(kit.IntentStatus)
		d.ask(kit.IntentStatus)
		if !slices.Contains(listedJobs(d), r.Job) {
			t.Errorf("it is not among what waits: %v", listedJobs(d))
		}
		for range 4 {
			d.ask(kit.IntentStatus)
		}
		d.selectJob(r.Job)
		r.Nodes = []string{"agent-7"} // another part of it goes on
		d.send(s)
		if screen := d.screen(); !strings.Contains(screen, "▶ shop/cart/PR-88") || !strings.Contains(screen, "Build, n") {
			t.Errorf("a part that waits hides the rest:\n%s", screen)
		}
	})
}

func TestErrorOfAnActionKeepsItsHintHoweverLong(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		for _, w := range []int{60, 80} {
			d := drive(t, testOptions(), w, 24)
			d.send(sampleSnapshot(time.Now()))
			d.send(kit.NoteMsg{Err: hinted{errors.New("keep the layout for the next start: open /a/very/long/path/to/some/folder/prefs.json: permission denied"),
				"make the folder writable, or name another one in JENKWATCH_STATE"}})
			flat := strings.Join(strings.Fields(d.screen()), " ")
			for _, want := range []string{"✗ keep the layout", "permission denied", "or name another one in JENKWATCH_STATE.", "q quit"} {
				if !strings.Contains(flat, want) {
					t.Errorf("%d cells: %q is not on the screen:\n%s", w, want, d.screen())
				}
			}
			time.Sleep(footer.ErrorFor)
			d.send(kit.TickMsg{})
			if strings.Contains(d.screen(), "permission denied") || d.m.panes.plan.Note != 0 {
				t.Errorf("%d cells: the error stays:\n%s", w, d.screen())
			}
		}
	})
}

type hinted struct {
	error
	hint string
}

func (h hinted) Hint() string { return h.hint }
