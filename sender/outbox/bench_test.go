//go:build unix

package outbox

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// benchVariables returns those of a recorded push.
func benchVariables(tb testing.TB) []sender.Variable {
	tb.Helper()
	vars, err := recordedVariables()
	if err != nil {
		tb.Fatal(err)
	}
	return vars
}

func sink(tb testing.TB) *httptest.Server {
	tb.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }))
	tb.Cleanup(srv.Close)
	return srv
}

func BenchmarkPayloadJSON(b *testing.B) {
	n := sender.Notification{Status: "RUNNING", Variables: benchVariables(b)}
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
			n := sender.Notification{AdHoc: adHoc("http://h/"), Status: "RUNNING", Variables: benchVariables(b)}
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

// BenchmarkDeliver drains 10,000 queued notifications of as many builds to a loopback endpoint. Before each round the bare
// net/http client sends the same bytes with as many workers as a relay has: that is the floor, and measuring both in turns
// keeps the ratio true on a machine that does other things too.
func BenchmarkDeliver(b *testing.B) {
	srv := sink(b)
	vars := benchVariables(b)
	payload := sender.Notification{Number: 1, Status: "RUNNING", Variables: vars}.Payload().JSON()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // for both, as the program does
	var bare, ours cost
	for b.Loop() {
		b.StopTimer()
		bare.add(b, func() { sendBare(b, srv.URL, payload) })
		o := &Outbox{DB: openTemp(b), Endpoints: func(string) (sender.Endpoint, error) { return sender.Endpoint{URL: sender.Literal(srv.URL)}, nil }}
		err := o.commit(b.Context(), "accept", func(tx *sql.Tx) error {
			for i := range benchQueued {
				r, err := o.prepare(sender.Notification{Endpoint: "hook", Job: "j", Number: i + 1, Status: "RUNNING", Variables: vars})
				if err != nil {
					return err
				}
				if err := r.insert(b.Context(), tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC() // what was made above is not part of the price
		b.StartTimer()
		ours.add(b, func() {
			if err := (&Relay{Outbox: o}).Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
		})
		b.StopTimer()
		if counts, err := o.Counts(b.Context()); err != nil || counts[sender.Delivered] != benchQueued {
			b.Fatal(counts, err)
		}
		b.StartTimer()
	}
	reportAgainst(b, "delivery", benchQueued*b.N, ours, bare)
}

// cost is time, and CPU time of sender and receiver together.
type cost struct{ time, cpu time.Duration }

func (c *cost) add(tb testing.TB, do func()) {
	cpu, start := cpuTime(tb), time.Now()
	do()
	c.time += time.Since(start)
	c.cpu += cpuTime(tb) - cpu
}

func sendBare(b *testing.B, url string, payload []byte) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	todo := make(chan struct{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range todo {
				res, err := client.Post(url, sender.ContentType, bytes.NewReader(payload))
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

// reportAgainst says what one costs, and what the bare one does beside it.
func reportAgainst(b *testing.B, unit string, n int, ours, bare cost) {
	b.ReportMetric(float64(n)/ours.time.Seconds(), unit+"/s")
	b.ReportMetric(float64(n)/bare.time.Seconds(), "bare/s")
	b.ReportMetric(float64(bare.time)/float64(ours.time), "of-bare")
	b.ReportMetric(float64(ours.cpu.Microseconds())/float64(n), "cpu-µs/"+unit)
	b.ReportMetric(float64(bare.cpu.Microseconds())/float64(n), "cpu-µs/bare")
}
