package jenkinstest

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Request is a request that was answered.
type Request struct {
	At     time.Time
	Method string
	URI    string // path and query
	Status int
	Bytes  int64 // of the answer's body, as sent (compressed, if it was)
}

// requestLog keeps the last requests.
type requestLog struct {
	mu   sync.Mutex
	last []Request
}

const requestsKept = 10000

func (l *requestLog) add(r *http.Request, w *countingWriter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.last) == requestsKept {
		l.last = slices.Delete(l.last, 0, requestsKept/2)
	}
	l.last = append(l.last, Request{time.Now(), r.Method, r.URL.RequestURI(), max(w.status, http.StatusOK), w.bytes})
}

// Requests returns the requests that were answered so far, oldest first; of very many, the last ones.
func (c *Controller) Requests() []Request {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	return slices.Clone(c.log.last)
}

// ForgetRequests empties the log.
func (c *Controller) ForgetRequests() {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	c.log.last = nil
}

// countingWriter knows what was sent.
type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *countingWriter) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}
