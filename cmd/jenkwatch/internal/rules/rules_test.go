package rules

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

func run(job string, number int, status jenkins.Status) jenkins.Run {
	r := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, Number: number}, Status: status,
		StartedAt: time.Now().Add(-time.Minute).Truncate(time.Second), URL: "http://ci/job/" + job}
	if status.Ended() {
		r.Duration = time.Minute
	}
	return r
}

func snap(runs []jenkins.Run, recent ...jenkins.Run) watch.Snapshot {
	now := time.Now()
	return watch.Snapshot{Controller: "ci", At: now, RecentAt: now, Runs: runs, Recent: recent}
}

// newOutbox is an outbox in a folder, with the endpoints of a config.
func newOutbox(t *testing.T, dir, text string) (*config.Config, *outbox.Outbox) {
	t.Helper()
	cfg, err := config.ParseConfig([]byte(text), "config.toml")
	if err != nil {
		t.Fatal(err)
	}
	a := cli.New(nil, nil, nil)
	a.StateDir = dir
	a.LoadOnce.Do(func() { a.Cfg = cfg })
	box, err := a.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return cfg, box
}

const endpoint = "[[endpoints]]\nname = \"chat\"\nurl = \"http://127.0.0.1:1/x\"\n"

// TestTwoProcessesApplyARuleOnce: the screen and sync see the same build break.
func TestTwoProcessesApplyARuleOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	text := endpoint + "[[rules]]\nname = \"r\"\njobs = [\"shop/*\"]\non = [\"broken\"]\nendpoint = \"chat\"\n" +
		"command = [\"sh\", \"-c\", \"echo \\\"$JENKWATCH_JOB $JENKWATCH_NUMBER $JENKWATCH_TRANSITION\\\" >> " + out + "\"]\n"
	if runtime.GOOS == "windows" {
		t.Skip("it runs a shell")
	}
	cfg, box := newOutbox(t, dir, text)
	var engines []*Engine
	for range 2 {
		e := &Engine{Rules: cfg.Rules, Log: slog.New(slog.DiscardHandler), Failed: func(err error) { t.Error(err) },
			Ledger: func(context.Context) (*outbox.Ledger, error) { return &outbox.Ledger{Outbox: box}, nil }}
		e.Start(t.Context())
		engines = append(engines, e)
	}
	running := []jenkins.Run{run("shop/a;touch x", 2, jenkins.Running), run("other", 2, jenkins.Running)}
	for _, e := range engines {
		e.Observe(snap(running, run("shop/a;touch x", 1, jenkins.Success)))
		e.Observe(snap(nil, run("shop/a;touch x", 2, jenkins.Failure), run("other", 2, jenkins.Failure)))
	}
	for _, e := range engines {
		e.Stop()
	}
	list, err := box.List(t.Context(), outbox.Filter{})
	if err != nil || len(list) != 1 || list[0].Job != "shop/a;touch x" || list[0].Status != "FAILURE" {
		t.Errorf("accepted %+v, %v", list, err)
	}
	if b, err := os.ReadFile(out); err != nil || string(b) != "shop/a;touch x 2 broken\n" {
		t.Errorf("the command wrote %q, %v", b, err)
	}
}

// TestARuleThatHangsHoldsUpNoOther, however many builds it is about.
func TestARuleThatHangsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("it runs a shell")
	}
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := exec.Command("mkfifo", fifo).Run(); err != nil {
		t.Fatal(err)
	}
	ran, err := os.OpenFile(fifo, os.O_RDWR, 0) // to read alone would wait for the first that writes
	if err != nil {
		t.Fatal(err)
	}
	defer ran.Close()
	cfg, box := newOutbox(t, dir, endpoint+
		"[[rules]]\nname = \"hangs\"\non = [\"broken\"]\ncommand = [\"sleep\", \"3600\"]\n"+
		"[[rules]]\nname = \"missing\"\non = [\"broken\"]\ncommand = [\"/nowhere/program\"]\n"+
		"[[rules]]\nname = \"works\"\non = [\"broken\"]\nendpoint = \"chat\"\ncommand = [\"sh\", \"-c\", \"echo $JENKWATCH_NUMBER > '"+fifo+"'\"]\n")
	ctx, cancel := context.WithCancel(t.Context())
	e := &Engine{Rules: cfg.Rules, Log: slog.New(slog.DiscardHandler),
		Ledger: func(context.Context) (*outbox.Ledger, error) { return &outbox.Ledger{Outbox: box}, nil }}
	e.Start(ctx)
	defer e.Stop()
	defer cancel()
	const builds = 50
	var running, good, failed []jenkins.Run
	for i := range builds {
		job := fmt.Sprint("job", i)
		good = append(good, run(job, 1000, jenkins.Success))
		running = append(running, run(job, 1001+i, jenkins.Running))
		failed = append(failed, run(job, 1001+i, jenkins.Failure))
	}
	e.Observe(snap(running, good...))
	e.Observe(snap(nil, failed...))
	if err := ran.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	numbers := map[string]bool{}
	for lines := bufio.NewScanner(ran); len(numbers) < builds && lines.Scan(); {
		numbers[lines.Text()] = true
	}
	if len(numbers) != builds {
		t.Errorf("the command of the rule that works ran for %d of %d", len(numbers), builds)
	}
}

