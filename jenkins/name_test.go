package jenkins

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestBuildIsNamedInManyWays(t *testing.T) {
	t.Parallel()
	c := &Client{URL: recorded.Must(url.Parse("https://ci.example/jenkins/"))}
	for in, want := range map[string]BuildSpec{
		"a":                                    {Job: "a", Permalink: "last"},
		" team-a/back end/api pipeline ":       {Job: "team-a/back end/api pipeline", Permalink: "last"},
		"a#12":                                 {Job: "a", Number: 12},
		"a#last":                               {Job: "a", Permalink: "last"},
		"a#lastSuccessful":                     {Job: "a", Permalink: "lastSuccessful"},
		"a#lastFailedBuild":                    {Job: "a", Permalink: "lastFailed"},
		"C# tools#7":                           {Job: "C# tools", Number: 7},
		"C# tools#last":                        {Job: "C# tools", Permalink: "last"},
		"multi/feature%2Flogin-form#2":         {Job: "multi/feature%2Flogin-form", Number: 2},
		"https://ci.example/jenkins/job/a/":    {Job: "a", Permalink: "last"},
		"https://CI.example/jenkins/job/a":     {Job: "a", Permalink: "last"},
		"https://ci.example/jenkins/job/a/12/": {Job: "a", Number: 12},
		"http://ci.example/jenkins/job/a/12":   {Job: "a", Number: 12},
		"https://ci.example/jenkins/job/a/12/console":                                     {Job: "a", Number: 12},
		"https://ci.example/jenkins/job/a/12/display/redirect?page=tests":                 {Job: "a", Number: 12},
		"https://ci.example/jenkins/job/a/12/pipeline-overview/?selected-node=8#log":      {Job: "a", Number: 12},
		"https://ci.example/jenkins/job/a/lastSuccessfulBuild/":                           {Job: "a", Permalink: "lastSuccessful"},
		"https://ci.example/jenkins/job/a/lastStableBuild/console":                        {Job: "a", Permalink: "lastStable"},
		"https://ci.example/jenkins/job/a/configure":                                      {Job: "a", Permalink: "last"},
		"https://ci.example/jenkins/job/multi/job/feature%252Flogin-form/2/":              {Job: "multi/feature%2Flogin-form", Number: 2},
		"https://ci.example/jenkins/job/multi/job/feature%2Flogin-form/2/":                {Job: "multi/feature%2Flogin-form", Number: 2},
		"https://ci.example/jenkins/job/team-a/job/back%20end/job/%C3%BCn%C3%AFcode/1/":   {Job: "team-a/back end/ünïcode", Number: 1},
		"https://ci.example/jenkins/view/all/job/a/12/":                                   {Job: "a", Number: 12},
		"https://ci.example/jenkins/job/multi/view/change-requests/job/PR-7/3/":           {Job: "multi/PR-7", Number: 3},
		"https://ci.example/jenkins/job/view/job/job/4/":                                  {Job: "view/job", Number: 4},
		"https://ci.example/jenkins/job/matrix/AXIS=a,OS=linux/5/":                        {Job: "matrix/AXIS=a,OS=linux", Number: 5},
		"https://ci.example/jenkins/blue/organizations/jenkins/a/detail/a/12/pipeline":    {Job: "a", Number: 12},
		"https://ci.example/jenkins/blue/organizations/jenkins/t%2Fm/detail/x%252Fy/3/":   {Job: "t/m/x%2Fy", Number: 3},
		"https://ci.example/jenkins/blue/organizations/jenkins/team-a%2Fsvc-one/activity": {Job: "team-a/svc-one", Permalink: "last"},
	} {
		if got, err := c.ParseBuildSpec(in); err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", in, got, err, want)
		}
	}
}

