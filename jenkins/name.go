package jenkins

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// BuildSpec is a build as a person names it: JOB, JOB#N, JOB#last, JOB#lastSuccessful, JOB#lastFailed.
type BuildSpec struct {
	Job       string // full name, raw
	Number    int    // 0: see Permalink
	Permalink string // "last", "lastSuccessful", "lastFailed"; empty when Number is set
}

// String is the spec as ParseBuildSpec reads it.
func (s BuildSpec) String() string {
	if s.Number > 0 {
		return s.Job + "#" + strconv.Itoa(s.Number)
	}
	return s.Job + "#" + cmp.Or(s.Permalink, "last")
}

// permalinks are those that every Jenkins has; its own names end in "Build".
var permalinks = []string{"last", "lastSuccessful", "lastFailed", "lastStable", "lastUnstable", "lastUnsuccessful",
	"lastCompleted"}

// segment is what stands behind the job's path for this build.
func (s BuildSpec) segment() string {
	if s.Number > 0 {
		return strconv.Itoa(s.Number)
	}
	return cmp.Or(s.Permalink, "last") + "Build"
}

// SpecError is a name that names no build of this controller.
type SpecError struct {
	Spec, Why, Do string
}

func (e *SpecError) Error() string { return fmt.Sprintf("read %q: %s", CleanLine(e.Spec), e.Why) }

// Hint says how a build is named.
func (e *SpecError) Hint() string {
	return cmp.Or(e.Do, "name a build as JOB, JOB#12, JOB#last, JOB#lastSuccessful or JOB#lastFailed, or paste its URL")
}

// ParseBuildSpec reads JOB, JOB#N, JOB#PERMALINK (split at the last #; a bare JOB is its last build) or the URL of a job
// or build, which is refused when it does not belong to this client's controller.
func (c *Client) ParseBuildSpec(s string) (BuildSpec, error) {
	s = strings.TrimSpace(s)
	if lower := strings.ToLower(s); strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") {
		return c.parseURL(s)
	}
	job, build := s, ""
	if i := strings.LastIndexByte(s, '#'); i >= 0 {
		job, build = s[:i], s[i+1:]
	}
	spec := BuildSpec{}
	switch number, err := strconv.Atoi(build); {
	case build == "" && job == s:
		spec.Permalink = "last"
	case err == nil && number > 0:
		spec.Number = number
	default:
		name := strings.TrimSuffix(build, "Build")
		if !slices.Contains(permalinks, name) {
			return BuildSpec{}, &SpecError{Spec: s, Why: fmt.Sprintf("%q is neither a build's number nor last, "+
				"lastSuccessful or lastFailed", CleanLine(build)), Do: "a job whose name holds a # is named with its build: " +
				CleanLine(s) + "#last"}
		}
		spec.Permalink = name
	}
	spec.Job = strings.Trim(job, "/")
	if !isJobName(spec.Job) {
		return BuildSpec{}, &SpecError{Spec: s, Why: "it names no job"}
	}
	return spec, nil
}

func isJobName(s string) bool {
	return utf8.ValidString(s) && !slices.ContainsFunc(strings.Split(s, "/"), func(part string) bool {
		return part == "" || part == "." || part == ".."
	})
}

func (c *Client) parseURL(s string) (BuildSpec, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return BuildSpec{}, &SpecError{Spec: s, Why: "it is not a URL"}
	}
	if !c.owns(u) {
		return BuildSpec{}, &SpecError{Spec: s, Why: "it is not an address of this controller (" + c.base() + ")",
			Do: "choose the controller it belongs to with --controller, or add it to the config: jenkwatch init"}
	}
	at := locate(u.EscapedPath())
	if at.job == "" {
		at = locateBlue(u.EscapedPath())
	}
	if !isJobName(at.job) {
		return BuildSpec{}, &SpecError{Spec: s, Why: "it names no job"}
	}
	if at.number > 0 {
		return BuildSpec{Job: at.job, Number: at.number}, nil
	}
	first, _, _ := strings.Cut(at.rest, "/")
	if name, ok := strings.CutSuffix(first, "Build"); ok && slices.Contains(permalinks, name) {
		return BuildSpec{Job: at.job, Permalink: name}, nil
	}
	return BuildSpec{Job: at.job, Permalink: "last"}, nil
}

// owns tells whether u lies below the address by which we reach the controller or below the root it reports.
func (c *Client) owns(u *url.URL) bool {
	if c.URL == nil || c.URL.Host == "" {
		return false
	}
	given := (&url.URL{Host: strings.ToLower(u.Host), Path: u.Path}).String() + "/"
	roots := []string{c.base()}
	if r := c.root.Load(); r != nil {
		roots = append(roots, *r)
	}
	for _, root := range roots {
		r, err := url.Parse(root)
		if err != nil {
			continue
		}
		own := (&url.URL{Host: strings.ToLower(r.Host), Path: strings.TrimRight(r.Path, "/") + "/"}).String()
		if strings.HasPrefix(given, own) {
			return true
		}
	}
	return false
}

