package outbox

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// TestLedgerKeepsControllersApart that have a job of the same name, whose builds began in the same instant.
func TestLedgerKeepsControllersApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &Outbox{DB: openMemory(t)}
		defer o.DB.Close()
		l, ctx := &Ledger{Outbox: o}, t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		a := Change{Controller: "a", Job: "j", Number: 7, Status: "START", Began: began}
		b := a
		b.Controller = "b"
		for _, c := range []Change{a, b} {
			if fresh, err := l.Announce(ctx, c); err != nil || !fresh {
				t.Errorf("%s: fresh %v, %v", c.Controller, fresh, err)
			}
		}
		if names, err := l.Namesakes(ctx, Change{Controller: "b", Job: "renamed", Number: 7, Began: began}); err != nil || len(names) != 1 {
			t.Errorf("other names: %v, %v", names, err)
		}
		must(l.Advance(ctx, "a", map[string]Mark{"j": {Number: 7, Began: began}}))
		must(l.MarkSynced(ctx, "a", began))
		if marks, err := l.Watermarks(ctx, "b"); err != nil || len(marks) > 0 {
			t.Errorf("marks of b: %v, %v", marks, err)
		}
		if at, err := l.Synced(ctx, "b"); err != nil || !at.IsZero() {
			t.Errorf("b was synced at %s, %v", at, err)
		}
		if open, err := l.Unended(ctx, "b"); err != nil || len(open) != 1 {
			t.Errorf("open builds of b: %v, %v", open, err)
		}
		_, err := l.BeginReplay(ctx, "a", "x", began)
		must(err)
		must(l.EndReplay(ctx, "b"))
		if r, err := l.UnendedReplay(ctx, "a", "x"); err != nil || r.Begun.IsZero() {
			t.Errorf("a's replay was ended with b's: %v", err)
		}
		must(l.Advance(ctx, "b", map[string]Mark{"j": {Number: 9}}))
		must(l.Forget(ctx, "a", "j", 3, time.Time{}))
		if got, err := l.Announced(ctx, b, time.Time{}); err != nil || !slices.Equal(got, []string{"START"}) {
			t.Errorf("b's announcements after a's were forgotten: %v, %v", got, err)
		}
		if m, err := l.Watermark(ctx, "b", "j"); err != nil || m.Number != 9 {
			t.Errorf("b's mark: %v, %v", m, err)
		}
	})
}

// TestForgettingLowersTheMark and leaves what is at or below it, and what was announced later.
func TestForgettingLowersTheMark(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &Outbox{DB: openMemory(t)}
		defer o.DB.Close()
		l, ctx := &Ledger{Outbox: o}, t.Context()
		var before time.Time
		for number := 1; number <= 4; number++ {
			if number == 4 {
				before = time.Now()
			}
			if _, err := l.Announce(ctx, Change{Controller: "ci", Job: "j", Number: number, Status: "SUCCESS"}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		if err := l.Advance(ctx, "ci", map[string]Mark{"j": {Number: 4}}); err != nil {
			t.Fatal(err)
		}
		for _, above := range []int{2, 3} { // the second time there is nothing to lower
			if err := l.Forget(ctx, "ci", "j", above, before); err != nil {
				t.Fatal(err)
			}
		}
		if m, err := l.Watermark(ctx, "ci", "j"); err != nil || m.Number != 2 {
			t.Errorf("the mark is %d, %v", m.Number, err)
		}
		for number, want := range map[int]int{1: 1, 2: 1, 3: 0, 4: 1} {
			if got, err := l.Announced(ctx, Change{Controller: "ci", Job: "j", Number: number}, time.Time{}); err != nil || len(got) != want {
				t.Errorf("#%d: announced %v, %v", number, got, err)
			}
		}
	})
}

// TestReplayCanBeContinuedForADay: later, the same name means another time.
func TestReplayCanBeContinuedForADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &Outbox{DB: openMemory(t)}
		defer o.DB.Close()
		l := &Ledger{Outbox: o}
		begun, err := l.BeginReplay(t.Context(), "ci", "2h", time.Now().Add(-2*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			after time.Duration
			open  bool
		}{{23 * time.Hour, true}, {2 * time.Hour, false}} {
			time.Sleep(c.after)
			if r, err := l.UnendedReplay(t.Context(), "ci", "2h"); err != nil || r.Begun.IsZero() == c.open {
				t.Errorf("%s after %s: %+v, %v", time.Now(), begun.Begun, r, err)
			}
		}
	})
}

