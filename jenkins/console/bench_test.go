package console

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func BenchmarkReadLog(b *testing.B) {
	body := bytes.Repeat([]byte("\x1b[32m[INFO]\x1b[0m Building module 17 of 42 of the application, as usual\r\n"), 1<<14)
	size := strconv.FormatInt(rawLength(body), 10)
	c := reading(recorded.Func(func(req *http.Request) *http.Response {
		w := httptest.NewRecorder()
		w.Header().Set("X-Text-Size", size)
		resp := w.Result()
		resp.Body = io.NopCloser(bytes.NewReader(body))
		return resp
	}))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range c.ReadLog(b.Context(), someRun, 0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
