package outbox

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// TestIdleConnectionsAreClosed counts from the last answer of all.
func TestIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		closed := make(chan time.Time, 1)
		go func() {
			in := bufio.NewReader(server)
			for {
				if _, err := http.ReadRequest(in); err != nil {
					closed <- time.Now()
					return
				}
				io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
		}()
		var pool transports
		defer pool.close()
		rt, err := pool.get(t.Context(), &sender.Resolved{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		rt.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) { return client, nil }
		var last time.Time
		for range 2 {
			time.Sleep(idleFor - time.Second)
			req, err := http.NewRequestWithContext(t.Context(), "GET", "http://h/", nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			pool.rest()
			last = time.Now()
		}
		if at := <-closed; at.Sub(last) != idleFor {
			t.Errorf("closed %s after the last answer", at.Sub(last))
		}
	})
}
