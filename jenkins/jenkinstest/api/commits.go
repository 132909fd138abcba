package api

import (
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

var gitRevision = &class{Name: "", Make: func() []prop {
	return []prop{
		get("SHA1", func(_ *Scope, r world.Revision) any { return r.SHA1 }),
		get("branch", func(_ *Scope, r world.Revision) any { return []object{{Class: gitBranch, Of: r}} }),
	}
}}

var gitBranch = &class{Name: "", Make: func() []prop {
	return []prop{
		get("SHA1", func(_ *Scope, r world.Revision) any { return r.SHA1 }),
		get("name", func(_ *Scope, r world.Revision) any { return r.Branch }),
	}
}}

var gitData = &class{Name: "hudson.plugins.git.util.BuildData", Make: func() []prop {
	return []prop{
		get("lastBuiltRevision", func(_ *Scope, b *world.Build) any { return object{Class: gitRevision, Of: b.CheckedOut()} }),
		get("remoteUrls", func(_ *Scope, b *world.Build) any { return []string{b.Job().Git} }),
		k("scmName", ""),
	}
}}

func changeSet(b *world.Build) object {
	if len(b.Changes()) == 0 {
		return object{Class: &class{Name: "hudson.scm.EmptyChangeLogSet", Props: []prop{k("items", []object(nil)), k("kind", nil)}}}
	}
	return object{Class: &class{Name: "hudson.plugins.git.GitChangeSetList", Props: []prop{
		k("items", objects(gitChange, b.Changes())),
		k("kind", "git"),
	}}}
}

// culprits returns the authors of all changes since the last good build, this one's included.
func culprits(w *world.World, b *world.Build) []object {
	var names []string
	for o := b; o != nil; o = o.Job().Build(o.Number() - 1) {
		if o != b && o.Result == "SUCCESS" {
			break
		}
		for _, c := range o.Changes() {
			if !slices.Contains(names, c.Author) {
				names = append(names, c.Author)
			}
		}
	}
	slices.Sort(names)
	var list []object
	for _, n := range names {
		list = append(list, person(w, n))
	}
	return list
}

func person(w *world.World, name string) object {
	return object{Class: &class{Name: "", Props: []prop{k("absoluteUrl", w.RootURL+"user/"+name), k("fullName", name)}}}
}

var gitChange = &class{Name: "hudson.plugins.git.GitChangeSet", Make: func() []prop {
	return []prop{
		get("affectedPaths", func(_ *Scope, c world.Change) any { return c.Paths }),
		get("commitId", func(_ *Scope, c world.Change) any { return c.SHA1 }),
		get("timestamp", func(_ *Scope, c world.Change) any { return c.At() }),
		get("author", func(x *Scope, c world.Change) any { return person(x.World, c.Author) }),
		get("authorEmail", func(_ *Scope, c world.Change) any { return c.Author + "@example.com" }),
		get("comment", func(_ *Scope, c world.Change) any { return c.Message + "\n" }),
		get("date", func(_ *Scope, c world.Change) any { return c.At().UTC().Format("2006-01-02 15:04:05 -0700") }),
		get("msg", func(_ *Scope, c world.Change) any {
			first, _, _ := strings.Cut(c.Message, "\n")
			return first
		}),
		get("paths", func(_ *Scope, c world.Change) any { return objects(changedPath, c.Paths) }),
	}
}}

var changedPath = &class{Name: "", Make: func() []prop {
	return []prop{k("editType", "edit"), get("file", func(_ *Scope, p string) any { return p })}
}}
