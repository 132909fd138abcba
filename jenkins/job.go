package jenkins

import "context"

// Job asks for one job: what it is, and the number of its last build. It is asked where a build was not found, to tell why.
func (c *Client) Job(ctx context.Context, name string) (Job, error) {
	var answer struct {
		Class     string `json:"_class"`
		Color     *string
		LastBuild *struct{ Number int }
	}
	q := question{op: "ask Jenkins for the job " + CleanLine(name), path: c.path(name) + "api/json",
		tree: "color,lastBuild[number]", limit: mega}
	if err := c.get(ctx, q, &answer); err != nil {
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
