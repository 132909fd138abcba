package watch

import (
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Snapshot is what one controller says at one moment. It is a value: a new refresh makes a new one, and none of its
// slices is changed afterwards.
type Snapshot struct {
	Controller string
	At         time.Time // when Runs were received; zero until the first answer. Their age is time.Since(At)
	// Runs are those that run or are paused, oldest first. Where there are more than eight, what hardly changes of them
	// (description, environment) is up to 20 s older than At.
	Runs     []jenkins.Run
	Queue    []jenkins.Run // status Queued, oldest first
	Recent   []jenkins.Run // ended, newest end first
	RecentAt time.Time     // zero until the first lastBuild tree has been read
	Nodes    []jenkins.Node
	Version  string // X-Jenkins, "2.528.1"
	Session  string // of the controller's current start: another one means that it was restarted; empty until it is known

	// Err is why the last refresh brought nothing; everything above is then as old as At says. nil when it worked.
	Err   error
	ErrAt time.Time // since when it fails
	Retry time.Time // when it is asked next
	// QueueErr and RecentErr are why Queue or Recent are old although Runs are fresh; nil while they are asked for
	// with success. A user who may not see the queue has a QueueErr for good.
	QueueErr  error
	RecentErr error
	// CausesAt is when the causes of builds that ended before the watch arrived (Watcher.WantCauses), zero until then;
	// CausesErr why they were not.
	CausesAt  time.Time
	CausesErr error

	// Every is the time to the next refresh, as the pace stands; EveryUnslowed what it would be if Jenkins answered at once.
	Every, EveryUnslowed time.Duration

	Events            bool // events of the controller refresh this at once (Watcher.Events)
	RequestsPerMinute int  // requests of the last 60 s that were made for the list
}

// With returns the snapshot with a newer view of one build from elsewhere, such as a push. It stays until the controller's
// own next answer.
func (s Snapshot) With(run jenkins.Run) Snapshot {
	same := func(r jenkins.Run) bool { return r.Ref == run.Ref }
	for _, list := range [][]jenkins.Run{s.Runs, s.Recent} {
		if at := slices.IndexFunc(list, same); at >= 0 && !jenkins.SameBuild(&list[at], &run) {
			return s // one of the two is of a job that was deleted: the next answer says which
		}
	}
	at, recent := slices.IndexFunc(s.Runs, same), slices.IndexFunc(s.Recent, same)
	switch {
	case recent >= 0:
		return s // its end is known
	case run.Status.Ended():
		if at >= 0 {
			run = enriched(run, &s.Runs[at])
			s.Runs = slices.Delete(slices.Clone(s.Runs), at, at+1)
		}
		s.Recent = append([]jenkins.Run{run}, s.Recent...)
	case at >= 0:
		s.Runs = slices.Clone(s.Runs)
		s.Runs[at] = enriched(run, &s.Runs[at])
	default:
		s.Runs = append(slices.Clip(s.Runs), run)
	}
	return s
}
