package watch

import (
	"slices"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestEndedBuildsAreEnteredInOrderAndChangeNoSnapshot(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 21, 0, 0, 0, time.UTC)
	run := func(number int, ended time.Duration) *jenkins.Run {
		return &jenkins.Run{Ref: jenkins.Ref{Job: "job", Number: number}, Status: jenkins.Success, StartedAt: now.Add(ended)}
	}
	numbers := func(runs []jenkins.Run) (n []int) {
		for i := range runs {
			n = append(n, runs[i].Number)
		}
		return n
	}
	var r recent
	r.add(1, run(1, time.Second), run(3, 3*time.Second))
	before := r.runs
	r.add(1, run(5, 5*time.Second), run(4, 4*time.Second), run(4, 4*time.Second))
	shared := r.runs
	r.add(1, run(2, 2*time.Second)) // late: it stands between the others
	if got := numbers(r.runs); !slices.Equal(got, []int{5, 4, 3, 2, 1}) {
		t.Errorf("now %v", got)
	}
	again := *run(5, 5*time.Second)
	again.Description = "added later"
	r.add(1, &again)
	if r.runs[0].Description == "" || shared[0].Description != "" {
		t.Error("a newer view is not entered, or into what was shown before")
	}
	same := r.runs
	r.add(1, &again)
	if &same[0] != &r.runs[0] {
		t.Error("what shows nothing new replaces the list")
	}
	r.amend(func(run *jenkins.Run) { run.Description = "amended" })
	if !slices.Equal(numbers(before), []int{3, 1}) || !slices.Equal(numbers(shared), []int{5, 4, 3, 1}) || same[0].Description != "added later" {
		t.Errorf("what was shown before changed: %v, %v", numbers(before), numbers(shared))
	}
}

// TestLastBuildOfEveryJobIsKept has a job that built long ago beside one that builds all the time.
func TestLastBuildOfEveryJobIsKept(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 21, 0, 0, 0, time.UTC)
	run := func(job string, number int) *jenkins.Run {
		return &jenkins.Run{Ref: jenkins.Ref{Job: job, Number: number}, Status: jenkins.Success, StartedAt: now.Add(time.Duration(number) * time.Second)}
	}
	var r recent
	r.add(2, run("rare", 1))
	for n := 2; n < 3*maxRecent; n++ {
		r.add(2, run("busy", n))
		if len(r.runs) != len(r.known) || len(r.runs) > maxRecent+3 {
			t.Fatalf("%d runs, %d are known", len(r.runs), len(r.known))
		}
	}
	if find(r.runs, "rare", 1) == nil || find(r.runs, "busy", 3*maxRecent-1) == nil || find(r.runs, "busy", 2) != nil {
		t.Error("the wrong ones are kept")
	}
}
