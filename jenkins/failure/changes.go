package failure

import (
	"context"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// changeTree asks a job for its last 50 builds with what was committed: changeSets of a pipeline, changeSet of others.
const changeTree = "builds[number,result,building,changeSets[items[" + commitFields + "]],changeSet[items[" + commitFields + "]]]{0,50}"

const commitFields = "commitId,msg,author[fullName],authorEmail"

type changeSet struct {
	Items []struct {
		CommitID, Msg, AuthorEmail string
		Author                     struct{ FullName string }
	}
}

type changedBuild struct {
	Number     int
	Result     string
	Building   bool
	ChangeSets []changeSet
	ChangeSet  changeSet
}

// changes finds the last good build before the card's, and what changed since.
func (r *Reader) changes(ctx context.Context, c *Card) error {
	var job struct{ Builds []changedBuild }
	q := jenkins.Question{Op: "ask Jenkins what changed in " + clean.Line(jenkins.DisplayName(c.Run.Job)),
		Path: r.Client.Path(c.Run.Job) + "api/json", Tree: changeTree, Limit: 16 * jenkins.Mega}
	if err := r.Client.Get(ctx, q, &job); err != nil {
		return err
	}
	good, commits := since(job.Builds, c.Run.Number)
	c.Commits = commits
	if good == 0 {
		return nil
	}
	before, err := r.Client.Build(ctx, jenkins.BuildSpec{Job: c.Run.Job, Number: good})
	if err != nil {
		return err
	}
	c.Good = &before
	a, err := r.Env.Env(ctx, before)
	if err != nil {
		return err
	}
	b, err := r.Env.Env(ctx, c.Run)
	if err != nil {
		return err
	}
	for _, d := range env.Diff(a, b).Deltas {
		if d.Differs() {
			c.Changed = append(c.Changed, d)
		}
	}
	return nil
}

// since returns the number of the last successful build before one, 0 if none of these is, and the commits of the builds
// after it up to that one, newest first.
func since(builds []changedBuild, number int) (good int, commits []Commit) {
	slices.SortFunc(builds, func(a, b changedBuild) int { return b.Number - a.Number })
	for i := range builds {
		b := &builds[i]
		if b.Number > number {
			continue
		}
		if b.Number < number && b.Result == string(jenkins.Success) {
			return b.Number, commits
		}
		for _, set := range append(b.ChangeSets, b.ChangeSet) {
			for _, item := range set.Items {
				author := item.Author.FullName
				if author == "" {
					author, _, _ = strings.Cut(item.AuthorEmail, "@")
				}
				commits = append(commits, Commit{ID: clean.Line(item.CommitID), Author: clean.Line(author),
					Title: firstLine(item.Msg), Number: b.Number})
			}
		}
	}
	// No good build is known: only this build's own commits are surely since then.
	return 0, slices.DeleteFunc(commits, func(c Commit) bool { return c.Number != number })
}

// firstLine is the first line of a text, safe to draw.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(clean.Line(s))
}
