package jenkinstest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is a trouble that a controller can be put into while it runs.
type Fault string

// The faults. All but Slow take the place of the answer.
const (
	Healthy      Fault = ""
	Down         Fault = "down"         // the connection is cut
	Unauthorized Fault = "unauthorized" // 401, as with a bad token
	Forbidden    Fault = "forbidden"    // 403, the page for anonymous users
	NotFound     Fault = "not-found"    // 404, the small page
	ServerError  Fault = "server-error" // 500
	Starting     Fault = "starting"     // 503, "Jenkins is getting ready to work"
	HTML         Fault = "html"         // 200 with HTML where JSON was due
	CutShort     Fault = "cut-short"    // the connection is cut in the middle of the answer
	HalfJSON     Fault = "half-json"    // JSON that ends early, though the answer itself is whole
	LoginPage    Fault = "login"        // a redirect to a single sign-on
	Slow         Fault = "slow"         // as usual, but later
	Huge         Fault = "huge"         // 200 MB of JSON
	EmptyOK      Fault = "empty"        // 200 without a body
	RateLimited  Fault = "rate-limited" // 429 with Retry-After
	BadGateway   Fault = "bad-gateway"  // 502 of a proxy
)

// Faults are all that there are, for a menu.
var Faults = []Fault{Down, Unauthorized, Forbidden, NotFound, ServerError, Starting, HTML, CutShort, HalfJSON, LoginPage, Slow,
	Huge, EmptyOK, RateLimited, BadGateway}

// slowTime is how late Slow answers by default.
const slowTime = 30 * time.Second

type faults struct {
	mu   sync.Mutex
	now  Fault
	path string // only requests whose path contains it
	late time.Duration
}

// Fault puts the controller into trouble, or out of it (Healthy).
func (c *Controller) Fault(f Fault) { c.FaultAt(f, "") }

// FaultAt is Fault for the requests alone whose path contains a text.
func (c *Controller) FaultAt(f Fault, path string) {
	if f != Healthy && !slices.Contains(Faults, f) {
		panic("jenkinstest: no such fault: " + string(f))
	}
	c.fault.mu.Lock()
	defer c.fault.mu.Unlock()
	c.fault.now, c.fault.path, c.fault.late = f, path, slowTime
}

// Slow lets every answer come late.
func (c *Controller) Slow(d time.Duration) {
	c.fault.mu.Lock()
	defer c.fault.mu.Unlock()
	c.fault.now, c.fault.path, c.fault.late = Slow, "", d
}

const hugeAnswer = 200 << 20

// serve answers in place of the controller when it is in trouble.
func (f *faults) serve(c *Controller, w http.ResponseWriter, r *http.Request) bool {
	f.mu.Lock()
	now, late, hit := f.now, f.late, strings.Contains(r.URL.EscapedPath(), f.path)
	f.mu.Unlock()
	if now == Healthy || !hit {
		return false
	}
	h := w.Header()
	page := func(contentType string, code int, body string) {
		h.Set("Content-Type", contentType)
		w.WriteHeader(code)
		if r.Method != http.MethodHead {
			put(w, []byte(body))
		}
	}
	switch now {
	case Down:
		panic(http.ErrAbortHandler)
	case Unauthorized:
		h.Set("Set-Cookie", "remember-me=; Path="+c.Prefix+"/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax")
		h.Set("WWW-Authenticate", `Basic realm="Jenkins"`)
		plainError(w, r, http.StatusUnauthorized, "Unauthorized")
	case Forbidden:
		h.Set("X-Jenkins", c.Version)
		to := c.Prefix + "/login?from=%2F"
		page("text/html;charset=utf-8", http.StatusForbidden, redirectPage(c.session, to, "Authentication required")+strings.Repeat(" ", 400))
	case NotFound:
		plainError(w, r, http.StatusNotFound, "Not Found")
	case ServerError:
		page("text/html;charset=utf-8", http.StatusInternalServerError, "<!DOCTYPE html><html><head><title>Jenkins - Jenkins</title></head>"+
			"<body><h1>Oops!</h1><p>A problem occurred while processing the request. Logging ID=15fe861b</p></body></html>")
	case Starting:
		h.Set("Cache-Control", "no-cache,no-store,must-revalidate")
		h.Set("Expires", "0")
		page("text/html;charset=utf-8", http.StatusServiceUnavailable, "\n<!DOCTYPE html><html lang=\"en\"><head><title>Starting Jenkins</title></head>"+
			"<body><h1 class=\"loading\"><p class=\"jenkins-spinner\">Jenkins is getting ready to work</h1>"+
			"<p class=\"restarting\">Your browser will reload automatically when Jenkins is ready.</body></html>")
	case HTML:
		page("text/html;charset=utf-8", http.StatusOK, "<!DOCTYPE html><html><head><title>Welcome</title></head><body>It works</body></html>")
	case HalfJSON, CutShort:
		const half = `{"_class":"hudson.model.ComputerSet","computer":[{"_class":"hudson.model.Hudson$MasterComputer","displayName":"Bui`
		if now == CutShort {
			h.Set("Content-Length", "100000")
			page("application/json;charset=utf-8", http.StatusOK, half)
			flush(w)
			panic(http.ErrAbortHandler)
		}
		page("application/json;charset=utf-8", http.StatusOK, half)
	case LoginPage:
		h.Set("Location", "https://login.example.com/authorize?client_id=jenkins&redirect_uri=x")
		w.WriteHeader(http.StatusFound)
	case EmptyOK:
		page("application/json;charset=utf-8", http.StatusOK, "")
	case RateLimited:
		h.Set("Retry-After", "7")
		page("text/plain", http.StatusTooManyRequests, "slow down\n")
	case BadGateway:
		page("text/html", http.StatusBadGateway, "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>")
	case Huge:
		h.Set("Content-Type", "application/json;charset=utf-8")
		chunk := []byte(strings.Repeat(`{"displayName":"a node that never ends"},`, 1000))
		fmt.Fprint(w, `{"_class":"hudson.model.ComputerSet","computer":[`)
		for sent := 0; sent < hugeAnswer; sent += len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				break
			}
		}
	case Slow:
		select {
		case <-time.After(late):
			return false
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	return true
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }
