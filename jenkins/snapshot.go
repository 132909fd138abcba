package jenkins

import "time"

// Snapshot is what one controller says at one moment. It is a value: a new refresh makes a new one, and none of its
// slices is changed afterwards.
type Snapshot struct {
	Controller string
	At         time.Time // when Runs were received; zero until the first answer. Their age is time.Since(At)
	// Runs are those that run or are paused, oldest first. Where there are more than eight, what hardly changes of them
	// (description, environment) is up to 20 s older than At.
	Runs     []Run
	Queue    []Run     // status Queued, oldest first
	Recent   []Run     // ended, newest end first
	RecentAt time.Time // zero until the first lastBuild tree has been read
	Nodes    []Node
	Version  string // X-Jenkins, "2.528.1"

	// Err is why the last refresh brought nothing; everything above is then as old as At says. nil when it worked.
	Err   error
	ErrAt time.Time // since when it fails
	Retry time.Time // when it is asked next
	// QueueErr and RecentErr are why Queue or Recent are old although Runs are fresh; nil while they are asked for
	// with success. A user who may not see the queue has a QueueErr for good.
	QueueErr  error
	RecentErr error
	// CausesAt is when the causes of builds that ended before the watch were told (Watcher.WantCauses), zero until then;
	// CausesErr why they were not.
	CausesAt  time.Time
	CausesErr error

	Events            bool // events of the controller refresh this at once (Watcher.Events)
	RequestsPerMinute int  // requests of the last 60 s that were made for the list
}

// Node is a computer of the controller.
type Node struct {
	Name      string // the controller's own is "built-in"
	Labels    []string
	Executors int
	Busy      int
	Offline   bool
}

// Job is a job, folder or multibranch project of the controller.
type Job struct {
	Name   string // full name, raw
	Class  string // Jenkins' class of it
	Color  string // "blue", "red_anime", ...; empty for folders
	Folder bool   // it holds jobs instead of builds
	Last   *Run   // its last build, where the question named it; of one that runs only the number is known
	Ended  *Run   // its last build that has ended, where that is not Last
}
