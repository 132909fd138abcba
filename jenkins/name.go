package jenkins

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// BuildSpec is a build as a person names it: JOB, JOB#N, JOB#last, JOB#lastSuccessful, JOB#lastFailed.
type BuildSpec struct {
	Job       string // full name, raw
	Number    int    // 0: see Permalink
	Permalink string // "last", "lastSuccessful", "lastFailed"; empty when Number is set
}

// String returns the spec as ParseBuildSpec reads it.
func (s BuildSpec) String() string {
	if s.Number > 0 {
		return Argument(s.Job) + "#" + strconv.Itoa(s.Number)
	}
	return Argument(s.Job) + "#" + cmp.Or(s.Permalink, "last")
}

// permalinks are those that every Jenkins has; its own names end in "Build".
var permalinks = []string{"last", "lastSuccessful", "lastFailed", "lastStable", "lastUnstable", "lastUnsuccessful",
	"lastCompleted"}

// segment returns what stands behind the job's path for this build.
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

func (e *SpecError) Error() string {
	spec := e.Spec
	if strings.Contains(spec, "://") {
		spec = RedactURL(spec)
	}
	return fmt.Sprintf("read %q: %s", clean.Line(spec), e.Why)
}

// RedactURL hides what may be secret in a text that was given as a URL, also where it cannot be parsed.
func RedactURL(s string) string {
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		scheme, rest = "", s
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = "..." + rest[i:]
	}
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i+1] + "..."
	}
	if found {
		return scheme + "://" + rest
	}
	return rest
}

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
	if strings.Contains(s, "://") { // no job's name has a colon
		return BuildSpec{}, &SpecError{Spec: s, Why: "it is not an http or https URL"}
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
				"lastSuccessful or lastFailed", clean.Line(build)), Do: "a job whose name holds a # is named with its build: " +
				clean.Line(s) + "#last"}
		}
		spec.Permalink = name
	}
	spec.Job = unescapeJunk(strings.Trim(job, "/"))
	if !isJobName(spec.Job) {
		return BuildSpec{}, &SpecError{Spec: s, Why: "it names no job"}
	}
	return spec, nil
}

// Argument returns a job's full name as it may be typed, and printed on a terminal: what [clean.Line] would remove is written as
// %XX, which ParseBuildSpec reads. All else stays, as does %2F, which is in the names of branches.
func Argument(job string) string {
	if clean.IsPlain(job) {
		return job
	}
	var b strings.Builder
	for _, r := range job {
		if clean.IsJunk(r) {
			escape(&b, string(r)) // none of them is a character that stays
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Command is a command of jenkwatch as it may be typed into a shell.
func Command(words ...string) string {
	line := "jenkwatch"
	for _, w := range words {
		if w == "" || strings.ContainsAny(w, " \t'\"\\$&;<>|()*?[]{}!`~") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		line += " " + w
	}
	return line
}

// escapedRune is one character of which every byte is escaped.
var escapedRune = regexp.MustCompile(`%[0-7][0-9A-F]|%[CD][0-9A-F]%[89AB][0-9A-F]|%E[0-9A-F](?:%[89AB][0-9A-F]){2}|%F[0-7](?:%[89AB][0-9A-F]){3}`)

// unescapeJunk reads what Argument escaped.
func unescapeJunk(s string) string {
	return escapedRune.ReplaceAllStringFunc(s, func(escaped string) string {
		plain, _ := url.PathUnescape(escaped)
		if r, n := utf8.DecodeRuneInString(plain); n == len(plain) && clean.IsJunk(r) {
			return plain
		}
		return escaped
	})
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
	if !c.Hosts(s) {
		do := "choose the controller it belongs to with --controller, or add it to the config: jenkwatch init"
		if root := ControllerOf(s); root != "" {
			do = "choose the controller it belongs to with --controller, or if you trust it: --url " + clean.Line(root)
		}
		return BuildSpec{}, &SpecError{Spec: s, Why: "it is not an address of this controller (" + c.Base() + ")", Do: do}
	}
	at := Locate(u.EscapedPath())
	if at.Job == "" {
		at = locateBlue(u.EscapedPath())
	}
	if !isJobName(at.Job) {
		return BuildSpec{}, &SpecError{Spec: s, Why: "it names no job"}
	}
	c.learn(Place{Job: at.Job, Path: at.Path, odd: at.odd})
	if at.Number > 0 {
		return BuildSpec{Job: at.Job, Number: at.Number}, nil
	}
	first, _, _ := strings.Cut(at.rest, "/")
	if name, ok := strings.CutSuffix(first, "Build"); ok && slices.Contains(permalinks, name) {
		return BuildSpec{Job: at.Job, Permalink: name}, nil
	}
	return BuildSpec{Job: at.Job, Permalink: "last"}, nil
}

// Hosts reports whether a URL lies below the address by which we reach the controller or below the root it reports.
func (c *Client) Hosts(rawURL string) bool {
	u, err := url.Parse(rawURL)
	if err != nil || c.URL == nil || c.URL.Host == "" {
		return false
	}
	given := (&url.URL{Host: strings.ToLower(u.Host), Path: u.Path}).String() + "/"
	for _, root := range []string{c.Base(), c.KnownRoot()} {
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

// DisplayName returns a job's full name as a screen shows it: each part percent-decoded, so that a branch reads
// "feature/login-form", and cleaned.
func DisplayName(job string) string {
	if !strings.Contains(job, "%") {
		return clean.Line(job)
	}
	parts := strings.Split(job, "/")
	for i, part := range parts {
		if plain, err := url.PathUnescape(part); err == nil && utf8.ValidString(plain) {
			parts[i] = plain
		}
	}
	return clean.Line(strings.Join(parts, "/"))
}

// Path returns the path of a job below the controller's URL, without a slash in front and with one at its end:
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
