// Package changes says what a build was the first to contain, what changed since the last good build before it, which
// builds it comes from, and which it started.
package changes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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

// Since is what changed up to a build: its own commits, and those of the builds before it as far as Limit.
type Since struct {
	Number  int      // of the build
	Limit   Limit    // which builds Commits are of
	Oldest  int      // number of the oldest of those builds
	Good    int      // number of the last successful build before it; 0: it is not known, or was not asked for
	Commits []Commit // newest first: the build's own, then those of the builds before it
}

// Limit is why the commits of older builds are not among those of a [Since].
type Limit string

const (
	Own        Limit = "own"         // only those of the build itself were asked for
	LastGood   Limit = "last_good"   // the build before the oldest of them is the last successful one
	FirstBuild Limit = "first_build" // there is no older build, and none that was successful
	OldestKept Limit = "oldest_kept" // older builds were deleted; of those that are kept none was successful
	OldestRead Limit = "oldest_read" // older builds were not looked at; of the others none was successful
)

// Range says which builds the commits are of, to stand behind "3 commits": "since #4, the last good build before it".
func (s *Since) Range() string {
	switch alone := s.Oldest == s.Number; s.Limit {
	case LastGood:
		return fmt.Sprintf("since #%d, the last good build before it", s.Good)
	case FirstBuild:
		if alone {
			return "in this build, the first"
		}
		return fmt.Sprintf("since #%d, the first build: no good one is before it", s.Oldest)
	case OldestKept:
		if alone {
			return "in this build, the oldest kept"
		}
		return fmt.Sprintf("since #%d, the oldest build kept: no good one is before it", s.Oldest)
	case OldestRead:
		return fmt.Sprintf("since #%d: no good build is among the last %d", s.Oldest, s.Number-s.Oldest+1)
	}
	return "in this build"
}

// ByBuild returns the commits in one list for each build that has any.
func (s *Since) ByBuild() [][]Commit {
	var groups [][]Commit
	for i, k := range s.Commits {
		if i == 0 || k.Number != s.Commits[i-1].Number {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], k)
	}
	return groups
}

// A pipeline has changeSets, one a repository and checkout; a build of another kind has one changeSet.
const (
	itemFields   = "commitId,msg,timestamp,author[fullName],authorEmail"
	messageField = ",comment"
	buildsBefore = 50 // that are looked at for a good one
)

// buildFields is the tree of a build; without whole messages it is much shorter.
func buildFields(whole bool) string {
	items := "[items[" + itemFields + "]]"
	if whole {
		items = "[items[" + itemFields + messageField + "]]"
	}
	return "number,result,building,changeSets" + items + ",changeSet" + items
}

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
func Of(ctx context.Context, c *jenkins.Client, ref jenkins.Ref) (Since, error) {
	var b build
	if err := c.Get(ctx, question(ref, c.BuildPath(ref)+"api/json", buildFields(true)), &b); err != nil {
		return Since{}, err
	}
	b.Number = ref.Number
	return Since{Number: ref.Number, Limit: Own, Oldest: ref.Number, Commits: b.commits()}, nil
}

// SinceGood asks what changed since the last successful build before one: with one request, two for an old build, and a few
// more for an old one behind which builds were deleted. Where all the messages are too long for one answer, Message is
// their first lines.
func SinceGood(ctx context.Context, c *jenkins.Client, ref jenkins.Ref) (Since, error) {
	builds, err := upTo(ctx, c, ref, true)
	if jenkins.IsKind(err, jenkins.TooLarge) {
		builds, err = upTo(ctx, c, ref, false)
	}
	if err != nil {
		return Since{}, err
	}
	return since(builds, ref.Number), nil
}

// upTo asks for a page of a job's builds, newest first, with a build and those before it. A list is counted from the newest
// build: where builds were deleted it is not known where in it a build stands, so that it is looked for.
func upTo(ctx context.Context, c *jenkins.Client, ref jenkins.Ref, whole bool) ([]build, error) {
	low, high := 0, 0 // where it may stand
	for at := 0; ; {
		builds, err := ask(ctx, c, ref, at, whole)
		if err != nil {
			return nil, err
		}
		if at == 0 && len(builds) > 0 {
			high = builds[0].Number - ref.Number
		}
		i := slices.IndexFunc(builds, func(b build) bool { return b.Number <= ref.Number })
		switch {
		case i >= 0 && builds[i].Number == ref.Number && (i == 0 || len(builds) < buildsBefore || slices.ContainsFunc(builds[i+1:], isGood)):
			return builds, nil
		case i > 0: // from there on the page has more builds before it
			low, high = at+i, at+i
		case i < 0 && len(builds) > 0: // all are newer
			low = at + len(builds)
		default:
			high = at - 1
		}
		if low > high { // it is gone
			return builds, nil
		}
		if at == 0 {
			at = high // where it stands if none was deleted
		} else {
			at = (low + high) / 2
		}
	}
}

func isGood(b build) bool { return b.Result == string(jenkins.Success) }

// ask asks for a job's builds from the from-th, newest first.
func ask(ctx context.Context, c *jenkins.Client, ref jenkins.Ref, from int, whole bool) ([]build, error) {
	var job struct{ AllBuilds []build }
	tree := fmt.Sprintf("allBuilds[%s]{%d,%d}", buildFields(whole), from, from+buildsBefore)
	if err := c.Get(ctx, question(ref, c.Path(ref.Job)+"api/json", tree), &job); err != nil {
		return nil, err
	}
	slices.SortFunc(job.AllBuilds, func(a, b build) int { return cmp.Compare(b.Number, a.Number) })
	return job.AllBuilds, nil
}

func question(ref jenkins.Ref, path, tree string) jenkins.Question {
	return jenkins.Question{Op: "ask Jenkins what changed in " + jenkins.DisplayName(ref.Job), Path: path, Tree: tree,
		Limit: 16 * jenkins.Mega}
}

// since finds the last successful build before one, and the commits of the builds after it up to that one. The builds are
// those of a job, newest first.
func since(builds []build, number int) Since {
	s := Since{Number: number, Oldest: number}
	for i := range builds {
		b := &builds[i]
		if b.Number > number {
			continue
		}
		if b.Number < number && isGood(*b) {
			s.Limit, s.Good = LastGood, b.Number
			return s
		}
		s.Oldest = b.Number
		s.Commits = append(s.Commits, b.commits()...)
	}
	switch {
	case s.Oldest == 1:
		s.Limit = FirstBuild
	case len(builds) >= buildsBefore:
		s.Limit = OldestRead
	default:
		s.Limit = OldestKept
	}
	return s
}

// commits are those of a build, newest first: Jenkins has the oldest first. A repository that a pipeline checks out twice
// has its commits twice there.
func (b *build) commits() []Commit {
	var commits []Commit
	seen := map[string]bool{}
	for _, set := range slices.Concat(b.ChangeSets, []changeSet{b.ChangeSet}) {
		for i := range slices.Backward(set.Items) {
			item := &set.Items[i]
			if seen[item.CommitID] {
				continue
			}
			seen[item.CommitID] = item.CommitID != ""
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
