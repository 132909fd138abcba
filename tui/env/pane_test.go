package env

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/sourcegraph/conc/panics"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestEnvFrames(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ w, h int }{{60, 20}, {80, 24}, {120, 40}} {
		for name, keys := range map[string][]string{
			"plain":      {},
			"filter":     {"filter", "text:git o"},
			"by-name":    {"group variables"},
			"by-source":  {"group variables", "group variables"},
			"by-prefix":  {"group variables", "group variables", "group variables"},
			"derived":    {"unfold"},
			"unfolded":   {"on:PATH", "enter", "on:CONFIG", "enter", "on:NOTE", "enter", "on:TARGET", "enter"},
			"decoded":    {"on:HELLO_B64", "enter", "enter"},
			"revealed":   {"on:API_KEY", "reveal"},
			"diff":       {"diff", "choose:the previous run"},
			"diff-noise": {"diff", "choose:the previous run", "unfold"},
			"diff-whole": {"diff", "choose:the previous run", "on:PATH", "enter"},
			"no-match":   {"filter", "text:zzz"},
		} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size.w, size.h), func(t *testing.T) {
				t.Parallel()
				envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
					p.Resize(size.w, size.h)
					doAll(t, d, p, keys)
					frame := d.Frame(size.w, size.h)
					kittest.Fits(t, frame, size.w, size.h)
					if name != "revealed" && strings.Contains(frame, kittest.Secret) {
						t.Error("the frame shows a secret")
					}
					golden.RequireEqual(t, []byte(p.Title(size.w)+"\n"+p.Hint()+"\n"+frame))
				})
			})
		}
	}
}

func TestEnterOnTheFoldShowsWhatJenkinsDerives(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		fold := slices.IndexFunc(p.list.lines, func(l line) bool { return l.kind == foldLine })
		for _, shown := range []bool{true, false} {
			p.list.moveTo(fold)
			d.Do("enter")
			if got := strings.Contains(d.Text(80, 40), "BUILD_URL"); got != shown {
				t.Errorf("BUILD_URL is shown: %t, want %t", got, shown)
			}
			if p.list.cursor != fold {
				t.Errorf("the cursor left the fold in line %d for line %d", fold, p.list.cursor)
			}
		}
	})
}

func TestVariableIsListedUnderItsFirstUse(t *testing.T) {
	t.Parallel()
	variable := func(name string, sources ...env.Source) *env.Variable {
		v := &env.Variable{Name: name, Source: sources[0]}
		for _, s := range sources[1:] {
			v.Also = append(v.Also, env.Variable{Source: s})
		}
		return v
	}
	for _, c := range []struct {
		v    *env.Variable
		want use
	}{
		{variable("TARGET", env.Assigned, env.Param), asParameter},
		{variable("VERSION", env.Assigned), asAssigned},
		{variable("GIT_COMMIT", env.Received, env.SCM), asRevision},
		{variable("BRANCH_NAME", env.Received, env.Derived), asRevision},
		{variable("CHANGE_ID", env.Derived), asRevision},
		{variable("NODE_NAME", env.NodeVar, env.Derived), asNode},
		{variable("PATH", env.Received), asOther},
		{variable("UPSTREAM", env.CauseVar), asOther},
		{variable("BUILD_URL", env.Received, env.Derived), asDerived},
		{variable("JOB_NAME", env.Param, env.Derived), asParameter},
	} {
		if got := useOf(c.v); got != c.want {
			t.Errorf("%s %v: %d, want %d", c.v.Name, c.v.Sources(), got, c.want)
		}
	}
}

