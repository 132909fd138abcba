package env

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestDiffComparesWhatBothConsolesPrintedWhenThatIsAskedFor(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Run(d.Pane.Update(kit.PrintedMsg{Build: kit.BuildKey{Ref: kittest.EndedRun(412).Ref}, Vars: kittest.Vars(env.Printed, "STEP_SAW", "412")}))
		d.Do("diff")
		d.Choose("the previous run")
		if got := d.Text(120, 40); strings.Contains(got, "STEP_SAW") || !strings.Contains(got, "l reads both") || f.Consoles != nil {
			t.Errorf("consoles %v were read before that was asked for:\n%s", f.Consoles, got)
		}
		d.Do("read consoles")
		got := d.Text(120, 40)
		if !slices.Equal(f.Consoles, []int{412, 411}) || !strings.Contains(got, "~ STEP_SAW") || strings.Contains(got, "l reads both") {
			t.Errorf("consoles %v were read:\n%s", f.Consoles, got)
		}
	})
}

func TestEnvDiffsAgainstEachRunThatCanBeChosen(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{
		"the previous run":    "Diff  shop/checkout/main #412 with #411 (previous)",
		"the last good run":   "Diff  shop/checkout/main #412 with #410 (last good)",
		"the last failed run": "Diff  shop/checkout/main #412 with #411 (last failed)",
		"the marked run":      "Diff  shop/checkout/main #412 with #410 (marked)",
	} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			envScene(t, kittest.SampleEnvs(), kittest.EndedRun(410), func(t *testing.T, d *kittest.Driver, p *Pane) {
				d.Do("mark")
				d.Show(kittest.EndedRun(412))
				d.Do("diff")
				d.Choose(label)
				if got := p.Title(100); got != want {
					t.Errorf("the title is %q", got)
				}
				if !p.diff.done || p.diff.result.Count(env.Changed) == 0 {
					t.Errorf("no result: %+v", p.diff.err)
				}
				d.Do("diff")
				if p.diff != nil {
					t.Error("D does not close it")
				}
			})
		})
	}
}

func TestEnvDiffsAgainstARunThatIsMarkedInTheList(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Run(p.Update(kit.DiffMsg{Marked: []jenkins.Run{kittest.EndedRun(412), kittest.EndedRun(410)}}))
		d.Settle()
		d.Choose("the marked run")
		if got := p.Title(100); got != "Diff  shop/checkout/main #412 with #410 (marked)" {
			t.Errorf("the title is %q", got)
		}
	})
}

func TestEnvDiffsAgainstARunThatIsNamed(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("diff")
		d.Choose("another run…")
		d.Do("text:#410", "key:enter")
		if got := p.Title(100); got != "Diff  shop/checkout/main #412 with #410 (#410)" {
			t.Errorf("the title is %q", got)
		}
		d.Do("diff", "diff")
		d.Choose("another run…")
		d.Do("text:other/job", "key:enter")
		if got := p.Title(100); got != "Diff  shop/checkout/main #412 with other/job #9" {
			t.Errorf("the title is %q", got)
		}
	})
}

func TestEnvDiffsAgainstARunOfAnotherController(t *testing.T) {
	t.Parallel()
	here, there := kittest.SampleEnvs(), kittest.SampleEnvs()
	envScene(t, here, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.sh.Opts.Controllers = []kit.Controller{{Name: kittest.EndedRun(412).Controller}, {Name: "there"}}
		p.Reader = func(controller string) *kit.EnvReader {
			if controller == "there" {
				r := there.Reader()
				r.Controller = controller
				return r
			}
			r := here.Reader()
			r.Parse = func(string) (jenkins.BuildSpec, error) { return jenkins.BuildSpec{}, kittest.ErrAway }
			return r
		}
		marked := kittest.EndedRun(411)
		marked.Controller = "there"
		d.Run(p.compare(compareMsg{run: marked}))
		d.Settle()
		d.Run(p.compare(compareMsg{name: "http://there/job/x/9/"}))
		d.Settle()
		if len(here.Asked) != 1 || len(there.Asked) != 2 {
			t.Errorf("asked here for %v, there for %v", here.Asked, there.Asked)
		}
	})
}

