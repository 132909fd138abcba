package act

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

var parameters = []action.Parameter{
	{Name: "TARGET", Kind: action.String, Default: "staging", HasDefault: true, Description: "Where <b>to</b><script>alert(1)</script> &amp; when"},
	{Name: "DRY_RUN", Kind: action.Boolean, Default: "true", HasDefault: true},
	{Name: "LEVEL", Kind: action.Choice, Default: "low", HasDefault: true, Choices: []string{"low", "mid", "high"}},
	{Name: "PW", Kind: action.Password, Secret: true, Note: "left out, its default is used"},
	{Name: "BASE", Kind: action.RunOf, Job: "shop/base"},
	{Name: "DATA", Kind: action.FileContent},
	{Name: "ODD", Kind: action.Other, Note: "a kind of parameter that jenkwatch does not know (X): sent as text"},
}

// sent are the values of the last action.
func (s *screen) sent() map[string]string {
	done := s.actor.Done()
	if len(done) == 0 {
		return nil
	}
	m := map[string]string{}
	for _, v := range done[len(done)-1].Values {
		m[v.Name] = v.Text
		if v.File != nil {
			m[v.Name] = v.File.Name + ":" + string(v.File.Content)
		}
	}
	return m
}

func same(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || v != w {
			return false
		}
	}
	return true
}

func TestBuildSendsWhatTheFormSays(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		s.actor.Defined = parameters
		s.actor.Progress = action.Progress{Started: true, Run: *run(jenkins.Running)}
		s.start(kit.IntentBuild, run(jenkins.Success))
		s.shows("Build shop/cart/main on ci?", "TARGET", "Where to & when", "LEVEL low", "(its default)", "(the newest build)", "(no file)")
		if strings.Contains(s.shown, "alert(1)") || strings.Contains(s.shown, "<b>") {
			t.Errorf("HTML is shown:\n%s", s.shown)
		}
		s.press("ctrl+s")
		s.expect(action.Build)
		if want := map[string]string{"TARGET": "staging", "DRY_RUN": "true", "LEVEL": "low"}; !same(s.sent(), want) {
			t.Errorf("untouched it sends %v", s.sent())
		}
		if s.note() != "Started shop/cart/main #12 - . goes to it" || s.acts.Started() == nil || s.acts.Busy() != 0 {
			t.Errorf("note %q, started %v, %d under way", s.note(), s.acts.Started(), s.acts.Busy())
		}

		file := filepath.Join(t.TempDir(), "data.csv")
		if err := os.WriteFile(file, []byte("a;b"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.start(kit.IntentBuild, run(jenkins.Success))
		s.press("end")
		s.write("2")
		s.press("down", "space", "down", "right", "down")
		s.write("hunter2")
		s.press("down")
		s.write("no build")
		s.press("down")
		s.write(file)
		s.press("down")
		s.write("odd")
		s.press("ctrl+s")
		s.shows(`BASE: "no build" names no build`)
		s.press("ctrl+u")
		s.write("7")
		s.press("ctrl+s")
		want := map[string]string{"TARGET": "staging2", "DRY_RUN": "false", "LEVEL": "mid", "PW": "hunter2", "BASE": "shop/base#7", "DATA": "data.csv:a;b", "ODD": "odd"}
		if !same(s.sent(), want) {
			t.Errorf("it sends %v, want %v", s.sent(), want)
		}
		for _, n := range s.notes {
			s.shown += n.Text
		}
		if strings.Contains(s.shown, "hunter2") {
			t.Error("the password is shown")
		}
	})
}

func TestAFileThatIsNoneStartsNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, path := range []string{"/no/such/file", t.TempDir()} {
			s := newScreen(t)
			s.actor.Defined = []action.Parameter{{Name: "DATA", Kind: action.FileContent}}
			s.start(kit.IntentBuild, run(jenkins.Success))
			s.write(path)
			s.press("ctrl+s")
			s.shows("Nothing was started")
			s.expect()
		}
	})
}

func TestWaysToRunABrokenBuildAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		s.actor.Stages, s.actor.Failed = []string{"Build", "Test", "Post"}, "Test"
		s.actor.Defined, s.actor.Run = parameters, *run(jenkins.Failure)
		broken := run(jenkins.Failure)
		s.start(kit.IntentBuild, broken)
		s.shows("Restart from stage Test", "Restart from another stage", "Rerun", "Replay", "Build today's script")
		s.press("enter")
		s.shows("Restart shop/cart/main #12 from stage Test on ci?")
		s.press("esc")
		s.shows("Restart from another stage")
		s.press("down", "enter", "enter", "esc", "esc", "down", "down", "down", "enter", "esc")
		s.shows("Restart from another stage") // one step back from wherever it was
		s.press("home", "enter", "y")
		s.expect(action.Restart)
		if got := s.actor.Done()[0].Target.Stage; got != "Test" {
			t.Errorf("from stage %q", got)
		}
		s.start(kit.IntentBuild, broken)
		s.press("down", "down", "enter", "y")
		s.expect(action.Restart, action.Rerun)
		s.actor.Run.Parameters = []jenkins.Parameter{{Name: "TARGET", Value: "prod"}, {Name: "PW", Secret: true}}
		s.start(kit.IntentBuild, broken)
		s.press("down", "down", "enter")
		s.shows("The values are those of #12.", "TARGET prod", "Jenkins does not tell what it had for PW")
		s.press("ctrl+s")
		s.expect(action.Restart, action.Rerun, action.Build)
		if s.sent()["TARGET"] != "prod" {
			t.Errorf("it sends %v", s.sent())
		}

		broken.Parameters = []jenkins.Parameter{{Name: "PW", Secret: true}}
		s.actor.Stages, s.actor.Failed = nil, ""
		s.start(kit.IntentBuild, broken)
		s.shows("Rerun not possible: it has a password parameter", "Replay not possible")
		s.press("down", "enter")
		s.shows("password parameter", "Build it instead: B")
		s.expect(action.Restart, action.Rerun, action.Build)
	})
}

func TestWhatIsStartedIsFollowedToItsEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for want, set := range map[string]func(a *kittest.Actor){
			"taken out of the queue":   func(a *kittest.Actor) { a.Progress = action.Progress{Cancelled: true} },
			"follow the build of shop": func(a *kittest.Actor) { a.FollowErr = errors.New("connection refused") },
		} {
			s := newScreen(t)
			set(s.actor)
			s.start(kit.IntentRerun, run(jenkins.Failure))
			s.press("enter")
			s.expect(action.Rerun)
			if !strings.Contains(s.note(), want) || s.acts.Started() != nil {
				t.Errorf("note %q, started %v", s.note(), s.acts.Started())
			}
		}
	})
}

func TestInputsAreAnsweredInTheWordsOfThePipeline(t *testing.T) {
	bubble(t, func(t *testing.T) {
		ship := action.Input{ID: "Ship", Message: "Ship \x1b[31mit?", OK: "Ship it", Cancel: "Not yet", Submitter: "alice,ops",
			Parameters: []action.Parameter{{Name: "VERSION", Kind: action.String, Default: "2.0", HasDefault: true}, {Name: "PW", Kind: action.Password, Secret: true}}}
		plain := action.Input{ID: "Go", Message: "Go on?"}
		s := newScreen(t)
		paused := run(jenkins.Paused)
		s.actor.Open = []action.Input{ship, plain}
		s.start(kit.IntentAnswer, paused)
		s.shows("shop/cart/main #12 asks", "asked of alice, ops", "Go on? asked of anyone who may build")
		s.press("enter")
		s.shows("Ship it goes on, after 2 parameters", "Not yet")
		s.press("enter")
		s.shows("VERSION 2.0", "Asked of alice, ops, and administrators.", "Ship it")
		s.write(".1")
		s.press("ctrl+s")
		s.expect(action.Proceed)
		if want := map[string]string{"VERSION": "2.0.1", "PW": "<DEFAULT>"}; !same(s.sent(), want) {
			t.Errorf("it sends %v", s.sent())
		}
		s.start(kit.IntentAnswer, paused)
		s.press("enter", "down", "enter")
		s.shows(`with "Not yet"`, "aborted")
		s.press("enter")
		s.expect(action.Proceed)
		s.start(kit.IntentAnswer, paused)
		s.press("enter", "down", "enter", "y")
		if s.expect(action.Proceed, action.Abort); !strings.HasSuffix(s.note(), "it ends in a moment, unless its script catches that") {
			t.Errorf("note %q", s.note())
		}

		s.actor.Open = []action.Input{plain}
		s.actor.Err = &action.Error{Op: "answer the input Go of shop/cart/main #12", What: `You need to be alice to submit this. You are user "me".`,
			Fix: "ask one of those to answer", Err: &jenkins.Error{Kind: jenkins.NotAllowed}}
		s.start(kit.IntentAnswer, paused)
		s.press("enter", "y")
		if !strings.Contains(s.note(), "You need to be alice to submit this.") {
			t.Errorf("note %q", s.note())
		}
		s.actor.Open = nil
		s.start(kit.IntentAnswer, paused)
		if s.popup != nil || !strings.Contains(s.note(), "asks nothing") {
			t.Errorf("%T, %q", s.popup, s.note())
		}
	})
}

