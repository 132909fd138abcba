package jenkins

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Path is Path, except for the few jobs (a matrix project's configurations, Maven modules) that lie elsewhere; the
// refresh shows where.
func (c *Client) Path(job string) string {
	if p, ok := c.paths.Load(job); ok {
		return p.(string)
	}
	return Path(job)
}

// BuildPath returns the path of a build below the controller's URL, with a slash at its end; see [Client.Path].
func (c *Client) BuildPath(ref Ref) string { return c.Path(ref.Job) + strconv.Itoa(ref.Number) + "/" }

// isPart knows the names of what has builds without being a job of its own: a matrix configuration
// (AXIS=value,AXIS=value; "default" where there are no axes), a Maven module (group$artifact).
func isPart(name string) bool {
	return name == "default" || strings.ContainsAny(name, "=$:,")
}

// partPath returns the path of a job if it is a part of the job that its name names before; empty if it cannot be one.
func partPath(job string) string {
	i := strings.LastIndexByte(job, '/')
	if i < 0 || !isPart(job[i+1:]) {
		return ""
	}
	var b strings.Builder
	b.WriteString(Path(job[:i]))
	escape(&b, job[i+1:])
	b.WriteByte('/')
	return b.String()
}

// getBelow asks for a page of a job and returns the job's path, which it puts before the page's. Where there is no such job,
// it may be a part of one that no answer has named yet.
func (c *Client) getBelow(ctx context.Context, job string, q Question, into any) (path string, err error) {
	page := q.Path
	path = c.Path(job)
	q.Path = path + page
	err = c.Get(ctx, q, into)
	if part := partPath(job); IsKind(err, NotFound) && part != "" && part != path {
		q.Path = part + page
		if c.Get(ctx, q, into) == nil {
			c.paths.Store(job, part)
			return part, nil
		}
	}
	return path, err
}

// Place is what the path of a URL says.
type Place struct {
	Root   string // what stands before the job's path, with a slash at its end
	Path   string // the job's own path, "job/a/job/b/", as the URL spells it
	Job    string // full name
	Number int    // of the build; 0 when the URL does not name one
	rest   string // what follows the job's path
	odd    bool   // path does not follow from job
}

// Locate reads the URL of a job or build, absolute or relative. Only its path below the first "job/" counts, so that it
// does not matter under which name or prefix the controller knows itself.
func Locate(u string) Place {
	u, _, _ = strings.Cut(u, "?")
	u, _, _ = strings.Cut(u, "#")
	i := strings.Index(u, "/job/")
	var p Place
	switch {
	case strings.HasPrefix(u, "job/"):
		i = -1
	case i < 0:
		return p
	}
	p.Root = u[:i+1]
	var names []string
	segments := strings.Split(u[i+1:], "/")
	for len(segments) >= 2 && segments[1] != "" && (segments[0] == "job" || segments[0] == "view" && len(names) > 0) {
		if segments[0] == "job" {
			names = append(names, segments[1])
		}
		segments = segments[2:]
	}
	if len(names) > 0 && len(segments) > 0 && isPart(segments[0]) &&
		(len(segments) == 1 || segments[1] == "" || isNumber(segments[1])) {
		p.odd = true
	}
	for i, name := range names {
		p.Path += "job/" + name + "/"
		names[i] = unescape(name)
	}
	if p.odd { // or a build of it
		p.Path += segments[0] + "/"
		names = append(names, unescape(segments[0]))
		segments = segments[1:]
	}
	p.Job = strings.Join(names, "/")
	p.rest = strings.Join(segments, "/")
	if len(segments) > 0 && isNumber(segments[0]) {
		p.Number, _ = strconv.Atoi(segments[0])
	}
	return p
}

// ControllerOf returns the address of the controller that the URL of a job, a build or a page of theirs implies, with a slash at
// its end: what stands before its first job and before the view that it was reached through. Empty where the URL names no
// job.
func ControllerOf(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return ""
	}
	path := u.EscapedPath()
	root := Locate(path).Root
	if root == "" {
		before, _, blue := strings.Cut(path, "/blue/organizations/")
		if !blue {
			return ""
		}
		root = before + "/"
	}
	for _, through := range []string{"/user/", "/view/"} { // user/NAME/my-views/view/NAME/job/...
		if before, _, ok := strings.Cut(root, through); ok {
			root = before + "/"
		}
	}
	return u.Scheme + "://" + u.Host + root
}

// locateBlue reads a page of Blue Ocean: blue/organizations/jenkins/PROJECT/detail/BRANCH/N/..., where BRANCH repeats the
// project's last part when there are no branches.
func locateBlue(u string) Place {
	var p Place
	_, below, _ := strings.Cut(u, "/blue/organizations/jenkins/")
	segments := strings.Split(below, "/")
	project, err := url.PathUnescape(segments[0])
	if err != nil || project == "" {
		return p
	}
	p.Job = project
	if len(segments) > 2 && segments[1] == "detail" {
		if branch := unescape(segments[2]); project[strings.LastIndexByte(project, '/')+1:] != branch {
			p.Job += "/" + branch
		}
		if len(segments) > 3 && isNumber(segments[3]) {
			p.Number, _ = strconv.Atoi(segments[3])
		}
	}
	return p
}

func isNumber(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0
}

// unescape returns a job's name as its URL's segment has it. A slash can only come from a branch whose %2F was escaped once
// instead of twice, which Jenkins accepts too.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil && utf8.ValidString(plain) {
		return strings.ReplaceAll(plain, "/", "%2F")
	}
	return s
}

// learn keeps what a URL of a listing shows of the controller: its root, and the path of an odd job.
func (c *Client) learn(p Place) {
	if strings.Contains(p.Root, "://") {
		if known := c.rootURL.Load(); known == nil || *known != p.Root {
			c.rootURL.Store(&p.Root)
		}
	}
	if p.odd {
		c.paths.Store(p.Job, p.Path)
	}
}

// buildURL returns the address by which we reach a build.
func buildURL(c *Client, path string, number int) string {
	return c.Base() + "/" + path + strconv.Itoa(number) + "/"
}