// DisplayName is a job's full name as a screen shows it: each part percent-decoded, so that a branch reads
// "feature/login-form", and cleaned.
func DisplayName(job string) string {
	if !strings.Contains(job, "%") {
		return CleanLine(job)
	}
	parts := strings.Split(job, "/")
	for i, part := range parts {
		if plain, err := url.PathUnescape(part); err == nil && utf8.ValidString(plain) {
			parts[i] = plain
		}
	}
	return CleanLine(strings.Join(parts, "/"))
}

// Path is the path of a job below the controller's URL, without a slash in front and with one at its end:
// "job/multi/job/feature%252Flogin-form/". It escapes as Jenkins itself does.
func Path(job string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(job, "/") {
		b.WriteString("job/")
		escape(&b, part)
		b.WriteByte('/')
	}
	return b.String()
}

// escape writes s as Jenkins writes a path's part: these bytes stay, all others become %XX.
func escape(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch ch := s[i]; {
		case 'a' <= ch && ch <= 'z', 'A' <= ch && ch <= 'Z', '0' <= ch && ch <= '9',
			strings.IndexByte("!$&'()*+,-.=@_", ch) >= 0:
			b.WriteByte(ch)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[ch>>4])
			b.WriteByte(hex[ch&15])
		}
	}
}

// path is Path, except for the few jobs (a matrix project's configurations, Maven modules) that lie elsewhere; the
// refresh told where.
func (c *Client) path(job string) string {
	if p, ok := c.paths.Load(job); ok {
		return p.(string)
	}
	return Path(job)
}

// place is what the path of a URL says.
type place struct {
	root   string // what stands before the job's path, with a slash at its end
	path   string // the job's own path, "job/a/job/b/", as the URL spells it
	job    string // full name
	number int    // of the build; 0 when the URL does not name one
	rest   string // what follows the job's path
	odd    bool   // path does not follow from job
}

// locate reads the URL of a job or build, absolute or relative. Only its path below the first "job/" counts, so that it
// does not matter under which name or prefix the controller knows itself.
func locate(u string) place {
	u, _, _ = strings.Cut(u, "?")
	u, _, _ = strings.Cut(u, "#")
	i := strings.Index(u, "/job/")
	var p place
	switch {
	case strings.HasPrefix(u, "job/"):
		i = -1
	case i < 0:
		return p
	}
	p.root = u[:i+1]
	var names []string
	segments := strings.Split(u[i+1:], "/")
	for len(segments) >= 2 && segments[1] != "" && (segments[0] == "job" || segments[0] == "view" && len(names) > 0) {
		if segments[0] == "job" {
			names = append(names, segments[1])
		}
		segments = segments[2:]
	}
	// A build of something that is no job of its own: a matrix configuration (AXIS=value), a Maven module.
	if len(segments) >= 2 && isNumber(segments[1]) && !isNumber(segments[0]) && strings.ContainsAny(segments[0], "=$:,") {
		p.odd = true
	}
	for i, name := range names {
		p.path += "job/" + name + "/"
		names[i] = unescape(name)
	}
	if p.odd {
		p.path += segments[0] + "/"
		names = append(names, unescape(segments[0]))
		segments = segments[1:]
	}
	p.job = strings.Join(names, "/")
	p.rest = strings.Join(segments, "/")
	if len(segments) > 0 && isNumber(segments[0]) {
		p.number, _ = strconv.Atoi(segments[0])
	}
	return p
}

// locateBlue reads a page of Blue Ocean: blue/organizations/jenkins/PROJECT/detail/BRANCH/N/..., where BRANCH repeats the
// project's last part when there are no branches.
func locateBlue(u string) place {
	var p place
	_, below, _ := strings.Cut(u, "/blue/organizations/jenkins/")
	segments := strings.Split(below, "/")
	project, err := url.PathUnescape(segments[0])
	if err != nil || project == "" {
		return p
	}
	p.job = project
	if len(segments) > 2 && segments[1] == "detail" {
		if branch := unescape(segments[2]); project[strings.LastIndexByte(project, '/')+1:] != branch {
			p.job += "/" + branch
		}
		if len(segments) > 3 && isNumber(segments[3]) {
			p.number, _ = strconv.Atoi(segments[3])
		}
	}
	return p
}

func isNumber(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0
}

// unescape is a job's name as its URL's segment has it. A slash can only come from a branch whose %2F was escaped once
// instead of twice, which Jenkins accepts too.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil && utf8.ValidString(plain) {
		return strings.ReplaceAll(plain, "/", "%2F")
	}
	return s
}

// learn keeps what a URL of a listing tells about the controller: its root, and the path of an odd job.
func (c *Client) learn(p place) {
	if strings.Contains(p.root, "://") {
		if known := c.root.Load(); known == nil || *known != p.root {
			c.root.Store(&p.root)
		}
	}
	if p.odd {
		c.paths.Store(p.job, p.path)
	}
}

// buildURL is the address by which we reach a build.
func (c *Client) buildURL(path string, number int) string {
	return c.base() + "/" + path + strconv.Itoa(number) + "/"
}
