package transition

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

var at = time.Date(2026, 1, 31, 14, 0, 0, 0, time.UTC)

func run(job string, number int, status jenkins.Status) jenkins.Run {
	r := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, Number: number}, Status: status, StartedAt: at.Add(time.Duration(number-10) * time.Minute)}
	if status.Ended() {
		r.Duration = 155 * time.Second
	}
	return r
}

// snap is a snapshot, so many seconds after at.
func snap(seconds int, runs []jenkins.Run, recent ...jenkins.Run) watch.Snapshot {
	now := at.Add(time.Duration(seconds) * time.Second)
	return watch.Snapshot{Controller: "ci", At: now, RecentAt: now, Runs: runs, Recent: recent}
}

func kinds(all []Transition) string {
	var out []string
	for _, t := range all {
		out = append(out, t.Run.Job+" "+string(t.Kind))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func TestTransitionsAreFoundBetweenTwoSnapshots(t *testing.T) {
	t.Parallel()
	running := func(job string) []jenkins.Run { return []jenkins.Run{run(job, 10, jenkins.Running)} }
	paused := run("a", 10, jenkins.Paused)
	paused.Inputs = []jenkins.Input{{ID: "Ship", Message: "Ship it?"}}
	unknown := run("a", 10, jenkins.Paused)
	again := paused
	again.Inputs = []jenkins.Input{{ID: "Really", Message: "Really?"}}
	long := run("a", 10, jenkins.Running)
	long.Estimated = 4 * time.Minute // late five minutes after its start
	waits := long
	waits.Status = jenkins.Paused
	moved := run("a", 10, jenkins.Failure)
	moved.StartedAt = at.Add(-24 * time.Hour)
	other := run("a", 10, jenkins.Running)
	other.StartedAt = at.Add(5 * time.Second)
	for name, tt := range map[string]struct {
		prev, next watch.Snapshot
		want       string
	}{
		"nothing is news at first":      {watch.Snapshot{}, snap(2, running("a"), run("a", 9, jenkins.Failure)), ""},
		"started":                       {snap(0, nil), snap(2, running("a")), "a started"},
		"goes on":                       {snap(0, running("a")), snap(2, running("a")), ""},
		"succeeds as before":            {snap(0, running("a"), run("a", 9, jenkins.Success)), snap(2, nil, run("a", 10, jenkins.Success)), "a finished"},
		"succeeds, nothing before":      {snap(0, running("a")), snap(2, nil, run("a", 10, jenkins.Success)), "a finished"},
		"broken":                        {snap(0, running("a"), run("a", 9, jenkins.Success)), snap(2, nil, run("a", 10, jenkins.Failure)), "a broken"},
		"broken, nothing before":        {snap(0, running("a")), snap(2, nil, run("a", 10, jenkins.Unstable)), "a broken"},
		"still failing":                 {snap(0, running("a"), run("a", 9, jenkins.Unstable)), snap(2, nil, run("a", 10, jenkins.Failure)), "a still_failing"},
		"fixed":                         {snap(0, running("a"), run("a", 9, jenkins.Failure)), snap(2, nil, run("a", 10, jenkins.Success)), "a fixed"},
		"a stopped one between":         {snap(0, running("a"), run("a", 9, jenkins.Aborted), run("a", 8, jenkins.Failure)), snap(2, nil, run("a", 10, jenkins.Success)), "a fixed"},
		"stopped":                       {snap(0, running("a"), run("a", 9, jenkins.Failure)), snap(2, nil, run("a", 10, jenkins.Aborted)), "a finished"},
		"came and went between":         {snap(0, nil, run("a", 9, jenkins.Success)), snap(120, nil, run("a", 10, jenkins.Failure)), "a broken"},
		"the past of a job that came":   {snap(0, nil), snap(2, nil, moved), ""},
		"the first tree":                {watch.Snapshot{Controller: "ci", At: at}, snap(2, nil, run("a", 10, jenkins.Failure)), ""},
		"waits for input":               {snap(0, running("a")), snap(2, []jenkins.Run{paused}), "a input"},
		"waits on":                      {snap(0, []jenkins.Run{paused}), snap(2, []jenkins.Run{paused}), ""},
		"asks it is not known what":     {snap(0, []jenkins.Run{unknown}), snap(2, []jenkins.Run{paused}), ""},
		"asks something else":           {snap(0, []jenkins.Run{paused}), snap(2, []jenkins.Run{again}), "a input"},
		"becomes slow":                  {snap(299, []jenkins.Run{long}), snap(301, []jenkins.Run{long}), "a slow"},
		"is slow":                       {snap(301, []jenkins.Run{long}), snap(303, []jenkins.Run{long}), ""},
		"waiting is not slow":           {snap(299, []jenkins.Run{waits}), snap(301, []jenkins.Run{waits}), ""},
		"nor is going on after it":      {snap(301, []jenkins.Run{waits}), snap(303, []jenkins.Run{long}), ""},
		"the other build of its number": {snap(0, running("a")), snap(9, []jenkins.Run{other}), "a started"},
		"an error is no news":           {snap(0, running("a")), watch.Snapshot{Controller: "ci", Err: errors.New("away")}, ""},
	} {
		if got := kinds(between(&tt.prev, &tt.next)); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// TestAfterAnOutageThereIsOneDigest collects until the ends of the builds that ran before are known.
func TestAfterAnOutageThereIsOneDigest(t *testing.T) {
	t.Parallel()
	var o Observer
	both := []jenkins.Run{run("a", 10, jenkins.Running), run("b", 10, jenkins.Running)}
	away := watch.Snapshot{Controller: "ci", At: at, Err: errors.New("away")}
	back := snap(600, []jenkins.Run{run("c", 20, jenkins.Running)})
	back.RecentAt = at // the tree comes later
	for i, s := range []watch.Snapshot{snap(0, both), away, away, back} {
		if all, digest := o.Observe(s); len(all) > 0 || digest {
			t.Fatalf("snapshot %d: %s", i, kinds(all))
		}
	}
	all, digest := o.Observe(snap(602, back.Runs, run("a", 10, jenkins.Failure), run("b", 10, jenkins.Success)))
	if got := kinds(all); got != "a broken, b finished, c started" || !digest {
		t.Errorf("then %q, %v", got, digest)
	}
	if got, want := Digest(all), "1 broke (a #10), 1 finished, 1 started"; got != want {
		t.Errorf("it says %q", got)
	}
	if all, digest := o.Observe(snap(604, nil, run("c", 20, jenkins.Success), run("a", 10, jenkins.Failure), run("b", 10, jenkins.Success))); kinds(all) != "c finished" || digest {
		t.Errorf("afterwards %q, %v", kinds(all), digest)
	}
}

// TestWithoutATreeTheDigestComesAllTheSame, a while later.
func TestWithoutATreeTheDigestComesAllTheSame(t *testing.T) {
	t.Parallel()
	var o Observer
	o.Observe(snap(0, nil))
	o.Observe(watch.Snapshot{Controller: "ci", At: at, Err: errors.New("away")})
	var got []string
	for s := 600; s < 630; s += 10 {
		next := snap(s, []jenkins.Run{run("c", 20, jenkins.Running)})
		next.RecentAt = at
		all, _ := o.Observe(next)
		got = append(got, kinds(all))
	}
	if strings.Join(got, "|") != "||c started" {
		t.Errorf("%q", got)
	}
}

func TestATransitionIsOneLine(t *testing.T) {
	t.Parallel()
	failed := run("shop/web/feature%2Flogin", 10, jenkins.Failure)
	failed.LastStage = "Test"
	paused := run("a\x1b[31m", 10, jenkins.Paused)
	paused.Inputs = []jenkins.Input{{ID: "Ship", Message: "Ship\nit?"}}
	for want, tr := range map[string]Transition{
		"shop/web/feature/login #10 failed in Test after 2:35":       {Kind: Broken, Run: failed},
		"shop/web/feature/login #10 failed again in Test after 2:35": {Kind: StillFailing, Run: failed},
		"b #10 is fixed after 2:35":                                  {Kind: Fixed, Run: run("b", 10, jenkins.Success)},
		"b #10 was aborted after 2:35":                               {Kind: Finished, Run: run("b", 10, jenkins.Aborted)},
		"b #10 started":                                              {Kind: Started, Run: run("b", 10, jenkins.Running)},
	} {
		if got := tr.Text(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	odd := Transition{Kind: Input, Run: paused}
	if got := odd.Text(); strings.ContainsAny(got, "\x1b\n") || !strings.Contains(got, "waits for input: Ship") {
		t.Errorf("%q", got)
	}
}
