package follow

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// kept is what a later session needs to find a run again, or the next build of a job.
type kept struct {
	Controller string `json:"controller"`
	Job        string `json:"job"`
	Number     int    `json:"number,omitempty"`
	Item       int64  `json:"item,omitempty"`  // in the queue
	Since      int64  `json:"since,omitempty"` // when it started, or was queued, in Unix milliseconds
	Next       bool   `json:"next,omitempty"`  // the next build after Number
}

// Text returns what is followed for [Set.Restore]; empty: nothing by itself.
func (s *Set) Text() string {
	var all []kept
	for i := range s.runs {
		r := &s.runs[i].run
		k := kept{Controller: r.Controller, Job: r.Job, Number: r.Number, Item: r.QueueID}
		since := r.StartedAt
		if r.QueueID != 0 {
			since = r.QueuedAt
		}
		if !since.IsZero() {
			k.Since = since.UnixMilli()
		}
		all = append(all, k)
	}
	for _, u := range s.next {
		all = append(all, kept{Controller: u.controller, Job: u.job, Number: u.after, Next: true})
	}
	if len(all) == 0 {
		return ""
	}
	text, _ := json.Marshal(all) // of texts and numbers
	return string(text)
}

// Restore follows what an earlier session did, on the controllers that there are. What cannot be read is nothing.
func (s *Set) Restore(text string, controllers []kit.Controller) {
	var all []kept
	_ = json.Unmarshal([]byte(text), &all)
	for _, k := range all {
		if !slices.ContainsFunc(controllers, func(c kit.Controller) bool { return c.Name == k.Controller }) {
			continue
		}
		if k.Next {
			s.next = append(s.next, upcoming{controller: k.Controller, job: k.Job, after: k.Number})
			continue
		}
		run := jenkins.Run{Ref: jenkins.Ref{Controller: k.Controller, Job: k.Job, Number: k.Number, QueueID: k.Item}, Status: jenkins.Running}
		if k.Item != 0 {
			run.Status = jenkins.Queued
		}
		if k.Since > 0 {
			at := time.UnixMilli(k.Since)
			if k.Item != 0 {
				run.QueuedAt = at
			} else {
				run.StartedAt = at
			}
		}
		s.runs = append(s.runs, followed{run: run, kept: true})
	}
}
