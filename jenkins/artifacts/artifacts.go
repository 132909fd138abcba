// Package artifacts lists the files that a build keeps, and downloads them: one, which is resumed where it stopped, or a
// folder as a zip. Their names come from builds and are checked before a file is written.
package artifacts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Artifact is a file that a build keeps.
type Artifact struct {
	Path string // below the build's folder of artifacts, as Jenkins has it: "out/app.bin". It is not safe to draw
	Size int64  // bytes; -1 if it is not known
}

// Name returns the path as it may be drawn.
func (a Artifact) Name() string { return clean.Line(a.Path) }

// List asks for the artifacts of a build, in the order of their paths. Sizes are known of a pipeline's where the plugin
// pipeline-rest-api has them. Jenkins reads its disk each time.
func List(ctx context.Context, c *jenkins.Client, run jenkins.Run) ([]Artifact, error) {
	var answer struct {
		Artifacts []struct{ RelativePath string }
	}
	q := jenkins.Question{Op: "ask Jenkins for the artifacts of " + run.Title(), Path: c.BuildPath(run.Ref) + "api/json",
		Tree: "artifacts[relativePath]", Limit: 16 * jenkins.Mega}
	if err := c.Get(ctx, q, &answer); err != nil {
		return nil, err
	}
	list := make([]Artifact, 0, len(answer.Artifacts))
	for _, a := range answer.Artifacts {
		if a.RelativePath != "" {
			list = append(list, Artifact{a.RelativePath, -1})
		}
	}
	if run.Pipeline && len(list) > 0 {
		body, err := c.Page(ctx, run.Ref, "ask Jenkins for the sizes of the artifacts", "wfapi/artifacts", "")
		if err == nil {
			addSizes(list, body)
		}
	}
	slices.SortFunc(list, func(a, b Artifact) int { return strings.Compare(a.Path, b.Path) })
	return list, ctx.Err()
}

// addSizes adds the sizes of wfapi's list, whose paths are percent-encoded.
func addSizes(list []Artifact, body []byte) {
	var sizes []struct {
		Path string
		Size *int64
	}
	if json.Unmarshal(body, &sizes) != nil {
		return
	}
	known := make(map[string]int64, len(sizes))
	for _, s := range sizes {
		if plain, err := url.PathUnescape(s.Path); err == nil && s.Size != nil && *s.Size >= 0 {
			known[plain] = *s.Size
		}
	}
	for i := range list {
		if size, ok := known[list[i].Path]; ok {
			list[i].Size = size
		}
	}
}

// Match returns the artifacts that one of the patterns means: a path, a folder, or a pattern as of a shell that a path or a file's
// name matches. In a pattern * does not match a slash.
func Match(list []Artifact, patterns []string) ([]Artifact, error) {
	var found []Artifact
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil {
			return nil, fmt.Errorf("read the pattern %q: %w", clean.Line(p), err)
		}
	}
	for _, a := range list {
		if slices.ContainsFunc(patterns, func(p string) bool { return a.matches(strings.Trim(p, "/")) }) {
			found = append(found, a)
		}
	}
	return found, nil
}

func (a Artifact) matches(pattern string) bool {
	whole, _ := path.Match(pattern, a.Path)
	name, _ := path.Match(pattern, path.Base(a.Path))
	return whole || name || a.Path == pattern || strings.HasPrefix(a.Path, pattern+"/")
}

// ErrName is the error for a name under which no file is written.
var ErrName = errors.New("the name is not safe")

// FileName returns the path below a folder that an artifact is written to, in the system's spelling. Names that lead out of the
// folder, absolute ones and such with characters that a terminal obeys are refused with [ErrName].
func FileName(name string) (string, error) {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '\\' })
	ok := name != "" && utf8.ValidString(name) && !strings.ContainsFunc(name, clean.IsJunk) && !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, `\`) &&
		!slices.Contains(parts, "..") && filepath.IsLocal(filepath.FromSlash(name)) && !hasDrive(name)
	if !ok {
		return "", fmt.Errorf("write %q: %w", clean.Line(name), ErrName)
	}
	return filepath.Clean(filepath.FromSlash(name)), nil
}

// hasDrive reports whether a name begins with a drive of Windows, which a build on another system may have made up.
func hasDrive(name string) bool {
	return len(name) > 1 && name[1] == ':' && (name[0]|0x20) >= 'a' && (name[0]|0x20) <= 'z'
}

// address is the path of a file below the controller's URL: each part is percent-encoded.
func address(c *jenkins.Client, ref jenkins.Ref, file string) string {
	var b strings.Builder
	b.WriteString(c.BuildPath(ref) + "artifact")
	for part := range strings.SplitSeq(file, "/") {
		b.WriteString("/" + url.PathEscape(part))
	}
	return b.String()
}
