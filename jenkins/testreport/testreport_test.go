package testreport

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
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

func read(t testing.TB, number string, build int) Report {
	t.Helper()
	r, err := Read(t.Context(), client(recorded.Play(t, number)), jenkins.Ref{Controller: "ci", Job: "depth/tests", Number: build})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestATestThatPassedBeforeIsNew(t *testing.T) {
	t.Parallel()
	r := read(t, "979", 2)
	k := r.Cases[0]
	if r.Failed != 1 || r.Passed != 4 || r.New != 1 || r.Duration != 1500*time.Millisecond || k.FullName() != "shop.Cart.discount" || !k.New ||
		k.Since != 2 || k.Status != Failed || !slices.Equal(k.Stage, []string{"Unit", "java"}) || !slices.Equal(k.Blocks, []string{"10", "8"}) {
		t.Errorf("%+v", r)
	}
	if k := r.Cases[4]; k.FullName() != "no class: 100%% #1?" || k.Status != Passed {
		t.Errorf("without a class: %+v", k)
	}
}

func TestATestThatIsNewAndFailsIsNew(t *testing.T) {
	t.Parallel()
	r := read(t, "982", 5)
	if k := r.Cases[0]; k.Name != "late" || !k.New || k.Since != 5 {
		t.Errorf("%+v", k)
	}
}

func TestAgeOfWhatDoesNotFailMeansNothing(t *testing.T) {
	t.Parallel()
	r := read(t, "981", 4)
	var got []string
	for _, k := range r.Cases {
		if k.Status != Passed {
			got = append(got, fmt.Sprint(k.Name, k.Status, k.Since, k.Age, k.New))
		}
	}
	if len(got) != 2 || !strings.HasPrefix(got[0], "discountFIXED0 0 false") || !strings.Contains(got[1], "SKIPPED0 0 false") {
		t.Errorf("%q", got)
	}
}

func TestABuildWithoutAReport(t *testing.T) {
	t.Parallel()
	rt := recorded.Pages{}
	if _, err := Read(t.Context(), client(rt), jenkins.Ref{Job: "a", Number: 1}); !jenkins.IsKind(err, jenkins.NotFound) {
		t.Error(err)
	}
}

// TestAddressesOfTests compares with those that a controller gave (983).
func TestAddressesOfTests(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"983", "983b", "983c"} {
		x := recorded.Read(t, number)
		var a caseAnswer
		if err := json.Unmarshal(x.Body, &a); err != nil {
			t.Fatal(err)
		}
		k := a.value()
		path, _, _ := strings.Cut(x.Target, "?")
		_, want, _ := strings.Cut(strings.TrimSuffix(path, "/api/json"), "testReport/")
		if got := recorded.Must(url.PathUnescape(k.page())); got != want {
			t.Errorf("%s: %s, want %s", number, got, want)
		}
	}
}

func demoBuild(t *testing.T) (*jenkins.Client, jenkins.Run) {
	c := client(demo.New().Transport())
	run, err := c.Build(t.Context(), jenkins.BuildSpec{Job: "shop/cart/main", Permalink: "lastFailed"})
	if err != nil {
		t.Fatal(err)
	}
	return c, run
}

func TestDetailsAndHistoryOfATest(t *testing.T) {
	t.Parallel()
	c, run := demoBuild(t)
	r, err := Read(t.Context(), c, run.Ref)
	if err != nil {
		t.Fatal(err)
	}
	k := r.Cases[0]
	d, err := k.Read(t.Context(), c, run.Ref)
	if err != nil || !k.New || k.Message == "" || !strings.HasPrefix(d.Message, k.Message) || !strings.Contains(d.Stack, "\n") {
		t.Errorf("%+v: %+v, %v", k, d, err)
	}
	ctx, asked := jenkins.CountRequests(t.Context())
	past, err := k.History(ctx, c, run, 3)
	if err != nil || len(past) != 3 || past[0].Run.Number != run.Number || past[0].Status != Failed || !past[0].New || past[1].Status != Passed {
		t.Errorf("%+v, %v", past, err)
	}
	if n := asked.Load(); n > 6 {
		t.Errorf("%d requests", n)
	}
	for i := 1; i < len(past); i++ {
		if past[i].Run.Number >= past[i-1].Run.Number {
			t.Errorf("%d after %d", past[i].Run.Number, past[i-1].Run.Number)
		}
	}
}

