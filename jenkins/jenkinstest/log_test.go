package jenkinstest

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// body returns what admin gets, whatever its status.
func body(t *testing.T, c *Controller, uri string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://jenkins"+uri, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(Admin.Name, Admin.Token)
	resp, err := c.Transport().RoundTrip(req)
	if err != nil {
		t.Fatalf("%s: %v", uri, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s: %v", uri, err)
	}
	return b
}

// page returns an answer with its headers.
func page(t *testing.T, c *Controller, uri string) (http.Header, []byte) {
	t.Helper()
	s := &story{t: t, c: c}
	resp, b := s.ask(http.MethodGet, uri, false)
	return resp.Header, b
}

// ask decodes an answer to admin, and fails the test when there is none.
func ask(t *testing.T, c *Controller, uri string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://jenkins"+uri, nil)
	if err != nil {
		t.Fatal(err)
	}
	as(c.Users[0])(req)
	resp, err := c.Transport().RoundTrip(req)
	if err != nil {
		t.Fatalf("%s: %v", uri, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", uri, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", uri, err)
	}
}
