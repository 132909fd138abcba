package kittest

import (
	"errors"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

func Endpoint(name, method, url string, headers ...sender.Header) sender.Endpoint {
	return sender.Endpoint{Name: name, Method: method, URL: sender.Literal(url), Headers: headers}
}

func SampleEndpoints(t testing.TB) []sender.Endpoint {
	t.Helper()
	token, err := sender.ParseReference("env:HOOK_TOKEN")
	if err != nil {
		t.Fatal(err)
	}
	return []sender.Endpoint{
		Endpoint("chat", "GET", "https://chat.example.com/hook"),
		Endpoint("default", "POST", "https://api.example.com/pipeline/status",
			sender.Header{Name: "username", Value: sender.Literal("ci")}, sender.Header{Name: "Authorization", Value: token}),
	}
}

// OpenOutbox returns an outbox on a real disk.
func OpenOutbox(t testing.TB, endpoints []sender.Endpoint) *outbox.Outbox {
	t.Helper()
	db, err := outbox.Open(filepath.Join(t.TempDir(), "jenkwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, m := range outbox.Migrations {
		if _, err := db.Exec(m); err != nil {
			t.Fatal(err)
		}
	}
	return &outbox.Outbox{DB: db, Endpoints: func(name string) (sender.Endpoint, error) {
		for _, e := range endpoints {
			if e.Name == name {
				return e, nil
			}
		}
		return sender.Endpoint{}, errors.New("not configured")
	}}
}

type RoundTrip func(*http.Request) (*http.Response, error)

func (f RoundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