func TestTheScreenIsToldOfWhatARuleIsAbout(t *testing.T) {
	t.Parallel()
	var notified []string
	e := &Engine{Log: slog.New(slog.DiscardHandler), Me: []string{"mira"}, Notify: func(text string, bell, desktop bool) {
		notified = append(notified, text)
		if !bell || desktop {
			t.Error("it rings, and no more")
		}
	}, Rules: []config.Rule{{Name: "r", On: []string{"finished"}, Mine: true, Bell: true}}}
	e.Start(t.Context())
	mine := run("a", 2, jenkins.Running)
	mine.Causes = []jenkins.Cause{{UserID: "mira"}}
	e.Observe(snap([]jenkins.Run{mine, run("b", 2, jenkins.Running)}))
	ended := run("a", 2, jenkins.Success)
	ended.Causes = mine.Causes
	e.Observe(snap(nil, ended, run("b", 2, jenkins.Failure)))
	var running, failed []jenkins.Run // many at once are said once
	for i := range 1000 {
		r := run(fmt.Sprint("many", i), 2, jenkins.Running)
		r.Causes = mine.Causes
		running = append(running, r)
		r.Status = jenkins.Success
		failed = append(failed, r)
	}
	e.Observe(snap(running))
	e.Observe(snap(nil, failed...))
	e.Stop()
	if got := strings.Join(notified, "|"); got != "a #2 succeeded after 1:00|1000 finished" {
		t.Errorf("notified %q", got)
	}
}

// TestMineIsWhatMyUserOfThatControllerStarted: the same name means another person elsewhere.
func TestMineIsWhatMyUserOfThatControllerStarted(t *testing.T) {
	t.Parallel()
	var notified []string
	client := func(user string) *env.Client { return &env.Client{Client: &jenkins.Client{User: user}} }
	e := &Engine{Log: slog.New(slog.DiscardHandler), Notify: func(text string, _, _ bool) { notified = append(notified, text) },
		Clients: map[string]*env.Client{"ci": client("mira"), "other": client("root")},
		Rules:   []config.Rule{{Name: "r", On: []string{"started"}, Mine: true, Bell: true}}}
	e.Start(t.Context())
	for _, controller := range []string{"ci", "other"} {
		r := run("of-root-on-"+controller, 2, jenkins.Running)
		r.Controller, r.Causes = controller, []jenkins.Cause{{UserID: "root"}}
		before, after := snap(nil), snap([]jenkins.Run{r})
		before.Controller, after.Controller = controller, controller
		e.Observe(before)
		e.Observe(after)
	}
	e.Stop()
	if got := strings.Join(notified, "|"); got != "of-root-on-other #2 started" {
		t.Errorf("notified %q", got)
	}
}

// TestARuleIsAppliedToTheNextBuildOfANumber: its job was deleted and created again.
func TestARuleIsAppliedToTheNextBuildOfANumber(t *testing.T) {
	t.Parallel()
	cfg, box := newOutbox(t, t.TempDir(), endpoint+"[[rules]]\nname = \"r\"\non = [\"broken\"]\nendpoint = \"chat\"\n")
	for _, ago := range []time.Duration{2 * time.Hour, time.Hour, time.Hour} {
		e := &Engine{Rules: cfg.Rules, Log: slog.New(slog.DiscardHandler), Failed: func(err error) { t.Error(err) },
			Ledger: func(context.Context) (*outbox.Ledger, error) { return &outbox.Ledger{Outbox: box}, nil }}
		e.Start(t.Context())
		r := run("a", 1, jenkins.Running)
		r.StartedAt = r.StartedAt.Truncate(24 * time.Hour).Add(-ago)
		ended := r
		ended.Status, ended.Duration = jenkins.Failure, time.Minute
		e.Observe(snap([]jenkins.Run{r}))
		e.Observe(snap(nil, ended))
		e.Stop()
	}
	list, err := box.List(t.Context(), outbox.Filter{})
	if err != nil || len(list) != 2 {
		t.Errorf("accepted %+v, %v", list, err)
	}
}

// TestARuleIsTriedAgainWhileTheStoreIsBusy, for some seconds.
func TestARuleIsTriedAgainWhileTheStoreIsBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var tried, failed []time.Duration
		e := &Engine{Rules: []config.Rule{{Name: "r", On: []string{"started"}, Endpoint: "chat"}}, Log: slog.New(slog.DiscardHandler),
			Failed: func(error) { failed = append(failed, time.Since(begin)) },
			Ledger: func(context.Context) (*outbox.Ledger, error) {
				tried = append(tried, time.Since(begin))
				return nil, errors.New("the store is busy")
			}}
		e.Start(t.Context())
		e.Observe(snap(nil))
		e.Observe(snap([]jenkins.Run{run("a", 2, jenkins.Running)}))
		e.Stop()
		if len(failed) != 1 || failed[0] < 2*time.Second || len(tried) < 2 {
			t.Errorf("tried at %v, failed at %v", tried, failed)
		}
	})
}

func TestPlaceholdersAreFilledOnce(t *testing.T) {
	t.Parallel()
	got := fill([]string{"x", "{job}", "--title={job} #{number}", "{other}"}, map[string]string{"job": "a {number}; rm\x00 -rf", "number": "7"})
	if want := "x|a {number}; rm -rf|--title=a {number}; rm -rf #7|{other}"; strings.Join(got, "|") != want {
		t.Errorf("%q", got)
	}
}

func TestACommandThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	err := tryCommand(t, "false")
	if err == nil {
		t.Error("no error")
	}
	if err := tryCommand(t, "/nowhere/program"); err == nil || !strings.Contains(err.Error(), "/nowhere/program") {
		t.Errorf("%v", err)
	}
}

func tryCommand(t *testing.T, argv ...string) error {
	t.Helper()
	return runCommand(t.Context(), argv, map[string]string{"job": "a"})
}
