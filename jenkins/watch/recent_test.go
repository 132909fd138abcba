package watch

import (
	"slices"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestABuildThatJustEndedIsEnteredWithoutCopyingAllOthers(t *testing.T) {
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
	r.add(1, run(5, 5*time.Second), run(4, 4*time.Second))
	if &r.runs[2] != &before[0] {
		t.Error("the others were copied")
	}
	shared := r.runs
	r.add(1, run(2, 2*time.Second)) // told late: it stands between the others
	if got := numbers(r.runs); !slices.Equal(got, []int{5, 4, 3, 2, 1}) {
		t.Errorf("now %v", got)
	}
	again := *run(5, 5*time.Second)
	again.Description = "told later"
	r.add(1, &again)
	if r.runs[0].Description == "" || shared[0].Description != "" {
		t.Error("a newer view is not entered, or into what was shown before")
	}
	if !slices.Equal(numbers(before), []int{3, 1}) || !slices.Equal(numbers(shared), []int{5, 4, 3, 1}) {
		t.Errorf("what was shown before changed: %v, %v", numbers(before), numbers(shared))
	}
	for n := 6; n < 6+2*recentRoom; n++ {
		r.add(1, run(n, time.Duration(n)*time.Second))
	}
	if got := numbers(r.runs); len(got) != 5+2*recentRoom || !slices.IsSortedFunc(r.runs, func(a, b jenkins.Run) int { return newestFirst(&a, &b) }) {
		t.Errorf("beyond the room: %v", got)
	}
}

func TestTheFirstEndedBuildIsEnteredWhateverWasDoneToTheEmptyList(t *testing.T) {
	t.Parallel()
	all := func(*jenkins.Run) bool { return true }
	none := func(*jenkins.Run) bool { return false }
	one := &jenkins.Run{Ref: jenkins.Ref{Job: "job", Number: 1}, Status: jenkins.Success, StartedAt: time.Unix(1, 0)}
	for name, before := range map[string]func(*recent){
		"nothing":             func(*recent) {},
		"amended":             func(r *recent) { r.amend(func(*jenkins.Run) {}) },
		"kept":                func(r *recent) { r.keep(all) },
		"nothing added":       func(r *recent) { r.add(0) },
		"emptied, amended":    func(r *recent) { r.add(1, one); r.keep(none); r.amend(func(*jenkins.Run) {}) },
		"emptied after added": func(r *recent) { r.add(1, one); r.keep(none) },
	} {
		var r recent
		before(&r)
		r.add(1, one)
		if len(r.runs) != 1 || r.runs[0].Ref != one.Ref {
			t.Errorf("%s: %v", name, r.runs)
		}
	}
}
