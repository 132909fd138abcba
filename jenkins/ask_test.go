package jenkins

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// TestAnswersThatAreHeldWholeAreShort bounds those about one build: all of them may come at once.
func TestAnswersThatAreHeldWholeAreShort(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*Client) error{
		"build": func(c *Client) error {
			_, err := c.Build(t.Context(), BuildSpec{Job: "a", Number: 1})
			return err
		},
		"a page of a plugin": func(c *Client) error {
			_, err := c.Page(t.Context(), Ref{Job: "a", Number: 1}, "ask", "wfapi/describe", "")
			return err
		},
	} {
		body := strings.NewReader(`{"number":1,` + strings.Repeat(" ", 5*Mega))
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			resp := recorded.JSON(req, "")
			resp.Body, resp.ContentLength = io.NopCloser(body), -1
			return resp
		}))
		e, _ := errors.AsType[*Error](ask(c))
		if e == nil || e.Kind != TooLarge {
			t.Errorf("%s: %v", name, e)
		}
		if n := body.Size() - int64(body.Len()); n > 4*Mega+(8<<10) {
			t.Errorf("%s: %d bytes were read", name, n)
		}
	}
}

// TestLongAnswerIsReadInPieces reads 15 MB, and refuses what would take much memory although it is within the limit.
func TestLongAnswerIsReadInPieces(t *testing.T) {
	t.Parallel()
	item := `{"id":7,"why":"` + strings.Repeat("x", Mega/2) + `","task":{"name":"backup"}}`
	for name, c := range map[string]struct {
		body string
		kind Kind
	}{
		"thirty long items": {`{"items":[` + strings.Repeat(item+",", 29) + item + `]}`, ""},
		"one endless item":  {`{"items":[{"why":"` + strings.Repeat("x", 12*Mega) + `"}]}`, TooLarge},
		"endless items":     {`{"items":[` + strings.Repeat(`{},`, Mega) + `{}]}`, TooLarge},
		"endless, unwanted": {`{"x":"` + strings.Repeat("x", 12*Mega) + `","items":[]}`, TooLarge},
		"other shapes":      {`{"x":[{"items":[1]}],"items":[7,{"id":"no","task":[]},` + item + `],"y":{"z":[]}}`, ""},
		"cut short":         {`{"items":[` + item + `,{"id":1`, CutShort},
		"cut between":       {`{"items":[` + item, CutShort},
		"no list":           {`{"items":{"a":[]}}`, NotJenkins},
		"no object":         {`[1,2]`, NotJenkins},
		"broken":            {`{"items":[{"id":1]}`, NotJenkins},
	} {
		client := reading(recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, c.body) }))
		items, err := client.Queue(t.Context())
		e, _ := errors.AsType[*Error](err)
		switch {
		case c.kind == "" && (err != nil || len(items) == 0 || items[len(items)-1].Job != "backup"):
			t.Errorf("%s: %d items, %v", name, len(items), err)
		case c.kind != "" && (e == nil || e.Kind != c.kind):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatAPluginWritesAmissCostsOnlyItsField(t *testing.T) {
	t.Parallel()
	c := reading(recorded.Func(func(req *http.Request) *http.Response {
		return recorded.JSON(req, `{"items":[{"id":"seven","why":3,"stuck":"no","task":{"name":"a","url":"http://x/job/a/"}},
			{"id":8,"task":{"name":"b","url":"http://x/job/b/"},"actions":[{"parameters":"none","causes":{}},null,
			{"parameters":[{"name":"P","value":{"a":[1]}},{"name":"N","value":null},{"name":"I","value":1e3}]}]}]}`)
	}))
	got, err := c.Queue(t.Context())
	if err != nil || len(got) != 2 || got[1].QueueID != 8 {
		t.Fatalf("got %+v, %v", got, err)
	}
	want := []Parameter{{Name: "P", ValueHidden: true}, {Name: "N", ValueHidden: true}, {Name: "I", Value: "1e3"}}
	if fmt.Sprint(got[1].Parameters) != fmt.Sprint(want) {
		t.Errorf("got %+v", got[1].Parameters)
	}
}
