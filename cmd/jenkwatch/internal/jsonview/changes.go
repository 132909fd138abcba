package jsonview

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/changes"
)

// Changes is what changed in a build, what started it and what it started.
type Changes struct {
	Build      Build         `json:"build"`
	LastGood   *int          `json:"last_good"` // number of the last successful build before it; null: it is not known, or --own
	Oldest     int           `json:"oldest"`    // number of the oldest build whose commits are listed
	Limit      string        `json:"limit"`     // why none of older builds are: own, last_good, first_build, oldest_kept, oldest_read
	Commits    []wholeCommit `json:"commits"`   // newest first: the build's own, then those of the builds before it
	Upstream   []startedJSON `json:"upstream"`  // what started it, nearest first
	Downstream []startedJSON `json:"downstream"`
}

type wholeCommit struct {
	commitJSON
	Email   string     `json:"email"`
	Message string     `json:"message"`
	At      *time.Time `json:"at"`
}

type startedJSON struct {
	Build
	Status string `json:"status"` // empty where it may not be seen
}

// NewChanges returns the changes of a build as JSON.
func NewChanges(run jenkins.Run, s changes.Since, up []jenkins.Run, down []changes.Started) Changes {
	v := Changes{Build: NewBuild(run), Oldest: s.Oldest, Limit: string(s.Limit), Commits: []wholeCommit{}, Upstream: []startedJSON{}, Downstream: []startedJSON{}}
	if s.Good > 0 {
		v.LastGood = &s.Good
	}
	for _, k := range s.Commits {
		v.Commits = append(v.Commits, wholeCommit{commitJSON{k.ID, k.Author, k.Title, k.Number}, k.Email, k.Message, Time(k.At)})
	}
	for _, r := range up {
		v.Upstream = append(v.Upstream, startedJSON{NewBuild(r), string(r.Status)})
	}
	for _, d := range down {
		v.Downstream = append(v.Downstream, startedJSON{NewBuild(d.Run), string(d.Run.Status)})
	}
	return v
}
