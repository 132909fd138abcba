package env

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func envOf(job string, number int, vars ...Variable) Env {
	ref := jenkins.Ref{Controller: "ci", Job: job, Number: number}
	return Env{Ref: ref, Run: jenkins.Run{Ref: ref, Pipeline: true}}.With(vars)
}

func TestDiffTellsWhatChanged(t *testing.T) {
	t.Parallel()
	a := envOf("j", 1, known("SAME", "x", Param), known("GONE", "x", Param), known("TARGET", "staging", Param),
		known("HOME", "/root", Received), Variable{Name: "PIN", Source: Param, Password: true}, known("job_x", "1", Param))
	b := envOf("j", 2, known("SAME", "x", Derived), known("NEW", "x", Param), known("TARGET", "prod", Param),
		Variable{Name: "PIN", Source: Param, Password: true}, known("JOB_X", "1", Param))
	d := Diff(a, b)
	var got []string
	for _, delta := range d.Deltas {
		got = append(got, delta.Name+" "+string(delta.Change))
	}
	want := "GONE removed, HOME unknown, JOB_X same, NEW added, PIN unknown, SAME same, TARGET changed"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if !d.Differs() || d.Count(Changed) != 1 || d.Count(Added) != 1 || d.Count(Removed) != 1 || d.Folded() != 0 {
		t.Errorf("counts: %+v", d)
	}
	if Diff(a, a).Differs() {
		t.Error("an env differs from itself")
	}
}

func TestWhatOnlyAListingTellsIsComparedWithAListingOnly(t *testing.T) {
	t.Parallel()
	api := envOf("j", 1, known("TARGET", "x", Param))
	pushed := api.With([]Variable{known("TARGET", "x", Received), known("ZONE", "eu", Received)})
	printed := api.With([]Variable{known("SHELL", "/bin/sh", Printed), known("OLD", "1", Param), known("OLD", "1", Printed)})
	asked := api.With([]Variable{known("TARGET", "x", FromScript)})
	listed := api.With([]Variable{known("USER", "me", Printed)})
	for name, c := range map[string]struct {
		a, b Env
		want string
	}{
		"a push, the API alone":         {pushed, api, "TARGET same, ZONE unknown"},
		"the API alone, a push":         {api, pushed, "TARGET same, ZONE unknown"},
		"a push, the run's own answer":  {pushed, asked, "TARGET same, ZONE removed"},
		"a listing, the API alone":      {printed, api, "OLD removed, SHELL unknown, TARGET same"},
		"a push, a listing":             {pushed, listed, "TARGET same, USER unknown, ZONE unknown"},
		"a listing and another listing": {listed, printed, "OLD added, SHELL added, TARGET same, USER removed"},
	} {
		var got []string
		for _, d := range Diff(c.a, c.b).Deltas {
			got = append(got, d.Name+" "+string(d.Change))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

func TestTwoBuildsOfOneJobDifferInNoiseOnly(t *testing.T) {
	t.Parallel()
	build := func(number int) Env {
		n := strconv.Itoa(number)
		f := facts{BuildFacts: jenkins.BuildFacts{ID: n, DisplayName: "#" + n, DisplayURL: true, OneNode: true,
			URL: "http://h/job/team/job/a%7Eb/" + n + "/",
			Run: jenkins.Run{Ref: jenkins.Ref{Job: "team/a~b", Number: number}, Executor: number}}}
		return envOf("team/a~b", number).With(derive(f), []Variable{
			known("JENKINS_SERVER_COOKIE", strconv.Itoa(number*7777), Received), known("STARTED", "2026-11-23T22:0"+n+":00Z", Param),
			known("EPOCH", "179546732081"+n, Param), known("WORKSPACE", "/ws/a@"+strconv.Itoa(number+1), Derived),
		})
	}
	d := Diff(build(1), build(2))
	for _, delta := range d.Deltas {
		if delta.Differs() {
			t.Errorf("%s is no noise: %q, %q", delta.Name, delta.Before.Value, delta.After.Value)
		}
	}
	if d.Differs() || d.Folded() < 14 {
		t.Errorf("folded %d", d.Folded())
	}
}

func TestNoiseIsNoBlanket(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, a, b string }{
		{"BUILD_DISPLAY_NAME", "#1", "1.2.3"}, {"WORKSPACE", "/ws/a", "/ws/b"}, {"VERSION", "1.2.3", "1.2.4"},
		{"PORT", "8080", "9090"}, {"RELEASE", "2026-11-23", "next"}, {"TARGET_URL", "https://a/", "https://b/"},
		{"PHONE", "2995467320", "2995467321"},
	} {
		if noise := noiseOf(c.name, c.a, c.b); noise != "" {
			t.Errorf("%s from %q to %q is taken for %s", c.name, c.a, c.b, noise)
		}
	}
}

func TestPartsMarkWhatChangedInsideAValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, after, want string }{
		{"/usr/bin:/opt/go/bin:/bin", "/usr/bin:/opt/go1.26/bin:/bin", "/usr/bin:[-/opt/go/bin][+/opt/go1.26/bin]:/bin"},
		{"/a:/b", "/a:/x:/b", "/a[+:/x]:/b"},
		{`C:\a;C:\b`, `C:\a;C:\c`, `C:\a;[-C:\b][+C:\c]`},
		{"https://a.example/x?v=1&w=2", "https://a.example/y?v=1&w=3", "https://a.example/[-x][+y]?v=1&w=[-2][+3]"},
		{`{"a":1,"b":[1,2]}`, `{"a":2,"b":[1,2]}`, `{"a":[-1][+2],"b":[1,2]}`},
		{"one two three", "one three", "one[- two] three"},
		{"", "new", "[+new]"},
		{"old", "", "[-old]"},
		{"Zoë kommt", "Zoé kommt", "[-Zoë][+Zoé] kommt"},
		{"\xff\xfe", "\xff", "\xff[-\xfe]"},
	} {
		d := compare(known("X", c.before, Param), known("X", c.after, Param))
		var b strings.Builder
		for _, p := range d.Parts(false) {
			fmt.Fprintf(&b, map[PartKind]string{Kept: "%s", Deleted: "[-%s]", Inserted: "[+%s]"}[p.Kind], p.Text)
		}
		if b.String() != c.want {
			t.Errorf("%q to %q: %s, want %s", c.before, c.after, b.String(), c.want)
		}
	}
}