func TestEnvShowsWhatTheRefreshToldBeforeJenkinsAnswers(t *testing.T) {
	t.Parallel()
	run := kittest.RunningRun(412)
	run.Parameters = []jenkins.Parameter{{Name: "TARGET", Value: "prod"}, {Name: "DEPLOY_PASSWORD", Secret: true}}
	run.Environment = map[string]string{"APP_VERSION": "2.14.0"}
	p := New(kittest.Shared())
	p.Reader = func(string) *kit.EnvReader { return kittest.SampleEnvs().Reader() }
	if p.Show(run) == nil {
		t.Error("nothing is asked")
	}
	if got := kittest.Unstyled(p.View(80, 8)); !strings.Contains(got, "prod") || !strings.Contains(got, "2.14.0") ||
		!strings.Contains(got, secrets.Masked) {
		t.Errorf("shows:\n%s", got)
	}
	if !strings.Contains(p.Hint(), "asking…") {
		t.Errorf("the hint is %q", p.Hint())
	}
}

func TestEnvIsAskedForAgainOnlyWhenItCanHaveChanged(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.RunningRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		run := kittest.RunningRun(412)
		run.Progress = 50
		d.Show(run)
		if len(f.Asked) != 1 {
			t.Errorf("asked %v for a run of which only the progress changed", f.Asked)
		}
		run.Environment = map[string]string{"APP_VERSION": "3"}
		d.Show(run)
		if len(f.Asked) != 2 {
			t.Errorf("asked %v after the pipeline assigned", f.Asked)
		}
		run.Status = jenkins.Success
		d.Show(run)
		if len(f.Asked) != 3 {
			t.Errorf("asked %v after the end", f.Asked)
		}
		d.Show(kittest.EndedRun(411))
		d.Show(run)
		if len(f.Asked) != 4 {
			t.Errorf("asked %v: an ended run's environment is known", f.Asked)
		}
	})
}

func TestEnvMasksSecretsUntilTheyAreRevealedOneAtATime(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.on(t, "API_KEY")
		d.Do("copy value")
		if len(d.Copied) != 0 {
			t.Errorf("a masked value was copied: %v", d.Copied)
		}
		d.Do("copy variables")
		for _, label := range []string{"as dotenv", "as JSON", "as shell exports"} {
			d.Choose(label)
			if text := d.Copied[len(d.Copied)-1].Text; strings.Contains(text, kittest.Secret) || !strings.Contains(text, "9f31c02") {
				t.Errorf("%s copied:\n%s", label, text)
			}
		}
		d.Do("reveal", "copy value")
		if got := d.Copied[len(d.Copied)-1].Text; got != kittest.Secret {
			t.Errorf("copied %q after revealing", got)
		}
		d.Do("copy variables")
		d.Choose("as dotenv")
		if text := d.Copied[len(d.Copied)-1].Text; !strings.Contains(text, kittest.Secret) {
			t.Error("a revealed value is not copied with all")
		}
		p.on(t, "DEPLOY_PASSWORD")
		d.Do("reveal")
		if got := d.Notes[len(d.Notes)-1].Text; got != "Jenkins does not show the value of DEPLOY_PASSWORD" {
			t.Errorf("notes %q", got)
		}
		d.Show(kittest.EndedRun(411))
		d.Show(kittest.EndedRun(412))
		if strings.Contains(d.Frame(80, 24), kittest.Secret) {
			t.Error("the secret stays revealed when the run changes")
		}
	})
}

func TestEnvFilterDoesNotFindWhatIsMasked(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("filter", "text:hunter2", "key:enter")
		if p.shown != 0 {
			t.Errorf("%d variables are found by their masked value", p.shown)
		}
	})
}

func TestEnvShowsWhereInALongValueTheFilterMatches(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	f.ByNumber[412] = f.ByNumber[412].With(kittest.Vars(env.Param, "LONG", strings.Repeat("日本語 lorem ", 80)+"the Needle is here"))
	envScene(t, f, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, _ *Pane) {
		d.Do("filter", "text:needle", "key:enter")
		if got := d.Text(80, 6); !strings.Contains(got, "the Needle is here") {
			t.Errorf("shows:\n%s", got)
		}
	})
}