func TestWhatNamesNoBuildIsRefusedWithAHint(t *testing.T) {
	t.Parallel()
	c := &Client{URL: recorded.Must(url.Parse("https://ci.example/jenkins"))}
	for in, why := range map[string]string{
		"":                                       "names no job",
		"#3":                                     "names no job",
		"a//b":                                   "names no job",
		"a/../b":                                 "names no job",
		"a\xff":                                  "names no job",
		"a#0":                                    "neither a build's number",
		"a#-1":                                   "neither a build's number",
		"a#":                                     "neither a build's number",
		"a#lastest":                              "neither a build's number",
		"C# tools":                               "neither a build's number",
		"https://other.example/jenkins/job/a/1/": "not an address of this controller (https://ci.example/jenkins)",
		"https://ci.example/job/a/1/":            "not an address of this controller",
		"https://ci.example/jenkinsx/job/a/1/":   "not an address of this controller",
		"https://ci.example/jenkins/":            "names no job",
		"https://ci.example/jenkins/computer/":   "names no job",
		"https://":                               "is not a URL",
		"https://ci.example:port/":               "is not a URL",
	} {
		_, err := c.ParseBuildSpec(in)
		e, ok := errors.AsType[*SpecError](err)
		if !ok || !strings.Contains(e.Error(), why) || e.Hint() == "" {
			t.Errorf("%s: got %v", in, err)
		}
	}
	if _, err := c.ParseBuildSpec("C# tools"); !strings.Contains(err.(*SpecError).Hint(), "C# tools#last") {
		t.Errorf("hint %q", err.(*SpecError).Hint())
	}
}

