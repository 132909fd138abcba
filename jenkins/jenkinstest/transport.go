package jenkinstest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"syscall"
)

// Transport asks a controller in the same process, without a socket: for tests inside a synctest bubble and for the
// demo. It streams, obeys the request's context, and answers HEAD without a body. The host of the URL does not matter.
func (c *Controller) Transport() http.RoundTripper { return transport{c} }

type transport struct{ h http.Handler }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx) // a handler learns so that its client has gone
	in := r.Clone(ctx)
	in.RequestURI = r.URL.RequestURI()
	in.Host = r.URL.Host
	if in.Body == nil {
		in.Body = http.NoBody
	}
	body, pw := io.Pipe()
	w := &pipeWriter{header: http.Header{}, pw: pw, ready: make(chan struct{})}
	go func() {
		defer func() {
			err := io.EOF
			if p := recover(); p == any(http.ErrAbortHandler) {
				err = io.ErrUnexpectedEOF
				if !w.started {
					w.failed = errors.New("read: " + syscall.ECONNRESET.Error())
				}
			} else if p != nil {
				panic(p)
			}
			if !w.started {
				w.start(http.StatusOK)
			}
			if w.failed == nil && w.left > 0 && !w.head { // fewer bytes than promised
				err = io.ErrUnexpectedEOF
			}
			pw.CloseWithError(err)
			if r.Body != nil {
				_ = r.Body.Close()
			}
		}()
		w.head = r.Method == http.MethodHead
		t.h.ServeHTTP(w, in)
	}()
	select {
	case <-w.ready:
	case <-ctx.Done():
		err := ctx.Err()
		cancel()
		_ = body.CloseWithError(err)
		return nil, err
	}
	if w.failed != nil {
		cancel()
		return nil, w.failed
	}
	stop := context.AfterFunc(r.Context(), func() { pw.CloseWithError(r.Context().Err()) })
	resp := &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: &answerBody{body, stop, cancel}, ContentLength: w.length, Request: r,
	}
	if w.head {
		resp.Body = http.NoBody
		_ = body.Close()
		stop()
		cancel()
	}
	return resp, nil
}

// answerBody ends the watch over the context when it is closed.
type answerBody struct {
	*io.PipeReader
	stop   func() bool
	cancel func()
}

func (b *answerBody) Close() error {
	b.stop()
	b.cancel()
	return b.PipeReader.Close()
}

// pipeWriter is the handler's end of an answer.
type pipeWriter struct {
	header, sent http.Header
	pw           *io.PipeWriter
	ready        chan struct{} // closed once the header stands
	started      bool
	head         bool
	status       int
	length, left int64
	failed       error
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(code int) {
	if !w.started {
		w.start(code)
	}
}

func (w *pipeWriter) start(code int) {
	w.started, w.status, w.sent = true, code, w.header.Clone()
	w.length = -1
	if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
		w.length, w.left = n, n
	}
	close(w.ready)
}

func (w *pipeWriter) Write(p []byte) (int, error) {
	if !w.started {
		w.start(http.StatusOK)
	}
	if w.head {
		return len(p), nil
	}
	n, err := w.pw.Write(p)
	w.left -= int64(n)
	return n, err
}

func (w *pipeWriter) Flush() {
	if !w.started {
		w.start(http.StatusOK)
	}
}

var _ http.Flusher = (*pipeWriter)(nil)