func TestEnvCursorStaysOnItsVariable(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.on(t, "GIT_BRANCH")
		d.Do("group variables")
		d.Run(d.Pane.Update(kit.PrintedMsg{Build: kit.BuildKey{Ref: kittest.EndedRun(412).Ref}, Vars: kittest.Vars(env.Printed, "AAA", "1", "BBB", "2")}))
		d.Settle()
		if v := p.list.current(); v == nil || v.Name != "GIT_BRANCH" {
			t.Errorf("the cursor is on %v", v)
		}
		if _, ok := p.read.env.Lookup("AAA"); !ok {
			t.Error("what the console printed is not merged in")
		}
	})
}

func TestEnvLeavesOutWhatTheOtherBuildOfItsNumberPrinted(t *testing.T) {
	t.Parallel()
	run := kittest.EndedRun(412)
	run.StartedAt = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	old := run
	old.StartedAt = run.StartedAt.Add(-time.Hour) // its job was deleted and created again
	envScene(t, kittest.SampleEnvs(), run, func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Run(d.Pane.Update(kit.PrintedMsg{Build: kit.KeyOf(&old), Vars: kittest.Vars(env.Printed, "AAA", "1")}))
		d.Run(d.Pane.Update(kit.PrintedMsg{Build: kit.KeyOf(&run), Vars: kittest.Vars(env.Printed, "BBB", "2")}))
		d.Settle()
		_, others := p.read.env.Lookup("AAA")
		if _, own := p.read.env.Lookup("BBB"); others || !own {
			t.Errorf("what the old build printed is merged in: %t; what it printed itself: %t", others, own)
		}
	})
}

func TestEnvReadsTheConsoleWhenThatIsAskedFor(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("read consoles")
		if v, ok := p.read.env.Lookup("STEP_SAW"); !ok || v.Source != env.Printed || !slices.Equal(f.Consoles, []int{412}) {
			t.Errorf("consoles %v were read, STEP_SAW is %+v", f.Consoles, v)
		}
	})
}

func TestEnvCursorStaysAtTheTopUntilItIsMoved(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Run(d.Pane.Update(kit.PrintedMsg{Build: kit.BuildKey{Ref: kittest.EndedRun(412).Ref}, Vars: kittest.Vars(env.Printed, "AAA", "1")}))
		d.Settle()
		d.Show(kittest.EndedRun(410))
		d.Show(kittest.EndedRun(412))
		if p.list.cursor != 0 || p.list.offset != 0 {
			t.Errorf("the cursor is on line %d, the first line in sight is %d", p.list.cursor, p.list.offset)
		}
	})
}

func TestEnvShowsWhatItUnfoldsAtTheLowerEdge(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.Resize(80, 8)
		p.on(t, "NOTE")
		p.list.offset = p.list.cursor - p.bodyH() + 1
		d.Do("enter")
		if got := d.Text(80, 8); !strings.Contains(got, "third") || !strings.Contains(got, "NOTE") {
			t.Errorf("in sight:\n%s", got)
		}
	})
}

func TestEnvCopiesWhatWasChosen(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.on(t, "BRANCH_NAME")
		d.Do("choose variable")
		p.on(t, "GIT_COMMIT")
		d.Do("choose variable", "filter", "text:note", "key:enter", "copy variables")
		if d.Menu.Name != "Copy 2 variables that you chose" || !strings.Contains(p.Hint(), "/note") {
			t.Errorf("the menu is %q, the hint %q", d.Menu.Name, p.Hint())
		}
		d.Choose("as dotenv")
		if got := d.Copied[0].Text; got != "BRANCH_NAME=main\nGIT_COMMIT=9f31c02\n" {
			t.Errorf("copied %q", got)
		}
		p.Back()
		if p.Back(); len(p.detail.picked) != 0 {
			t.Error("esc does not let them go")
		}
	})
}

