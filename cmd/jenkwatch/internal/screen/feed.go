package screen

import (
	"slices"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui"
)

// feed combines what the controllers say with what was pushed, until they say it themselves.
type feed struct {
	show         func(watch.Snapshot)   // must not block
	contradicted func(tui.PushReceived) // a push turned out not to be true; may be nil

	mu     sync.Mutex
	last   map[string]watch.Snapshot // of each controller, as it said
	pushed map[jenkins.Ref]pushedRun
}

// pushedRun is a run as a push has it.
type pushedRun struct {
	run      jenkins.Run
	at       time.Time
	claim    string    // the result in the push; empty: none
	deniedAt time.Time // of the first answer after it that does not confirm it
}

// pushLead is how long a push outranks what the controller answers: its answer may have been under way.
const pushLead = time.Second

// pushMaxAge is how long a push of a build is shown that no list names.
const pushMaxAge = time.Minute

func newFeed(show func(watch.Snapshot)) *feed {
	return &feed{show: show, last: map[string]watch.Snapshot{}, pushed: map[jenkins.Ref]pushedRun{}}
}

// snapshot takes in what a controller says.
func (f *feed) snapshot(s watch.Snapshot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last[s.Controller] = s
	f.update(s)
}

// update shows a snapshot with what was pushed since. The caller holds mu.
func (f *feed) update(s watch.Snapshot) {
	for ref, t := range f.pushed {
		if ref.Controller != s.Controller {
			continue
		}
		if !f.outdated(s, t) {
			s = s.With(t.run)
		} else if delete(f.pushed, ref); t.claim != "" && f.contradicted != nil {
			if really, known := statusIn(s, &t.run); known && string(really) != t.claim {
				f.contradicted(tui.PushReceived{Ref: ref, Status: t.claim, Job: ref.Job, Number: ref.Number,
					Contradicts: []string{"Jenkins says " + string(really)}})
			}
		}
	}
	f.show(s)
}

// outdated reports whether the controller's own answer outranks a push. The caller holds mu.
func (f *feed) outdated(s watch.Snapshot, t pushedRun) bool {
	if !s.At.After(t.at.Add(pushLead)) {
		return false
	}
	really, known := statusIn(s, &t.run)
	switch {
	case really.Ended(), known && t.claim == "", s.At.After(t.at.Add(pushMaxAge)):
		return true
	case t.deniedAt.IsZero():
		t.deniedAt = s.At
		f.pushed[t.run.Ref] = t
	}
	return known && s.At.After(t.deniedAt) // what has left the executors may be listed once more, until it was asked for
}

// statusIn returns the status that a controller's own answer gives a build.
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

// listed returns a running build as its controller's last answer has it.
func (f *feed) listed(ref jenkins.Ref) (jenkins.Run, bool) {
	f.mu.Lock()
	runs := f.last[ref.Controller].Runs
	f.mu.Unlock()
	if i := slices.IndexFunc(runs, func(r jenkins.Run) bool { return r.Ref == ref }); i >= 0 {
		return runs[i], true
	}
	return jenkins.Run{}, false
}

// push takes in a push that the controller has confirmed.
func (f *feed) push(h claims.Checked) {
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
	f.pushed[run.Ref] = pushedRun{run: run, at: h.ReceivedAt, claim: claim}
	if s, ok := f.last[run.Controller]; ok {
		f.update(s)
	}
}