// TestEndWithoutAStartTimeEndsItsBuild: it may have been announced by a process that did not know when the build began.
func TestEndWithoutAStartTimeEndsItsBuild(t *testing.T) {
	t.Parallel()
	l := &Ledger{Outbox: &Outbox{DB: openTemp(t)}}
	start := Change{Controller: "ci", Job: "j", Number: 1, Status: "START", Began: time.Now()}
	end := Change{Controller: "ci", Job: "j", Number: 1, Status: "SUCCESS"}
	for _, c := range []Change{start, end} {
		if _, err := l.Announce(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if open, err := l.Unended(t.Context(), "ci"); err != nil || len(open) > 0 {
		t.Errorf("%+v, %v", open, err)
	}
}

func TestWhatIsBeingSentCannotBeRetried(t *testing.T) {
	t.Parallel()
	inBubble(t, slow(time.Minute), func(t *testing.T, o *Outbox, c *counting) {
		d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := o.Retry(t.Context(), d.ID); !sender.IsKind(err, sender.NotPossible) {
			t.Errorf("got %v", err)
		}
		if d, err = waitEnded(t, o, d.ID, time.Hour); err != nil || d.State != sender.Delivered || len(c.at) != 1 {
			t.Errorf("%d requests, %+v, %v", len(c.at), d, err)
		}
	})
}

func TestEarlierMessagesComeWithTheLatestFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &Outbox{DB: openMemory(t)}
		defer o.DB.Close()
		for _, text := range []string{"one", "two", "one"} {
			if _, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: &text, Remember: text}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		got, err := o.Messages(t.Context())
		if err != nil || len(got) != 2 || got[0].Text != "one" || got[0].Uses != 2 || got[1].Text != "two" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestARuleIsAppliedOnceToATransitionOfABuild, by whichever process comes first.
func TestARuleIsAppliedOnceToATransitionOfABuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := sender.Endpoint{Name: "e", URL: ref("http://h/x")}
		o := &Outbox{DB: openMemory(t), Endpoints: func(string) (sender.Endpoint, error) { return e, nil }}
		defer o.DB.Close()
		here, there, ctx := &Ledger{Outbox: o}, &Ledger{Outbox: &Outbox{DB: o.DB, Endpoints: o.Endpoints}}, t.Context()
		build := Change{Controller: "a", Job: "j", Number: 7, Began: time.Now()}
		again := build
		again.Began = build.Began.Add(time.Hour) // the job was deleted and created again
		n := sender.Notification{Endpoint: "e", Status: "FAILURE"}
		for i, tt := range []struct {
			by         *Ledger
			rule, what string
			of         Change
			want       bool
		}{
			{here, "r", "broken", build, true}, {there, "r", "broken", build, false}, {here, "r", "broken", build, false},
			{there, "r", "fixed", build, true}, {here, "other", "broken", build, true}, {here, "r", "broken", again, true},
		} {
			if fresh, err := tt.by.ApplyRule(ctx, tt.rule, tt.what, tt.of, n); err != nil || fresh != tt.want {
				t.Errorf("%d: fresh %v, %v", i, fresh, err)
			}
		}
		list, err := o.List(ctx, Filter{})
		if err != nil || len(list) != 4 || list[0].Job != "j" || list[0].Number != 7 {
			t.Errorf("accepted %d, %v", len(list), err)
		}
		if open, err := here.Unended(ctx, "a"); err != nil || len(open) != 0 {
			t.Errorf("to sync it is nothing: %v, %v", open, err)
		}
		time.Sleep(LedgerAge + time.Hour)
		if _, err := here.Prune(ctx, 0); err != nil {
			t.Fatal(err)
		}
		if fresh, err := here.ApplyRule(ctx, "r", "broken", build); err != nil || !fresh {
			t.Errorf("half a year later: fresh %v, %v", fresh, err)
		}
	})
}
