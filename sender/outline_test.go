package sender

import (
	"fmt"
	"strings"
	"testing"
)

func TestOutlineHasKeysInOrderAndFewValues(t *testing.T) {
	t.Parallel()
	n := Notification{Status: "FAILURE", Body: new("say \"hi\"\nto hunter2"), Variables: []Variable{
		{Name: "BUILD_NUMBER", Value: "7"}, {Name: "JOB_NAME", Value: "shop/cart"}, {Name: "A\"PI", Value: "a,\"b\":\"c"}, {Name: "PW", Value: "x"},
	}}
	mask := MaskOf([]string{"", "hunter2"})
	for _, tt := range []struct {
		payload        []byte
		query, message bool
		want           string
	}{
		{n.Payload().JSON(), false, true, `{"A\"PI":"•••","body":"say \"hi\"\nto ` + Masked + `","BUILD_NUMBER":"7","buildNo":"7",` +
			`"JOB_EXECUTE_STATUS":"FAILURE","JOB_NAME":"shop/cart","jobExecuteStatus":"FAILURE","PW":"•••"}`},
		{n.Payload().JSON(), false, false, `{"A\"PI":"•••","body":"•••","BUILD_NUMBER":"7","buildNo":"7",` +
			`"JOB_EXECUTE_STATUS":"FAILURE","JOB_NAME":"shop/cart","jobExecuteStatus":"FAILURE","PW":"•••"}`},
		{n.Payload().Query(), true, false, "A%22PI=•••&body=•••&BUILD_NUMBER=7&buildNo=7&JOB_EXECUTE_STATUS=FAILURE&" +
			"JOB_NAME=shop%2Fcart&jobExecuteStatus=FAILURE&PW=•••"},
		{[]byte("{}"), false, true, "{}"},
		{nil, true, true, ""},
		{[]byte(`{"text": "not the plugin's"}`), false, true, ""},
		{[]byte(`{"text":{"nested":"too"}}`), false, true, ""},
		{[]byte(`title=a&text=b`), false, true, ""},
	} {
		if got := Outline(tt.payload, tt.query, tt.message, mask); got != tt.want {
			t.Errorf("of %s\n got %s\nwant %s", tt.payload, got, tt.want)
		}
	}
}

func TestOutlineIsBounded(t *testing.T) {
	t.Parallel()
	n := Notification{Status: "START", Body: new(strings.Repeat("ü\n", 50_000))}
	for i := range outlineKeys + 31 {
		n.Variables = append(n.Variables, Variable{Name: fmt.Sprintf("V%03d", i), Value: "x"})
	}
	for query, payload := range map[bool][]byte{false: n.Payload().JSON(), true: n.Payload().Query()} {
		got := Outline(payload, query, true, MaskOf(nil))
		if !strings.HasSuffix(got, " and 31 more") || len(got) > 4000 || !strings.Contains(got, "…") || strings.Contains(got, `\…`) {
			t.Errorf("%d bytes: %s", len(got), got)
		}
	}
}

// TestWhatWasSentStaysReadable asks before the first attempt, between two, and after delivery.
func FuzzOutline(f *testing.F) {
	f.Add("NAME", `va"l,ue`, "body \\ text", "other")
	f.Add(`"`, "\\", "&=%", "…")
	f.Fuzz(func(t *testing.T, name, value, body, secret string) {
		secret = "S3" + secret + "3S"
		n := Notification{Status: "START", Body: &body, Variables: []Variable{{Name: name, Value: value}, {Name: "ZZ", Value: secret}}}
		for query, payload := range map[bool][]byte{false: n.Payload().JSON(), true: n.Payload().Query()} {
			got := Outline(payload, query, true, MaskOf(nil))
			if got == "" || strings.Contains(got, string(appendJSON(nil, valid(secret)))) && !strings.Contains(name+body, secret) {
				t.Errorf("outline of %s: %s", payload, got)
			}
		}
	})
}
