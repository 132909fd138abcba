package receive

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// checkOrigin refuses what a web page made a browser send: a receiver on the loopback interface may need no proof, and the
// browser of the same machine reaches it.
func (r *Receiver) checkOrigin(req *http.Request) *refusal {
	if crossSite(req) {
		return &refusal{status: http.StatusForbidden, text: "a push from a web page is refused"}
	}
	name := HostName(req)
	if r.CheckHost == nil || name == "" { // browsers always name a host
		return nil
	}
	if err := r.CheckHost(name); err != nil {
		return &refusal{status: http.StatusForbidden, text: err.Error()}
	}
	return nil
}

// crossSite reports whether a browser sent the request for a page of another origin.
func crossSite(req *http.Request) bool {
	switch req.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return true
	}
	for _, header := range []string{"Origin", "Referer"} { // of older browsers, a GET has only the latter
		page := req.Header.Get(header)
		if u, err := url.Parse(page); page != "" && (err != nil || !strings.EqualFold(u.Host, req.Host)) {
			return true
		}
	}
	return false
}

// HostName returns the host that a request addresses, without its port.
func HostName(req *http.Request) string {
	host := req.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.Trim(host, "[]"), ".")
}

// answerProbe answers requests that carry no push: health checks, and browsers that look at the address. It reports whether
// it did.
func answerProbe(w http.ResponseWriter, req *http.Request) bool {
	switch {
	case req.Method == "OPTIONS":
		w.Header().Set("Allow", allowedMethods)
		w.WriteHeader(http.StatusNoContent)
	case req.Method == "HEAD", req.Method == "GET" && req.URL.RawQuery == "":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "jenkwatch takes pushes here\n")
	default:
		return false
	}
	return true
}
