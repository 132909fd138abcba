package sender

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestSecretsNeverReachRecordsAfterDelivery(t *testing.T) {
	t.Setenv("HOOK_TOKEN", "tok-secret-1")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, _ := DecodePush("GET", r.URL.RawQuery, nil)
		fmt.Fprintf(w, "you sent %s and %s and %s, that is %v", r.Header.Get("Authorization"), r.URL, r.Header.Get("X-Adhoc"), p.Variables)
	}))
	defer srv.Close()
	configured := Endpoint{Method: "GET", URL: Literal(srv.URL + "/?token=tok-secret-2"), Secrets: SendSecrets,
		Headers: []Header{{"Authorization", Reference{"Bearer ${env:HOOK_TOKEN}"}}}}
	o := &Outbox{DB: openTemp(t), Endpoints: func(string) (Endpoint, error) { return configured, nil }}
	vars := []Variable{{Name: "PW", Value: "pass word\"3", Password: true}, {Name: "LOOKS", Value: "ghp_secret4", Secret: true}}
	d := deliver(t, o, Notification{Endpoint: "hook", Status: "START", Variables: vars, Remember: "pw is pass word\"3", Body: new("pw is pass word\"3")})
	if d.State != Delivered {
		t.Fatalf("%+v", d)
	}
	e := adHoc(srv.URL + "/")
	e.Headers = []Header{{"X-Adhoc", Literal("visible")}, {"X-Auth", Literal("tok-secret-5")}}
	deliver(t, o, Notification{AdHoc: e, Status: "START"})

	attempts, err := o.Attempts(t.Context(), d.ID)
	if err != nil || !strings.Contains(attempts[0].Answer, Masked) {
		t.Errorf("%+v, %v", attempts, err)
	}
	lieNot(t, o, "secret-1", "secret-2", "pass word", "pass+word", "secret4", "secret-5")
	if m, err := o.Messages(t.Context()); err != nil || len(m) != 0 {
		t.Errorf("a message with a secret is remembered: %v, %v", m, err)
	}
}

// lieNot asserts what the database and its log do not hold while both are open.
func lieNot(t *testing.T, o *Outbox, secrets ...string) {
	t.Helper()
	for _, file := range []string{databaseFile(o.DB), databaseFile(o.DB) + "-wal"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if strings.Contains(string(raw), secret) {
				t.Errorf("%q lies in %s", secret, file)
			}
		}
	}
}

func TestWhatIsDroppedDoesNotLieOnDisk(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	e := adHoc("http://h.example/")
	e.Headers = []Header{{"X-Auth", Literal("tok-secret-1")}}
	d, err := o.Add(t.Context(), Notification{AdHoc: e, Body: new("tok-secret-2")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Drop(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	lieNot(t, o, "tok-secret-1", "tok-secret-2")
}

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
		Headers: []Header{{"Authorization", Literal("Bearer tok-9")}, {"X-Plain", Literal("plain")}, {"X-Ref", Reference{"env:NOT_SET"}}},
		Sign:    Reference{"env:NOT_SET"}}
	n := Notification{AdHoc: e, Status: "START", Variables: []Variable{{Name: "PW", Value: "pw-8", Password: true}}}
	o := &Outbox{}
	r, err := o.Preview(n)
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

func TestAnAnswerNeverQuotesThePathOfASecretURL(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s", r.URL.Path) }))
	defer srv.Close()
	t.Setenv("CHAT_HOOK", srv.URL+"/services/T0/s3cret")
	o := &Outbox{DB: openTemp(t), Endpoints: func(string) (Endpoint, error) { return Endpoint{URL: Reference{"env:CHAT_HOOK"}}, nil }}
	d := deliver(t, o, Notification{Endpoint: "chat", Status: "START"})
	attempts, err := o.Attempts(t.Context(), d.ID)
	if err != nil || len(attempts) != 1 || attempts[0].Answer != "hello "+Masked {
		t.Errorf("%+v, %v", attempts, err)
	}
	lieNot(t, o, "s3cret")
}

func TestPreviewOfAGetIsReadable(t *testing.T) {
	t.Parallel()
	r, err := (&Outbox{}).Preview(Notification{AdHoc: &Endpoint{URL: Literal("http://h/"), Method: "GET"},
		Variables: []Variable{{Name: "TOKEN", Value: "a b", Secret: true}}})
	if want := "http://h/?TOKEN=" + Masked; err != nil || r.URL != want {
		t.Errorf("%s, %v", r.URL, err)
	}
}
