package log

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// fakeRun is a run with a console, a stage and the logs of its steps.
type fakeRun struct {
	console *fakeLog
	stage   stages.Stage
	steps   map[string]*fakeLog
	err     error // of the stage
	asked   int   // for the stage

	askedTree int
}

func (f *fakeRun) pane() *Pane {
	p := New(kittest.Shared())
	p.ask = asker{
		run:  func(string) reader { return f.console },
		node: func(_, id string) reader { return nodeLog{f.steps[id]} },
		stage: func(_ context.Context, _ jenkins.Run, id string) (stages.Stage, error) {
			f.asked++
			tree := stages.Tree{Stages: []stages.Stage{f.stage}}
			if s := tree.Find(id); s != nil {
				return *s, f.err
			}
			return f.stage, f.err
		},
	}
	p.stages.ask = func(context.Context, jenkins.Run) (stages.Tree, error) {
		f.askedTree++
		if f.err != nil {
			return stages.Tree{}, f.err
		}
		return stages.Tree{Stages: []stages.Stage{{ID: "3", Name: "Build", State: stages.Success, Steps: []stages.Step{{ID: "9"}}},
			f.stage, {ID: "50", Name: "Deploy", State: stages.Skipped}}}, nil
	}
	return p
}

// nodeLog is the log of a flow node; one without a log is not found.
type nodeLog struct{ *fakeLog }

func (n nodeLog) LogSize(ctx context.Context, ref jenkins.Ref) (console.Chunk, error) {
	if n.fakeLog == nil {
		return console.Chunk{}, &jenkins.Error{Kind: jenkins.NotFound, Status: 404}
	}
	return n.fakeLog.LogSize(ctx, ref)
}

func (n nodeLog) LogTail(ctx context.Context, ref jenkins.Ref, size int) (console.Chunk, error) {
	if n.fakeLog == nil {
		return n.LogSize(ctx, ref)
	}
	return n.fakeLog.LogTail(ctx, ref, size)
}

// testStage has three steps, of which one has no log, and a branch with one more.
func testStage() *fakeRun {
	return &fakeRun{
		console: &fakeLog{data: numberedLog(50)},
		stage: stages.Stage{ID: "8", Name: "Test", State: stages.Success,
			Steps:    []stages.Step{{ID: "9"}, {ID: "10"}, {ID: "40"}},
			Children: []stages.Stage{{ID: "20", Name: "e2e", Steps: []stages.Step{{ID: "21"}}}}},
		steps: map[string]*fakeLog{"9": {data: []byte("nine 1\nnine 2")}, "21": {data: []byte("twenty-one\n")}, "40": {data: []byte("forty\n")}},
	}
}

func partScene(t *testing.T, f *fakeRun, run jenkins.Run, do func(*testing.T, *kittest.Driver, *Pane)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := f.pane()
		p.Resize(60, 10)
		d := kittest.NewDriver(p)
		d.Show(run)
		do(t, d, p)
		p.Hide()
		d.Wait(2 * followRarest)
	})
}

func (f *fakeRun) open(d *kittest.Driver, run jenkins.Run, step string) {
	msg := kit.OpenLogMsg{Run: run, Stage: f.stage, Title: "Test > e2e"}
	if step != "" {
		msg.Step = &stages.Step{ID: step, State: stages.Success}
	}
	d.Run(d.Pane.Update(msg))
	d.Settle()
}

func TestThePartsOfALogAreTitledAndEscLeadsBackToTheWhole(t *testing.T) {
	t.Parallel()
	f := testStage()
	partScene(t, f, goodRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("up", "up")
		before := d.Text(60, 10)
		f.open(d, goodRun(1), "9")
		if got := p.Title(60); got != "Log  Test > e2e" {
			t.Errorf("the title is %q", got)
		}
		if got := d.Text(60, 3); got != "nine 1\nnine 2\n" || !strings.Contains(p.Hint(), "esc whole log") {
			t.Errorf("the step's log is %q, the hint %q", got, p.Hint())
		}
		f.open(d, goodRun(1), "")
		if got := d.Text(60, 5); got != "nine 1\nnine 2\ntwenty-one\nforty\n" {
			t.Errorf("the stage's log is %q", got)
		}
		if !p.Back() {
			t.Fatal("esc leads nowhere")
		}
		if after := d.Text(60, 10); after != before || p.Title(60) != "Log  shop/checkout/main #1" {
			t.Errorf("esc does not lead back to where the whole was left:\n%s\n\n%s", before, after)
		}
		if p.Back() {
			t.Error("there is more to go back to")
		}
	})
}

