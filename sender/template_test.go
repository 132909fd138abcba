package sender

import (
	"strings"
	"testing"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	n := Notification{Controller: "ci", Job: "folder/job", Number: 7, Status: "FAILURE", Body: new("say \"hi\"\n</b>"),
		Variables: []Variable{{Name: "BRANCH", Value: `a"b`}, {Name: "LIST", Value: `["x"]`}}}
	for name, c := range map[string]struct{ text, contentType, want, err string }{
		"values are escaped":     {text: `{"text":"{{.body}} {{.BRANCH}}"}`, want: `{"text":"say \"hi\"\n</b> a\"b"}`},
		"also behind a pipeline": {text: `{"t":"{{.status | lower}} {{printf "%s\"" .job}}"}`, want: `{"t":"failure folder/job\""}`},
		"in branches and sub-templates": {
			text: `{{define "x"}}{{.}}{{end}}{"t":"{{if .BRANCH}}{{.BRANCH}}{{end}}{{with .BRANCH}}{{.}}{{end}}{{template "x" .BRANCH}}"}`,
			want: `{"t":"a\"ba\"ba\"b"}`},
		"raw opts out":               {text: `{"t":{{raw .LIST}}}`, want: `{"t":["x"]}`},
		"raw at the end too":         {text: `{"t":{{.LIST | raw}}}`, want: `{"t":["x"]}`},
		"json brings its own quotes": {text: `{"t":{{json .BRANCH}}}`, want: `{"t":"a\"b"}`},
		"a variable of the template": {text: `{{$b := .BRANCH}}{"t":"{{$b}}"}`, want: `{"t":"a\"b"}`},
		"the plugin's keys":          {text: `{"n":{{.buildNo}},"s":"{{.jobExecuteStatus}}","c":"{{.controller}}"}`, want: `{"n":7,"s":"FAILURE","c":"ci"}`},
		"missing":                    {text: `{"t":"{{.NOPE}}"}`, err: "NOPE"},
		"missing, but asked for":     {text: `{"t":"{{get "NOPE"}}{{if has "NOPE"}}!{{end}}"}`, want: `{"t":""}`},
		"no JSON":                    {text: `{"t":{{.BRANCH}}}`, err: "not JSON"},
		"raw that breaks it":         {text: `{"t":"{{raw .BRANCH}}"}`, err: "not JSON"},
		"plain text is not escaped":  {text: `{{.BRANCH}}`, contentType: "text/plain", want: `a"b`},
		"forms are":                  {text: `t={{.BRANCH}}`, contentType: "application/x-www-form-urlencoded", want: `t=a%22b`},
		"another JSON":               {text: `"{{.BRANCH}}"`, contentType: "application/vnd.x+json; charset=utf-8", want: `"a\"b"`},
		"too large":                  {text: `"{{range 2000000}}x{{end}}"`, err: "larger than"},
		"no template":                {text: `{{`, err: "cannot be read"},
	} {
		e := Endpoint{URL: Literal("http://h/"), Payload: TemplatePayload, Template: c.text, ContentType: c.contentType}
		got, err := e.encode(n, e.sent)
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %q, %v; want the error %s", name, got, err, c.err)
			}
		case err != nil || string(got) != c.want:
			t.Errorf("%s: %s, %v; want %s", name, got, err, c.want)
		}
	}
}

func TestExpandTextFillsAMessage(t *testing.T) {
	t.Parallel()
	n := Notification{Status: "FAILURE", Variables: []Variable{{Name: "JOB_NAME", Value: `a"b`}}}
	if got, err := ExpandText("{{.JOB_NAME}} is {{.status}}", n); err != nil || got != `a"b is FAILURE` {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := ExpandText("{{.JOB_NAM}}", n); !IsKind(err, BadPayload) {
		t.Errorf("%v", err)
	}
}
