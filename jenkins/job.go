package jenkins

import (
	"context"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Job asks for one job: what it is, and the number of its last build. It is asked where a build was not found, to tell why.
func (c *Client) Job(ctx context.Context, name string) (Job, error) {
	var answer struct {
		Class     string `json:"_class"`
		Color     *string
		LastBuild *struct{ Number int }
	}
	q := Question{Op: "ask Jenkins for the job " + clean.Line(name), Path: c.Path(name) + "api/json",
		Tree: "color,lastBuild[number]", Limit: Mega}
	if err := c.Get(ctx, q, &answer); err != nil {
		return Job{}, err
	}
	job := Job{Name: name, Class: answer.Class, Folder: answer.Color == nil && answer.LastBuild == nil}
	if answer.Color != nil {
		job.Color = *answer.Color
	}
	if answer.LastBuild != nil {
		job.Last = &Run{Ref: Ref{Controller: c.Name, Job: name, Number: answer.LastBuild.Number}}
	}
	return job, nil
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
