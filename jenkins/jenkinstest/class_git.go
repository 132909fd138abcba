package jenkinstest

import "cmp"

// revision is a commit with the branch that it was found on.
type revision struct{ sha1, branch string }

// sha1 is the commit that a build of a job has checked out, unless its script names another.
func (b *Build) sha1() string {
	const hex = "0123456789abcdef"
	h := uint64(b.number) * 0x9e3779b97f4a7c15
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
	return revision{cmp.Or(b.plan.Revision, b.sha1()), cmp.Or(b.plan.Branch, branch)}
}

// pushed tells whose push started the build; empty: nobody's.
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

func (b *Build) changeSet() bean {
	if b.job.Git == "" || b.pushed() == "" {
		return bean{class: &class{name: "hudson.scm.EmptyChangeLogSet", props: []prop{k("items", []bean(nil)), k("kind", nil)}}}
	}
	return bean{class: &class{name: "hudson.plugins.git.GitChangeSetList", props: []prop{
		k("items", []bean{{class: gitChange, o: change{b, b.pushed()}}}),
		k("kind", "git"),
	}}}
}

type change struct {
	b      *Build
	author string
}

var gitChange = &class{name: "hudson.plugins.git.GitChangeSet", make: func() []prop {
	return []prop{
		k("affectedPaths", []string{"README.md"}),
		get("commitId", func(_ *exporter, c change) any { return c.b.revision().sha1 }),
		get("timestamp", func(_ *exporter, c change) any { return c.b.started }),
		get("author", func(_ *exporter, c change) any {
			return bean{class: &class{name: "", props: []prop{k("absoluteUrl", c.b.job.c.RootURL+"user/"+c.author), k("fullName", c.author)}}}
		}),
		get("authorEmail", func(_ *exporter, c change) any { return c.author + "@example.com" }),
		get("comment", func(_ *exporter, c change) any { return "Change the read me\n" }),
		k("msg", "Change the read me"),
	}
}}