func TestSecretsPartsAreNotShown(t *testing.T) {
	t.Parallel()
	a, b := envOf("j", 1, known("API_KEY", "old needle", Param)), envOf("j", 2, known("API_KEY", "new needle", Param))
	d := Diff(a, b).Deltas[0]
	if d.Change != Changed || !d.Secret() || d.Parts(false) != nil || len(d.Parts(true)) != 3 {
		t.Errorf("got %+v", d)
	}
}

// FuzzParts: the parts put together again are the two values.
func FuzzParts(f *testing.F) {
	f.Add("/usr/bin:/bin", "/bin:/sbin")
	f.Add("https://a/b?c=d", "https://a/b?c=e")
	f.Add(`{"a":[1,2]}`, `{"a":[2]}`)
	f.Add("\xff a", "\xfe a")
	f.Fuzz(func(t *testing.T, before, after string) {
		var a, b strings.Builder
		for _, p := range diffWords(before, after) {
			if p.Kind != Inserted {
				a.WriteString(p.Text)
			}
			if p.Kind != Deleted {
				b.WriteString(p.Text)
			}
		}
		if a.String() != before || b.String() != after {
			t.Errorf("%q to %q became %q to %q", before, after, a.String(), b.String())
		}
	})
}

// many returns an environment of n variables, as large as a monorepo's.
func many(number, n int) Env {
	vars := make([]Variable, 0, n)
	for i := range n {
		value := fmt.Sprintf("/opt/tools/%d/bin:/usr/bin value of %d", i, i)
		if i%10 == 0 {
			value += fmt.Sprintf(" in build %d", number)
		}
		vars = append(vars, known(fmt.Sprintf("SERVICE_%05d_ENDPOINT", i*7919%n), value, strength[i%len(strength)]))
	}
	return envOf("j", number, vars...)
}

func BenchmarkDiff5000(b *testing.B) {
	before, after := many(1, 5000), many(2, 5000)
	b.ReportAllocs()
	for b.Loop() {
		if d := Diff(before, after); len(d.Deltas) != 5000 || d.Count(Changed) != 500 {
			b.Fatal(len(d.Deltas), d.Count(Changed))
		}
	}
}

// BenchmarkDiff5000WithParts also marks the parts of each change, which a screen does for its visible rows only.
func BenchmarkDiff5000WithParts(b *testing.B) {
	before, after := many(1, 5000), many(2, 5000)
	for b.Loop() {
		for _, d := range Diff(before, after).Deltas {
			d.Parts(false)
		}
	}
}

func BenchmarkFilter5000(b *testing.B) {
	vars := many(1, 5000).Variables
	for _, query := range []string{"s", "42end", "build 1", "nothing at all"} {
		b.Run(query, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Filter(vars, query)
			}
		})
	}
}

func BenchmarkMerge5000(b *testing.B) {
	e := many(1, 5000)
	for b.Loop() {
		e.With()
	}
}