func TestAnInputNeedsAllItsValues(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		s.actor.Open = []action.Input{{ID: "Ship", Message: "Ship it?", Parameters: []action.Parameter{
			{Name: "REGION", Kind: action.Choice, Choices: []string{"eu", "us"}}, {Name: "BASE", Kind: action.RunOf, Job: "shop/base"}}}}
		s.start(kit.IntentAnswer, run(jenkins.Paused))
		s.press("enter", "ctrl+s")
		s.shows("BASE: Jenkins does not tell its default, and it must be sent")
		s.press("down")
		s.write("7")
		s.press("ctrl+s")
		if want := map[string]string{"REGION": "eu", "BASE": "shop/base#7"}; !same(s.sent(), want) {
			t.Errorf("it sends %v", s.sent())
		}
	})
}

func TestAJobWithoutBuildsCanBeBuilt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		s.start(kit.IntentBuild, &jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/new"}})
		s.shows("Build shop/new on ci?")
		s.press("enter")
		s.expect(action.Build)
	})
}

func TestReplayShowsWhatWasEditedAndWhatJenkinsSaysAgainstIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		was := action.Script{Main: "pipeline {\n  echo 'a'\n}\n", Loaded: []action.Loaded{{Name: "lib.groovy", Text: "x\n"}, {Name: "other.groovy", Text: "y\n"}}}
		e := &edit{run: *run(jenkins.Failure), was: was, script: action.Script{Main: was.Main, Loaded: slices.Clone(was.Loaded)}}
		s.take(s.acts.replays.check(e, 0))
		if s.popup != nil || !strings.Contains(s.note(), "nothing was replayed") {
			t.Errorf("unedited: %T, %q", s.popup, s.note())
		}
		e.script.Main, e.script.Loaded[0].Text = "pipeline {\n  echo 'b\x1b[2J'\n}\n", "x2\n"
		s.actor.Problems = []action.Problem{{Line: 2, Column: 3, Text: "unexpected token"}}
		s.take(s.acts.replays.check(e, 0))
		s.shows("Jenkins would not run it", "line 2, column 3: unexpected token")
		s.press("n")
		s.actor.Problems = nil
		s.take(s.acts.replays.check(e, 0))
		s.shows("Replay shop/cart/main #12 with the edited script on ci?", "- echo 'a'", "+ echo 'b", "-x", "+x2")
		if strings.Contains(s.shown, "\x1b") {
			t.Error("control characters are drawn")
		}
		file := filepath.Join(t.TempDir(), "x.patch")
		for _, said := range []string{"The patch is saved as", "The patch was not saved: open"} { // the second time it exists
			s.press("ctrl+p")
			s.shows("shop-cart-main-12.patch")
			s.press("ctrl+u")
			s.write(file)
			s.press("enter")
			s.shows(said, "- echo 'a'")
		}
		if b, err := os.ReadFile(file); err != nil || !strings.Contains(string(b), "+  echo 'b") {
			t.Errorf("the patch is %q (%v)", b, err)
		}
		s.press("y")
		s.expect(action.Replay)
		if want := map[string]string{"mainScript": e.script.Main, "lib.groovy": "x2\n"}; !same(s.sent(), want) {
			t.Errorf("it sends %v", s.sent())
		}
	})
}

func TestReplayReadsTheScriptFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		s.actor.Pipeline = action.Script{Main: "a", Loaded: []action.Loaded{{Name: "lib.groovy", Text: "x"}}}
		s.start(kit.IntentReplay, run(jenkins.Success))
		s.shows("Edit a script of shop/cart/main #12", "Jenkinsfile", "lib.groovy")
		s.press("esc")
		s.start(kit.IntentReplay, run(jenkins.Running))
		if s.popup != nil || !strings.Contains(s.note(), "still runs") {
			t.Errorf("%T, %q", s.popup, s.note())
		}
	})
}

func TestSmallChanges(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		s.actor.NodeList = []jenkins.Node{{Name: "a", Labels: []string{"a", "linux"}}, {Name: "b", Labels: []string{"b"}}, {Name: "gone", Offline: true}}
		r := run(jenkins.Failure)
		r.Nodes = []string{"b"}
		s.actor.Result.Message = "shop/cart/main #12 on ci may be discarded"
		s.start(kit.IntentKeep, r)
		s.shows("Keep shop/cart/main #12 on ci forever?", "Now the job's rules may discard it; then they no longer do.")
		s.press("esc")
		s.actor.Now.Kept = true
		s.start(kit.IntentKeep, r)
		s.shows("be discarded again?", "Now it is kept forever; then the job's rules may discard it.")
		s.press("y")
		if !strings.HasPrefix(s.note(), "shop/cart/main #12 on ci may be discarded - ") {
			t.Errorf("note %q", s.note())
		}
		s.actor.Result.Message = ""
		s.start(kit.IntentDisableJob, r)
		s.press("y")
		if !strings.Contains(s.note(), ": enable job undoes it") {
			t.Errorf("note %q", s.note())
		}
		s.actor.Disabled = true
		s.start(kit.IntentDisableJob, r)
		if s.popup != nil || s.note() != "shop/cart/main is disabled already: nothing was sent" {
			t.Errorf("%T, %q", s.popup, s.note())
		}
		s.start(kit.IntentEnableJob, r)
		s.press("enter")
		s.start(kit.IntentNodeOffline, r)
		s.shows("b online a online linux")
		if strings.Contains(s.view(), "gone") {
			t.Error("a node that is offline is offered")
		}
		s.press("enter", "ctrl+s")
		s.shows("there is no reason")
		s.write("disk swap")
		s.press("ctrl+s")
		if got := s.actor.Done()[3]; got.Target.Node != "b" || s.sent()["offlineMessage"] != "disk swap" {
			t.Errorf("%v of node %q, %v", got.Kind, got.Target.Node, s.sent())
		}
		s.start(kit.IntentNodeOnline, r)
		s.press("enter", "enter")
		s.expect(action.Unkeep, action.DisableJob, action.EnableJob, action.NodeOffline, action.NodeOnline)
		if got := s.actor.Done()[4].Target.Node; got != "gone" {
			t.Errorf("node %q", got)
		}
	})
}

// TestADescriptionCanBeRestored begins with a list that does not know the description.
func TestADescriptionCanBeRestored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		r := run(jenkins.Failure)
		s.actor.Now.Description = "old words"
		s.start(kit.IntentDescribe, r)
		s.press("ctrl+s")
		s.expect()
		if s.note() != "the description is as it was: nothing was sent" {
			t.Errorf("note %q", s.note())
		}
		s.start(kit.IntentDescribe, r)
		s.write("!")
		s.press("tab", "enter")
		if s.sent()["description"] != "old words!" || !strings.HasSuffix(s.note(), " - : describe build undoes it") {
			t.Errorf("sent %v, note %q", s.sent(), s.note())
		}
		s.actor.Now.Description = "old words!"
		s.start(kit.IntentDescribe, r)
		s.shows("Restore what it said before", "old words", "Describe it anew", "it says: old words!")
		s.press("enter")
		s.shows("Set the description of shop/cart/main #12 on ci?", "old words")
		s.press("y")
		if s.expect(action.Describe, action.Describe); s.sent()["description"] != "old words" {
			t.Errorf("sent %v", s.sent())
		}
		s.actor.Now.Description = "old words"
		s.start(kit.IntentDescribe, r)
		s.press("down", "enter")
		s.shows("Description", "old words")
	})
}

