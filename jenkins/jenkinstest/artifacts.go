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

// artifact answers a file, or a folder as a zip.
func (q buildPages) artifact(rest []string) func() {
	asked := strings.Join(rest, "/")
	for _, a := range q.b.Kept() {
		if a.Path == asked {
			return q.file(a)
		}
	}
	if n := slices.Index(rest, "*zip*"); n >= 0 {
		return q.zip(strings.Join(rest[:n], "/"))
	}
	return q.missing()
}

func (q buildPages) file(a Artifact) func() {
	h := q.w.Header()
	for _, name := range []string{"Content-Security-Policy", "X-WebKit-CSP", "X-Content-Security-Policy"} {
		h.Set(name, "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';")
	}
	changed := q.b.Started.Add(q.b.Duration(q.now)).UTC().Format(http.TimeFormat)
	h.Set("Last-Modified", changed)
	h.Set("Expires", changed)
	h.Set("Accept-Ranges", "bytes")
	if q.r.Header.Get("If-Modified-Since") == changed {
		return q.status(http.StatusNotModified)
	}
	content, code := a.Bytes(), http.StatusOK
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
func (q buildPages) zip(folder string) func() {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	n := 0
	for _, a := range q.b.Kept() {
		name := "archive/" + a.Path
		if folder != "" {
			below, ok := strings.CutPrefix(a.Path, folder+"/")
			if !ok {
				continue
			}
			name = path.Base(folder) + "/" + below
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: q.b.Started})
		if err != nil {
			return q.oops()
		}
		put(w, a.Bytes())
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
