package action

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func body(t testing.TB, number string) []byte {
	t.Helper()
	return recorded.Read(t, number).Body
}

func TestParametersAsRecorded(t *testing.T) {
	t.Parallel()
	got := recorded.Must(readParameters(body(t, "933")))
	want := []Parameter{
		{Name: "TEXT", Kind: String, Description: "a <b>string</b>", Default: "trim me", HasDefault: true},
		{Name: "NOTES", Kind: Text, Description: "several lines", Default: "line one\nline two = \"q\"", HasDefault: true},
		{Name: "REGION", Kind: Choice, Description: "region", Default: "eu", HasDefault: true, Choices: []string{"eu", "us", "ap"}},
		{Name: "DRY", Kind: Boolean, Description: "dry run", Default: "true", HasDefault: true},
		{Name: "SECRET", Kind: Password, Description: "secret", Secret: true},
		{Name: "FROM", Kind: RunOf, Description: "which build", Job: "depth/down"},
		{Name: "upload.txt", Kind: FileContent, Description: "a file"},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(Parameter{}, "Type", "Note")); d != "" {
		t.Error(d)
	}
	creds := recorded.Must(readParameters(body(t, "933b")))
	if len(creds) != 1 || creds[0].Kind != Credentials || creds[0].HasDefault {
		t.Errorf("%+v", creds)
	}
	unknown := recorded.Must(readParameters([]byte(`{"property":[{"parameterDefinitions":[{"type":"GitParameterDefinition","name":"BRANCH",
		"choices":{"odd":1},"defaultParameterValue":{"value":"main"}},{"type":"NonStoredPasswordParameterDefinition","name":"PIN"}]}]}`)))
	if unknown[0].Kind != Other || unknown[0].Note == "" || unknown[0].Default != "main" || unknown[1].Kind != Password || !unknown[1].Secret {
		t.Errorf("%+v", unknown)
	}
}

func TestInputsAsRecorded(t *testing.T) {
	t.Parallel()
	in := recorded.Must(readInputs(body(t, "968")))
	if len(in) != 1 || in[0].ID != "Ship" || in[0].Yes() != "Ship" || in[0].No() != "Abort" || in[0].Who() != "alice, release-team, and administrators" ||
		len(in[0].Parameters) != 3 || in[0].Parameters[1].Kind != Choice {
		t.Fatalf("%+v", in)
	}
	two := recorded.Must(readInputs(body(t, "970")))
	if len(two) != 2 || two[1].ID != "Us" || two[1].Yes() != "Go" || two[0].Who() != "anyone who may build the job" {
		t.Fatalf("%+v", two)
	}
	values, err := in[0].fill([]Value{{Name: "TAG", Text: "FALSE"}})
	if err != nil {
		t.Fatal(err)
	}
	form := recorded.Must(inputForm(values))
	if want := `{"parameter":[{"name":"VERSION","value":"1.0"},{"name":"RING","value":"canary"},{"name":"TAG","value":false}]}`; form != want {
		t.Errorf("%s", form)
	}
}

func TestWhatIsSentToAnInputIsComplete(t *testing.T) {
	t.Parallel()
	in := Input{ID: "Go", Parameters: []Parameter{{Name: "PW", Kind: Password, Secret: true}, {Name: "FROM", Kind: RunOf, Job: "a/b"}, {Name: "N", Kind: String}}}
	if _, err := in.fill(nil); err == nil || !strings.Contains(err.Error(), "FROM: Jenkins does not tell its default") {
		t.Error(err)
	}
	values, err := in.fill([]Value{{Name: "FROM", Text: "12"}})
	if err != nil {
		t.Fatal(err)
	}
	form := recorded.Must(inputForm(values))
	if want := `{"parameter":[{"name":"PW","value":"\u003cDEFAULT\u003e"},{"name":"FROM","runId":"a/b#12"},{"name":"N","value":""}]}`; form != want {
		t.Errorf("%s", form)
	}
}

