package env

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

func TestEnvFrames(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ w, h int }{{60, 20}, {80, 24}, {120, 40}} {
		for name, keys := range map[string][]string{
			"plain":      {"bottom"},
			"filter":     {"filter", "text:git o"},
			"by-source":  {"group variables"},
			"by-prefix":  {"group variables", "group variables"},
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
				envScene(t, sampleEnvs(), endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
					p.resize(size.w, size.h)
					d.doAll(t, p, keys)
					frame := d.frame(size.w, size.h)
					fits(t, frame, size.w, size.h)
					if name != "revealed" && strings.Contains(frame, aSecret) {
						t.Error("the frame shows a secret")
					}
					golden.RequireEqual(t, []byte(p.Title(size.w)+"\n"+p.Hint()+"\n"+frame))
				})
			})
		}
	}
}

func TestEnvShowsWhatTheRefreshToldBeforeJenkinsAnswers(t *testing.T) {
	t.Parallel()
	run := runningRun(412)
	run.Parameters = []jenkins.Parameter{{Name: "TARGET", Value: "prod"}, {Name: "DEPLOY_PASSWORD", Secret: true}}
	run.Environment = map[string]string{"APP_VERSION": "2.14.0"}
	p := New(testShared()).(*Pane)
	p.Reader = func(string) *kit.EnvReader { return sampleEnvs().reader() }
	if p.Show(run) == nil {
		t.Error("nothing is asked")
	}
	if got := unstyled(p.View(80, 8, testStyles(false))); !strings.Contains(got, "prod") || !strings.Contains(got, "2.14.0") ||
		!strings.Contains(got, jenkins.Masked) {
		t.Errorf("shows:\n%s", got)
	}
	if !strings.Contains(p.Hint(), "asking…") {
		t.Errorf("the hint is %q", p.Hint())
	}
}

func TestEnvIsAskedForAgainOnlyWhenItCanHaveChanged(t *testing.T) {
	t.Parallel()
	f := sampleEnvs()
	envScene(t, f, runningRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		run := runningRun(412)
		run.Progress = 50
		d.Show(run)
		if len(f.asked) != 1 {
			t.Errorf("asked %v for a run of which only the progress changed", f.asked)
		}
		run.Environment = map[string]string{"APP_VERSION": "3"}
		d.Show(run)
		if len(f.asked) != 2 {
			t.Errorf("asked %v after the pipeline assigned", f.asked)
		}
		run.Status = jenkins.Success
		d.Show(run)
		if len(f.asked) != 3 {
			t.Errorf("asked %v after the end", f.asked)
		}
		d.Show(endedRun(411))
		d.Show(run)
		if len(f.asked) != 4 {
			t.Errorf("asked %v: an ended run's environment is known", f.asked)
		}
	})
}

func TestEnvMasksSecretsUntilTheyAreRevealedOneAtATime(t *testing.T) {
	t.Parallel()
	envScene(t, sampleEnvs(), endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		p.on(t, "API_KEY")
		d.do("copy value")
		if len(d.copy) != 0 {
			t.Errorf("a masked value was copied: %v", d.copy)
		}
		d.do("copy variables")
		for _, label := range []string{"as dotenv", "as JSON", "as shell exports"} {
			d.choose(label)
			if text := d.copy[len(d.copy)-1].Text; strings.Contains(text, aSecret) || !strings.Contains(text, "9f31c02") {
				t.Errorf("%s copied:\n%s", label, text)
			}
		}
		d.do("reveal", "copy value")
		if got := d.copy[len(d.copy)-1].Text; got != aSecret {
			t.Errorf("copied %q after revealing", got)
		}
		d.do("copy variables")
		d.choose("as dotenv")
		if text := d.copy[len(d.copy)-1].Text; !strings.Contains(text, aSecret) {
			t.Error("a revealed value is not copied with all")
		}
		p.on(t, "DEPLOY_PASSWORD")
		d.do("reveal")
		if got := d.notes[len(d.notes)-1].Text; got != "Jenkins does not show the value of DEPLOY_PASSWORD" {
			t.Errorf("notes %q", got)
		}
		d.Show(endedRun(411))
		d.Show(endedRun(412))
		if strings.Contains(d.frame(80, 24), aSecret) {
			t.Error("the secret stays revealed when the run changes")
		}
	})
}

func TestEnvFilterDoesNotFindWhatIsMasked(t *testing.T) {
	t.Parallel()
	envScene(t, sampleEnvs(), endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		d.do("filter", "text:hunter2", "key:enter")
		if p.shown != 0 {
			t.Errorf("%d variables are found by their masked value", p.shown)
		}
	})
}

func TestEnvShowsWhereInALongValueTheFilterMatches(t *testing.T) {
	t.Parallel()
	f := sampleEnvs()
	f.envs[412] = f.envs[412].With(vars(env.Param, "LONG", strings.Repeat("日本語 lorem ", 80)+"the Needle is here"))
	envScene(t, f, endedRun(412), func(t *testing.T, d *paneDriver, _ *Pane) {
		d.do("filter", "text:needle", "key:enter")
		if got := d.text(80, 6); !strings.Contains(got, "the Needle is here") {
			t.Errorf("shows:\n%s", got)
		}
	})
}

