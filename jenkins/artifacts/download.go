package artifacts

import (
	"archive/zip"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// part is the end of the name of a file that has not come whole yet. Its time is Last-Modified of the artifact, which
// decides whether the rest belongs to it.
const part = ".jenkwatch-part"

// ErrExists is the error for a file that is there already and is not the one that would be downloaded.
var ErrExists = errors.New("the file exists")

// Download writes files into a folder.
type Download struct {
	Client *jenkins.Client
	Root   *os.Root // nothing is written outside of it
	// Force has files replaced that are there already.
	Force bool
	// Progress is called as bytes come: how many there are, and of how many; -1 if that is not known. It may be nil.
	Progress func(done, size int64)
}

// File downloads an artifact to its own path below the root, which it returns. What an earlier download left is continued. A
// file that is there whole, with the artifact's length and time, is left as it is, and done without a byte.
func (d *Download) File(ctx context.Context, ref jenkins.Ref, a Artifact) (name string, err error) {
	if name, err = FileName(a.Path); err != nil {
		return "", err
	}
	if dir := filepath.Dir(name); dir != "." {
		if err := d.Root.MkdirAll(dir, 0o755); err != nil {
			return name, err
		}
	}
	t := transfer{Download: d, name: name, part: name + part,
		q: jenkins.Question{Op: "download " + a.Name() + " of " + ref.Title(), Path: address(d.Client, ref, a.Path), File: true}}
	if there, err := d.Root.Lstat(name); err == nil {
		t.there = there
	}
	if t.there != nil && !t.there.Mode().IsRegular() {
		return name, fmt.Errorf("write %s: %w and is no file", clean.Line(name), ErrExists)
	}
	return name, t.run(ctx)
}

// transfer is a download of one file.
type transfer struct {
	*Download
	name, part string
	q          jenkins.Question
	there      fs.FileInfo // the file that is there already
}

func (t *transfer) run(ctx context.Context) error {
	resp, from, err := t.ask(ctx)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	changed, _ := http.ParseTime(resp.Header.Get("Last-Modified"))
	size := int64(-1)
	if resp.ContentLength >= 0 {
		size = from + resp.ContentLength
	}
	if t.there != nil && !t.Force {
		if from == 0 && t.there.Size() == size && t.there.ModTime().Equal(changed) {
			return nil
		}
		return fmt.Errorf("write %s: %w", clean.Line(t.name), ErrExists)
	}
	if err := t.write(resp.Body, from, size, changed); err != nil {
		return err
	}
	return t.Root.Rename(t.part, t.name)
}

// ask asks for the file from where the last download stopped, or for all of it. It returns from where it comes.
//
// Jenkins ignores If-Range, and answers 500 for what is beyond the end: Last-Modified and Content-Range tell.
func (t *transfer) ask(ctx context.Context) (*http.Response, int64, error) {
	if left, err := t.Root.Lstat(t.part); err == nil && left.Mode().IsRegular() && left.Size() > 0 && t.there == nil {
		q := t.q
		q.Header = http.Header{"Range": {fmt.Sprintf("bytes=%d-", left.Size())}}
		resp, err := t.Client.Open(ctx, q)
		if err == nil && continues(resp, left) {
			return resp, left.Size(), nil
		}
		if err == nil {
			_ = resp.Body.Close()
		}
		if e, ok := errors.AsType[*jenkins.Error](err); err != nil && (!ok || e.Status != http.StatusInternalServerError &&
			e.Status != http.StatusRequestedRangeNotSatisfiable) {
			return nil, 0, err
		}
	}
	resp, err := t.Client.Open(ctx, t.q)
	return resp, 0, err
}

// continues reports whether an answer is the rest of a file of which the first part is left.
func continues(resp *http.Response, left fs.FileInfo) bool {
	changed, err := http.ParseTime(resp.Header.Get("Last-Modified"))
	if err != nil || resp.StatusCode != http.StatusPartialContent || !left.ModTime().Equal(changed) {
		return false
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(resp.Header.Get("Content-Range"), "bytes "), "-")
	n, err := strconv.ParseInt(first, 10, 64)
	return err == nil && n == left.Size()
}

// write writes what comes behind the first bytes. The part keeps the time of the artifact whenever it ends.
func (t *transfer) write(body io.Reader, from, size int64, changed time.Time) (err error) {
	flags := os.O_WRONLY | os.O_CREATE
	if from == 0 {
		flags |= os.O_TRUNC
	}
	f, err := t.Root.OpenFile(t.part, flags, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		err = cmp.Or(err, f.Close())
		if !changed.IsZero() {
			err = cmp.Or(err, t.Root.Chtimes(t.part, time.Time{}, changed))
		}
	}()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return err
	}
	done, buf := from, make([]byte, 256<<10)
	t.progress(done, size)
	for {
		n, err := body.Read(buf)
		if n > 0 {
			if _, err := f.Write(buf[:n]); err != nil {
				return err
			}
			done += int64(n)
			t.progress(done, size)
			if !changed.IsZero() { // in case the program ends before the download does
				_ = t.Root.Chtimes(t.part, time.Time{}, changed)
			}
		}
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			return err
		case size >= 0 && done != size:
			return &jenkins.Error{Kind: jenkins.CutShort, Op: t.q.Op, Path: t.q.Path, Status: http.StatusOK}
		default:
			return nil
		}
	}
}

func (d *Download) progress(done, size int64) {
	if d.Progress != nil {
		d.Progress(done, size)
	}
}

// Zip downloads a folder of artifacts, "" for all, as a zip of a name below the root. It cannot be resumed, and a controller that
// fails in the middle cuts it without a word, so its end is looked at.
func (d *Download) Zip(ctx context.Context, ref jenkins.Ref, folder, name string) error {
	name, err := FileName(name)
	if err != nil {
		return err
	}
	if _, err := d.Root.Lstat(name); err == nil && !d.Force {
		return fmt.Errorf("write %s: %w", clean.Line(name), ErrExists)
	}
	folder = strings.Trim(folder, "/")
	t := transfer{Download: d, name: name, part: name + part, q: jenkins.Question{File: true,
		Op: "download the artifacts of " + ref.Title() + " as a zip", Path: d.Client.BuildPath(ref) + "artifact/*zip*/archive.zip"}}
	if folder != "" {
		t.q.Path = address(d.Client, ref, folder) + "/*zip*/" + url.PathEscape(path.Base(folder)) + ".zip"
	}
	resp, err := d.Client.Open(ctx, t.q)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := t.write(resp.Body, 0, resp.ContentLength, time.Time{}); err != nil {
		_ = d.Root.Remove(t.part)
		return err
	}
	if err := t.check(); err != nil {
		_ = d.Root.Remove(t.part)
		return err
	}
	return d.Root.Rename(t.part, name)
}

// check reads the list of contents, which is at the end of a zip.
func (t *transfer) check() error {
	f, err := t.Root.Open(t.part)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if _, err := zip.NewReader(f, info.Size()); err != nil {
		return &jenkins.Error{Kind: jenkins.CutShort, Op: t.q.Op, Path: t.q.Path, Status: http.StatusOK, Err: err}
	}
	return nil
}