// TestHistoryWhereTheAddressIsAnother finds the test in the reports.
func TestHistoryWhereTheAddressIsAnother(t *testing.T) {
	t.Parallel()
	const report = `{"failCount":1,"suites":[{"cases":[{"className":"a.B","name":"c","status":"FAILED","age":2,"failedSince":1}]}]}`
	c := client(recorded.Pages{
		"/job/a/api/json":              `{"allBuilds":[{"number":3,"result":"FAILURE"},{"number":2,"result":"FAILURE"},{"number":1,"result":"FAILURE"}]}`,
		"/job/a/2/testReport/api/json": report, "/job/a/1/testReport/api/json": `{"suites":[]}`,
	})
	ref := jenkins.Ref{Controller: "ci", Job: "a", Number: 2}
	r, err := Read(t.Context(), c, ref)
	if err != nil {
		t.Fatal(err)
	}
	past, err := r.Cases[0].History(t.Context(), c, jenkins.Run{Ref: ref}, 5)
	if err != nil || len(past) != 2 || past[0].Status != Failed || past[0].New || past[1].Status != "" {
		t.Errorf("%+v, %v", past, err)
	}
}

func TestTheReportOfAMatrixProject(t *testing.T) {
	t.Parallel()
	c := client(recorded.Pages{"/job/m/1/testReport/api/json": `{"childReports":[{"child":{"number":1,"url":"http://h/job/m/OS=linux/1/"},"result":` +
		`{"failCount":1,"passCount":0,"suites":[{"name":"s","cases":[{"className":"A","name":"b","status":"REGRESSION","age":1,"failedSince":1}]}]}}]}`,
		"/job/m/OS=linux/1/testReport/api/json": `{"suites":[{"cases":[{"className":"A","name":"b","errorDetails":"no"}]}]}`})
	ref := jenkins.Ref{Job: "m", Number: 1}
	r, err := Read(t.Context(), c, ref)
	if err != nil || len(r.Cases) != 1 || r.Failed != 1 || r.Cases[0].Suite != "OS=linux s" {
		t.Fatalf("%+v, %v", r, err)
	}
	if d, err := r.Cases[0].Read(t.Context(), c, ref); err != nil || d.Message != "no" {
		t.Errorf("%+v, %v", d, err)
	}
}

func FuzzReport(f *testing.F) {
	f.Add(string(recorded.Read(f, "979b").Body))
	f.Add(`{"suites":[{"cases":[{"name":"\u001b[31m\n","status":"FAILED","age":-1,"duration":-1e300}]}],"childReports":[{"child":{"url":"x"}}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		var a answer
		if json.Unmarshal([]byte(body), &a) != nil {
			return
		}
		r := a.report(jenkins.Ref{Job: "a", Number: 1}, "job/a/1/")
		for _, k := range r.Cases {
			for _, s := range append([]string{k.Class, k.Name, k.Suite, k.Message}, k.Stage...) {
				if strings.ContainsFunc(s, clean.IsJunk) {
					t.Errorf("%q", s)
				}
			}
			if k.Duration < 0 || k.Since < 0 || k.Age < 0 || k.New && k.Status != Failed || strings.Contains(k.page(), " ") {
				t.Errorf("%+v", k)
			}
		}
	})
}

// BenchmarkReport decodes 3,000 tests, once a build, and filters them, which is to take less than 10 ms a key.
func BenchmarkReport(b *testing.B) {
	var cases []string
	for i := range 3000 {
		cases = append(cases, fmt.Sprintf(`{"age":0,"className":"com.example.shop.Cart%dTest","duration":0.25,"failedSince":0,`+
			`"name":"case %d","skippedMessage":null,"errorDetails":null,"status":"PASSED"}`, i%40, i))
	}
	body := []byte(`{"passCount":3000,"suites":[{"name":"many","cases":[` + strings.Join(cases, ",") + `]}]}`)
	ref := jenkins.Ref{Job: "depth/tests", Number: 5}
	var r Report
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			var a answer
			_ = json.Unmarshal(body, &a)
			r = a.report(ref, "")
		}
	})
	b.Run("filter", func(b *testing.B) {
		for b.Loop() {
			r.Filter("cart12 case", false)
		}
	})
}
