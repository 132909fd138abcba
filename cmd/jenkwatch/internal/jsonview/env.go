package jsonview

import (
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// Diff is what differs between the environments of two builds.
type Diff struct {
	Before  Build       `json:"before"`
	After   Build       `json:"after"`
	Changes []deltaJSON `json:"changes"`
	Folded  int         `json:"folded"` // differences that any two builds have, which are left out without --all
}

type deltaJSON struct {
	Name   string  `json:"name"`
	Change string  `json:"change"` // added, removed, changed
	Before *string `json:"before"` // null: the build does not have it
	After  *string `json:"after"`
	Secret bool    `json:"secret"`
	Noise  string  `json:"noise,omitempty"` // why any two builds differ in it
}

func NewDiff(d env.Comparison, before, after jenkins.Run, all, reveal bool) Diff {
	v := Diff{Before: NewBuild(before), After: NewBuild(after), Changes: []deltaJSON{}}
	for _, c := range d.Deltas {
		if !all && c.Noise != "" {
			v.Folded++
		}
		if !c.Differs() && (c.Noise == "" || !all) {
			continue
		}
		v.Changes = append(v.Changes, newDeltaJSON(c, reveal))
	}
	return v
}

func newDeltaJSON(d env.Delta, reveal bool) deltaJSON {
	v := deltaJSON{Name: d.Name, Change: string(d.Change), Secret: d.Secret(), Noise: string(d.Noise)}
	if d.Before.Name != "" {
		v.Before = new(d.Before.Shown(reveal))
	}
	if d.After.Name != "" {
		v.After = new(d.After.Shown(reveal))
	}
	return v
}