func TestEnvCursorStaysOnItsVariable(t *testing.T) {
	t.Parallel()
	envScene(t, sampleEnvs(), endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		p.on(t, "GIT_BRANCH")
		d.do("group variables")
		d.run(d.p.Update(kit.PrintedMsg{Ref: endedRun(412).Ref, Vars: vars(env.Printed, "AAA", "1", "BBB", "2")}))
		d.settle()
		if v := p.current(); v == nil || v.Name != "GIT_BRANCH" {
			t.Errorf("the cursor is on %v", v)
		}
		if _, ok := p.Env.Lookup("AAA"); !ok {
			t.Error("what the console printed is not merged in")
		}
	})
}

func TestEnvReadsTheConsoleWhenThatIsAskedFor(t *testing.T) {
	t.Parallel()
	f := sampleEnvs()
	envScene(t, f, endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		d.do("read consoles")
		if v, ok := p.Env.Lookup("STEP_SAW"); !ok || v.Source != env.Printed || !slices.Equal(f.consoles, []int{412}) {
			t.Errorf("consoles %v were read, STEP_SAW is %+v", f.consoles, v)
		}
	})
}

func TestEnvCursorStaysAtTheTopUntilItIsMoved(t *testing.T) {
	t.Parallel()
	envScene(t, sampleEnvs(), endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		d.run(d.p.Update(kit.PrintedMsg{Ref: endedRun(412).Ref, Vars: vars(env.Printed, "AAA", "1")}))
		d.settle()
		d.Show(endedRun(410))
		d.Show(endedRun(412))
		if p.cursor != 0 || p.offset != 0 {
			t.Errorf("the cursor is on line %d, the first line in sight is %d", p.cursor, p.offset)
		}
	})
}

func TestEnvShowsWhatItUnfoldsAtTheLowerEdge(t *testing.T) {
	t.Parallel()
	envScene(t, sampleEnvs(), endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		p.resize(80, 8)
		p.on(t, "NOTE")
		p.offset = p.cursor - p.bodyH() + 1
		d.do("enter")
		if got := d.text(80, 8); !strings.Contains(got, "third") || !strings.Contains(got, "NOTE") {
			t.Errorf("in sight:\n%s", got)
		}
	})
}

func TestEnvCopiesWhatWasChosen(t *testing.T) {
	t.Parallel()
	envScene(t, sampleEnvs(), endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		p.on(t, "BRANCH_NAME")
		d.do("choose variable")
		p.on(t, "GIT_COMMIT")
		d.do("choose variable", "filter", "text:note", "key:enter", "copy variables")
		if d.menu.Name != "Copy 2 variables that you chose" || !strings.Contains(p.Hint(), "/note") {
			t.Errorf("the menu is %q, the hint %q", d.menu.Name, p.Hint())
		}
		d.choose("as dotenv")
		if got := d.copy[0].Text; got != "BRANCH_NAME=main\nGIT_COMMIT=9f31c02\n" {
			t.Errorf("copied %q", got)
		}
		p.Back()
		if p.Back(); len(p.picked) != 0 {
			t.Error("esc does not let them go")
		}
	})
}

func TestEnvAsksAgainWhenAPushForItsRunCame(t *testing.T) {
	t.Parallel()
	f := sampleEnvs()
	envScene(t, f, endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		f.envs[412] = f.envs[412].With(vars(env.Received, "ZONE", "eu"))
		d.run(p.Update(EnvReceived{endedRun(411).Ref}))
		d.settle()
		if len(f.asked) != 1 {
			t.Errorf("asked %v for another run's push", f.asked)
		}
		d.run(p.Update(EnvReceived{endedRun(412).Ref}))
		d.run(p.Update(EnvReceived{endedRun(412).Ref})) // while the first answer is under way
		d.settle()
		if _, ok := p.Env.Lookup("ZONE"); !ok || len(f.asked) != 3 {
			t.Errorf("asked %v, shows it: %v", f.asked, ok)
		}
	})
}

func TestEnvKeepsWhatTheConsoleToldOfTheRun(t *testing.T) {
	t.Parallel()
	f := sampleEnvs()
	envScene(t, f, endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		d.run(p.Update(kit.PrintedMsg{Ref: endedRun(412).Ref, Vars: vars(env.Printed, "ZONE", "eu")}))
		d.settle()
		if len(f.kept) != 1 {
			t.Fatalf("kept %d times", len(f.kept))
		}
		if _, ok := f.kept[0].Lookup("ZONE"); !ok {
			t.Error("what was printed is not kept")
		}
	})
}

func TestEnvCopiesTheValueAsItIs(t *testing.T) {
	t.Parallel()
	envScene(t, sampleEnvs(), endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		p.on(t, "NOTE")
		d.do("copy value")
		if got := d.copy[0].Text; got != "first line\nsecond line\twith a tab\nthird" {
			t.Errorf("copied %q", got)
		}
		d.do("filter", "text:git", "key:enter", "copy variables")
		d.choose("as shell exports")
		if got := d.copy[1].Text; got != "export GIT_BRANCH='origin/main'\nexport GIT_COMMIT='9f31c02'\n" {
			t.Errorf("copied %q", got)
		}
	})
}

