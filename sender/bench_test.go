//go:build unix

package sender

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// benchVariables are those of a recorded push.
func benchVariables(tb testing.TB) []Variable {
	tb.Helper()
	raw, err := os.ReadFile("testdata/captures/0225-POST-agent_free-3-RUNNING.http")
	if err != nil {
		tb.Fatal(err)
	}
	p, err := DecodePush("POST", "", parseMessage(tb, raw).body)
	if err != nil {
		tb.Fatal(err)
	}
	return p.Variables
}

func sink(tb testing.TB) *httptest.Server {
	tb.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }))
	tb.Cleanup(srv.Close)
	return srv
}

func BenchmarkPayloadJSON(b *testing.B) {
	n := Notification{Status: "RUNNING", Variables: benchVariables(b)}
	b.ReportAllocs()
	for b.Loop() {
		n.Payload().JSON()
	}
}

// BenchmarkAccept is how many notifications a second are on disk: one caller after the other, and four at once.
func BenchmarkAccept(b *testing.B) {
	for _, callers := range []int{1, 4} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			o := &Outbox{DB: openTemp(b)}
			n := Notification{AdHoc: adHoc("http://h/"), Status: "RUNNING", Variables: benchVariables(b)}
			todo := make(chan struct{})
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					for range todo {
						if _, err := o.Add(b.Context(), n); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for b.Loop() {
				todo <- struct{}{}
			}
			close(todo)
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepted/s")
		})
	}
}

const benchQueued = 10_000

// BenchmarkDeliver drains 10,000 queued notifications of as many builds to a loopback endpoint.
func BenchmarkDeliver(b *testing.B) {
	srv := sink(b)
	vars := benchVariables(b)
	var cpu time.Duration // of sender and receiver; unlike the time, it hardly depends on what else the machine does
	for b.Loop() {
		b.StopTimer()
		o := &Outbox{DB: openTemp(b), Endpoints: func(string) (Endpoint, error) { return Endpoint{URL: Literal(srv.URL)}, nil }}
		tx, err := o.DB.Begin()
		if err != nil {
			b.Fatal(err)
		}
		for i := range benchQueued {
			if _, err := o.AddTx(b.Context(), tx, Notification{Endpoint: "hook", Job: "j", Number: i + 1, Status: "RUNNING",
				Variables: vars}); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
		before := cpuTime(b)
		b.StartTimer()
		if err := (&Relay{Outbox: o}).Flush(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		cpu += cpuTime(b) - before
		if counts, err := o.Counts(b.Context()); err != nil || counts[Delivered] != benchQueued {
			b.Fatal(counts, err)
		}
		b.StartTimer()
	}
	reportDelivered(b, cpu)
}

func reportDelivered(b *testing.B, cpu time.Duration) {
	b.ReportMetric(benchQueued*float64(b.N)/b.Elapsed().Seconds(), "delivered/s")
	b.ReportMetric(float64(cpu.Microseconds())/benchQueued/float64(b.N), "cpu-µs/delivery")
}

// BenchmarkDeliverFloor sends the same bytes with the bare net/http client, with as many workers as a relay has.
func BenchmarkDeliverFloor(b *testing.B) {
	srv := sink(b)
	payload := Notification{Number: 1, Status: "RUNNING", Variables: benchVariables(b)}.Payload().JSON()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	before := cpuTime(b)
	for b.Loop() {
		todo := make(chan struct{})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range todo {
					res, err := client.Post(srv.URL, ContentType, bytes.NewReader(payload))
					if err != nil {
						b.Error(err)
						continue
					}
					io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
			})
		}
		for range benchQueued {
			todo <- struct{}{}
		}
		close(todo)
		wg.Wait()
	}
	reportDelivered(b, cpuTime(b)-before)
}

// BenchmarkIdleRelay is the CPU time of a relay with an empty outbox, per second.
func BenchmarkIdleRelay(b *testing.B) {
	o := &Outbox{DB: openTemp(b)}
	ended := make(chan error, 1)
	ctx := b.Context()
	go func() { ended <- (&Relay{Outbox: o}).Run(ctx) }()
	time.Sleep(200 * time.Millisecond) // it has looked once and sleeps
	before := cpuTime(b)
	start := time.Now()
	for b.Loop() {
		time.Sleep(time.Second)
	}
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/time.Since(start).Seconds(), "cpu-µs/s")
}

func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkReceive is how many pushes a second are stored and answered, against a handler that reads and drops.
func BenchmarkReceive(b *testing.B) {
	body := Notification{Number: 1, Status: "RUNNING", Variables: benchVariables(b)}.Payload().JSON()
	bare := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) })
	for name, h := range map[string]http.Handler{
		"stored": &Receiver{Outbox: &Outbox{DB: openTemp(b)}, Rate: 1_000_000, Token: "t"}, "bare": bare,
	} {
		b.Run(name, func(b *testing.B) {
			srv := httptest.NewServer(h)
			defer srv.Close()
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
			todo := make(chan struct{})
			var wg sync.WaitGroup
			for range 32 {
				wg.Go(func() {
					for range todo {
						req, err := http.NewRequest("POST", srv.URL, bytes.NewReader(body))
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
			for b.Loop() {
				todo <- struct{}{}
			}
			close(todo)
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pushes/s")
		})
	}
}