func TestTheWholeLogIsReadOnAfterALookAtAStep(t *testing.T) {
	t.Parallel()
	f := testStage()
	f.console.more = true
	run := kittest.RunningRun(1)
	partScene(t, f, run, func(t *testing.T, d *kittest.Driver, p *Pane) {
		f.open(d, run, "9")
		f.console.data = numberedLog(60)
		p.Back()
		d.Run(p.Update(kit.TickMsg{}))
		d.Settle()
		if got := lastLine(d.Text(60, 10)); got != "line 60" {
			t.Errorf("the last line is %q", got)
		}
		f.console.data = numberedLog(70)
		d.Wait(2 * followMax)
		if got := lastLine(d.Text(60, 10)); got != "line 70" {
			t.Errorf("later the last line is %q", got)
		}
	})
}

func TestAStepKeepsItsLogWhenItsRunIsRefreshedAndLosesItToAnotherRun(t *testing.T) {
	t.Parallel()
	f := testStage()
	partScene(t, f, goodRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		f.open(d, goodRun(1), "40")
		d.Show(goodRun(1))
		p.Hide()
		d.Show(goodRun(1))
		if got := firstLine(d.Text(60, 10)); got != "forty" {
			t.Errorf("refreshed it shows %q", got)
		}
		d.Show(goodRun(2))
		if got := p.Title(60); got != "Log  shop/checkout/main #2" {
			t.Errorf("of another run it shows %q", got)
		}
	})
}

// TestTheLogOfARunningStageGoesAsFarAsTheStepThatRuns has two branches at once: what was shown stays where it is.
func TestTheLogOfARunningStageGoesAsFarAsTheStepThatRuns(t *testing.T) {
	t.Parallel()
	f := testStage()
	f.stage.State = stages.Running
	f.steps["21"].more = true
	run := kittest.RunningRun(1)
	partScene(t, f, run, func(t *testing.T, d *kittest.Driver, p *Pane) {
		f.open(d, run, "")
		if got := d.Text(60, 5); got != "nine 1\nnine 2\ntwenty-one\n\n" {
			t.Errorf("it shows %q", got)
		}
		f.steps["21"].data, f.steps["21"].more = []byte("twenty-one\nended\n"), false
		f.stage.Steps = append(f.stage.Steps, stages.Step{ID: "41"})
		f.steps["41"] = &fakeLog{data: []byte("forty-one\n"), more: true}
		d.Wait(4 * followMax)
		if got := d.Text(60, 7); got != "nine 1\nnine 2\ntwenty-one\nended\nforty\nforty-one\n" {
			t.Errorf("later it shows %q", got)
		}
		f.steps["41"].more = false // the next step has not begun yet
		d.Wait(4 * followMax)
		f.stage.Steps = append(f.stage.Steps, stages.Step{ID: "42"})
		f.steps["42"] = &fakeLog{data: []byte("forty-two\n")}
		d.Wait(4 * followMax)
		if got := lastLine(d.Text(60, 8)); got != "forty-two" {
			t.Errorf("in the end it shows %q", got)
		}
		f.stage.State = stages.Success
		d.Wait(4 * followMax)
		asked := f.asked
		d.Wait(4 * followMax)
		if f.asked != asked || !p.log.src.ended() {
			t.Errorf("the stage has ended and is asked for %d times more", f.asked-asked)
		}
	})
}

func TestALongStageIsReadThroughInBothDirections(t *testing.T) {
	t.Parallel()
	f := &fakeRun{console: &fakeLog{}, stage: stages.Stage{ID: "1", State: stages.Success}, steps: map[string]*fakeLog{}}
	want := 0
	for i := range 30 {
		id := fmt.Sprint(100 + i)
		f.stage.Steps = append(f.stage.Steps, stages.Step{ID: id})
		var b strings.Builder
		for range 1000 {
			want++
			fmt.Fprintf(&b, "line %d\n", want)
		}
		f.steps[id] = &fakeLog{data: []byte(b.String())}
	}
	partScene(t, f, goodRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		f.open(d, goodRun(1), "")
		if got := lastLine(d.Text(60, 10)); got != "line 30000" {
			t.Fatalf("the last line is %q", got)
		}
		for range 2 * want / 10 {
			if d.Do("page up"); p.log.scr.win.start == 0 && p.log.scr.top == 0 {
				break
			}
		}
		if got := firstLine(d.Text(60, 10)); got != "line 1" || len(p.log.scr.win.lines) != want {
			t.Errorf("the first line is %q, held are %d", got, len(p.log.scr.win.lines))
		}
		d.Do("filter", "text:line 29999", "key:enter")
		if p.log.scr.hit < 0 || p.log.scr.win.lines[p.log.scr.hit].Text != "line 29999" {
			t.Errorf("found is line %d", p.log.scr.hit)
		}
	})
}

