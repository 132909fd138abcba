package jenkinstest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// revision is a commit with the branch that it was found on.
type revision struct{ sha1, branch string }

// Commit returns the commit that a build of a job has checked out, unless its script names another.
func (b *Build) Commit() string { return b.hash(0) }

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

func (b *Build) revision() revision {
	branch := "refs/remotes/origin/main"
	if b.job.parent.kind == multibranch {
		branch = b.job.display()
	}
	return revision{cmp.Or(b.plan.Revision, b.Commit()), cmp.Or(b.plan.Branch, branch)}
}

// pushed returns whose push started the build; empty: nobody's.
func (b *Build) pushed() string {
	for _, c := range b.causes {
		if c.Push != "" {
			return c.Push
		}
	}
	return ""
}

var gitRevision = &class{name: "", make: func() []prop {
	return []prop{
		get("SHA1", func(_ *exporter, r revision) any { return r.sha1 }),
		get("branch", func(_ *exporter, r revision) any { return []bean{{class: gitBranch, o: r}} }),
	}
}}

var gitBranch = &class{name: "", make: func() []prop {
	return []prop{
		get("SHA1", func(_ *exporter, r revision) any { return r.sha1 }),
		get("name", func(_ *exporter, r revision) any { return r.branch }),
	}
}}

var gitData = &class{name: "hudson.plugins.git.util.BuildData", make: func() []prop {
	return []prop{
		get("lastBuiltRevision", func(_ *exporter, b *Build) any { return bean{class: gitRevision, o: b.revision()} }),
		get("remoteUrls", func(_ *exporter, b *Build) any { return []string{b.job.Git} }),
		k("scmName", ""),
	}
}}

// A Commit is a change that a build is the first to have.
type Commit struct {
	Author  string // the name of the Jenkins user; the address is at example.com
	Message string
	Paths   []string
}

// change is a commit of a build: the last one is what it checked out.
type change struct {
	Commit
	b    *Build
	sha1 string
}

// changes returns the commits of a build. One that a push started has at least one.
func (b *Build) changes() []change {
	commits := b.plan.Commits
	if len(commits) == 0 && b.pushed() != "" {
		commits = []Commit{{Author: b.pushed(), Message: "Change the read me", Paths: []string{"README.md"}}}
	}
	if b.job.Git == "" {
		return nil
	}
	var list []change
	for i, c := range commits {
		sha1 := b.revision().sha1
		if i < len(commits)-1 {
			sha1 = b.hash(i + 1)
		}
		list = append(list, change{c, b, sha1})
	}
	return list
}

func (b *Build) changeSet() bean {
	if len(b.changes()) == 0 {
		return bean{class: &class{name: "hudson.scm.EmptyChangeLogSet", props: []prop{k("items", []bean(nil)), k("kind", nil)}}}
	}
	return bean{class: &class{name: "hudson.plugins.git.GitChangeSetList", props: []prop{
		k("items", beans(gitChange, b.changes())),
		k("kind", "git"),
	}}}
}

// culprits returns the authors of all changes since the last good build, this one's included.
func (b *Build) culprits() []bean {
	var names []string
	for o := b; o != nil; o = o.job.build(o.number - 1) {
		if o != b && o.result == "SUCCESS" {
			break
		}
		for _, c := range o.changes() {
			if !slices.Contains(names, c.Author) {
				names = append(names, c.Author)
			}
		}
	}
	slices.Sort(names)
	var list []bean
	for _, n := range names {
		list = append(list, b.job.c.person(n))
	}
	return list
}

func (c *Controller) person(name string) bean {
	return bean{class: &class{name: "", props: []prop{k("absoluteUrl", c.RootURL+"user/"+name), k("fullName", name)}}}
}

var gitChange = &class{name: "hudson.plugins.git.GitChangeSet", make: func() []prop {
	return []prop{
		get("affectedPaths", func(_ *exporter, c change) any { return c.Paths }),
		get("commitId", func(_ *exporter, c change) any { return c.sha1 }),
		get("timestamp", func(_ *exporter, c change) any { return c.at() }),
		get("author", func(_ *exporter, c change) any { return c.b.job.c.person(c.Author) }),
		get("authorEmail", func(_ *exporter, c change) any { return c.Author + "@example.com" }),
		get("comment", func(_ *exporter, c change) any { return c.Message + "\n" }),
		get("date", func(_ *exporter, c change) any { return c.at().UTC().Format("2006-01-02 15:04:05 -0700") }),
		get("msg", func(_ *exporter, c change) any {
			first, _, _ := strings.Cut(c.Message, "\n")
			return first
		}),
		get("paths", func(_ *exporter, c change) any { return beans(changedPath, c.Paths) }),
	}
}}

// at returns when the commit was made, which is before the build.
func (c change) at() time.Time { return c.b.started.Add(-4 * time.Minute).Truncate(time.Second) }

var changedPath = &class{name: "", make: func() []prop {
	return []prop{k("editType", "edit"), get("file", func(_ *exporter, p string) any { return p })}
}}
