package jenkins

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// reading returns a client of a controller below a prefix that this transport plays.
func reading(rt http.RoundTripper) *Client {
	return &Client{Name: "ci", URL: recorded.Must(url.Parse("http://ci.example/jenkins")), HTTP: &http.Client{Transport: rt}}
}

// against returns a client of the recorded controller.
func against(t testing.TB, numbers ...string) (*Client, *recorded.Player) {
	t.Helper()
	p := recorded.Play(t, numbers...)
	return &Client{Name: "ci", URL: recorded.Must(url.Parse("http://127.0.0.1:8090/")), User: "admin", Token: "secret-token",
		HTTP: &http.Client{Transport: p}}, p
}
