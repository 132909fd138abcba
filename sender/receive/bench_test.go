//go:build unix

package receive

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// BenchmarkReceive is how many pushes a second are stored and answered, by how many come at once. Compare it with a
// handler that reads and drops them.
func BenchmarkReceive(b *testing.B) {
	bodies := benchBodies(b)
	dropping := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) })
	for _, senders := range []int{16, 64, 256} {
		for name, h := range map[string]http.Handler{
			"stored":  &Receiver{Outbox: &outbox.Outbox{DB: openTemp(b)}, Rate: 1_000_000, Token: "t"},
			"dropped": dropping,
		} {
			b.Run(fmt.Sprintf("%s/senders=%d", name, senders), func(b *testing.B) {
				srv := httptest.NewServer(h)
				defer srv.Close()
				b.ResetTimer()
				pushTo(b, srv.URL, bodies, senders, b.N)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "push/s")
			})
		}
	}
}

// benchBodies are pushes of 256 builds of 50 jobs.
func benchBodies(b *testing.B) [][]byte {
	raw, err := os.ReadFile("../testdata/captures/0225-POST-agent_free-3-RUNNING.http")
	if err != nil {
		b.Fatal(err)
	}
	p, err := sender.DecodePush("POST", "", parseMessage(b, raw).body)
	if err != nil {
		b.Fatal(err)
	}
	var bodies [][]byte
	for i := range 256 {
		job, number := fmt.Sprintf("service-%d", i%50), strconv.Itoa(1000+i)
		vars := slices.Clone(p.Variables)
		for k := range vars {
			v := &vars[k]
			v.Value = strings.NewReplacer("agent-free", job, "/3/", "/"+number+"/", "-3", "-"+number, "#3", "#"+number).Replace(v.Value)
			if v.Value == "3" {
				v.Value = number
			}
		}
		bodies = append(bodies, sender.Notification{Status: "RUNNING", Variables: vars}.Payload().JSON())
	}
	return bodies
}

// pushTo has so many senders push so often together, each over a connection of its own.
func pushTo(b *testing.B, url string, bodies [][]byte, senders, pushes int) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(pushes); i = next.Add(1) {
				req, err := http.NewRequest("POST", url, bytes.NewReader(bodies[int(i)%len(bodies)]))
				if err != nil {
					b.Error(err)
					continue
				}
				req.Header.Set("X-Auth-Token", "t")
				res, err := client.Do(req)
				if err != nil {
					b.Error(err)
					continue
				}
				if text, _ := io.ReadAll(res.Body); res.StatusCode != 200 {
					b.Error(strings.TrimSpace(string(text)))
				}
				res.Body.Close()
			}
		})
	}
	wg.Wait()
}
