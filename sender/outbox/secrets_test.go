package outbox

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/sender"
)

func TestSecretsNeverReachRecordsAfterDelivery(t *testing.T) {
	t.Setenv("HOOK_TOKEN", "tok-secret-1")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, _ := sender.DecodePush("GET", r.URL.RawQuery, nil)
		fmt.Fprintf(w, "you sent %s and %s and %s, that is %v", r.Header.Get("Authorization"), r.URL, r.Header.Get("X-Adhoc"), p.Variables)
	}))
	defer srv.Close()
	configured := sender.Endpoint{Method: "GET", URL: sender.Literal(srv.URL + "/?token=tok-secret-2"), Secrets: sender.SendSecrets,
		Headers: []sender.Header{{Name: "Authorization", Value: ref("Bearer ${env:HOOK_TOKEN}")}}}
	o := &Outbox{DB: openTemp(t), Endpoints: func(string) (sender.Endpoint, error) { return configured, nil }}
	vars := []sender.Variable{{Name: "PW", Value: "pass word\"3", Password: true}, {Name: "LOOKS", Value: "ghp_secret4", Secret: true}}
	d := deliver(t, o, sender.Notification{Endpoint: "hook", Status: "START", Variables: vars, Remember: "pw is pass word\"3", Body: new("pw is pass word\"3")})
	if d.State != sender.Delivered {
		t.Fatalf("%+v", d)
	}
	e := adHoc(srv.URL + "/")
	e.Headers = []sender.Header{{Name: "X-Adhoc", Value: sender.Literal("visible")}, {Name: "X-Auth", Value: sender.Literal("tok-secret-5")}}
	deliver(t, o, sender.Notification{AdHoc: e, Status: "START"})

	attempts, err := o.Attempts(t.Context(), d.ID)
	if err != nil || !strings.Contains(attempts[0].Answer, sender.Masked) {
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
	for _, file := range []string{DatabaseFile(o.DB), DatabaseFile(o.DB) + "-wal"} {
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
	e.Headers = []sender.Header{{Name: "X-Auth", Value: sender.Literal("tok-secret-1")}}
	d, err := o.Add(t.Context(), sender.Notification{AdHoc: e, Body: new("tok-secret-2")})
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
	n := sender.Notification{Variables: []sender.Variable{{Name: "A", Value: "a"}, {Name: "PW", Value: "p", Password: true},
		{Name: "TOKEN", Value: "t", Secret: true}}}
	for policy, want := range map[sender.Policy]string{
		"":                 `{"A":"a","TOKEN":"t"}`,
		sender.DropSecrets: `{"A":"a","TOKEN":"t"}`,
		sender.MaskSecrets: `{"A":"a","PW":"****","TOKEN":"t"}`,
		sender.SendSecrets: `{"A":"a","PW":"p","TOKEN":"t"}`,
	} {
		e := sender.Endpoint{URL: sender.Literal("http://h/"), Secrets: policy}
		got, err := e.Encode(n, e.Sent)
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", policy, got, err)
		}
	}
}

func TestPreviewMasksEverySecret(t *testing.T) {
	t.Parallel()
	e := &sender.Endpoint{URL: sender.Literal("https://u:hunter2@h.example/x?api_key=k123&a=b"), Secrets: sender.SendSecrets,
		Headers: []sender.Header{{Name: "Authorization", Value: sender.Literal("Bearer tok-9")}, {Name: "X-Plain", Value: sender.Literal("plain")}, {Name: "X-Ref", Value: ref("env:NOT_SET")}},
		Sign:    ref("env:NOT_SET")}
	n := sender.Notification{AdHoc: e, Status: "START", Variables: []sender.Variable{{Name: "PW", Value: "pw-8", Password: true}}}
	o := &Outbox{}
	r, err := o.Preview(n)
	if err != nil {
		t.Fatal(err)
	}
	want := "POST https://u:" + sender.Masked + "@h.example/x?api_key=" + sender.Masked + "&a=b\n" +
		"Authorization: " + sender.Masked + "\nX-Plain: plain\nX-Ref: " + sender.Masked + " (env:NOT_SET)\n" +
		"Content-Type: application/json; charset=utf-8\nIdempotency-Key: (the id it gets)\n" +
		"X-Hub-Signature-256: sha256=(computed when it is sent)\n\n" +
		`{"JOB_EXECUTE_STATUS":"START","jobExecuteStatus":"START","PW":"` + sender.Masked + `"}`
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
	o := &Outbox{DB: openTemp(t), Endpoints: func(string) (sender.Endpoint, error) {
		return sender.Endpoint{URL: ref("env:CHAT_HOOK")}, nil
	}}
	d := deliver(t, o, sender.Notification{Endpoint: "chat", Status: "START"})
	attempts, err := o.Attempts(t.Context(), d.ID)
	if err != nil || len(attempts) != 1 || attempts[0].Answer != "hello "+sender.Masked {
		t.Errorf("%+v, %v", attempts, err)
	}
	lieNot(t, o, "s3cret")
}

func TestPreviewOfAGetIsReadable(t *testing.T) {
	t.Parallel()
	r, err := (&Outbox{}).Preview(sender.Notification{AdHoc: &sender.Endpoint{URL: sender.Literal("http://h/"), Method: "GET"},
		Variables: []sender.Variable{{Name: "TOKEN", Value: "a b", Secret: true}}})
	if want := "http://h/?TOKEN=" + sender.Masked; err != nil || r.URL != want {
		t.Errorf("%s, %v", r.URL, err)
	}
}
