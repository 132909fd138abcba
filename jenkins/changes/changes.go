// Package changes says what a build was the first to contain, what changed since the last good build before it, which
// builds it comes from, and which it started.
package changes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Commit is a change that a build was the first to contain. Its texts are safe to draw.
type Commit struct {
	ID string
	// Author is the name of a Jenkins user, which Jenkins derives from the address in the commit; the name in the
	// commit it does not tell.
	Author  string
	Email   string // as committed
	Title   string // the first line of the message
	Message string // all of it
	At      time.Time
	Number  int // of the build
}

// Since is what changed since the last good build before one.
type Since struct {
	Good    int      // number of that build; 0: there is none among the last, or it is not known
	Commits []Commit // newest first; without Good, of the build alone
	// Cut reports that older builds exist that were not looked at, so that Good is only not known.
	Cut bool
}

// A pipeline has changeSets, a build of another kind one changeSet.
const (
	itemFields   = "commitId,msg,comment,timestamp,author[fullName],authorEmail"
	buildFields  = "number,result,building,changeSets[items[" + itemFields + "]],changeSet[items[" + itemFields + "]]"
	buildsBefore = 50 // that are looked at for a good one
)

type changeSet struct {
	Items []struct {
		CommitID, Msg, Comment, AuthorEmail string
		Timestamp                           int64
		Author                              struct{ FullName string }
	}
}

type build struct {
	Number     int
	Result     string
	Building   bool
	ChangeSets []changeSet
	ChangeSet  changeSet
}

// Of asks what a build was the first to contain.
func Of(ctx context.Context, c *jenkins.Client, ref jenkins.Ref) ([]Commit, error) {
	var b build
	if err := c.Get(ctx, question(ref, c.Path(ref.Job)+strconv.Itoa(ref.Number)+"/api/json", buildFields), &b); err != nil {
		return nil, err
	}
	b.Number = ref.Number
	return b.commits(), nil
}

// SinceGood asks what changed since the last successful build before one, with one request, or two for an old build.
func SinceGood(ctx context.Context, c *jenkins.Client, ref jenkins.Ref) (Since, error) {
	builds, err := ask(ctx, c, ref, 0)
	if err != nil {
		return Since{}, err
	}
	if n := len(builds); n == buildsBefore && !slices.ContainsFunc(builds, func(b build) bool { return b.Number == ref.Number }) {
		// So far behind the newest it is, or less where builds were deleted.
		if builds, err = ask(ctx, c, ref, builds[0].Number-ref.Number); err != nil {
			return Since{}, err
		}
	}
	return since(builds, ref.Number), nil
}

// ask asks for a job's builds from the from-th, newest first.
func ask(ctx context.Context, c *jenkins.Client, ref jenkins.Ref, from int) ([]build, error) {
	var job struct{ AllBuilds []build }
	tree := fmt.Sprintf("allBuilds[%s]{%d,%d}", buildFields, max(0, from), max(0, from)+buildsBefore)
	if err := c.Get(ctx, question(ref, c.Path(ref.Job)+"api/json", tree), &job); err != nil {
		return nil, err
	}
	slices.SortFunc(job.AllBuilds, func(a, b build) int { return cmp.Compare(b.Number, a.Number) })
	return job.AllBuilds, nil
}

func question(ref jenkins.Ref, path, tree string) jenkins.Question {
	return jenkins.Question{Op: "ask Jenkins what changed in " + clean.Line(jenkins.DisplayName(ref.Job)), Path: path, Tree: tree,
		Limit: 16 * jenkins.Mega}
}

// since finds the last successful build before one, and the commits of the builds after it up to that one. The builds are
// those of a job, newest first.
func since(builds []build, number int) Since {
	s := Since{Cut: len(builds) >= buildsBefore}
	for i := range builds {
		b := &builds[i]
		if b.Number > number {
			continue
		}
		if b.Number < number && b.Result == string(jenkins.Success) {
			s.Good, s.Cut = b.Number, false
			return s
		}
		s.Commits = append(s.Commits, b.commits()...)
	}
	// No good build is known: only this build's own commits are surely since then.
	s.Commits = slices.DeleteFunc(s.Commits, func(c Commit) bool { return c.Number != number })
	return s
}

// commits are those of a build, newest first: Jenkins has the oldest first.
func (b *build) commits() []Commit {
	var commits []Commit
	for _, set := range slices.Concat(b.ChangeSets, []changeSet{b.ChangeSet}) {
		for i := range slices.Backward(set.Items) {
			item := &set.Items[i]
			author := item.Author.FullName
			if author == "" {
				author, _, _ = strings.Cut(item.AuthorEmail, "@")
			}
			message := strings.TrimSpace(clean.Text(cmp.Or(item.Comment, item.Msg)))
			title, _, _ := strings.Cut(cmp.Or(strings.TrimSpace(clean.Line(item.Msg)), message), "\n")
			k := Commit{ID: clean.Line(item.CommitID), Author: clean.Line(author), Email: clean.Line(item.AuthorEmail),
				Title: strings.TrimSpace(clean.Line(title)), Message: message, Number: b.Number}
			k.At = jenkins.TimeOf(item.Timestamp)
			commits = append(commits, k)
		}
	}
	return commits
}
