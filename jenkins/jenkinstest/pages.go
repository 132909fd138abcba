package jenkinstest

import (
	"fmt"
	"net/http"
	"strings"
)

// filler is what fills an HTML page of the controller up to the size that such a page has.
const filler = `<span class="jenkins-visually-hidden"></span><svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true"></svg>
`

// html returns a whole page of the controller's interface, with a session cookie and never compressed.
func (q *request) html(title string, code int) func() { return q.paged(title, code, "") }

// withContent returns a page with something of its own, behind everything that Jenkins puts around it.
func (q *request) withContent(code int, content string) func() {
	return q.paged("Jenkins", code, content)
}

func (q *request) paged(title string, code int, content string) func() {
	h := q.w.Header()
	c := q.c
	h.Set("Cache-Control", "no-cache,no-store,must-revalidate")
	h.Add("Set-Cookie", c.cookie())
	h.Set("Expires", "0")
	h.Set("Content-Type", "text/html;charset=utf-8")
	h.Set("X-Hudson-Theme", "default")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("X-Hudson", "1.395")
	h.Set("X-Jenkins", c.Version)
	h.Set("X-Jenkins-Session", c.session)
	h.Set("X-Frame-Options", "sameorigin")
	h.Del("Vary")
	size := map[int]int{http.StatusNotFound: 86 << 10, http.StatusForbidden: 21 << 10, http.StatusInternalServerError: 8 << 10}[code]
	if size == 0 {
		size = 88 << 10
	}
	head := fmt.Sprintf("\n    \n    \n  <!DOCTYPE html><html><head resURL=\"/static/%[1]s\" data-rooturl=\"%[2]s\" data-crumb-header=\"Jenkins-Crumb\">"+
		"<title>%[3]s</title></head><body id=\"jenkins\"><h1>%[3]s</h1>\n", c.session, c.Prefix, title)
	return func() {
		q.w.WriteHeader(code)
		if q.r.Method == http.MethodHead {
			return
		}
		put(q.w, []byte(head+strings.Repeat(filler, (size-len(head))/len(filler))+content+"</body></html>\n"))
	}
}

func (c *Controller) cookie() string {
	c.cookies++
	return fmt.Sprintf("JSESSIONID=node0%s%d.node0; Path=%s/; HttpOnly; SameSite=Lax", c.session, c.cookies, c.Prefix)
}

// notFound returns the page for an unknown job, build, queue item or root path: 86 KB.
func (q *request) notFound() func() { return q.html("Not Found - Jenkins", http.StatusNotFound) }

// missing returns the page for something that does not exist below an existing build: 230 bytes.
func (q *request) missing() func() {
	q.w.Header().Set("Content-Type", "text/html;charset=utf-8")
	body := redirectPage(q.c.session, "..", "Not found")
	return func() {
		q.w.WriteHeader(http.StatusNotFound)
		if q.r.Method != http.MethodHead {
			put(q.w, []byte(body))
		}
	}
}

// redirectPage sends a browser elsewhere.
func redirectPage(session, to, text string) string {
	return fmt.Sprintf("<html><head><meta http-equiv='refresh' content='1;url=%[1]s'/><script id='redirect' data-redirect-url='%[1]s' "+
		"src='/static/%[2]s/scripts/redirect.js'></script></head><body style='background-color:white; color:white;'>\n%[3]s\n<!--\n-->\n\n</body></html>",
		to, session, text)
}

// oops returns the page of an exception.
func (q *request) oops() func() { return q.html("Jenkins - Jenkins", http.StatusInternalServerError) }

// badTree returns the page for a question that cannot be read: the headers of an answer were set already.
func (q *request) badTree() func() {
	send := q.oops()
	q.w.Header()["X-Frame-Options"] = []string{"deny", "sameorigin", "sameorigin"}
	return send
}

func (q *request) plain(code int, message string) func() {
	return func() { plainError(q.w, q.r, code, message) }
}
