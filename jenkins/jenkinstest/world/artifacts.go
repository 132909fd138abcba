package world

import (
	"bytes"
	"strings"
)

// An Artifact is a file that a build keeps. It is there once the build has ended.
type Artifact struct {
	Path    string // below the build's folder of artifacts: "out/app.bin"
	Content string
	Size    int // without Content: a file of about so many bytes, made up line by line
}

// Bytes returns the content.
func (a Artifact) Bytes() []byte {
	if a.Size == 0 {
		return []byte(a.Content)
	}
	var buf bytes.Buffer
	_ = MadeUpLog(int64(a.Size)/lineSize+1).WriteFrom(&buf, 0)
	return buf.Bytes()
}

// Address returns the path as an address spells it.
func (a Artifact) Address() string {
	parts := strings.Split(a.Path, "/")
	for i, p := range parts {
		parts[i] = EncodeName(p)
	}
	return strings.Join(parts, "/")
}

// Kept returns the artifacts of a build that has ended.
func (b *Build) Kept() []Artifact {
	if !b.Ended() {
		return nil
	}
	return b.Plan.Artifacts
}