func TestAStepWithoutALogSaysSo(t *testing.T) {
	t.Parallel()
	f := testStage()
	partScene(t, f, goodRun(1), func(t *testing.T, d *kittest.Driver, _ *Pane) {
		f.open(d, goodRun(1), "10")
		if got := kittest.Unindented(d.Text(60, 4)); got != "It has no log of its own.\nesc shows the whole log." {
			t.Errorf("says:\n%s", got)
		}
		f.err = errors.New("no stages")
		f.open(d, goodRun(1), "")
		if got := kittest.Unindented(d.Text(60, 4)); !strings.HasPrefix(got, "no stages") {
			t.Errorf("says:\n%s", got)
		}
	})
}

func TestAStepThatPrintedNothingSaysWhatItFailedWith(t *testing.T) {
	t.Parallel()
	f := testStage()
	f.steps["9"].data = nil
	partScene(t, f, goodRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		for _, msg := range []kit.OpenLogMsg{{Failed: "no target given\n\tWorkflowScript.run"}, {}} {
			msg.Run, msg.Title, msg.Step = goodRun(1), "Ship", &stages.Step{ID: "9", State: stages.Failure}
			d.Run(p.Update(msg))
			d.Settle()
			if got := d.Text(60, 4); strings.Contains(got, "no target given") != (msg.Failed != "") || !strings.Contains(got, "It ") {
				t.Errorf("%q: says\n%s", msg.Failed, got)
			}
		}
	})
}

func TestPartFrames(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ w, h int }{{60, 20}, {80, 24}, {120, 40}} {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			t.Parallel()
			f := testStage()
			partScene(t, f, goodRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
				p.Resize(size.w, size.h)
				f.open(d, goodRun(1), "")
				frame := d.Frame(size.w, size.h)
				kittest.Fits(t, frame, size.w, size.h)
				golden.RequireEqual(t, []byte(p.Title(size.w)+"\n"+p.Hint()+"\n"+frame))
			})
		})
	}
}

func TestAFailedLogOpensAtItsFirstErrorWhereverThatIs(t *testing.T) {
	t.Parallel()
	failing := func(before, after int) string {
		return string(numberedLog(before)) + "ERROR: no such table\n" + string(numberedLog(after)) + "Finished: FAILURE\n"
	}
	for name, c := range map[string]struct {
		data  string
		run   jenkins.Run
		keys  []string
		first string // the line it opens at; empty for the end
		asked int    // at most
	}{
		"near the end":       {failing(3000, 300), kittest.EndedRun(1), nil, "ERROR: no such table", 3},
		"far above":          {failing(30, 60_000), kittest.EndedRun(1), nil, "ERROR: no such table", 4},
		"beyond what counts": {failing(30, 400_000), kittest.EndedRun(1), nil, "Finished: FAILURE", 3},
		"good":               {failing(30, 300), goodRun(1), nil, "", 2},
		"without an error":   {string(numberedLog(300)), kittest.EndedRun(1), nil, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &fakeLog{data: []byte(c.data)}
			logScene(t, log, c.run, func(t *testing.T, d *kittest.Driver, p *Pane) {
				got := ""
				if p.log.scr.hit >= 0 {
					got = p.log.scr.win.lines[p.log.scr.hit].Text
				}
				if got != c.first || p.log.scr.follow != (c.first == "") || len(d.Notes) != 0 {
					t.Errorf("it opens at %q, follows: %t, says %v", got, p.log.scr.follow, d.Notes)
				}
				if c.first != "" && !strings.Contains(d.Text(40, 10), c.first) {
					t.Errorf("it is not in sight:\n%s", d.Text(40, 10))
				}
				if len(log.asked) > c.asked {
					t.Errorf("asked %d times", len(log.asked))
				}
			})
		})
	}
}

func TestWhoAsksForTheEndOfAFailedLogGetsIt(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: []byte("ERROR: no\n" + string(numberedLog(300)))}
	synctest.Test(t, func(t *testing.T) {
		p := newTestLog(log)
		d := kittest.NewDriver(p)
		d.Run(p.Show(kittest.EndedRun(1)))
		d.Do("bottom") // before the first answer
		if !p.log.scr.follow {
			t.Error("it stands at the error")
		}
		p.Hide()
	})
}

func TestALogThatEndsInFailureWhileItIsFollowedStaysAtItsEnd(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: []byte("ERROR: no\n" + string(numberedLog(300))), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		log.more = false
		d.Show(kittest.EndedRun(1))
		if !p.log.scr.follow {
			t.Error("the screen has moved")
		}
	})
}

