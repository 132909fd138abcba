package watch

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// churn lets so many jobs build for half an hour: long builds and short ones, one after the other and side by side,
// some deleted at once, some whose end Jenkins is slow to tell.
func churn(f *fakeAsker, r *rand.Rand, jobs int) {
	id := int64(0)
	for j := range jobs {
		name := fmt.Sprintf("job-%02d", j)
		at, number := time.Duration(r.Int64N(int64(2*time.Minute))), 1
		for ; at < 30*time.Minute; number++ {
			lasts := time.Duration(50+r.IntN(1000)) * time.Millisecond
			if r.IntN(3) > 0 {
				lasts = time.Duration(1+r.IntN(120)) * time.Second
			}
			id++
			f.wait(name, id, max(0, at-time.Duration(r.IntN(8000))*time.Millisecond), at+1)
			b := f.add(name, number, at, lasts)
			b.result = []jenkins.Status{jenkins.Success, jenkins.Failure, jenkins.Unstable, jenkins.Aborted, jenkins.NotBuilt}[r.IntN(5)]
			if r.IntN(20) == 0 {
				b.lingers = time.Duration(r.IntN(20)) * time.Second
			}
			if r.IntN(4) > 0 { // else the next starts beside it
				at += lasts
			}
			at += time.Duration(r.Int64N(int64(90 * time.Second)))
		}
	}
}

// TestEveryBuildIsToldOnce is the promise on which sync stands: whoever compares each snapshot with the one before
// learns of every build once as it starts, once as it ends, with its true result, and in this order.
func TestEveryBuildIsToldOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeAsker{}
			f.add("busy", 1, 0, 0)
			churn(f, rand.New(rand.NewPCG(seed, 0)), 40)
			w := &Watcher{asker: f, Known: map[string]int{}}
			if seed%2 == 1 {
				w.MaxPerMinute = 30
			}
			type counts struct {
				added, ended int
				status       jenkins.Status
			}
			reported := map[jenkins.Ref]counts{}
			var prev Snapshot
			type print struct{ runs, queue, recent string }
			prints := map[int]print{}
			snaps := watched(t, w, 50*time.Minute)
			for i, s := range snaps {
				prints[i] = print{refs(s.Runs), refs(s.Queue), refs(s.Recent)}
				if !slices.IsSortedFunc(s.Runs, jenkins.OldestFirst) || !slices.IsSortedFunc(s.Recent, func(a, b jenkins.Run) int { return newestFirst(&a, &b) }) {
					t.Fatal("a list is out of order")
				}
				for _, c := range Changes(prev, s) {
					if c.Run.Status == jenkins.Queued || c.Run.Job == "busy" {
						continue
					}
					was := reported[c.Run.Ref]
					switch c.Kind {
					case Added:
						was.added++
					case Removed:
						t.Errorf("seed %d: %v was removed", seed, c.Run.Ref)
					}
					if c.Run.Status.Ended() {
						was.ended++
					} else if was.ended > 0 {
						t.Errorf("seed %d: %v runs after it ended", seed, c.Run.Ref)
					}
					was.status = c.Run.Status
					reported[c.Run.Ref] = was
				}
				prev = s
			}
			for _, b := range f.builds {
				if b.job == "busy" {
					continue
				}
				ref := jenkins.Ref{Controller: "ci", Job: b.job, Number: b.number}
				if got, want := reported[ref], (counts{1, 1, b.result}); got != want {
					t.Errorf("seed %d: of %v, %v long, was reported %+v, want %+v", seed, ref, b.end.Sub(b.start), got, want)
				}
			}
			if len(reported) < 300 {
				t.Errorf("only %d builds", len(reported))
			}
			for i, s := range snaps {
				if (print{refs(s.Runs), refs(s.Queue), refs(s.Recent)}) != prints[i] {
					t.Fatalf("snapshot %d was changed after it had been yielded", i)
				}
			}
		})
	}
}

func refs(runs []jenkins.Run) string {
	var b []byte
	for i := range runs {
		b = fmt.Appendf(b, "%s#%d/%d %s %v\n", runs[i].Job, runs[i].Number, runs[i].QueueID, runs[i].Status, runs[i].Nodes)
	}
	return string(b)
}
