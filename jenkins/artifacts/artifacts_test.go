package artifacts

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func client(rt http.RoundTripper) *jenkins.Client {
	return &jenkins.Client{Name: "ci", URL: recorded.Must(url.Parse("http://127.0.0.1:8090/")), User: jenkinstest.Admin.Name,
		Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: rt}}
}

var everything = jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "depth/everything", Number: 2}, Pipeline: true}

func TestSizesAreJoinedByTheUnescapedPath(t *testing.T) {
	t.Parallel()
	list, err := List(t.Context(), client(recorded.Play(t, "985", "986")), everything)
	var got []string
	for _, a := range list {
		got = append(got, fmt.Sprint(a.Path, " ", a.Size))
	}
	want := []string{"out/100%25.txt 2", "out/a#b.txt 2", "out/app.bin 4", "out/deep/er/numbers.txt 1092", "out/sub dir/read me.txt 4",
		"out/what?.txt 2", "out/ünïcode.log 2"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWithoutThePluginSizesAreNotKnown(t *testing.T) {
	t.Parallel()
	list, err := List(t.Context(), client(recorded.Pages{"/job/a/1/api/json": `{"artifacts":[{"relativePath":"b"},{"relativePath":"a"}]}`}),
		jenkins.Run{Ref: jenkins.Ref{Job: "a", Number: 1}, Pipeline: true})
	if err != nil || len(list) != 2 || list[0] != (Artifact{"a", -1}) {
		t.Errorf("%v, %v", list, err)
	}
}

// TestAddressesOfOddNames compares with 987b.
func TestAddressesOfOddNames(t *testing.T) {
	t.Parallel()
	want := strings.TrimPrefix(recorded.Read(t, "987b").Target, "/")
	if got := address(client(nil), everything.Ref, "out/100%25.txt"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	list := []Artifact{{"a/b.txt", 1}, {"a/c/d.log", 1}, {"e.txt", 1}}
	for pattern, want := range map[string]int{"a": 2, "a/": 2, "*.txt": 2, "a/*": 1, "e.txt": 1, "x": 0, "a/c/d.log": 1} {
		if got, err := Match(list, []string{pattern}); len(got) != want || err != nil {
			t.Errorf("%s: %v, %v", pattern, got, err)
		}
	}
	if _, err := Match(list, []string{"["}); err == nil {
		t.Error("a bad pattern is one")
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "..", "../a", "a/../../b", "/etc/passwd", `\\host\share`, `a\..\b`, "a\nb", "a\x1b[2J", "C:/x", "a/\u202eb", "\xff"} {
		if got, err := FileName(name); !errors.Is(err, ErrName) || strings.ContainsFunc(err.Error(), clean.IsJunk) {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"a", "out/sub dir/read me.txt", "ünïcode.log", "a#b", "..a/b..", "what?.txt"} {
		if got, err := FileName(name); err != nil || got != filepath.FromSlash(name) {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
}

func FuzzFileName(f *testing.F) {
	f.Add("a/../b")
	f.Add("a//b/./c")
	f.Fuzz(func(t *testing.T, name string) {
		if got, err := FileName(name); err == nil && (!filepath.IsLocal(got) || strings.ContainsFunc(got, clean.IsJunk)) {
			t.Errorf("%q: %q", name, got)
		}
	})
}

func FuzzSizes(f *testing.F) {
	f.Add(recorded.Read(f, "986").Body)
	f.Add([]byte(`[{"path":"%zz","size":-4},{"path":"out/app.bin"}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		list := []Artifact{{"out/app.bin", -1}}
		addSizes(list, body)
		if list[0].Size < -1 {
			t.Error(list)
		}
	})
}

func root(t *testing.T) *os.Root {
	r, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// breaking cuts the first answer short.
type breaking struct {
	below   http.RoundTripper
	after   int64
	asked   []string
	broken  bool
	changed string // Last-Modified of the answers after that
}

func (b *breaking) RoundTrip(req *http.Request) (*http.Response, error) {
	b.asked = append(b.asked, req.Header.Get("Range"))
	resp, err := b.below.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if !b.broken {
		b.broken = true
		resp.Body = io.NopCloser(io.MultiReader(io.LimitReader(resp.Body, b.after), failing{}))
	} else if b.changed != "" {
		resp.Header.Set("Last-Modified", b.changed)
	}
	return resp, nil
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func demoBuild(t *testing.T) (*jenkinstest.Controller, jenkins.Run, []Artifact) {
	sim := demo.New()
	c := client(sim.Transport())
	run, err := c.Build(t.Context(), jenkins.BuildSpec{Job: "shop/cart/main", Permalink: "lastFailed"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := List(t.Context(), c, run)
	if err != nil || len(list) != 4 || list[0].Size <= 0 {
		t.Fatalf("%v, %v", list, err)
	}
	return sim, run, list
}

func TestADownloadIsContinued(t *testing.T) {
	t.Parallel()
	sim, run, list := demoBuild(t)
	for _, changed := range []string{"", "Mon, 02 Jan 2006 15:04:05 GMT"} {
		dir := root(t)
		rt := &breaking{below: sim.Transport(), after: 100_000, changed: changed}
		var last, size int64
		d := Download{Client: client(rt), Root: dir, Progress: func(done, of int64) { last, size = done, of }}
		if _, err := d.File(t.Context(), run.Ref, list[0]); err == nil {
			t.Fatal("cut short without an error")
		}
		name, err := d.File(t.Context(), run.Ref, list[0])
		if err != nil || last != list[0].Size || size != list[0].Size {
			t.Fatalf("%d of %d: %v", last, size, err)
		}
		want := []string{"", "bytes=100000-"}
		if changed != "" { // it is another file by now
			want = append(want, "")
		}
		if !slices.Equal(rt.asked, want) {
			t.Errorf("asked for %q", rt.asked)
		}
		whole := recorded.Must(dir.ReadFile(name))
		fresh := root(t)
		if _, err := (&Download{Client: client(sim.Transport()), Root: fresh}).File(t.Context(), run.Ref, list[0]); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(whole, recorded.Must(fresh.ReadFile(name))) {
			t.Error("the parts do not make the file")
		}
		if _, err := dir.Stat(name + part); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the part is still there: %v", err)
		}
	}
}

func TestWhatIsLeftIsLongerThanTheFile(t *testing.T) {
	t.Parallel()
	sim, run, list := demoBuild(t)
	dir := root(t)
	name := list[3].Path // Jenkins answers 500 for what is beyond its end
	if err := errors.Join(dir.MkdirAll("reports", 0o755), dir.WriteFile(name+part, make([]byte, 5000), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Download{Client: client(sim.Transport()), Root: dir}).File(t.Context(), run.Ref, list[3]); err != nil {
		t.Fatal(err)
	}
	if got := recorded.Must(dir.ReadFile(name)); !strings.HasPrefix(string(got), "A-100") || int64(len(got)) != list[3].Size {
		t.Errorf("%q", got)
	}
}

func TestAFileThatIsThereIsLeftAlone(t *testing.T) {
	t.Parallel()
	sim, run, list := demoBuild(t)
	dir := root(t)
	d := Download{Client: client(sim.Transport()), Root: dir}
	for range 2 { // the second time nothing is to be done
		if _, err := d.File(t.Context(), run.Ref, list[3]); err != nil {
			t.Fatal(err)
		}
	}
	if err := dir.WriteFile(list[3].Path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := d.File(t.Context(), run.Ref, list[3]); !errors.Is(err, ErrExists) {
		t.Error(err)
	}
	d.Force = true
	if _, err := d.File(t.Context(), run.Ref, list[3]); err != nil || string(recorded.Must(dir.ReadFile(list[3].Path))) == "mine" {
		t.Error(err)
	}
}

func TestNothingIsWrittenThroughALink(t *testing.T) {
	t.Parallel()
	sim, run, list := demoBuild(t)
	dir, outside := root(t), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir.Name(), "reports")); err != nil {
		t.Skip(err)
	}
	if _, err := (&Download{Client: client(sim.Transport()), Root: dir}).File(t.Context(), run.Ref, list[3]); err == nil {
		t.Error("it was written")
	}
	if files := recorded.Must(os.ReadDir(outside)); len(files) > 0 {
		t.Errorf("%v", files)
	}
}

func TestAFolderAsAZip(t *testing.T) {
	t.Parallel()
	sim, run, _ := demoBuild(t)
	for folder, want := range map[string]int{"": 4, "reports": 2} {
		dir := root(t)
		d := Download{Client: client(sim.Transport()), Root: dir}
		if err := d.Zip(t.Context(), run.Ref, folder, "all.zip"); err != nil {
			t.Fatal(err)
		}
		z, err := zip.OpenReader(filepath.Join(dir.Name(), "all.zip"))
		if err != nil || len(z.File) != want {
			t.Fatalf("%q: %v", folder, err)
		}
		_ = z.Close()
	}
	dir := root(t)
	rt := recorded.Func(func(req *http.Request) *http.Response { return recorded.Read(t, "990").Response(req) })
	cut := recorded.Func(func(req *http.Request) *http.Response {
		resp := recorded.Must(rt.RoundTrip(req))
		resp.ContentLength, resp.Body = -1, io.NopCloser(io.LimitReader(resp.Body, 300))
		return resp
	})
	err := (&Download{Client: client(cut), Root: dir}).Zip(t.Context(), everything.Ref, "out/deep", "deep.zip")
	if !jenkins.IsKind(err, jenkins.CutShort) {
		t.Errorf("a cut zip: %v", err)
	}
	if files := recorded.Must(os.ReadDir(dir.Name())); len(files) > 0 {
		t.Errorf("left: %v", files)
	}
}

// TestAFileOnAnotherHost is fetched from there without what only the controller may know.
func TestAFileOnAnotherHost(t *testing.T) {
	t.Parallel()
	var elsewhere []http.Header
	rt := recorded.Func(func(req *http.Request) *http.Response {
		h := http.Header{"Last-Modified": {"Mon, 30 Nov 2026 00:14:58 GMT"}}
		if req.URL.Host == "127.0.0.1:8090" {
			h = http.Header{"Location": {"https://files.example.com/bucket/a.html?sig=1"}, "Set-Cookie": {"JSESSIONID=secret"}}
			return &http.Response{StatusCode: http.StatusFound, Header: h, Body: http.NoBody, Request: req}
		}
		elsewhere = append(elsewhere, req.Header)
		h.Set("Content-Type", "text/html")
		return &http.Response{StatusCode: http.StatusOK, Header: h, ContentLength: 4, Body: io.NopCloser(strings.NewReader("<p>\n")), Request: req}
	})
	dir := root(t)
	if _, err := (&Download{Client: client(rt), Root: dir}).File(t.Context(), everything.Ref, Artifact{"a.html", 4}); err != nil {
		t.Fatal(err)
	}
	if len(elsewhere) != 1 || elsewhere[0].Get("Authorization") != "" || elsewhere[0].Get("Cookie") != "" {
		t.Errorf("%v", elsewhere)
	}
	info := recorded.Must(dir.Stat("a.html"))
	if want := time.Date(2026, 11, 30, 0, 14, 58, 0, time.UTC); !info.ModTime().Equal(want) || info.Size() != 4 {
		t.Errorf("%v, %d", info.ModTime(), info.Size())
	}
}

func TestALoginIsNoFile(t *testing.T) {
	t.Parallel()
	dir := root(t)
	rt := recorded.Page(http.StatusOK, "", `<title>Sign in</title><input type="password">`)
	_, err := (&Download{Client: client(rt), Root: dir}).File(t.Context(), everything.Ref, Artifact{"out/app.bin", 4})
	if !jenkins.IsKind(err, jenkins.NotAllowed) {
		t.Error(err)
	}
}