func TestEnvAsksAgainWhenAPushForItsRunCame(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		f.ByNumber[412] = f.ByNumber[412].With(kittest.Vars(env.Received, "ZONE", "eu"))
		d.Run(p.Update(EnvReceived{kittest.EndedRun(411).Ref}))
		d.Settle()
		if len(f.Asked) != 1 {
			t.Errorf("asked %v for another run's push", f.Asked)
		}
		d.Run(p.Update(EnvReceived{kittest.EndedRun(412).Ref}))
		d.Run(p.Update(EnvReceived{kittest.EndedRun(412).Ref})) // while the first answer is under way
		d.Settle()
		if _, ok := p.read.env.Lookup("ZONE"); !ok || len(f.Asked) != 3 {
			t.Errorf("asked %v, shows it: %v", f.Asked, ok)
		}
	})
}

func TestEnvKeepsWhatTheConsoleToldOfTheRun(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	envScene(t, f, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Run(p.Update(kit.PrintedMsg{Build: kit.BuildKey{Ref: kittest.EndedRun(412).Ref}, Vars: kittest.Vars(env.Printed, "ZONE", "eu")}))
		d.Settle()
		if len(f.Saved) != 1 {
			t.Fatalf("kept %d times", len(f.Saved))
		}
		if _, ok := f.Saved[0].Lookup("ZONE"); !ok {
			t.Error("what was printed is not kept")
		}
	})
}

func TestEnvCopiesTheValueAsItIs(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.on(t, "NOTE")
		d.Do("copy value")
		if got := d.Copied[0].Text; got != "first line\nsecond line\twith a tab\nthird" {
			t.Errorf("copied %q", got)
		}
		d.Do("filter", "text:git", "key:enter", "copy variables")
		d.Choose("as shell exports")
		if got := d.Copied[1].Text; got != "export GIT_BRANCH='origin/main'\nexport GIT_COMMIT='9f31c02'\n" {
			t.Errorf("copied %q", got)
		}
	})
}

func TestEnvIsCopiedAsTheCurlOfItsNotification(t *testing.T) {
	t.Parallel()
	envScene(t, kittest.SampleEnvs(), kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
		p.sh.Opts.Endpoints = kittest.SampleEndpoints(t)
		d.Do("copy variables")
		d.Choose("as curl of the notification")
		if got := d.Copied[0].Text; strings.Contains(got, kittest.Secret) || !strings.Contains(got, `"jobExecuteStatus":"FAILURE"`) ||
			!strings.HasPrefix(got, "curl --globoff --path-as-is -X POST") {
			t.Errorf("copied:\n%s", got)
		}
	})
}

func TestEnvStates(t *testing.T) {
	t.Parallel()
	queued := jenkins.Run{Ref: jenkins.Ref{Job: "shop/web", QueueID: 7}, Status: jenkins.Queued, Why: "Waiting for an executor"}
	for name, tc := range map[string]struct {
		f    *kittest.Envs
		run  jenkins.Run
		want string
	}{
		"nothing selected": {&kittest.Envs{}, jenkins.Run{}, "No run is selected.\nChoose one in the list of runs."},
		"queue":            {&kittest.Envs{}, queued, "No environment yet: the run waits for an executor.\nWaiting for an executor"},
		"away": {&kittest.Envs{Err: kittest.ErrAway}, kittest.EndedRun(1),
			"ask Jenkins for the log: connection refused\nIs the controller up? r asks again."},
		"empty": {&kittest.Envs{}, kittest.EndedRun(1),
			"Jenkins shows nothing of this run's environment.\n`jenkwatch listen` receives it from the plugin."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			envScene(t, tc.f, tc.run, func(t *testing.T, d *kittest.Driver, p *Pane) {
				if got := kittest.Unindented(d.Text(80, 6)); got != tc.want {
					t.Errorf("says:\n%s", got)
				}
			})
		})
	}
}

func TestEnvDropsAnswersForARunThatIsNoLongerShown(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	synctest.Test(t, func(t *testing.T) {
		p := New(kittest.Shared())
		p.Reader = func(string) *kit.EnvReader { return f.Reader() }
		d := kittest.NewDriver(p)
		late := p.Show(kittest.EndedRun(411))
		d.Show(kittest.EndedRun(412))
		d.Run(late)
		d.Settle()
		if v, _ := p.read.env.Lookup("BUILD_NUMBER"); v.Value != "412" {
			t.Errorf("shows the environment of %s", v.Value)
		}
	})
}

