package jenkins

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLastNumbersReadsFoldersAndBranches(t *testing.T) {
	t.Parallel()
	var depths []string
	c := reading(answering(func(req *http.Request) *http.Response {
		depths = append(depths, req.URL.Query().Get("tree"))
		if len(depths) == 1 { // a folder on the last level
			return reply(req, `{"jobs":[{"_class":"Folder","jobs":[{"_class":"Folder","jobs":[{"_class":"Folder"}]}]}]}`)
		}
		return reply(req, `{"_class":"hudson.model.Hudson","jobs":[
			{"_class":"Job","lastBuild":{"_class":"Build","url":"http://elsewhere/ci/job/a%20b/12/"}},
			{"_class":"Job","lastBuild":null},
			{"_class":"Folder","jobs":[{"_class":"Multi","jobs":[
				{"_class":"Job","lastBuild":{"url":"http://elsewhere/ci/job/team/job/app/job/feature%252Fx/3/"}},
				{"_class":"Odd","lastBuild":"none"}]}]}]}`)
	}))
	got, err := c.LastNumbers(t.Context())
	want := []Ref{{Controller: c.Name, Job: "a b", Number: 12}, {Controller: c.Name, Job: "team/app/feature%2Fx", Number: 3}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
	if len(depths) != 2 || depths[1] != nest(numberFields, 2*firstDepth) {
		t.Errorf("asked for %q", depths)
	}
}

// Of many jobs the later trees tell numbers only. What they show that nobody knew is asked for.
func TestNumbersTellOfBuildsThatCameAndWentUnseen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, began := &fakeAsker{}, time.Now()
		past(f, manyJobs)
		f.add("busy", 1, 0, 0)
		unseen := func(job string, number int, at time.Duration, result Status) *fakeBuild {
			b := f.add(job, number, at, time.Second)
			b.result, b.hidden = result, true
			return b
		}
		unseen("past-0007", 4, time.Minute, Failure)
		unseen("past-0008", 4, time.Minute, Success)
		unseen("past-0008", 5, 2*time.Minute, Aborted)
		unseen("made-since", 1, 2*time.Minute, Unstable)
		gone := f.add("past-gone", 9, -time.Hour, time.Minute)
		gone.deleted = began.Add(time.Minute)

		snaps := watched(t, &Watcher{asker: f}, 39*time.Minute)
		for _, want := range []struct {
			job    string
			number int
			story  string
		}{
			{"past-0007", 4, "- FAILURE"}, {"past-0008", 4, "- SUCCESS"}, {"past-0008", 5, "- ABORTED"},
			{"made-since", 1, "- UNSTABLE"}, {"past-gone", 9, "- SUCCESS -"}, {"past-0001", 3, "- SUCCESS"},
		} {
			if got := story(snaps, want.job, want.number); got != want.story {
				t.Errorf("%s #%d: %s, want %s", want.job, want.number, got, want.story)
			}
		}
		last := snaps[len(snaps)-1]
		if len(last.Runs) != 1 || len(last.Recent) != manyJobs+4 {
			t.Errorf("%d runs and %d ended builds are shown", len(last.Runs), len(last.Recent))
		}
		whole, numbers := f.times("LastBuilds", began), f.times("LastNumbers", began)
		if len(whole) != 2 || whole[0] != 0 || len(numbers) < numbersInARow || numbers[numbersInARow-1] > whole[1] {
			t.Errorf("whole trees at %v, numbers at %v", whole, numbers)
		}
		// A build each for those jobs, and a page of the history of one that jumped.
		if builds, pages := f.times("Build", began), f.times("History", began); len(builds) != 3 || len(pages) != 1 {
			t.Errorf("builds were asked for at %v, pages at %v", builds, pages)
		}
	})
}
