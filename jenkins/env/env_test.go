package env

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func known(name, value string, s Source) Variable {
	return Variable{Name: name, Value: value, Source: s, Known: true}
}

func TestMergeLetsTheStrongerSourceWinAndKeepsTheOthers(t *testing.T) {
	t.Parallel()
	got := Merge(
		[]Variable{known("X", "printed", Printed), known("BUILD_NUMBER", "7", Derived)},
		[]Variable{known("X", "given", Param), known("BUILD_NUMBER", "false", Param)},
		[]Variable{known("X", "assigned", Assigned), known("X", "received", Received)},
	)
	want := []Variable{
		{Name: "BUILD_NUMBER", Value: "false", Source: Param, Known: true, Also: []Variable{
			known("BUILD_NUMBER", "7", Derived),
		}},
		{Name: "X", Value: "assigned", Source: Assigned, Known: true, Also: []Variable{
			known("X", "received", Received), known("X", "given", Param), known("X", "printed", Printed),
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("merged differently (-want +got):\n%s", diff)
	}
}

func TestMergeComparesNamesWithoutCaseAndKeepsJenkinsSpelling(t *testing.T) {
	t.Parallel()
	got := Merge([]Variable{known("job_name", "mine", Param)}, []Variable{known("JOB_NAME", "real", Derived)},
		[]Variable{known("straße", "a", Param), known("STRASSE", "b", Assigned)})
	if len(got) != 3 || got[0].Name != "JOB_NAME" || got[0].Value != "mine" {
		t.Errorf("got %+v", got)
	}
}

func TestMergeShowsAPasswordThatAnyoneKnowsAsAPassword(t *testing.T) {
	t.Parallel()
	got := Merge(
		[]Variable{{Name: "PIN", Source: Param, Password: true, Secret: true}},
		[]Variable{known("PIN", "1234", Printed)},
	)
	v := got[0]
	if v.Value != "1234" || !v.Known || !v.Password || !v.Secret || v.Source != Printed {
		t.Errorf("got %+v", v)
	}
}

func TestMergeTakesTheLastOfOneSource(t *testing.T) {
	t.Parallel()
	got := Merge([]Variable{known("A", "1", Printed), known("A", "2", Printed)}, []Variable{known("A", "3", Printed)})
	if len(got) != 1 || got[0].Value != "3" || got[0].Also != nil {
		t.Errorf("got %+v", got)
	}
}

func TestOfIsWhatASourceSaysAlsoWhereAnotherBeatsIt(t *testing.T) {
	t.Parallel()
	e := Env{}.With([]Variable{known("TARGET", "prod", Param), known("TARGET", "inner", Assigned), known("CI", "true", Derived)})
	for _, c := range []struct {
		sources []Source
		want    string
	}{
		{nil, "CI=true TARGET=inner "},
		{[]Source{Param}, "TARGET=prod "},
		{[]Source{Derived, Param, Assigned}, "CI=true TARGET=inner "},
		{[]Source{Received}, ""},
	} {
		got := ""
		for _, v := range e.Of(c.sources...) {
			got += v.Name + "=" + v.Value + " "
		}
		if got != c.want {
			t.Errorf("of %v: %q, want %q", c.sources, got, c.want)
		}
	}
}

func TestNamesAreComparedAsTheyAreFolded(t *testing.T) {
	t.Parallel()
	names := []string{"", "a", "A", "a_b", "A_B", "AB", "ab", "a\u212a", "AK", "ak", "A\u017f", "as", "ä", "Ä", "日本", "a_", "Z", "_", "a\xff"}
	for _, a := range names {
		for _, b := range names {
			if got, want := compareNames(a, b), strings.Compare(foldName(a), foldName(b)); got != want {
				t.Errorf("%q and %q: %d, want %d", a, b, got, want)
			}
		}
		if got, want := foldName(a), strings.ToLower(strings.ToUpper(a)); got != want {
			t.Errorf("%q is folded to %q, want %q", a, got, want)
		}
	}
}

func TestMergingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	e := Env{Run: jenkins.Run{Pipeline: true}}.With(
		[]Variable{known("A", "1", Derived), known("a", "2", Param), known("B", "3", Assigned)},
		[]Variable{known("b", "4", Received), known("PATH", "/bin", Received)},
	)
	if diff := cmp.Diff(e, e.With()); diff != "" {
		t.Errorf("merged again differently:\n%s", diff)
	}
	if slices.Contains(e.Missing, "PATH") || !slices.Contains(e.Missing, "HOME") {
		t.Errorf("missing: %v", e.Missing)
	}
	if v, ok := e.Lookup("path"); !ok || v.Value != "/bin" {
		t.Errorf("lookup: %+v, %v", v, ok)
	}
	if _, ok := e.Lookup("nope"); ok {
		t.Error("found what is not there")
	}
}

func TestAsPushedLeavesOutWhatOnlyStepsSee(t *testing.T) {
	t.Parallel()
	e := Env{Run: jenkins.Run{Pipeline: true}}.With([]Variable{
		known("TARGET", "assigned", Assigned), known("TARGET", "prod", Param), known("ONLY", "x", Assigned),
		known("GIT_COMMIT", "abc", SCM), known("UPSTREAM_JOB_NAME", "up", CauseVar), known("STAGE_NAME", "Build", Printed),
		{Name: "PW", Source: Param, Password: true, Secret: true}, known("CI", "true", Derived),
	})
	var got []string
	for _, v := range e.AsPushed() {
		got = append(got, v.Name+"="+v.Value)
	}
	if want := []string{"CI=true", "TARGET=prod"}; !slices.Equal(got, want) {
		t.Errorf("pushed %v, want %v", got, want)
	}
	e.Run.Pipeline = false
	if !slices.ContainsFunc(e.AsPushed(), func(v Variable) bool { return v.Name == "GIT_COMMIT" }) {
		t.Error("a freestyle run is pushed with its revision")
	}
}