func FuzzEnvKeys(f *testing.F) {
	f.Add("NAME", "value", 40, 10, int64(1))
	f.Add("PA\x1b[2JTH", "/a:/b:/c\n\t\x00\xff", 3, 2, int64(2))
	f.Add("J", `{"a":"`+strings.Repeat("日本", 500)+`"}`, 20, 5, int64(3))
	f.Fuzz(func(t *testing.T, name, value string, w, h int, seed int64) {
		w, h = 1+kittest.Abs(w)%130, 1+kittest.Abs(h)%50
		rnd := rand.New(rand.NewPCG(uint64(seed), 1))
		envs := kittest.SampleEnvs()
		envs.ByNumber[412] = envs.ByNumber[412].With(kittest.Vars(env.Received, name, value))
		envs.ByNumber[411] = envs.ByNumber[411].With(kittest.Vars(env.Received, name, value[len(value)/2:]+"x"))
		envs.Stages = []stages.Stage{{ID: "3", Name: name}, {ID: "4", Name: value, Children: []stages.Stage{{ID: "5", Name: "x"}}}}
		envs.Script = map[string][]env.Variable{"4": kittest.Vars(env.Staged, name, value)}
		envScene(t, envs, kittest.EndedRun(412), func(t *testing.T, d *kittest.Driver, p *Pane) {
			p.Resize(w, h)
			deeds := []string{"up", "down", "page up", "page down", "top", "bottom", "filter", "text:" + value[:min(3, len(value))],
				"key:enter", "key:backspace", "back", "group variables", "pin", "reveal", "unfold", "enter", "copy value",
				"diff", "mark", "half page down", "choose variable", "stage", "read consoles"}
			for range 30 {
				switch n := rnd.IntN(len(deeds) + 2); {
				case n < len(deeds):
					d.Do(deeds[n])
				case n == len(deeds) && len(d.Menu.Choices) > 0:
					d.Run(p.Update(d.Menu.Choices[rnd.IntN(len(d.Menu.Choices))].Msg))
					d.Settle()
				default:
					d.Run(p.Update(kit.WheelMsg{Lines: rnd.IntN(9) - 4}))
					d.Run(p.Update(kit.ClickMsg{Y: rnd.IntN(h)}))
					d.Settle()
				}
				kittest.Fits(t, d.Frame(w, h), w, h)
			}
		})
	})
}

func TestAllSourcesOfAVariableAreNamedOrCounted(t *testing.T) {
	t.Parallel()
	one := env.Variable{Source: env.Received}
	two := env.Variable{Source: env.Received, Also: []env.Variable{{Source: env.Param}}}
	three := env.Variable{Source: env.Assigned, Also: []env.Variable{{Source: env.Received}, {Source: env.Param}}}
	for _, c := range []struct {
		v    env.Variable
		w    int
		want string
	}{
		{one, 9, "received"}, {two, 9, "received +1"}, {two, 20, "received, parameter"}, {three, 20, "assigned +2"},
	} {
		if got := sourcesText(&c.v, c.w); got != c.want {
			t.Errorf("in %d cells: %q, want %q", c.w, got, c.want)
		}
	}
}

func TestWhatPanicsInTheScriptPanicsWhereItWasAsked(t *testing.T) {
	t.Parallel()
	r := &kit.EnvReader{
		Env: func(context.Context, jenkins.Run) (env.Env, error) { return env.Env{}, nil },
		Script: func(context.Context, jenkins.Run, string) ([]env.Variable, error) {
			panic("as ordered by the test")
		},
	}
	defer func() {
		if p, ok := recover().(*panics.Recovered); !ok || p.Value != "as ordered by the test" {
			t.Errorf("it panics with %v", p)
		}
	}()
	_, err := r.Whole(t.Context(), kittest.EndedRun(1))
	t.Errorf("it goes on: %v", err)
}
