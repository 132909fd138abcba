package jsonview

import (
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/artifacts"
)

// Artifacts is what a build keeps.
type Artifacts struct {
	Build     Build          `json:"build"`
	Artifacts []artifactJSON `json:"artifacts"`
}

type artifactJSON struct {
	Path string `json:"path"`
	Size *int64 `json:"size"` // bytes; null where Jenkins does not tell
}

// Download is a file that was downloaded, one a line.
type Download struct {
	Path  string `json:"path"`  // of the artifact; of a zip its folder
	File  string `json:"file"`  // that was written
	Size  int64  `json:"size"`  // bytes
	State string `json:"state"` // downloaded, or unchanged: it was there already
}

// NewArtifacts returns a list of artifacts as JSON.
func NewArtifacts(run jenkins.Run, list []artifacts.Artifact) Artifacts {
	v := Artifacts{NewBuild(run), []artifactJSON{}}
	for _, a := range list {
		j := artifactJSON{Path: a.Path}
		if a.Size >= 0 {
			j.Size = &a.Size
		}
		v.Artifacts = append(v.Artifacts, j)
	}
	return v
}
