package env

import (
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

func TestADiffComparesWhatBothConsolesPrintedWhenThatIsAskedFor(t *testing.T) {
	t.Parallel()
	f := sampleEnvs()
	envScene(t, f, endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		d.run(d.p.Update(kit.PrintedMsg{Ref: endedRun(412).Ref, Vars: vars(env.Printed, "STEP_SAW", "412")}))
		d.run(p.compare(kit.CompareMsg{What: "previous"}))
		d.settle()
		if got := d.text(120, 40); strings.Contains(got, "STEP_SAW") || !strings.Contains(got, "l reads both") || f.consoles != nil {
			t.Errorf("consoles %v were read before that was asked for:\n%s", f.consoles, got)
		}
		d.do("read consoles")
		got := d.text(120, 40)
		if !slices.Equal(f.consoles, []int{412, 411}) || !strings.Contains(got, "~ STEP_SAW") || strings.Contains(got, "l reads both") {
			t.Errorf("consoles %v were read:\n%s", f.consoles, got)
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
			envScene(t, sampleEnvs(), endedRun(410), func(t *testing.T, d *paneDriver, p *Pane) {
				d.do("mark")
				d.Show(endedRun(412))
				d.do("diff")
				d.choose(label)
				if got := p.Title(100); got != want {
					t.Errorf("the title is %q", got)
				}
				if !p.diff.done || p.diff.result.Count(env.Changed) == 0 {
					t.Errorf("no result: %+v", p.diff.err)
				}
				d.do("diff")
				if p.diff != nil {
					t.Error("D does not close it")
				}
			})
		})
	}
}

func TestEnvDiffsAgainstARunThatIsNamed(t *testing.T) {
	t.Parallel()
	f := sampleEnvs()
	envScene(t, f, endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		d.do("diff")
		d.choose("another run…")
		d.do("text:#410", "key:enter")
		if got := p.Title(100); got != "Diff  shop/checkout/main #412 with #410 (#410)" {
			t.Errorf("the title is %q", got)
		}
		d.do("diff", "diff")
		d.choose("another run…")
		d.do("text:other/job", "key:enter")
		if got := p.Title(100); got != "Diff  shop/checkout/main #412 with other/job #9" {
			t.Errorf("the title is %q", got)
		}
	})
}

func TestEnvDiffsAgainstARunOfAnotherController(t *testing.T) {
	t.Parallel()
	here, there := sampleEnvs(), sampleEnvs()
	envScene(t, here, endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		p.sh.Opts.Controllers = []kit.Controller{{Name: endedRun(412).Controller}, {Name: "there"}}
		p.Reader = func(controller string) *kit.EnvReader {
			if controller == "there" {
				r := there.reader()
				r.Controller = controller
				return r
			}
			r := here.reader()
			r.Parse = func(string) (jenkins.BuildSpec, error) { return jenkins.BuildSpec{}, errAway }
			return r
		}
		marked := endedRun(411)
		marked.Controller = "there"
		d.run(p.compare(kit.CompareMsg{Run: marked}))
		d.settle()
		d.run(p.compare(kit.CompareMsg{Name: "http://there/job/x/9/"}))
		d.settle()
		if len(here.asked) != 1 || len(there.asked) != 2 {
			t.Errorf("asked here for %v, there for %v", here.asked, there.asked)
		}
	})
}

func TestEnvDiffsAgainstARunThatJenkinsHasDiscarded(t *testing.T) {
	t.Parallel()
	f := sampleEnvs()
	f.gone, f.copies = true, []jenkins.Run{endedRun(412), endedRun(410)}
	copied := f.envs[410]
	copied.FromCopy = true
	f.envs[410] = copied
	envScene(t, f, endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		for _, how := range [][]string{{"another run…", "text:#410", "key:enter"}, {"the previous run"}} {
			d.do("diff")
			d.choose(how[0])
			d.do(how[1:]...)
			if got := p.Title(100); !p.diff.done || !strings.Contains(got, "with #410 (") || !strings.Contains(got, "from the local copy)") {
				t.Errorf("%s: the title is %q: %v", how[0], got, p.diff.err)
			}
			d.do("diff")
		}
	})
}

func TestEnvSaysWhenThereIsNothingToCompareWith(t *testing.T) {
	t.Parallel()
	f := sampleEnvs()
	envScene(t, f, endedRun(3), func(t *testing.T, d *paneDriver, p *Pane) {
		d.do("diff")
		d.choose("the previous run")
		got := d.text(80, 6)
		if !strings.Contains(got, "there is no previous run of shop/checkout/main to compare with") ||
			!strings.Contains(got, "Esc goes back.") {
			t.Errorf("says:\n%s", got)
		}
	})
}
