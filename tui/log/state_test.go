package log

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// When the log is asked for again, and which answers come too late.

func TestTheLastLinesOfAnEndedRunAreAskedForUntilTheyAreThere(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(5), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		log.data, log.more = numberedLog(9), false
		d.Show(goodRun(1)) // reads to the end
		log.data, log.err = numberedLog(12), kittest.ErrAway
		d.Do("refresh")
		log.err = nil
		d.Wait(followRarest)
		if got := lastLine(d.Text(40, 10)); got != "line 12" {
			t.Errorf("the last line is %q", got)
		}
	})
}

func TestALogIsFollowedCloselyAgainOnceJenkinsAnswers(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(5), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		log.err = kittest.ErrAway
		d.Wait(5 * time.Minute)
		log.err = nil
		for asked := len(log.asked); len(log.asked) == asked; {
			d.Wait(50 * time.Millisecond)
		}
		log.data = numberedLog(6)
		d.Wait(followMin + 50*time.Millisecond)
		if got := lastLine(d.Text(40, 10)); got != "line 6" {
			t.Errorf("the last line is %q", got)
		}
	})
}

func TestALogThatIsSaidToBeOverIsStillAskedForWhileItsRunGoesOn(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(5)}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		before := len(log.asked)
		for range 60 {
			log.data = append(log.data, "more\n"...)
			d.Wait(time.Second)
		}
		if n := len(log.asked) - before; n < 10 || n > 14 {
			t.Errorf("asked %d times in a minute", n)
		}
	})
}

// TestALineThatIsBeingWrittenIsNotAskedForWithoutAPause has a size that counts what Jenkins does not send yet.
func TestALineThatIsBeingWrittenIsNotAskedForWithoutAPause(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(5), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		log.ahead = 100
		before := len(log.asked)
		d.Wait(10 * time.Second)
		if n := len(log.asked) - before; n > 15 {
			t.Errorf("asked %d times in ten seconds", n)
		}
	})
}

func TestFollowingGoesOnAtTheEndWhenItIsFarBehind(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(5), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		log.data = numberedLog(1_000_000)
		before := len(log.asked)
		d.Wait(followMax)
		if got := lastLine(d.Text(40, 10)); got != "line 1000000" || len(log.asked)-before > 12 {
			t.Errorf("the last line is %q after %d questions", got, len(log.asked)-before)
		}
	})
}

func TestAStepWithoutALogIsNoRunThatIsGone(t *testing.T) {
	t.Parallel()
	f := testStage()
	partScene(t, f, goodRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		f.open(d, goodRun(1), "10")
		if len(d.Gone) != 0 {
			t.Errorf("gone is %v", d.Gone)
		}
		f.console.err = &jenkins.Error{Kind: jenkins.NotFound, Status: 404}
		d.Show(goodRun(2))
		if len(d.Gone) != 1 || d.Gone[0].Build.Number != 2 {
			t.Errorf("gone is %v", d.Gone)
		}
	})
}

func TestAnAnswerForTheSearchBeforeIsIgnored(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(1_000_000)}
	logScene(t, log, goodRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		late := p.search.next(textview.NewFinder("line 900000"), -1, &p.log)
		p.search.find = textview.NewFinder("line 123456")
		d.Run(p.search.next(p.search.find, -1, &p.log))
		d.Run(late)
		d.Settle()
		if p.log.scr.hit < 0 || p.log.scr.win.lines[p.log.scr.hit].Text != "line 123456" {
			t.Errorf("it stands on line %d", p.log.scr.hit)
		}
	})
}

func TestWhoScrollsIsNotTakenToTheFirstErrorAnyMore(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: []byte(string(numberedLog(30)) + "ERROR: no\n" + string(numberedLog(50_000)))}
	synctest.Test(t, func(t *testing.T) {
		p := newTestLog(log)
		d := kittest.NewDriver(p)
		looking := p.Update(p.Show(kittest.EndedRun(1))())
		if p.search.scan == nil || !p.search.scan.opening {
			t.Fatal("no error is looked for")
		}
		d.Do("up")
		d.Run(looking)
		d.Settle()
		if p.log.scr.hit >= 0 {
			t.Errorf("it stands on line %d", p.log.scr.hit)
		}
		p.Hide()
	})
}

