package jenkinstest

import (
	"archive/zip"
	"bytes"
	"cmp"
	"fmt"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// An Artifact is a file that a build keeps. It is there once the build has ended.
type Artifact struct {
	Path    string // below the build's folder of artifacts: "out/app.bin"
	Content string
	Size    int // without Content: a file of about so many bytes, made up line by line
}

func (a Artifact) content() []byte {
	if a.Size == 0 {
		return []byte(a.Content)
	}
	var buf bytes.Buffer
	_ = madeUpLog(int64(a.Size)/lineSize+1).write(&buf, 0)
	return buf.Bytes()
}

// address returns the path as an address spells it.
func (a Artifact) address() string {
	parts := strings.Split(a.Path, "/")
	for i, p := range parts {
		parts[i] = encodeName(p)
	}
	return strings.Join(parts, "/")
}

func (b *Build) artifacts() []Artifact {
	if !b.ended() {
		return nil
	}
	return b.plan.Artifacts
}

// displayed is how many artifacts Jenkins has at most where it looks for short names.
const displayed = 20

var artifactClass = &class{name: "", make: func() []prop {
	return []prop{
		get("displayPath", func(_ *exporter, f artifactOf) any {
			if len(f.b.artifacts()) > displayed {
				return nil
			}
			return path.Base(f.Path)
		}),
		get("fileName", func(_ *exporter, f artifactOf) any { return path.Base(f.Path) }),
		get("relativePath", func(_ *exporter, f artifactOf) any { return f.Path }),
	}
}}

type artifactOf struct {
	Artifact
	b *Build
}

func (b *Build) artifactBeans() []bean {
	var list []artifactOf
	for _, a := range b.artifacts() {
		list = append(list, artifactOf{a, b})
	}
	return beans(artifactClass, list)
}

// artifactSizes answers wfapi's list, which alone has the sizes.
func (q *request) artifactSizes(b *Build) func() {
	list := []any{}
	for i, a := range b.artifacts() {
		list = append(list, object(pair{"id", "n" + strconv.Itoa(i+2)}, pair{"name", path.Base(a.Path)}, pair{"path", a.address()},
			pair{"url", b.path() + "artifact/" + a.address()}, pair{"size", len(a.content())}))
	}
	return q.json(list)
}

// artifact answers a file, a folder's names (*plain*) or a folder as a zip.
func (q *request) artifact(b *Build, rest []string) func() {
	asked := strings.Join(rest, "/")
	for _, a := range b.artifacts() {
		if a.Path == asked {
			return q.file(b, a)
		}
	}
	if n := slices.Index(rest, "*zip*"); n >= 0 {
		return q.zip(b, strings.Join(rest[:n], "/"))
	}
	if folder, ok := strings.CutSuffix(asked, "*plain*"); ok {
		return q.folder(b, folder)
	}
	return q.missing()
}

func (q *request) file(b *Build, a Artifact) func() {
	h := q.w.Header()
	for _, name := range []string{"Content-Security-Policy", "X-WebKit-CSP", "X-Content-Security-Policy"} {
		h.Set(name, "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';")
	}
	changed := b.started.Add(b.duration(q.now)).UTC().Format(http.TimeFormat)
	h.Set("Last-Modified", changed)
	h.Set("Expires", changed)
	h.Set("Accept-Ranges", "bytes")
	if q.r.Header.Get("If-Modified-Since") == changed {
		return q.status(http.StatusNotModified)
	}
	content, code := a.content(), http.StatusOK
	if from, to, ok := byteRange(q.r.Header.Get("Range"), len(content)); ok {
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(content)))
		if from > len(content) {
			return q.oops()
		}
		content, code = content[from:to], http.StatusPartialContent
	}
	kind, _, _ := strings.Cut(mime.TypeByExtension(path.Ext(a.Path)), ";")
	h.Set("Content-Type", cmp.Or(kind, "application/octet-stream"))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	return func() {
		q.w.WriteHeader(code)
		if q.r.Method != http.MethodHead {
			put(q.w, content)
		}
	}
}

// byteRange reads "bytes=N-" and "bytes=N-M". Of everything else Jenkins sends the whole file. The range may begin at the
// end of the file, or behind it.
func byteRange(s string, size int) (from, to int, ok bool) {
	first, last, ok := strings.Cut(strings.TrimPrefix(s, "bytes="), "-")
	from, err := strconv.Atoi(first)
	if !ok || err != nil {
		return 0, 0, false
	}
	to = size
	if last != "" {
		n, err := strconv.Atoi(last)
		if err != nil {
			return 0, 0, false
		}
		to = min(n+1, size)
	}
	return from, to, true
}

// zip packs a folder under its own name, or everything below "archive".
func (q *request) zip(b *Build, folder string) func() {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	n := 0
	for _, a := range b.artifacts() {
		name := "archive/" + a.Path
		if folder != "" {
			below, ok := strings.CutPrefix(a.Path, folder+"/")
			if !ok {
				continue
			}
			name = path.Base(folder) + "/" + below
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.started})
		if err != nil {
			return q.oops()
		}
		put(w, a.content())
		n++
	}
	if n == 0 || z.Close() != nil {
		return q.missing()
	}
	return func() {
		q.w.Header().Set("Content-Type", "application/zip")
		q.w.Header().Set("Content-Length", strconv.Itoa(buf.Len()))
		if q.r.Method != http.MethodHead {
			put(q.w, buf.Bytes())
		}
	}
}

func (q *request) folder(b *Build, folder string) func() {
	var names []string
	for _, a := range b.artifacts() {
		below, ok := strings.CutPrefix(a.Path, folder)
		if !ok {
			continue
		}
		if name, _, deeper := strings.Cut(below, "/"); deeper {
			below = name + "/"
		}
		if !slices.Contains(names, below) {
			names = append(names, below)
		}
	}
	if names == nil {
		return q.missing()
	}
	return func() { q.send("text/plain;charset=utf-8", []byte(strings.Join(names, "\n")+"\n")) }
}