func TestEnvIsCopiedAsTheCurlOfItsNotification(t *testing.T) {
	t.Parallel()
	envScene(t, sampleEnvs(), endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
		p.sh.Opts.Endpoints = sampleEndpoints(t)
		d.do("copy variables")
		d.choose("as curl of the notification")
		if got := d.copy[0].Text; strings.Contains(got, aSecret) || !strings.Contains(got, `"jobExecuteStatus":"FAILURE"`) ||
			!strings.HasPrefix(got, "curl --globoff --path-as-is -X POST") {
			t.Errorf("copied:\n%s", got)
		}
	})
}

func TestEnvStates(t *testing.T) {
	t.Parallel()
	queued := jenkins.Run{Ref: jenkins.Ref{Job: "shop/web", QueueID: 7}, Status: jenkins.Queued, Why: "Waiting for an executor"}
	for name, tc := range map[string]struct {
		f    *fakeEnvs
		run  jenkins.Run
		want string
	}{
		"nothing selected": {&fakeEnvs{}, jenkins.Run{}, "No run is selected.\nChoose one in the list of runs."},
		"queue":            {&fakeEnvs{}, queued, "No environment yet: the run waits for an executor.\nWaiting for an executor"},
		"away": {&fakeEnvs{err: errAway}, endedRun(1),
			"ask Jenkins for the log: connection refused\nIs the controller up? r asks again."},
		"empty": {&fakeEnvs{}, endedRun(1),
			"Jenkins tells nothing of this run's environment.\n`jenkwatch listen` receives it from the plugin."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			envScene(t, tc.f, tc.run, func(t *testing.T, d *paneDriver, p *Pane) {
				if got := unindented(d.text(80, 6)); got != tc.want {
					t.Errorf("says:\n%s", got)
				}
			})
		})
	}
}

func TestEnvDropsAnswersForARunThatIsNoLongerShown(t *testing.T) {
	t.Parallel()
	f := sampleEnvs()
	synctest.Test(t, func(t *testing.T) {
		p := New(testShared()).(*Pane)
		p.Reader = func(string) *kit.EnvReader { return f.reader() }
		d := newPaneDriver(t, p)
		late := p.Show(endedRun(411))
		d.Show(endedRun(412))
		d.run(late)
		d.settle()
		if v, _ := p.Env.Lookup("BUILD_NUMBER"); v.Value != "412" {
			t.Errorf("shows the environment of %s", v.Value)
		}
	})
}

func FuzzEnvKeys(f *testing.F) {
	f.Add("NAME", "value", 40, 10, int64(1))
	f.Add("PA\x1b[2JTH", "/a:/b:/c\n\t\x00\xff", 3, 2, int64(2))
	f.Add("J", `{"a":"`+strings.Repeat("日本", 500)+`"}`, 20, 5, int64(3))
	f.Fuzz(func(t *testing.T, name, value string, w, h int, seed int64) {
		w, h = 1+abs(w)%130, 1+abs(h)%50
		rnd := rand.New(rand.NewPCG(uint64(seed), 1))
		envs := sampleEnvs()
		envs.envs[412] = envs.envs[412].With(vars(env.Received, name, value))
		envs.envs[411] = envs.envs[411].With(vars(env.Received, name, value[len(value)/2:]+"x"))
		envs.stages = []stages.Stage{{ID: "3", Name: name}, {ID: "4", Name: value, Children: []stages.Stage{{ID: "5", Name: "x"}}}}
		envs.steps = []stages.Step{{Title: name, Name: value, State: stages.Success}}
		envs.script = map[string][]env.Variable{"4": vars(env.Staged, name, value)}
		envScene(t, envs, endedRun(412), func(t *testing.T, d *paneDriver, p *Pane) {
			p.resize(w, h)
			deeds := []string{"up", "down", "page up", "page down", "top", "bottom", "filter", "text:" + value[:min(3, len(value))],
				"key:enter", "key:backspace", "back", "group variables", "pin", "reveal", "unfold", "enter", "copy value",
				"diff", "mark", "half page down", "choose variable", "stage", "read consoles"}
			for range 30 {
				switch n := rnd.IntN(len(deeds) + 2); {
				case n < len(deeds):
					d.do(deeds[n])
				case n == len(deeds) && len(d.menu.Choices) > 0:
					d.run(p.Update(d.menu.Choices[rnd.IntN(len(d.menu.Choices))].Msg))
					d.settle()
				default:
					d.run(p.Update(kit.WheelMsg{Lines: rnd.IntN(9) - 4}))
					d.run(p.Update(kit.ClickMsg{0, rnd.IntN(h)}))
					d.settle()
				}
				fits(t, d.frame(w, h), w, h)
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
		if p, ok := recover().(*crew.Panic); !ok || p.Value != "as ordered by the test" {
			t.Errorf("it panics with %v", p)
		}
	}()
	_, err := r.Whole(t.Context(), endedRun(1))
	t.Errorf("it goes on: %v", err)
}
