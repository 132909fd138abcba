package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// absencePatience is how long a controller is waited for that is to say why a build is not there. Without its answer the
// first error stands.
const absencePatience = 3 * time.Second

// absent says more of a build that was not found: Jenkins answers 404 to a build that a job does not have, to a folder
// and to a name that nothing has.
func absent(ctx context.Context, c *controller, spec jenkins.BuildSpec, err error) error {
	if e, ok := errors.AsType[*jenkins.Error](err); !ok || e.Kind != jenkins.NotFound {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, absencePatience)
	defer cancel()
	job, jerr := c.client.Job(ctx, spec.Job)
	switch {
	case jerr == nil && job.Folder:
		return aFolder(spec.Job)
	case jerr == nil && job.Last == nil:
		if item, _ := queuedFor(ctx, c, spec); item != nil {
			return &problem{fmt.Errorf("%s has no builds yet: its first is queued (%s)", spec.Job, cmp.Or(item.Why, "no reason given")),
				fmt.Sprintf("`jenkwatch status '%s' --wait` waits for it", jenkins.Argument(spec.Job)), exitNotFound}
		}
		return &problem{fmt.Errorf("%s has no builds yet", spec.Job), "start one in Jenkins, then look again", exitNotFound}
	case jerr == nil && spec.Number > 0:
		return &problem{fmt.Errorf("%s has no build %d", spec.Job, spec.Number), historyHint(job), exitNotFound}
	case jerr == nil:
		return &problem{fmt.Errorf("%s has no %s build", spec.Job, cmp.Or(spec.Permalink, "last")), historyHint(job), exitNotFound}
	case codeOf(jerr) != exitNotFound:
		return err
	}
	jobs, jerr := c.client.Jobs(ctx)
	if codeOf(jerr) == exitNotFound { // not even the start page is there: it is the address that is wrong
		return &problem{err, hintOf(jerr), exitNotFound}
	}
	if near := nearest(spec.Job, jobs); len(near) > 0 {
		return &problem{err, "did you mean " + strings.Join(near, " or ") + "?", exitNotFound}
	}
	return err
}

func aFolder(name string) error {
	return &problem{fmt.Errorf("%s is a folder, not a job", name), "`jenkwatch runs --recent --job '" + jenkins.Argument(name) + "'` lists what is in it",
		exitNotFound}
}

func historyHint(job jenkins.Job) string {
	return fmt.Sprintf("its last is #%d; `jenkwatch history '%s'` lists them", job.Last.Number, jenkins.Argument(job.Name))
}

// mostNear is how many names are proposed.
const mostNear = 3

// nearest are the jobs whose names are closest to what was typed: its end, as a person remembers it, or a few letters off.
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
		far := distance(typed, name)
		if strings.HasSuffix(name, "/"+typed) {
			far = min(far, 1)
		}
		if far <= max(1, min(4, len(typed)/4)) {
			all = append(all, candidate{j.Name, far})
		}
	}
	slices.SortStableFunc(all, func(x, y candidate) int { return cmp.Compare(x.far, y.far) })
	var names []string
	for _, c := range all[:min(len(all), mostNear)] {
		if c.far > all[0].far+1 {
			break
		}
		names = append(names, jenkins.Argument(c.name))
	}
	return names
}

// distance is how many letters must be put in, taken out, replaced or swapped with their neighbour to turn a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	older, old := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range old {
		old[j] = j
	}
	for i := range x {
		row := make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(old[j+1]+1, row[j]+1, old[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
		older, old = old, row
	}
	return old[len(y)]
}
