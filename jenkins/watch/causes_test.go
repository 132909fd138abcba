package watch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestWhoStartedWhatHasEndedIsAskedOnceForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("busy", 1, 0, 0)
		for _, job := range []string{"a", "b", "c"} {
			f.add(job, 1, -time.Hour, time.Minute)
		}
		w := &Watcher{Client: &jenkins.Client{Name: "ci"}, asker: f}
		began := time.Now()
		for _, at := range []time.Duration{0, 10 * time.Second, 11 * time.Second, time.Minute} {
			time.AfterFunc(at, w.WantCauses)
		}
		f.setFail("LastCauses", errors.New("as ordered by the test"))
		time.AfterFunc(15*time.Second, func() { f.setFail("LastCauses", nil) })
		var failed, known time.Duration
		for _, s := range watched(t, w, 3*time.Minute) {
			switch {
			case s.CausesErr != nil && failed == 0:
				failed = s.At.Sub(began)
			case !s.CausesAt.IsZero() && known == 0:
				known = s.CausesAt.Sub(began)
			}
			for _, r := range s.Recent {
				if mine := r.Mine([]string{"alice"}); mine != (known > 0) {
					t.Fatalf("%v is mine: %v, causes known: %v", r.Ref, mine, known > 0)
				}
			}
		}
		if failed > 5*time.Second || known < 15*time.Second || known > time.Minute {
			t.Errorf("failed after %v, known after %v", failed, known)
		}
		if n := len(f.times("LastCauses", began)); n != 2 {
			t.Errorf("asked %d times, want once in vain and once more", n)
		}
	})
}

// LastCauses says of every build that alice started it.
func (f *fakeAsker) LastCauses(ctx context.Context) (map[jenkins.Ref][]jenkins.Cause, error) {
	if err := f.asked(ctx, "LastCauses", ""); err != nil {
		return nil, err
	}
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	reported := map[jenkins.Ref][]jenkins.Cause{}
	for _, b := range f.builds {
		if run := b.run(now); b.exists(now) && run.Status.Ended() {
			reported[run.Ref] = []jenkins.Cause{{UserID: "alice"}}
		}
	}
	return reported, nil
}

func (weekAsker) LastCauses(context.Context) (map[jenkins.Ref][]jenkins.Cause, error) {
	return nil, nil
}

func TestCausesThatFailedAreAskedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("old", 1, -time.Hour, time.Minute)
		f.setFail("LastCauses", &jenkins.Error{Kind: jenkins.Refused, Status: 500})
		time.AfterFunc(25*time.Second, func() { f.setFail("", nil) })
		w := &Watcher{asker: f}
		w.WantCauses()
		var failed bool
		var last Snapshot
		for _, last = range watched(t, w, 2*time.Minute) {
			failed = failed || last.CausesErr != nil
		}
		if !failed || last.CausesErr != nil || last.CausesAt.IsZero() || len(last.Recent) != 1 || len(last.Recent[0].Causes) != 1 {
			t.Errorf("failed %v; then %v: %+v", failed, last.CausesErr, last.Recent)
		}
	})
}