func TestScriptIsReadFromTheReplayPage(t *testing.T) {
	t.Parallel()
	s, ok := readScript(string(body(t, "940")))
	if !ok || len(s.Loaded) != 1 || s.Loaded[0].Name != "Script1" || !strings.HasPrefix(s.Main, "node { writeFile file: 'helper.groovy'") ||
		!strings.Contains(s.Loaded[0].Text, "return this") || strings.Contains(s.Main, "&lt;") {
		t.Fatalf("%q", s)
	}
	for page, want := range map[string]string{
		`<textarea name="_.mainScript">` + "\n\necho 1</textarea>":       "\necho 1", // HTML adds one line end
		`<textarea name="_.mainScript">a &lt; b &amp;&amp; c</textarea>`: "a < b && c",
		`<textarea name="_.mainScript"></textarea>`:                      "",
	} {
		if s, ok := readScript(page); !ok || s.Main != want {
			t.Errorf("%q: %q", page, s.Main)
		}
	}
	if _, ok := readScript(`<textarea name="_.mainScript">never ends`); ok {
		t.Error("a page that was cut has a script")
	}
}

func TestChecksAsRecorded(t *testing.T) {
	t.Parallel()
	bad := recorded.Must(readCompile(body(t, "945")))
	if len(bad) != 1 || bad[0].String() != `line 2, column 10: expecting anything but ''\n''; got it anyway` {
		t.Error(bad)
	}
	if good := recorded.Must(readCompile(body(t, "945b"))); len(good) != 0 {
		t.Error(good)
	}
	wrong := recorded.Must(readValidation(body(t, "945c")))
	if len(wrong) != 2 || !strings.HasPrefix(wrong[0].Text, `Unknown stage section "echo"`) {
		t.Error(wrong)
	}
	if one := recorded.Must(readValidation([]byte(`{"data":{"result":"failure","errors":[{"error":"one text"}]}}`))); len(one) != 1 {
		t.Error(one)
	}
	for script, want := range map[string]bool{"pipeline {": true, "@Library('x') _\n  pipeline{\n": true, "node { pipeline }": false, "// a pipeline\nnode {}": false} {
		if isDeclarative(script) != want {
			t.Errorf("%q", script)
		}
	}
}

func TestRestartableStagesAsRecorded(t *testing.T) {
	t.Parallel()
	if got := recorded.Must(readRestartable(body(t, "950"))); !cmp.Equal(got, []string{"One", "Two", "Skip", "Three"}) {
		t.Error(got)
	}
}

