package world

import (
	"cmp"
	"time"
)

// Revision is a commit with the branch that it was found on.
type Revision struct{ SHA1, Branch string }

// Commit returns the commit that a build of a job has checked out, unless its script names another.
func (b *Build) Commit() string { return cmp.Or(b.repeated, b.hash(0)) }

func (b *Build) hash(i int) string {
	const hex = "0123456789abcdef"
	h := uint64(b.number)*0x9e3779b97f4a7c15 + uint64(i)
	for _, c := range b.job.full {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	buf := make([]byte, 40)
	for i := range buf {
		h = h*6364136223846793005 + 1442695040888963407
		buf[i] = hex[h>>60]
	}
	return string(buf)
}

// CheckedOut returns what the build has checked out.
func (b *Build) CheckedOut() Revision {
	branch := "refs/remotes/origin/main"
	if b.job.Parent.Kind == Multibranch {
		branch = b.job.Display()
	}
	return Revision{cmp.Or(b.Plan.Revision, b.Commit()), cmp.Or(b.Plan.Branch, branch)}
}

// pushed returns whose push started the build; empty: nobody's.
func (b *Build) pushed() string {
	for _, c := range b.Causes {
		if c.Push != "" {
			return c.Push
		}
	}
	return ""
}

// A Commit is a change that a build is the first to have.
type Commit struct {
	Author  string // the name of the Jenkins user; the address is at example.com
	Message string
	Paths   []string
}

// Change is a commit of a build: the last one is what it checked out.
type Change struct {
	Commit
	b    *Build
	SHA1 string
}

// Changes returns the commits of a build. One that a push started has at least one, one that repeats another has none.
func (b *Build) Changes() []Change {
	if b.repeated != "" {
		return nil
	}
	commits := b.Plan.Commits
	if len(commits) == 0 && b.pushed() != "" {
		commits = []Commit{{Author: b.pushed(), Message: "Change the read me", Paths: []string{"README.md"}}}
	}
	if b.job.Git == "" {
		return nil
	}
	var list []Change
	for i, c := range commits {
		sha1 := b.CheckedOut().SHA1
		if i < len(commits)-1 {
			sha1 = b.hash(i + 1)
		}
		list = append(list, Change{c, b, sha1})
	}
	return list
}

// At returns when the commit was made, which is before the build.
func (c Change) At() time.Time { return c.b.Started.Add(-4 * time.Minute).Truncate(time.Second) }
