package api

import (
	"path"
	"strconv"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

var artifactClass = &class{Name: "", Make: func() []prop {
	return []prop{
		get("displayPath", func(_ *Scope, f artifactOf) any {
			if len(f.b.Kept()) > displayed {
				return nil
			}
			return path.Base(f.Path)
		}),
		get("fileName", func(_ *Scope, f artifactOf) any { return path.Base(f.Path) }),
		get("relativePath", func(_ *Scope, f artifactOf) any { return f.Path }),
	}
}}

// displayed is how many artifacts Jenkins has at most where it looks for short names.
const displayed = 20

type artifactOf struct {
	world.Artifact
	b *world.Build
}

func artifactsOf(b *world.Build) []object {
	var list []artifactOf
	for _, a := range b.Kept() {
		list = append(list, artifactOf{a, b})
	}
	return objects(artifactClass, list)
}

// Artifacts is wfapi's list of artifacts, which alone has the sizes.
func (x *Scope) Artifacts(b *world.Build) []any {
	list := []any{}
	for i, a := range b.Kept() {
		list = append(list, tree.Map("id", "n"+strconv.Itoa(i+2), "name", path.Base(a.Path), "path", a.Address(),
			"url", x.path(b)+"artifact/"+a.Address(), "size", len(a.Bytes())))
	}
	return list
}