func TestStartedBuildIsFoundByItemAndByCause(t *testing.T) {
	t.Parallel()
	page := []byte(`{"builds":[{"number":9,"queueId":77,"actions":[{},{"causes":[{"shortDescription":"Replayed #4"}]}]},
		{"number":8,"queueId":76,"actions":[{"causes":[{"shortDescription":"Restarted from build #4, stage Three"}]}]}]}`)
	rerun := Action{Kind: Rerun, Target: Target{Job: "a", Number: 4}}
	restart := Action{Kind: Restart, Target: Target{Job: "a", Number: 4, Stage: "Three"}}
	for name, c := range map[string]struct {
		r    Result
		a    Action
		want int
	}{
		"by item":          {Result{QueueID: 76}, rerun, 8},
		"unknown item":     {Result{QueueID: 5}, rerun, 0},
		"by cause":         {Result{after: 8}, rerun, 9},
		"an older replay":  {Result{after: 9}, rerun, 0},
		"by stage":         {Result{after: 4}, restart, 8},
		"an older restart": {Result{after: 8}, restart, 0},
	} {
		if got, err := startedBuild(page, c.r, c.a.causes()); got != c.want || err != nil {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
}

func TestValuesAreCheckedBeforeTheyAreSent(t *testing.T) {
	t.Parallel()
	defs := recorded.Must(readParameters(body(t, "933")))
	file := &File{Name: "notes.txt", Content: []byte("x")}
	for name, c := range map[string]struct {
		v    Value
		want string
	}{
		"unknown":          {Value{Name: "NOPE"}, `there is no parameter "NOPE"`},
		"no choice":        {Value{Name: "REGION", Text: "mars"}, `REGION: "mars" is none of its choices`},
		"no boolean":       {Value{Name: "DRY", Text: "yes"}, `DRY: "yes" is neither true nor false`},
		"no build":         {Value{Name: "FROM", Text: "depth/down"}, `FROM: "depth/down" names no build`},
		"no file":          {Value{Name: "upload.txt", Text: "x"}, "upload.txt: it takes a file"},
		"a file elsewhere": {Value{Name: "TEXT", File: file}, "TEXT: it takes no file"},
	} {
		if _, err := StartBuild("ci", "depth/params", defs, []Value{c.v}); err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.HasPrefix(err.Error(), "build depth/params: ") || err.(*Error).Fix == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := validate(defs, []Value{{Name: "TEXT"}, {Name: "TEXT"}}); err == nil || !strings.Contains(err.Error(), "given twice") {
		t.Error(err)
	}
	if _, err := validate(nil, []Value{{Name: "TEXT"}}); err == nil || !strings.Contains(err.Error(), "there are none") {
		t.Error(err)
	}
	sent, err := validate(defs, []Value{{Name: "FROM", Text: "#3"}, {Name: "DRY", Text: " True "}, {Name: "SECRET", Text: "s"}})
	if err != nil || sent[0].Text != "true" || sent[2].Text != "depth/down#3" || !sent[1].Secret {
		t.Errorf("%v %v", sent, err)
	}
	h := http.Header{}
	text, err := encode([]Value{{Name: "A", Text: "b"}, {Name: "upload.txt", File: file}}, h)
	if err != nil || !strings.HasPrefix(h.Get("Content-Type"), "multipart/form-data; boundary=") || !strings.Contains(text, `name="upload.txt"; filename="notes.txt"`) {
		t.Errorf("%v %s", h, text)
	}
}

func TestFromAnEarlierBuild(t *testing.T) {
	t.Parallel()
	defs := recorded.Must(readParameters(body(t, "933")))
	run := jenkins.Run{Parameters: []jenkins.Parameter{{Name: "TEXT", Value: "was"}, {Name: "REGION", Value: "moon"}, {Name: "SECRET", Secret: true},
		{Name: "FROM", ValueHidden: true, RunJob: "depth/down", RunNumber: "1"}, {Name: "upload.txt", ValueHidden: true}, {Name: "GONE", Value: "x"}}}
	filled, untold := From(defs, run)
	if !cmp.Equal(untold, []string{"SECRET", "upload.txt"}) || filled[0].Default != "was" || filled[2].Default != "eu" || filled[5].Default != "depth/down#1" {
		t.Errorf("%v %+v", untold, filled)
	}
	if defs[0].Default != "trim me" {
		t.Error("the definitions were changed")
	}
}

func FuzzPages(f *testing.F) {
	for _, n := range []string{"933", "933b", "940", "945", "945b", "945c", "947", "949", "950", "951", "952", "968", "970"} {
		f.Add(body(f, n))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		if params, err := readParameters(page); err == nil {
			_, _ = validate(params, Defaults(params))
			From(params, jenkins.Run{Parameters: []jenkins.Parameter{{Name: "A"}}})
		}
		if inputs, err := readInputs(page); err == nil {
			for _, in := range inputs {
				if values, err := in.fill(nil); err == nil {
					if _, err := inputForm(values); err != nil {
						t.Error(err)
					}
				}
			}
		}
		_, _ = readScript(string(page))
		problems, _ := readCompile(page)
		more, _ := readValidation(page)
		for _, p := range append(problems, more...) {
			if strings.ContainsAny(p.String(), "\x1b\n\r") {
				t.Errorf("%q", p.String())
			}
		}
		_, _ = readRestartable(page)
		_, _ = startedBuild(page, Result{}, []string{"x"})
		a := Action{Kind: Restart}
		_, _ = a.judgeRestart(jenkins.Answer{Body: page}, Result{})
		_, _ = a.judgeRerun(jenkins.Answer{Body: page}, Result{})
		if id := queueID(string(page)); id < 0 {
			t.Error(id)
		}
	})
}
