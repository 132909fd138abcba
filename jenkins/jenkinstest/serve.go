package jenkinstest

import (
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/api"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
)

// request is one request on its way through the controller. The controller's lock is held while a page is made, and
// never while bytes travel.
type request struct {
	c    *Controller
	w    http.ResponseWriter
	r    *http.Request
	user *User // nil: anonymous
	now  time.Time
	path []string // decoded parts below the prefix
	raw  []string // the same as spelled
}

// ServeHTTP answers as a controller would.
func (c *Controller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	lw := &countingWriter{ResponseWriter: w}
	defer c.log.add(r, lw)
	h := lw.Header()
	h.Set("Server", "Jetty(12.1.1)")
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("X-Content-Type-Options", "nosniff")
	if c.fault.serve(c, lw, r) {
		return
	}
	if !c.NoGzip {
		h.Set("Vary", "Accept-Encoding")
	}
	escaped := r.URL.EscapedPath()
	below, ok := strings.CutPrefix(escaped, c.Prefix)
	if !ok || below != "" && below[0] != '/' {
		plainError(lw, r, http.StatusNotFound, "Not Found")
		return
	}
	q := &request{c: c, w: lw, r: r}
	for raw := range strings.SplitSeq(strings.Trim(below, "/"), "/") {
		part, err := url.PathUnescape(raw)
		if err != nil {
			plainError(lw, r, http.StatusBadRequest, "Bad Request")
			return
		}
		q.path, q.raw = append(q.path, part), append(q.raw, raw)
	}
	if r.Body != nil {
		r.Body = http.MaxBytesReader(lw, r.Body, 10<<20)
	}
	c.mu.Lock()
	q.now = time.Now()
	c.world.Advance(q.now)
	send := q.page()
	c.mu.Unlock()
	if send != nil {
		send()
	}
}

// page finds the answer under the controller's lock; the function that it returns sends it without.
func (q *request) page() (send func()) {
	if send := q.login(); send != nil {
		return send
	}
	switch q.path[0] {
	case "", "api":
		if q.path[0] == "" {
			return q.html("Dashboard - Jenkins", http.StatusOK)
		}
		return q.api(q.path, api.Root(q.c.world))
	case "computer":
		return q.computers()
	case "label":
		return q.labelPage()
	case "queue":
		return q.queuePage()
	case "whoAmI":
		return q.api(q.path[1:], api.WhoAmI())
	case "crumbIssuer":
		return q.crumb()
	case "pipeline-model-converter":
		if len(q.path) == 2 && q.path[1] == "validateJenkinsfile" {
			return q.validate()
		}
	case "scriptText":
		return q.script()
	case "job":
		return q.job()
	case "sse-gateway":
		if q.c.SSE {
			return q.sse()
		}
	}
	return q.notFound()
}

// api answers .../api/json (and refuses what is not that).
func (q *request) api(rest []string, of api.Object) func() {
	return q.apiOf(rest, of, q.scope())
}

// scope is what answers to the request depend on.
func (q *request) scope() *api.Scope {
	x := &api.Scope{World: q.c.world, Prefix: q.c.Prefix, Now: q.now, GraphViewAt: q.c.GraphViewAt, TextTimes: q.c.GraphViewText}
	if q.user != nil {
		x.User, x.Reader = q.user.Name, !q.user.Admin
	}
	return x
}

func (q *request) apiOf(rest []string, of api.Object, x *api.Scope) func() {
	if len(rest) != 2 || rest[0] != "api" || rest[1] != "json" {
		return q.notFound()
	}
	query := q.r.URL.Query()
	if q.r.Method == http.MethodPost && q.r.ParseForm() == nil {
		query = q.r.Form
	}
	h := q.w.Header()
	h.Set("X-Jenkins", q.c.Version)
	h.Set("X-Jenkins-Session", q.c.session)
	h.Set("X-Frame-Options", "deny")
	t, err := tree.Parse(cmp.Or(query.Get("tree"), tree.Default))
	if err != nil {
		return q.badTree()
	}
	buf := tree.Append(bufs.Get().([]byte)[:0], x, of, t)
	return func() {
		q.send("application/json;charset=utf-8", buf)
		bufs.Put(buf) //nolint:staticcheck // a slice header is small beside the buffer that it saves
	}
}

var bufs = sync.Pool{New: func() any { return make([]byte, 0, 64<<10) }}

// json answers pages that are not exported objects.
func (q *request) json(v any) func() {
	body := tree.Append(nil, q.scope(), v, nil)
	return func() { q.send("application/json;charset=utf-8", body) }
}

// gzipMin is the size from which Jetty compresses.
const gzipMin = 32

var gzips = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func (q *request) send(contentType string, body []byte) {
	h := q.w.Header()
	h.Set("Content-Type", contentType)
	if q.c.NoGzip || len(body) < gzipMin || !strings.Contains(q.r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if q.r.Method != http.MethodHead {
			put(q.w, body)
		}
		return
	}
	h.Set("Content-Encoding", "gzip")
	if q.r.Method == http.MethodHead {
		return
	}
	z := gzips.Get().(*gzip.Writer)
	defer gzips.Put(z)
	z.Reset(q.w)
	put(z, body)
	_ = z.Close()
}

// put sends bytes. Where it fails, the client has gone.
func put(w io.Writer, b []byte) { _, _ = w.Write(b) }

func (q *request) status(code int) func() {
	return func() { q.w.WriteHeader(code) }
}

func (q *request) redirect(to string) func() {
	q.w.Header().Set("Location", to)
	return q.status(http.StatusFound)
}

// plainError is an error page of the servlet container: small, with the message.
func plainError(w http.ResponseWriter, r *http.Request, code int, message string) {
	h := w.Header()
	h.Set("Cache-Control", "must-revalidate,no-cache,no-store")
	h.Set("Content-Type", "text/html;charset=iso-8859-1")
	body := fmt.Sprintf(`<html>
<head>
<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>
<title>Error %[1]d %[2]s</title>
</head>
<body><h2>HTTP ERROR %[1]d %[2]s</h2>
<table>
<tr><th>URI:</th><td>%[3]s</td></tr>
<tr><th>STATUS:</th><td>%[1]d</td></tr>
<tr><th>MESSAGE:</th><td>%[2]s</td></tr>
<tr><th>SERVLET:</th><td>Stapler</td></tr>
</table>
<hr/><a href="https://jetty.org/">Powered by Jetty:// 12.1.1</a><hr/>

</body>
</html>
`, code, message, strings.ReplaceAll(r.URL.EscapedPath(), "<", "&lt;"))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		put(w, []byte(body))
	}
}

// buildPages answers what stands below a build.
type buildPages struct {
	*request
	b *Build
}

// jobPages answers what stands directly below a job.
type jobPages struct {
	*request
	j *Job
}
