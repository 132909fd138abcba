package sender

import (
	"testing"
)

func TestPolicyDecidesAboutPasswordParametersOnly(t *testing.T) {
	t.Parallel()
	n := Notification{Variables: []Variable{{Name: "A", Value: "a"}, {Name: "PW", Value: "p", Password: true},
		{Name: "TOKEN", Value: "t", Secret: true}}}
	for policy, want := range map[Policy]string{
		"":          `{"A":"a","TOKEN":"t"}`,
		DropSecrets: `{"A":"a","TOKEN":"t"}`,
		MaskSecrets: `{"A":"a","PW":"****","TOKEN":"t"}`,
		SendSecrets: `{"A":"a","PW":"p","TOKEN":"t"}`,
	} {
		e := Endpoint{URL: Literal("http://h/"), Secrets: policy}
		got, err := e.encode(n, e.sent)
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", policy, got, err)
		}
	}
}

func TestPreviewMasksEverySecret(t *testing.T) {
	t.Parallel()
	e := &Endpoint{URL: Literal("https://u:hunter2@h.example/x?api_key=k123&a=b"), Secrets: SendSecrets,
		Headers: []Header{{Name: "Authorization", Value: Literal("Bearer tok-9")}, {Name: "X-Plain", Value: Literal("plain")}, {Name: "X-Ref", Value: Reference{"env:NOT_SET"}}},
		Sign:    Reference{"env:NOT_SET"}}
	n := Notification{AdHoc: e, Status: "START", Variables: []Variable{{Name: "PW", Value: "pw-8", Password: true}}}
	r, err := e.Preview(n)
	if err != nil {
		t.Fatal(err)
	}
	want := "POST https://u:" + Masked + "@h.example/x?api_key=" + Masked + "&a=b\n" +
		"Authorization: " + Masked + "\nX-Plain: plain\nX-Ref: " + Masked + " (env:NOT_SET)\n" +
		"Content-Type: application/json; charset=utf-8\nIdempotency-Key: (the id it gets)\n" +
		"X-Hub-Signature-256: sha256=(computed when it is sent)\n\n" +
		`{"JOB_EXECUTE_STATUS":"START","jobExecuteStatus":"START","PW":"` + Masked + `"}`
	if r.String() != want {
		t.Errorf("got\n%s\nwant\n%s", r, want)
	}
	if r.Size != int64(len(`{"JOB_EXECUTE_STATUS":"START","jobExecuteStatus":"START","PW":"pw-8"}`)) {
		t.Errorf("size %d is not the true one", r.Size)
	}
}

func TestPreviewOfAGetIsReadable(t *testing.T) {
	t.Parallel()
	e := Endpoint{URL: Literal("http://h/"), Method: "GET"}
	r, err := e.Preview(Notification{Variables: []Variable{{Name: "TOKEN", Value: "a b", Secret: true}}})
	if want := "http://h/?TOKEN=" + Masked; err != nil || r.URL != want {
		t.Errorf("%s, %v", r.URL, err)
	}
}
