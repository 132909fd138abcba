package announce

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// countingClient answers for jobs that are all there, but for one.
type countingClient struct {
	Client
	jobs  int
	asked int
}

func (c *countingClient) History(_ context.Context, job string, _, _ int) ([]jenkins.Run, error) {
	c.asked++
	if job == "gone" {
		return nil, &jenkins.Error{Kind: jenkins.NotFound}
	}
	return nil, nil
}

func (c *countingClient) Jobs(context.Context) (jobs []jenkins.Job, err error) {
	c.asked++
	for i := range c.jobs {
		jobs = append(jobs, jenkins.Job{Name: fmt.Sprint("job-", i)})
	}
	return jobs, nil
}

// TestManyBuildsOfOneNumberAndInstantCostNoQuestionEach looks for the earlier name of each of 3,000 builds among the others.
func TestManyBuildsOfOneNumberAndInstantCostNoQuestionEach(t *testing.T) {
	t.Parallel()
	c := &countingClient{jobs: 3000}
	a := &Announcer{Options: Options{Client: c}}
	for i := range c.jobs {
		names := []string{"gone"}
		for j := range 100 {
			names = append(names, fmt.Sprint("job-", (i+1+j)%c.jobs))
		}
		if got, err := a.goneJobs(t.Context(), names); err != nil || !slices.Equal(got, []string{"gone"}) {
			t.Fatalf("without a job any more: %v, %v", got, err)
		}
	}
	if c.asked != 1 {
		t.Errorf("%d questions", c.asked)
	}
	if got, err := a.goneJobs(t.Context(), []string{"job-1", "gone"}); err != nil || !slices.Equal(got, []string{"gone"}) || c.asked != 3 {
		t.Errorf("of two names: %v, %v, %d questions", got, err, c.asked)
	}
}