func TestURLByTheControllersOwnNameIsOurs(t *testing.T) {
	t.Parallel()
	c := reading(recorded.Func(func(req *http.Request) *http.Response { return recorded.Read(t, "825").Response(req) }))
	c.URL = recorded.Must(url.Parse("https://tunnel.example/ci"))
	if _, err := c.ParseBuildSpec("http://127.0.0.1:8090/job/a/1/"); err == nil {
		t.Error("not known to be ours yet")
	}
	runs, _, err := c.Running(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := runs[0].URL, "https://tunnel.example/ci/job/pipe-input/3/"; got != want {
		t.Errorf("reached at %s, want %s", got, want)
	}
	if got, err := c.ParseBuildSpec("http://127.0.0.1:8090/job/a/1/"); err != nil || got != (BuildSpec{Job: "a", Number: 1}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if root, err := c.Root(t.Context()); err != nil || root != "http://127.0.0.1:8090/" {
		t.Errorf("root %q, %v", root, err)
	}
}

func TestPathIsSpelledAsJenkinsSpellsIt(t *testing.T) {
	t.Parallel()
	for job, want := range map[string]string{
		"a":                           "job/a/",
		"multi/feature%2Flogin-form":  "job/multi/job/feature%252Flogin-form/",
		"team-a/back end/ünïcode":     "job/team-a/job/back%20end/job/%C3%BCn%C3%AFcode/",
		"a!$&'()*+,-.=@_z":            "job/a!$&'()*+,-.=@_z/",
		"100%":                        "job/100%25/",
		"a~b;c:d?e#f\"g<h>[i]^`{|}\\": "job/a%7Eb%3Bc%3Ad%3Fe%23f%22g%3Ch%3E%5Bi%5D%5E%60%7B%7C%7D%5C/",
	} {
		if got := Path(job); got != want {
			t.Errorf("%s: got %s, want %s", job, got, want)
		}
	}
}

func TestJobsNameIsShownDecodedAndClean(t *testing.T) {
	t.Parallel()
	for job, want := range map[string]string{
		"multi/feature%2Flogin-form": "multi/feature/login-form",
		"a/100% sure":                "a/100% sure",
		"bad%FF":                     "bad%FF",
		"esc%1B[31m\x1b[2J":          "esc",
	} {
		if got := DisplayName(job); got != want {
			t.Errorf("%q: got %q, want %q", job, got, want)
		}
	}
}

func TestArgumentIsSafeOnATerminalAndNamesTheJob(t *testing.T) {
	t.Parallel()
	c := &Client{Name: "ci", URL: recorded.Must(url.Parse("https://ci.example/jenkins"))}
	for job, want := range map[string]string{
		"team/web":                "team/web",
		"multi/feature%2Fx":       "multi/feature%2Fx",
		"100%/größe 日本":           "100%/größe 日本",
		"a\u202egnp.exe":          "a%E2%80%AEgnp.exe",
		"a\x1b[31m\n\t\x7f":       "a%1B[31m%0A%09%7F",
		"x\u009b31m\u200f\u061c":  "x%C2%9B31m%E2%80%8F%D8%9C",
		"multi/x%2F\u202e%2F\x07": "multi/x%2F%E2%80%AE%2F%07",
	} {
		got := Argument(job)
		if got != want || clean.Line(got) != got {
			t.Errorf("%q is typed as %q, want %q", job, got, want)
		}
		for _, build := range []string{got + "#last", got} {
			if spec, err := c.ParseBuildSpec(build); err != nil || spec.Job != job {
				t.Errorf("%q is read as %q, %v", build, spec.Job, err)
			}
		}
		if !MatchJob([]string{got}, job) || !MatchJob([]string{job}, job) {
			t.Errorf("%q does not match %q", got, job)
		}
	}
}

func FuzzParseBuildSpec(f *testing.F) {
	for _, seed := range []string{"a#1", "multi/feature%2Fx#last", "https://ci.example/jenkins/job/a/view/b/job/c/1/console",
		"http://ci.example/jenkins/blue/organizations/jenkins/a/detail/b/1/", "C# x#2", "//#1", "job/a"} {
		f.Add(seed)
	}
	c := &Client{Name: "ci", URL: recorded.Must(url.Parse("https://ci.example/jenkins"))}
	f.Fuzz(func(t *testing.T, s string) {
		spec, err := c.ParseBuildSpec(s)
		if err != nil {
			return
		}
		if spec.Job == "" || (spec.Number > 0) == (spec.Permalink != "") || !utf8.ValidString(spec.Job) {
			t.Fatalf("%q became %+v", s, spec)
		}
		if u, err := url.Parse(c.Base() + "/" + Path(spec.Job) + spec.segment()); err != nil ||
			!strings.HasPrefix(u.EscapedPath(), "/jenkins/job/") {
			t.Fatalf("%q has the path %q: %v", s, Path(spec.Job), err)
		}
	})
}

func FuzzJobNamesSurviveTheirPath(f *testing.F) {
	for _, seed := range []string{"a", "multi/feature%2Flogin-form", "team/back end/ünïcode", "100%/a#b?c", "job/view/x=1"} {
		f.Add(seed, 7)
	}
	c := &Client{Name: "ci", URL: recorded.Must(url.Parse("https://ci.example/jenkins"))}
	f.Fuzz(func(t *testing.T, job string, number int) {
		if number < 1 || !isJobName(job) || unescapeJunk(job) != job {
			return
		}
		u := buildURL(c, Path(job), number)
		if p := Locate(u); p.Job != job || p.Number != number || p.Path != Path(job) || p.Root != "https://ci.example/jenkins/" {
			t.Fatalf("%q has the URL %s, which is %+v", job, u, p)
		}
		want := BuildSpec{Job: job, Number: number}
		if got, err := c.ParseBuildSpec(u); err != nil || got != want {
			t.Fatalf("%s: got %+v, %v", u, got, err)
		}
		if strings.Trim(job, "/ \t\n\v\f\r\u0085\u00a0") == strings.TrimSpace(job) && strings.TrimSpace(job) == job &&
			!strings.HasPrefix(strings.ToLower(job), "http") {
			if got, err := c.ParseBuildSpec(want.String()); err != nil || got != want {
				t.Fatalf("%q: got %+v, %v", want.String(), got, err)
			}
		}
	})
}

func TestControllerOfAURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://ci.example.com/job/x/12/":                                         "https://ci.example.com/",
		"https://ci.example.com/jenkins/job/a/job/b%252Fc/lastBuild/":              "https://ci.example.com/jenkins/",
		"http://ci:8080/view/all/job/x/":                                           "http://ci:8080/",
		"http://ci/j/user/alice/my-views/view/all/job/x/3/console?a=b#c":           "http://ci/j/",
		"http://ci/j/view/a/view/b/job/x/view/c/job/y/1/":                          "http://ci/j/",
		"https://ci/blue/organizations/jenkins/shop%2Fmain/detail/main/4/pipeline": "https://ci/",
		"https://alice:secret@ci.example.com/job/x/":                               "https://ci.example.com/",
		"https://ci.example.com/":                                                  "",
		"/job/x/1/":                                                                "",
		"shop/main#4":                                                              "",
	} {
		if got := ControllerOf(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}