func TestEnvDiffsAgainstARunThatJenkinsHasDiscarded(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	f.Gone, f.Kept = true, []jenkins.Run{kittest.EndedRun(412), kittest.EndedRun(410)}
	copied := f.ByNumber[410]
	copied.FromCopy = true
	f.ByNumber[410] = copied
	envScene(t, f, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		for _, how := range [][]string{{"another run…", "text:#410", "key:enter"}, {"the previous run"}} {
			d.Do("diff")
			d.Choose(how[0])
			d.Do(how[1:]...)
			if got := p.Title(100); !p.diff.done || !strings.Contains(got, "with #410 (") || !strings.Contains(got, "from the local copy)") {
				t.Errorf("%s: the title is %q: %v", how[0], got, p.diff.err)
			}
			d.Do("diff")
		}
	})
}

func TestMenuOffersOnlyRunsThatExistWithTheirResultsAndAges(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, _ *Pane) {
		ended := func(n int, s jenkins.Status, ago time.Duration) jenkins.Run {
			r := kittest.EndedRun(n)
			r.Status, r.StartedAt, r.Duration = s, time.Now().Add(-ago-time.Minute), time.Minute
			return r
		}
		f.Builds = []jenkins.Run{ended(413, jenkins.Success, time.Minute), ended(412, jenkins.Failure, time.Hour), ended(411, jenkins.Unstable, 2*time.Hour)}
		d.Do("diff")
		var got []string
		for _, c := range d.Menu.Choices {
			got = append(got, c.Label+": "+c.Note)
		}
		want := []string{"the previous run: #411 ◐ UNSTABLE  2h ago", "another run…: JOB#N, or #N", "#413:  ✓ SUCCESS   1m ago", "#411:  ◐ UNSTABLE  2h ago"}
		if !slices.Equal(got, want) {
			t.Errorf("offers %q, want %q", got, want)
		}
	})
}

// TestLastGoodRunIsTheOneBeforeTheFailure looks back beyond the first page of the history.
func TestLastGoodRunIsTheOneBeforeTheFailure(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	for n := 600; n > 400; n-- {
		r := kittest.EndedRun(n)
		if n == 413 || n == 410 {
			r.Status = jenkins.Success
		}
		f.Builds = append(f.Builds, r)
	}
	envScene(t, f, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("diff")
		if got := d.Menu.Choices[0].Label; got != "the last good run" {
			t.Errorf("of a failed run it offers %q first", got)
		}
		d.Choose("the last good run")
		if got := p.Title(100); got != "Diff  shop/checkout/main #412 with #410 (last good)" {
			t.Errorf("the title is %q", got)
		}
	})
}

func TestDiffReadsFromTheOlderRunToTheNewer(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(411), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Run(p.compare(compareMsg{what: "newer", run: kittest.RunningRun(412)}))
		d.Settle()
		got := d.Text(100, 24)
		for _, want := range []string{"- older #411 ✗ FAILURE  + newer #412 ▶ RUNNING\n", "+ NEW_FLAG", "- OLD_FLAG", "- 2.14.411-rc.3", "+ 2.14.412-rc.3"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is missing:\n%s", want, got)
			}
		}
	})
}

func TestWithoutAHistoryAnotherRunCanStillBeNamed(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		f.Err = kittest.ErrAway
		d.Do("diff")
		if len(d.Notes) != 1 || d.Notes[0].Err == nil {
			t.Errorf("it says %v", d.Notes)
		}
		f.Err = nil
		d.Choose("another run…")
		d.Do("text:410", "key:enter")
		if p.diff == nil || !p.diff.done {
			t.Error("nothing is compared")
		}
	})
}
