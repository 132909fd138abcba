package main

import (
	"slices"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui"
)

// feed is what the screen is told: what the controllers say and, until they say it themselves, what was pushed.
type feed struct {
	show  func(watch.Snapshot) // must not block
	doubt func(tui.Heard)      // a push turned out not to be true; nil: nobody wants to know

	mu   sync.Mutex
	last map[string]watch.Snapshot // of each controller, as it said
	told map[jenkins.Ref]toldRun   // by pushes
}

// toldRun is a run as a push told it.
type toldRun struct {
	run   jenkins.Run
	at    time.Time
	claim string    // the result that it told; empty: none
	later time.Time // of the first answer after it that does not bear that out
}

// toldFor is how long a push counts more than what the controller answers: its answer may have been under way.
const toldFor = time.Second

// toldMost is how long a push is believed of a build that no list names.
const toldMost = time.Minute

func newFeed(show func(watch.Snapshot)) *feed {
	return &feed{show: show, last: map[string]watch.Snapshot{}, told: map[jenkins.Ref]toldRun{}}
}

// snapshot takes in what a controller says.
func (f *feed) snapshot(s watch.Snapshot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last[s.Controller] = s
	f.tell(s)
}

// tell shows a snapshot with what was pushed since. It needs mu.
func (f *feed) tell(s watch.Snapshot) {
	for ref, t := range f.told {
		if ref.Controller != s.Controller {
			continue
		}
		if !f.outdated(s, t) {
			s = s.With(t.run)
		} else if delete(f.told, ref); t.claim != "" && f.doubt != nil {
			if really, known := statusIn(s, &t.run); known && string(really) != t.claim {
				f.doubt(tui.Heard{Ref: ref, Status: t.claim, Job: ref.Job, Number: ref.Number,
					Contradicts: []string{"Jenkins says " + string(really)}})
			}
		}
	}
	f.show(s)
}

// outdated tells whether the controller's own answer counts more than a push. It needs mu.
func (f *feed) outdated(s watch.Snapshot, t toldRun) bool {
	if !s.At.After(t.at.Add(toldFor)) {
		return false
	}
	really, known := statusIn(s, &t.run)
	switch {
	case really.Ended(), known && t.claim == "", s.At.After(t.at.Add(toldMost)):
		return true
	case t.later.IsZero():
		t.later = s.At
		f.told[t.run.Ref] = t
	}
	return known && s.At.After(t.later) // what has left the executors may be listed once more, until it was asked for
}

// statusIn is the status that a controller's own answer gives a build.
func statusIn(s watch.Snapshot, run *jenkins.Run) (jenkins.Status, bool) {
	for _, list := range [][]jenkins.Run{s.Runs, s.Recent} {
		for i := range list {
			if jenkins.SameBuild(&list[i], run) {
				return list[i].Status, true
			}
		}
	}
	return "", false
}

// listed is a running build as its controller's last answer has it.
func (f *feed) listed(ref jenkins.Ref) (jenkins.Run, bool) {
	f.mu.Lock()
	runs := f.last[ref.Controller].Runs
	f.mu.Unlock()
	if i := slices.IndexFunc(runs, func(r jenkins.Run) bool { return r.Ref == ref }); i >= 0 {
		return runs[i], true
	}
	return jenkins.Run{}, false
}

// heard takes in a push that the controller has confirmed.
func (f *feed) heard(h claims.Checked) {
	if h.Run.Number == 0 {
		return
	}
	run, claim := h.Run, ""
	if s := jenkins.Status(h.Status); s.Ended() && h.Body == nil && !run.Status.Ended() {
		run.Status, run.Duration = s, run.Elapsed(h.ReceivedAt) // the plugin pushes before Jenkins says so
		if s != jenkins.Complete {
			claim = h.Status
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told[run.Ref] = toldRun{run: run, at: h.ReceivedAt, claim: claim}
	if s, ok := f.last[run.Controller]; ok {
		f.tell(s)
	}
}

// heardOf is a push as the screen takes it.
func heardOf(h claims.Checked) tui.Heard {
	return tui.Heard{Ref: h.Run.Ref, Status: h.Status, Job: h.Job, Number: h.Number, Body: h.Body, Contradicts: h.Contradicts}
}