func TestEscFromAStepOfAnotherRunLeadsToThatRunsLog(t *testing.T) {
	t.Parallel()
	f := testStage()
	partScene(t, f, goodRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		f.open(d, goodRun(2), "9")
		f.console.data = []byte("of #2\n")
		p.Back()
		d.Run(p.Update(kit.TickMsg{}))
		d.Settle()
		if got := firstLine(d.Text(60, 10)); got != "of #2" || p.Title(60) != "Log  shop/checkout/main #2" {
			t.Errorf("%s shows %q", p.Title(60), got)
		}
	})
}

func TestAFailedStepOpensAtItsFirstErrorWhateverItsRunDid(t *testing.T) {
	t.Parallel()
	for _, lines := range []int{300, 200_000} {
		for _, failed := range []bool{true, false} {
			opensAFailedStep(t, lines, failed)
		}
	}
}

func opensAFailedStep(t *testing.T, lines int, failed bool) {
	f := testStage()
	f.steps["9"].data = []byte("ERROR: red\n" + string(numberedLog(lines)))
	run := goodRun(1)
	state := stages.Failure
	if !failed {
		run, state = kittest.EndedRun(1), stages.Success
	}
	partScene(t, f, run, func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Run(p.Update(kit.OpenLogMsg{Run: run, Step: &stages.Step{ID: "9", State: state}, Title: "Test"}))
		d.Settle()
		if got := strings.Contains(d.Text(60, 10), "ERROR: red"); got != failed {
			t.Errorf("%d lines, failed %t: it opens at the error: %t", lines, failed, got)
		}
	})
}

func TestFooterSaysHowToFollowALogThatGrows(t *testing.T) {
	t.Parallel()
	for status, offered := range map[jenkins.Status]bool{jenkins.Running: true, jenkins.Failure: false} {
		p := New(kittest.Shared())
		p.log.src.run.Status = status
		p.log.scr.win.lines = make([]textview.Line, 3)
		for _, follow := range []bool{true, false} {
			p.log.scr.follow = follow
			if word, set := p.Footer().Words[kit.IntentBottom]; set != (offered && !follow) || set && word != "follow" {
				t.Errorf("%s, following %v: to the end is %q, set %v", status, follow, word, set)
			}
		}
	}
}

func TestTheKeyForErrorsIsOfferedAsFarAsIsKnown(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, log, hint, word string
	}{
		{"one", "all is well\nERROR: it broke\n", "e next error", "error"},
		{"none", "all is well\n", "", ""},
		{"empty", "", "", ""},
		{"unread", string(numberedLog(400_000)), "e looks for an error", "look for an error"},
	} {
		logScene(t, &fakeLog{data: []byte(x.log)}, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
			check := func(hint, word string) {
				t.Helper()
				got, named := p.Footer().Words[kit.IntentNextError]
				if !named {
					got = "error" // the key map's
				}
				if offered := strings.Contains(p.Hint(), "error"); got != word || offered != (hint != "") || !strings.Contains(p.Hint(), hint) {
					t.Errorf("%s: the footer says %q, the border %q", x.name, got, p.Hint())
				}
			}
			check(x.hint, x.word)
			if x.name == "unread" { // once all of it was searched, it is known
				d.Do("next error")
				check("", "")
			}
		})
	}
}

func TestFooterSaysWhereEscLeads(t *testing.T) {
	t.Parallel()
	logScene(t, &fakeLog{data: numberedLog(9)}, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		for _, step := range []struct{ do, want string }{{"mark lines", "unmark"}, {"back", ""}, {"filter", ""}, {"text:line 5", "end search"}, {"key:enter", "end search"}, {"back", ""}} {
			d.Do(step.do)
			if got := p.Footer().Words[kit.IntentBack]; got != step.want {
				t.Errorf("after %s esc is said to be %q, want %q", step.do, got, step.want)
			}
		}
	})
}