// TestTheMenuOffersEachChangeOnce has no entry for a change and for its opposite: which of them there is asked first.
func TestTheMenuOffersEachChangeOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		s.actor.NodeList = []jenkins.Node{{Name: "a"}, {Name: "gone", Offline: true}}
		menu := func(what string) string {
			s.start(kit.IntentAct, run(jenkins.Success))
			text := s.view()
			s.write(what)
			s.press("enter")
			return text
		}
		for what, want := range map[string]string{"keep": "Keep shop/cart/main #12 on ci forever?", "disable": "Disable shop/cart/main on ci?", "node": "gone"} {
			if text := menu(what); strings.Count(text, "Build job") != 1 || strings.Count(strings.ToLower(text), what) != 1 {
				t.Errorf("%q is there more than once:\n%s", what, text)
			}
			s.shows(want)
		}
		s.actor.Disabled = true
		menu("disable")
		s.shows("Enable shop/cart/main on ci?")
		with := run(jenkins.Success)
		with.Parameters = []jenkins.Parameter{{Name: "TARGET", Value: "prod"}}
		s.start(kit.IntentAct, with)
		s.shows("Build job with the values of #12")
		s.expect()
	})
}

// TestTheFirstWayToRunABrokenBuildAgain is what enter takes.
func TestTheFirstWayToRunABrokenBuildAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		password := []jenkins.Parameter{{Name: "PW", Secret: true}}
		for _, c := range []struct {
			name   string
			stages []string
			failed string
			has    []jenkins.Parameter
			want   string
		}{
			{"declarative", []string{"Build", "Test"}, "Test", nil, "from stage Test on ci?"},
			{"its failed stage is not offered", []string{"Build"}, "Test", nil, "Rerun shop/cart/main #12 on ci?"},
			{"no stage failed", []string{"Build", "Test"}, "", nil, "Rerun shop/cart/main #12 on ci?"},
			{"scripted", nil, "Test", nil, "Rerun shop/cart/main #12 on ci?"},
			{"scripted with a password", nil, "", password, "Build shop/cart/main on ci?"},
			{"declarative with a password", []string{"Test"}, "Test", password, "from stage Test on ci?"},
		} {
			s := newScreen(t)
			r := run(jenkins.Failure)
			s.actor.Stages, s.actor.Failed, s.actor.Run = c.stages, c.failed, *r
			s.actor.Run.Parameters = c.has // which the list does not know
			s.start(kit.IntentBuild, r)
			s.press("enter")
			if text := strings.Join(strings.Fields(s.view()), " "); !strings.Contains(text, c.want) {
				t.Errorf("%s: %s", c.name, text)
			}
		}
	})
}

func FuzzPlainText(f *testing.F) {
	f.Add("a <b>b</b> &lt;c&gt;<script>x</script><style>y</style> d")
	f.Add("<")
	f.Add("</script><script>")
	f.Fuzz(func(t *testing.T, s string) {
		_ = plainText(s)
	})
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain text":                       "plain text",
		"a <b>b</b><br/>c &lt;d&gt; &amp;": "a b c <d> &",
		"x<script>y</script>z":             "x z",
		"1 < 2":                            "1 < 2",
	} {
		if got := plainText(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func TestAnEditedScriptIsKeptUntilItWasReplayed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newScreen(t)
		s.actor.Pipeline = action.Script{Main: "a", Loaded: []action.Loaded{{Name: "lib.groovy", Text: "x"}}}
		r := run(jenkins.Failure)
		e := &edit{run: *r, was: s.actor.Pipeline, script: action.Script{Main: "a", Loaded: slices.Clone(s.actor.Pipeline.Loaded)}}
		s.take(s.acts.replays.edited(e, 0, "mine"))
		s.shows("+mine")
		s.press("esc")
		s.start(kit.IntentReplay, r)
		s.shows("Go on with the edited script", "Begin with the script of the build")
		s.press("enter")
		s.shows("+mine")
		s.press("y")
		s.expect(action.Replay)
		s.start(kit.IntentReplay, r)
		s.shows("Edit a script of shop/cart/main #12") // the build's own
		s.press("esc")
		s.take(s.acts.replays.edited(e, 0, "a"))
		if len(s.acts.replays.edits) > 0 {
			t.Error("a script that is as it was is kept")
		}
	})
}
