package jenkins

import (
	"context"
	"fmt"
)

// causeFields of every job tell who or what started the last of its builds that has ended. The tree of all last builds
// does not: nobody but those who look for their own builds needs it.
const causeFields = "lastCompletedBuild[url,actions[" + causesTree + "]]"

// LastCauses asks, with one request, for the causes of every job's last build that has ended. Of a build without any they
// are empty, not nil: they are known.
func (c *Client) LastCauses(ctx context.Context) (map[Ref][]Cause, error) {
	l, err := c.list(ctx, "ask Jenkins who started the last builds", causeFields, (*listing).caused)
	return l.causes, err
}

// caused reads the causes of a job's last build, or of those that a folder holds. Thousands of builds have the same few,
// which are kept once.
func (l *listing) caused(depth int) error {
	if l.causes == nil {
		l.causes, l.same = map[Ref][]Cause{}, map[string][]Cause{}
	}
	return l.eachBuild(depth, "lastCompletedBuild", func() error {
		var last struct {
			URL     string
			Actions []struct{ Causes []cause }
		}
		err := l.value(&last)
		p := Locate(last.URL)
		if p.Number == 0 {
			return err
		}
		causes := []Cause{}
		for i := range last.Actions {
			causes = appendCauses(causes, last.Actions[i].Causes)
		}
		text := fmt.Sprint(causes)
		if known, ok := l.same[text]; ok {
			causes = known
		}
		l.same[text] = causes
		l.causes[Ref{Controller: l.client.Name, Job: p.Job, Number: p.Number}] = causes
		return err
	})
}
