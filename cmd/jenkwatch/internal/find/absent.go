package find

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
)

// absentTimeout bounds the questions to a controller why a build is not there. Without an answer the first error stands.
const absentTimeout = 3 * time.Second

// Absent returns an error that says more of a build that was not found: Jenkins answers 404 to a build that a job does not have, to a folder
// and to a name that nothing has.
func Absent(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec, err error) error {
	if e, ok := errors.AsType[*jenkins.Error](err); !ok || e.Kind != jenkins.NotFound {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, absentTimeout)
	defer cancel()
	job, jerr := c.Client.Job(ctx, spec.Job)
	switch {
	case jerr == nil && job.Folder:
		return NotAJob(c, spec.Job)
	case jerr == nil && job.Last == nil:
		if item, _ := queueItem(ctx, c, spec); item != nil {
			return &exit.Error{Err: fmt.Errorf("%s has no builds yet: its first is queued (%s)", spec.Job, reason(ctx, c, item)),
				Fix: "`" + c.Command("status", jenkins.Argument(spec.Job), "--wait") + "` waits for it", Code: exit.CodeNotFound}
		}
		return &exit.Error{Err: fmt.Errorf("%s has no builds yet", spec.Job), Fix: "start one in Jenkins, then look again", Code: exit.CodeNotFound}
	case jerr == nil && spec.Number > 0:
		return &exit.Error{Err: fmt.Errorf("%s has no build %d", spec.Job, spec.Number), Fix: historyHint(c, job), Code: exit.CodeNotFound}
	case jerr == nil:
		return &exit.Error{Err: fmt.Errorf("%s has no %s build", spec.Job, cmp.Or(spec.Permalink, "last")), Fix: historyHint(c, job), Code: exit.CodeNotFound}
	case exit.CodeOf(jerr) != exit.CodeNotFound:
		return err
	}
	jobs, jerr := c.Client.Jobs(ctx)
	if exit.CodeOf(jerr) == exit.CodeNotFound { // not even the start page is there: it is the address that is wrong
		return &exit.Error{Err: err, Fix: exit.HintOf(jerr), Code: exit.CodeNotFound}
	}
	if near := nearest(spec.Job, jobs); len(near) > 0 {
		return &exit.Error{Err: err, Fix: "did you mean " + strings.Join(near, " or ") + "?", Code: exit.CodeNotFound}
	}
	return err
}

// reason is why a queue item waits.
func reason(ctx context.Context, c *cli.Controller, item *jenkins.Run) string {
	if r, err := queued.Why(ctx, c.Client, *item); err == nil {
		return r.Text(time.Now())
	}
	return cmp.Or(item.Why, "no reason given")
}

// NotAJob returns the error for a folder where a job is wanted.
func NotAJob(c *cli.Controller, name string) error {
	return &exit.Error{Err: fmt.Errorf("%s is a folder, not a job", name), Fix: "`" + c.Command("runs", "--recent", "--job", jenkins.Argument(name)) + "` lists what is in it",
		Code: exit.CodeNotFound}
}

func historyHint(c *cli.Controller, job jenkins.Job) string {
	return fmt.Sprintf("its last is #%d; `%s` lists them", job.Last.Number, c.Command("history", jenkins.Argument(job.Name)))
}

const maxProposed = 3 // names

// nearest returns the jobs whose names are closest to what was typed: its end, as a person remembers it, or a few letters off.
func nearest(typed string, jobs []jenkins.Job) []string {
	type candidate struct {
		name string
		far  int
	}
	typed = strings.ToLower(jenkins.DisplayName(typed))
	var all []candidate
	for _, j := range jobs {
		if j.Folder {
			continue
		}
		name := strings.ToLower(jenkins.DisplayName(j.Name))
		far := query.Distance(typed, name)
		if strings.HasSuffix(name, "/"+typed) {
			far = min(far, 1)
		}
		if far <= max(1, min(4, len(typed)/4)) {
			all = append(all, candidate{j.Name, far})
		}
	}
	slices.SortStableFunc(all, func(x, y candidate) int { return cmp.Compare(x.far, y.far) })
	var names []string
	for _, c := range all[:min(len(all), maxProposed)] {
		if c.far > all[0].far+1 {
			break
		}
		names = append(names, jenkins.Argument(c.name))
	}
	return names
}

// IsJob reports whether any controller has something of this name.
func IsJob(ctx context.Context, a *cli.App, name string) bool {
	cs, err := a.Controllers(ctx)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, absentTimeout)
	defer cancel()
	have, _ := cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) (bool, error) {
		_, err := c.Client.Job(ctx, name)
		return err == nil, nil
	})
	return slices.Contains(have, true)
}
