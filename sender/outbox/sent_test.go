package outbox

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/sender"
)

func TestWhatWasSentStaysReadable(t *testing.T) {
	t.Setenv("HOOK_TOKEN", "tok-secret-1")
	answer := http.StatusServiceUnavailable
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "r-1 for "+r.Header.Get("X-Auth"))
		w.WriteHeader(answer)
		fmt.Fprint(w, "thanks")
	}))
	defer srv.Close()
	e := sender.Endpoint{URL: sender.Literal(srv.URL), Secrets: sender.MaskSecrets, Headers: []sender.Header{
		{Name: "X-Auth", Value: ref("env:HOOK_TOKEN")}, {Name: "X-Team", Value: sender.Literal("shop")}}}
	o := &Outbox{DB: openTemp(t), Endpoints: func(string) (sender.Endpoint, error) { return e, nil }}
	vars := []sender.Variable{{Name: "JOB_NAME", Value: "shop/cart"}, {Name: "PW", Value: "pass-secret-2", Password: true},
		{Name: "PLAIN", Value: "plain-value-3"}}
	add := func(n sender.Notification) sender.Delivery {
		t.Helper()
		n.Endpoint, n.Status, n.Variables = "hook", "START", vars
		d, err := o.Add(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	written := add(sender.Notification{Body: new("kept"), Remember: "kept"})
	scripted := add(sender.Notification{Body: new("by-a-script-4")})
	naming := add(sender.Notification{Body: new("it is pass-secret-2"), Remember: "it is pass-secret-2"})
	dropped := add(sender.Notification{Body: new("dropped-5")})

	check := func(when string, d sender.Delivery, message string, headers ...string) {
		t.Helper()
		r, err := o.Sent(t.Context(), d.ID)
		want := fmt.Sprintf("POST %s\n%s\nContent-Type: %s\nIdempotency-Key: %s\n\n", srv.URL,
			strings.Join([]string{"X-Auth: " + sender.Masked + " (env:HOOK_TOKEN)", "X-Team: shop"}, "\n"), sender.ContentType, d.ID) +
			`{"body":"` + message + `","JOB_EXECUTE_STATUS":"START","JOB_NAME":"shop/cart","jobExecuteStatus":"START","PLAIN":"•••","PW":"•••"}`
		if err != nil || r.String() != want {
			t.Errorf("%s: %v\n got %s\nwant %s", when, err, r, want)
		}
	}
	check("waiting", written, "kept")
	check("waiting", scripted, "by-a-script-4")
	check("waiting", naming, "it is "+sender.Masked)
	if _, err := o.Drop(t.Context(), dropped.ID); err != nil {
		t.Fatal(err)
	}
	check("dropped", dropped, "•••")

	relay := &Relay{Outbox: o}
	if err := relay.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("refused", written, "kept")
	answer = http.StatusOK
	if _, err := o.RetryAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := relay.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.Headers = nil // what is configured later does not change what was sent
	check("delivered", written, "kept")
	check("delivered", scripted, "•••")
	check("delivered", naming, "•••")
	attempts, err := o.Attempts(t.Context(), written.ID)
	if err != nil || len(attempts) != 2 {
		t.Fatal(attempts, err)
	}
	for _, a := range attempts {
		if len(a.Headers) != 4 || a.Headers[1] != (sender.RequestHeader{Name: "X-Team", Value: "shop"}) {
			t.Errorf("sent headers %v", a.Headers)
		}
		if got := (sender.Request{Headers: a.AnswerHeaders}).String(); !strings.Contains(got, "X-Request-Id: r-1 for "+sender.Masked+"\n") {
			t.Errorf("answer headers %s", got)
		}
	}
	wantNotOnDisk(t, o, "secret-1", "secret-2", "value-3", "script-4", "dropped-5")
}

func TestTemplatesOutputKeepsItsOutline(t *testing.T) {
	t.Parallel()
	var got string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = string(b)
	}))
	defer srv.Close()
	o := &Outbox{DB: openTemp(t), Endpoints: func(string) (sender.Endpoint, error) {
		return sender.Endpoint{URL: sender.Literal(srv.URL), Payload: sender.TemplatePayload,
			Template: `{"text": "{{.job}} #{{.number}} {{.status}} {{.body}} {{.TARGET}}"}`}, nil
	}}
	d := deliver(t, o, sender.Notification{Endpoint: "chat", Job: "shop/cart", Number: 7, Status: "FAILURE", Body: new("look"), Remember: "look",
		Variables: []sender.Variable{{Name: "TARGET", Value: "the-target"}}})
	r, err := o.Sent(t.Context(), d.ID)
	if want := `{"text": "shop/cart #7 FAILURE look •••"}`; err != nil || string(r.Body) != want {
		t.Errorf("%s, %v", r.Body, err)
	}
	if want := `{"text": "shop/cart #7 FAILURE look the-target"}`; got != want {
		t.Errorf("sent %s", got)
	}
	wantNotOnDisk(t, o, "the-target")
}

func TestFirstLineOfAMessageIsKeptUnlessItMayHoldASecret(t *testing.T) {
	t.Parallel()
	e := sender.Endpoint{URL: sender.Literal("http://127.0.0.1/hook")}
	box := &Outbox{DB: openTemp(t), Endpoints: func(string) (sender.Endpoint, error) { return e, nil }}
	add := func(body, remember string) string {
		d, err := box.Add(t.Context(), sender.Notification{Endpoint: "hook", Job: "a", Number: 1, Body: &body, Remember: remember,
			Variables: []sender.Variable{{Name: "KEY", Value: "hunter2-the-secret", Secret: true}}})
		if err != nil {
			t.Fatal(err)
		}
		return d.ID
	}
	for body, want := range map[string]string{
		"\n Holding. \nmore": "Holding. ", strings.Repeat("é", 300): strings.Repeat("é", 200), "the key is hunter2-the-secret": "",
	} {
		d, err := box.Get(t.Context(), add(body, body))
		if err != nil || d.Message != want {
			t.Errorf("of %q is kept %q (%v)", body, d.Message, err)
		}
	}
	if d, err := box.Get(t.Context(), add("from a script", "")); err != nil || d.Message != "" {
		t.Errorf("of a message that nobody wants to keep is kept %q (%v)", d.Message, err)
	}
}
