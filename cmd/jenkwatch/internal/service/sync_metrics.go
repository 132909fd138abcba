package service

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/announce"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// meters count what a service has done since its start.
type meters struct {
	mu         sync.Mutex
	accepted   map[[2]string]int // controller, status
	byPlugin   map[string]int    // controller
	deliveries map[[2]string]int // endpoint, state
	took       [len(tookBounds) + 1]int
	tookSum    time.Duration

	checking sync.Mutex // one check of the store at a time
}

// storeTrouble returns why nothing could be accepted now; empty if something could.
func (m *meters) storeTrouble(ctx context.Context, box *outbox.Outbox) string {
	m.checking.Lock()
	defer m.checking.Unlock()
	if err := box.CheckWrite(ctx); err != nil {
		return clean.Line(err.Error())
	}
	return ""
}

// tookBounds are the upper bounds, in seconds, in which the time from a change to its acceptance is counted.
var tookBounds = [...]float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}

func (m *meters) count(n announce.Announcement) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accepted == nil {
		m.accepted, m.byPlugin = map[[2]string]int{}, map[string]int{}
	}
	if n.ByPlugin {
		m.byPlugin[n.Ref.Controller]++
		return
	}
	m.accepted[[2]string{n.Ref.Controller, n.Status}]++
	i, _ := slices.BinarySearch(tookBounds[:], n.Took.Seconds())
	m.took[i]++
	m.tookSum += n.Took
}

// Delivered counts a delivery that has ended.
func (m *meters) Delivered(d sender.Delivery) {
	if !d.State.Ended() {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.deliveries == nil {
		m.deliveries = map[[2]string]int{}
	}
	m.deliveries[[2]string{d.Endpoint, string(d.State)}]++
}

// ServeHTTP serves /ready and /metrics.
func (s *Sync) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serveMetrics(w, r, func() string { return s.notReady(r.Context()) }, s.writeMetrics)
}

// notReady is why the service cannot do its work now; empty when it can.
func (s *Sync) notReady(ctx context.Context) string {
	var why []string
	if trouble := s.storeTrouble(ctx, s.Outbox); trouble != "" {
		why = append(why, trouble)
	}
	for _, p := range s.parts {
		p.mu.Lock()
		last := p.last
		p.mu.Unlock()
		switch {
		case last.Err != nil:
			why = append(why, fmt.Sprintf("controller %q does not answer", p.Controller))
		case last.RecentAt.IsZero():
			why = append(why, fmt.Sprintf("controller %q has not listed its jobs yet", p.Controller))
		}
	}
	return strings.Join(why, "\n")
}

func (s *Sync) writeMetrics(w io.Writer, r *http.Request) {
	m := metricsWriter{w}
	m.help("jenkwatch_announced_total", "counter", "Statuses of builds that were accepted for delivery.")
	s.meters.mu.Lock()
	for _, k := range sortedPairs(s.accepted) {
		m.value("jenkwatch_announced_total", float64(s.accepted[k]), "controller", k[0], "status", k[1])
	}
	m.help("jenkwatch_announced_by_plugin_total", "counter", "Statuses that the plugin pushed itself.")
	for _, name := range slices.Sorted(maps.Keys(s.byPlugin)) {
		m.value("jenkwatch_announced_by_plugin_total", float64(s.byPlugin[name]), "controller", name)
	}
	m.deliveries(s.deliveries)
	m.help("jenkwatch_announce_seconds", "histogram", "Time from a change that was seen to its acceptance.")
	sum := 0
	for i, n := range s.took {
		sum += n
		le := "+Inf"
		if i < len(tookBounds) {
			le = strconv.FormatFloat(tookBounds[i], 'g', -1, 64)
		}
		m.value("jenkwatch_announce_seconds_bucket", float64(sum), "le", le)
	}
	m.value("jenkwatch_announce_seconds_sum", s.tookSum.Seconds())
	m.value("jenkwatch_announce_seconds_count", float64(sum))
	s.meters.mu.Unlock()

	s.writeParts(m)
	m.outbox(r.Context(), s.Outbox)
}

// writeParts writes what each controller is like.
func (s *Sync) writeParts(m metricsWriter) {
	type row struct {
		name  string
		value func(*part) float64
		help  string
	}
	for _, g := range []row{
		{"jenkwatch_controller_up", func(p *part) float64 {
			if p.last.Err != nil || p.last.At.IsZero() {
				return 0
			}
			return 1
		}, "Whether the controller answered the last time."},
		{"jenkwatch_refresh_age_seconds", func(p *part) float64 {
			if p.last.At.IsZero() {
				return -1
			}
			return time.Since(p.last.At).Seconds()
		}, "Age of what is known of the controller; -1 before its first answer."},
		{"jenkwatch_requests_per_minute", func(p *part) float64 { return float64(p.last.RequestsPerMinute) }, "Requests for the list of builds."},
		{"jenkwatch_open_builds", func(p *part) float64 { n, _, _ := p.Backlog(); return float64(n) }, "Builds that are not announced to their end."},
		{"jenkwatch_pending_builds", func(p *part) float64 { _, n, _ := p.Backlog(); return float64(n) }, "Builds that are being announced or wait for it."},
		{"jenkwatch_jobs", func(p *part) float64 { _, _, n := p.Backlog(); return float64(n) }, "Jobs that have builds."},
	} {
		m.help(g.name, "gauge", g.help)
		for _, p := range s.parts {
			p.mu.Lock()
			v := g.value(p)
			p.mu.Unlock()
			m.value(g.name, v, "controller", p.Controller)
		}
	}
}

func sortedPairs(m map[[2]string]int) [][2]string {
	return slices.SortedFunc(maps.Keys(m), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
}

// Systemd returns a function that reports the state of the service to the service manager (sd_notify). Without a manager it
// does nothing.
func Systemd() func(state string) {
	socket := os.Getenv("NOTIFY_SOCKET")
	if socket == "" {
		return func(string) {}
	}
	return func(state string) {
		conn, err := net.Dial("unixgram", socket)
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = conn.Write([]byte(state))
	}
}
