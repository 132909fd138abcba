package sender

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPayloadIsEncodedAsThePluginDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		n           Notification
		json, query string
	}{
		"nothing": {Notification{}, `{}`, ``},
		"keys sorted by lower case": {
			Notification{Status: "START", Variables: []Variable{{Name: "BUILD_URL", Value: "u"}, {Name: "BUILD_NUMBER", Value: "7"},
				{Name: "JOB_URL"}, {Name: "a.b"}}},
			`{"a.b":"","BUILD_NUMBER":"7","BUILD_URL":"u","buildNo":"7","JOB_EXECUTE_STATUS":"START","JOB_URL":"","jobExecuteStatus":"START"}`,
			`a.b=&BUILD_NUMBER=7&BUILD_URL=u&buildNo=7&JOB_EXECUTE_STATUS=START&JOB_URL=&jobExecuteStatus=START`,
		},
		"escapes": {
			Notification{Body: new("\"\\/\n\r\t\b\f\x1b\x00<>&\x7f\u0085\u2028ë😀 ~*-._+%")},
			"{\"body\":\"\\\"\\\\/\\n\\r\\t\\u0008\\u000c\\u001b\\u0000<>&\x7f\u0085\u2028ë😀 ~*-._+%\"}",
			`body=%22%5C%2F%0A%0D%09%08%0C%1B%00%3C%3E%26%7F%C2%85%E2%80%A8%C3%AB%F0%9F%98%80+%7E*-._%2B%25`,
		},
		"parameters keep their spelling and get the plugin's values": {
			Notification{Number: 3, Status: "S", Body: new("text"), Variables: []Variable{{Name: "Body", Value: "p"},
				{Name: "BUILDNO", Value: "p"}, {Name: "JOBEXECUTESTATUS", Value: "p"}, {Name: "job_execute_status", Value: "p"}}},
			`{"Body":"text","BUILDNO":"3","job_execute_status":"S","JOBEXECUTESTATUS":"S"}`,
			`Body=text&BUILDNO=3&job_execute_status=S&JOBEXECUTESTATUS=S`,
		},
		"a false BUILD_NUMBER is copied": {
			Notification{Number: 3, Variables: []Variable{{Name: "BUILD_NUMBER", Value: "x"}}},
			`{"BUILD_NUMBER":"x","buildNo":"x"}`, `BUILD_NUMBER=x&buildNo=x`,
		},
		"the later of two wins, the first spelling stays": {
			Notification{Variables: []Variable{{Name: "Foo", Value: "1"}, {Name: "FOO", Value: "2"}}}, `{"Foo":"2"}`, `Foo=2`,
		},
		"an empty body is one": {Notification{Body: new("")}, `{"body":""}`, `body=`},
		"bytes that are no text": {
			Notification{Body: new("a\xffb")}, "{\"body\":\"a\uFFFDb\"}", "body=a%EF%BF%BDb",
		},
	} {
		p := c.n.Payload()
		if got := string(p.JSON()); got != c.json {
			t.Errorf("%s: %s\nwant %s", name, got, c.json)
		}
		if got := string(p.Query()); got != c.query {
			t.Errorf("%s: %s\nwant %s", name, got, c.query)
		}
		if !json.Valid(p.JSON()) {
			t.Errorf("%s: not JSON", name)
		}
	}
}

// parseRequest takes a recorded request apart.
func parseRequest(t testing.TB, raw []byte) (method, target string, body []byte) {
	t.Helper()
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	line, _, _ := strings.Cut(string(head), "\r\n")
	parts := strings.Split(line, " ")
	if !ok || len(parts) != 3 {
		t.Fatalf("no request: %.80q", raw)
	}
	return parts[0], parts[1], body
}

