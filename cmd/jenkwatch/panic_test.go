package main

import (
	"net/http"
	"net/url"
	"os"
)

// breaksEnv has a program of these tests panic wherever it sends a request to this path.
const breaksEnv = "JENKWATCH_TEST_BREAKS_AT"

func breakOnDemand() {
	at := os.Getenv(breaksEnv)
	if at == "" {
		return
	}
	t := http.DefaultTransport.(*http.Transport)
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		if r.URL.Path == at {
			panic("as ordered by the test")
		}
		return nil, nil
	}
}
