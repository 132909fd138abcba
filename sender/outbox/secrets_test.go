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
	wantNotOnDisk(t, o, "secret-1", "secret-2", "pass word", "pass+word", "secret4", "secret-5")
	if m, err := o.Messages(t.Context()); err != nil || len(m) != 0 {
		t.Errorf("a message with a secret is remembered: %v, %v", m, err)
	}
}

// wantNotOnDisk asserts that the database and its log do not hold these while both are open.
func wantNotOnDisk(t *testing.T, o *Outbox, secrets ...string) {
	t.Helper()
	for _, file := range []string{DatabaseFile(o.DB), DatabaseFile(o.DB) + "-wal"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if strings.Contains(string(raw), secret) {
				t.Errorf("%q is in %s", secret, file)
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
	wantNotOnDisk(t, o, "tok-secret-1", "tok-secret-2")
}

func TestAnswerNeverQuotesThePathOfASecretURL(t *testing.T) {
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
	wantNotOnDisk(t, o, "s3cret")
}