func TestHiddenPipelineLinesTakeNoRoom(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, "[Pipeline] echo\n[2026-11-23T14:02:11.042Z] [Pipeline] }\nline %d\n", i+1)
	}
	logScene(t, &fakeLog{data: []byte(text.String())}, goodRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("pipeline lines")
		if got := d.Text(40, 10); firstLine(got) != "line 191" || lastLine(got) != "line 200" {
			t.Errorf("at the end it shows:\n%s", got)
		}
		d.Do("page up", "up")
		if got := d.Text(40, 10); firstLine(got) != "line 181" {
			t.Errorf("a page and a line up it shows:\n%s", got)
		}
		d.Do("page down", "down")
		if got := lastLine(d.Text(40, 10)); got != "line 200" || !p.log.scr.follow {
			t.Errorf("back at the end it shows %q", got)
		}
		d.Do("filter", "text:echo", "key:enter")
		if p.log.scr.quiet || !strings.Contains(d.Text(40, 10), "[Pipeline] echo") {
			t.Error("what was found is hidden")
		}
	})
}

func TestMarkedLinesAreCopiedAndSentAsPlainText(t *testing.T) {
	t.Parallel()
	data := string(numberedLog(30)) + "\x1b[31mERROR: red\x1b[0m {{x}}\n[Pipeline] sh\nmore\nlast\n"
	logScene(t, &fakeLog{data: []byte(data)}, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("copy lines")
		if got := d.Copied[0].Text; got != "ERROR: red {{x}}" {
			t.Errorf("the line that was jumped to is copied as %q", got)
		}
		d.Do("pipeline lines", "mark lines", "up", "down", "down", "copy lines")
		if got := d.Copied[1]; got.Text != "ERROR: red {{x}}\nmore" || p.log.scr.block != nil {
			t.Errorf("copied %+v", got)
		}
		d.Do("mark lines", "top")
		if got := firstLine(d.Text(40, 10)); got != "line 1" {
			t.Errorf("the first line in sight is %q", got)
		}
		var sent kit.ComposeMsg
		cmd := p.Update(kit.IntentSendLines)
		if sent, _ = cmd().(kit.ComposeMsg); !strings.HasPrefix(sent.Text, "line 1\n") || !strings.HasSuffix(sent.Text, "\nERROR: red {{x}}") {
			t.Errorf("sent %q", sent.Text)
		}
		d.Do("mark lines")
		if !p.Back() || p.log.scr.block != nil || p.CanSend() {
			t.Error("esc does not unmark")
		}
	})
}

func TestTheMarkStaysOnItsLinesWhileTheLogGrows(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: numberedLog(100), more: true}
	logScene(t, log, kittest.RunningRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("mark lines", "up")
		p.log.scr.win.keep = 1000
		log.data = numberedLog(300)
		d.Wait(2 * followMax)
		if got := p.log.scr.blockText(); got != "line 99\nline 100" {
			t.Errorf("marked are %q", got)
		}
	})
}

func TestALogIsSavedWholeAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	log := &fakeLog{data: []byte("\x1b[32mgreen\x1b[0m\n" + string(numberedLog(200_000)))}
	path := filepath.Join(t.TempDir(), "x.log")
	logScene(t, log, kittest.EndedRun(1), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("save log")
		if got := p.export.name.Text(); got != "shop-checkout-main-1.log" || !p.Typing() {
			t.Errorf("offered is %q", got)
		}
		d.Do("key:ctrl+u", "text:"+path, "key:enter")
		b, err := os.ReadFile(path)
		if info, _ := os.Stat(path); info == nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others can read it: %v", info)
		}
		if err != nil || string(b) != "green\n"+string(numberedLog(200_000)) {
			t.Errorf("saved are %d bytes (%v)", len(b), err)
		}
		if got := d.Notes[len(d.Notes)-1].Text; !strings.HasPrefix(got, "saved 2.2 MB to ") {
			t.Errorf("says %q", got)
		}
		d.Run(p.export.save(t.Context(), path, &p.log.src))
		d.Settle()
		if n := d.Notes[len(d.Notes)-1]; n.Err == nil || !strings.Contains(n.Err.Error(), "exists already") {
			t.Errorf("says %+v", n)
		}
		log.err = kittest.ErrAway
		d.Run(p.export.save(t.Context(), path+"2", &p.log.src))
		d.Settle()
		if _, err := os.Stat(path + "2"); !os.IsNotExist(err) || d.Notes[len(d.Notes)-1].Err == nil {
			t.Errorf("half a log is left behind: %v", err)
		}
	})
}
