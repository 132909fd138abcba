package watch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// TestNewsDoNotCutTheBackoffShort has pushes come in all the time from a controller that does not answer.
func TestNewsDoNotCutTheBackoffShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, began := &fakeAsker{}, time.Now()
		f.setFail("Running", &jenkins.Error{Kind: jenkins.Unreachable})
		w := &Watcher{asker: f}
		for i := range 120 {
			time.AfterFunc(time.Duration(i)*time.Second, func() { w.NotifyBuild("a", i+1) })
		}
		watched(t, w, 2*time.Minute)
		if at := f.times("Running", began); len(at) > 11 {
			t.Errorf("asked at %v", at)
		}
	})
}

func TestNewsAreOnTheScreenOnlyIfAllOfThemAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		notify []func(*Watcher)
		want   bool
	}{
		"shown":                     {[]func(*Watcher){known("a", 1)}, true},
		"shown, shown":              {[]func(*Watcher){known("a", 1), known("b", 1)}, true},
		"shown, not shown":          {[]func(*Watcher){known("a", 1), announced("b", 1)}, false},
		"not shown, shown":          {[]func(*Watcher){announced("a", 1), known("b", 1)}, false},
		"of one build: first shown": {[]func(*Watcher){known("a", 1), announced("a", 1)}, false},
		"of one build: then shown":  {[]func(*Watcher){announced("a", 1), known("a", 1)}, false},
	} {
		w := &Watcher{asker: &fakeAsker{}}
		one := newLoop(w, func(Snapshot) bool { return true })
		for _, notify := range c.notify { // each is taken alone
			notify(w)
			one.handleSignals()
		}
		w = &Watcher{asker: &fakeAsker{}}
		both := newLoop(w, func(Snapshot) bool { return true })
		for _, notify := range c.notify {
			notify(w)
		}
		both.handleSignals()
		if one.news.allShown != c.want || both.news.allShown != c.want {
			t.Errorf("%s: %v one by one, %v together, want %v", name, one.news.allShown, both.news.allShown, c.want)
		}
	}
}

func known(job string, number int) func(*Watcher) {
	return func(w *Watcher) { w.NotifyKnown(job, number) }
}
func announced(job string, number int) func(*Watcher) {
	return func(w *Watcher) { w.NotifyBuild(job, number) }
}

func TestSignalsThatAreTakenAreGoneAndStatesStay(t *testing.T) {
	t.Parallel()
	var w Watcher
	w.SetFocused(false)
	w.inbox.setStream(func() {})
	w.Poke()
	w.WantCauses()
	w.NotifyMissing("a", 1)
	for i := range maxNews + 1 {
		w.NotifyBuild("a", i+1)
	}
	s := w.inbox.take()
	if !s.poked || !s.causes || !s.moreNews || len(s.news) != maxNews || len(s.missing) != 1 || !s.unfocused || !s.streaming {
		t.Errorf("taken: %d news, %+v", len(s.news), s.missing)
	}
	s = w.inbox.take()
	if s.poked || s.causes || s.moreNews || s.news != nil || s.missing != nil || !s.unfocused || !s.streaming {
		t.Errorf("then: %+v", s)
	}
}

// TestMoreNewsThanAreKeptBringATreeOfAllJobs: what was dropped is found by it.
func TestMoreNewsThanAreKeptBringATreeOfAllJobs(t *testing.T) {
	t.Parallel()
	w := &Watcher{asker: &fakeAsker{}}
	l := newLoop(w, func(Snapshot) bool { return true })
	l.jobs.wanted = false
	for i := range maxNews {
		w.NotifyBuild("a", i+1)
	}
	if l.takeSignals(); l.jobs.wanted {
		t.Error("it is wanted although all news were kept")
	}
	for i := range maxNews + 1 {
		w.NotifyBuild("b", i+1)
	}
	if l.takeSignals(); !l.jobs.wanted {
		t.Error("it is not wanted")
	}
}