func TestEveryRecordingDecodesAndEncodesToItself(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/captures/*.http")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		method, target, body := parseRequest(t, raw)
		_, query, _ := strings.Cut(target, "?")
		push, err := DecodePush(method, query, body)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		parts := strings.Split(strings.TrimSuffix(filepath.Base(file), ".http"), "-")
		if push.Status != parts[4] || (push.Body != nil) != (len(parts) == 6) || push.Job == "" || push.Number == 0 {
			t.Errorf("%s: status %s, body %v, %s#%d", file, push.Status, push.Body, push.Job, push.Number)
		}
		p := push.Notification().Payload()
		if method == "GET" && string(p.Query()) != query || method != "GET" && !bytes.Equal(p.JSON(), body) {
			t.Errorf("%s does not come out as it went in", file)
		}
	}
}

func TestBadPushIsRefusedWithATextThatQuotesNoValue(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"": "not JSON", "{}": "is empty", "null": "not a JSON object", "[]": "not a JSON object", `{"a":1}`: `value of "a" is not a string`,
		`{"a":{"b":"c"}}`: "not a string", `{"a":"secret"`: "not whole JSON", `{"a":"b"} x`: "follows", `{"a":"b"}{}`: "follows",
		`{"a":"secret","A":"secret"}`: "comes twice", "{\"a\":\"\xff\"}": "UTF-8", `{"a":"secret",}`: "not whole",
	} {
		if _, err := DecodePush("POST", "", []byte(body)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
	for query, want := range map[string]string{
		"": "empty", "a": "field 1", "a=%zz": "field 1", "a=b&c=%ff": "field 2", "a=1&A=2": "twice", "x=1?": "empty",
	} {
		if _, err := DecodePush("GET", query, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", query, err, want)
		}
	}
	if _, err := DecodePush("POST", "", []byte("{"+strings.Repeat(`"a":"b",`, maxKeys+1)+`"c":"d"}`)); err == nil {
		t.Error("any number of keys is taken")
	}
}

func FuzzDecodePush(f *testing.F) {
	files, err := filepath.Glob("testdata/captures/000*.http")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		_, _, body := parseRequest(f, raw)
		f.Add(body)
	}
	f.Add([]byte("a=b&c=%20"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, method := range []string{"GET", "POST"} {
			p, err := DecodePush(method, string(b), b)
			if err != nil {
				continue
			}
			// What was taken can be sent on and taken again.
			again := p.Notification().Payload()
			if _, err := DecodePush("POST", "", again.JSON()); err != nil {
				t.Errorf("%q comes out as %q: %v", b, again.JSON(), err)
			}
		}
	})
}

// What encoding/json takes as a flat object of strings, we take, with the same values, and nothing else.
func FuzzDecodeJSONAgreesWithTheStandardLibrary(f *testing.F) {
	for _, s := range []string{`{}`, ` { "a" : "b\\u00e9\\ud83d\\ude00\\/" , "c":"" } `, `{"a":"\\ud800"}`, `{"a":"b",}`, `{,"a":"b"}`, `{"a" "b"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := DecodeJSON(string(b))
		var want map[string]*string // a null is no string
		std := json.Unmarshal(b, &want)
		if err != nil {
			return // keys that come twice, null, bytes that are no text: ours is stricter
		}
		if std != nil || len(want) != len(got) {
			t.Fatalf("%q: taken as %q, but %v %v", b, got, want, std)
		}
		for _, p := range got {
			if want[p.Key] == nil || *want[p.Key] != p.Value {
				t.Errorf("%q: %q is %q", b, p.Key, p.Value)
			}
		}
	})
}

func FuzzPayloadRoundTrip(f *testing.F) {
	f.Add("NAME", "value", "Body", "x", "START", "hello", true)
	f.Add("ſ", "K", "s", "K", "", "\x00\u2028", false)
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2, status, body string, hasBody bool) {
		n := Notification{Status: status, Variables: []Variable{{Name: k1, Value: v1}, {Name: k2, Value: v2}}}
		if hasBody {
			n.Body = &body
		}
		p := n.Payload()
		if !slices.IsSortedFunc(p, func(a, b Pair) int { return compareKeys(a.Key, b.Key) }) {
			t.Errorf("not sorted: %q", p)
		}
		got, err := DecodeJSON(string(p.JSON()))
		if err != nil || !cmp.Equal([]Pair(got), []Pair(p), equalNil) {
			t.Errorf("JSON: %v\n%s", err, cmp.Diff([]Pair(p), []Pair(got)))
		}
		if len(p) == 0 {
			return
		}
		if got, err = DecodeQuery(string(p.Query())); err != nil || !cmp.Equal([]Pair(got), []Pair(p)) {
			t.Errorf("query: %v\n%s", err, cmp.Diff([]Pair(p), []Pair(got)))
		}
		again := TakeApart("POST", p).Notification().Payload()
		if status != "" && !bytes.Equal(again.JSON(), p.JSON()) {
			t.Errorf("taken apart: %s\nwas %s", again.JSON(), p.JSON())
		}
	})
}

var equalNil = cmp.FilterValues(func(a, b []Pair) bool { return len(a) == 0 && len(b) == 0 },
	cmp.Comparer(func(a, b []Pair) bool { return true }))

func TestWhatIsNotUTF8IsRefusedByName(t *testing.T) {
	t.Parallel()
	e := &Endpoint{URL: Literal("https://h/x")}
	for want, n := range map[string]Notification{
		"the message is not UTF-8":       {Body: new("bin \xff\xfe end")},
		"the value of NAME is not UTF-8": {Variables: []Variable{{Name: "NAME", Value: "caf\xe9"}}},
		`variable "\xe9" is not UTF-8`:   {Variables: []Variable{{Name: "\xe9"}}},
	} {
		if _, err := e.Preview(n); !IsKind(err, BadPayload) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	cut := &Endpoint{URL: Literal("https://h/x"), Payload: TemplatePayload, ContentType: "text/plain", Template: "{{slice .body 0 1}}"}
	if _, err := cut.Preview(Notification{Body: new("é")}); !IsKind(err, BadPayload) {
		t.Errorf("a template that cuts a character: %v", err)
	}
}
