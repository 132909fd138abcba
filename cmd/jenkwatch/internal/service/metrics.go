package service

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/sender/receive"
)

// CheckMetrics refuses an address for metrics that is not of the loopback interface. Without an address there are none.
func CheckMetrics(addr string) error {
	if addr == "" {
		return nil
	}
	if host, _, err := net.SplitHostPort(addr); err != nil || !IsLoopback(host) {
		return exit.Usage("write it as 127.0.0.1:9102", "--metrics %q is not a loopback address", addr)
	}
	return nil
}

// OpenMetrics listens for requests for /ready and /metrics; it returns nil where there is no address.
func OpenMetrics(ctx context.Context, addr string) (net.Listener, error) {
	if addr == "" {
		return nil, nil
	}
	l, err := listenOn(ctx, addr)
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w", err)
	}
	return l, nil
}

// serveMetrics serves /ready and /metrics. notReady returns why the service cannot do its work now, or nothing.
func serveMetrics(w http.ResponseWriter, r *http.Request, notReady func() string, write func(io.Writer, *http.Request)) {
	if name := receive.HostName(r); name != "" && !IsLoopback(name) { // a web page can have its name resolved to 127.0.0.1
		http.Error(w, "ask for 127.0.0.1", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	switch r.URL.Path {
	case "/ready":
		why := notReady()
		if why != "" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprintln(w, cmp.Or(why, "ready"))
	case "/metrics":
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		write(w, r)
	default:
		http.NotFound(w, r)
	}
}

// metricsWriter writes Prometheus' text format.
type metricsWriter struct{ w io.Writer }

func (m metricsWriter) help(name, kind, text string) {
	fmt.Fprintf(m.w, "# HELP %s %s\n# TYPE %s %s\n", name, text, name, kind)
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func (m metricsWriter) value(name string, v float64, labels ...string) {
	var b strings.Builder
	for i := 0; i+1 < len(labels); i += 2 {
		fmt.Fprintf(&b, `,%s="%s"`, labels[i], labelEscapes.Replace(labels[i+1]))
	}
	all := ""
	if b.Len() > 0 {
		all = "{" + b.String()[1:] + "}"
	}
	fmt.Fprintf(m.w, "%s%s %s\n", name, all, strconv.FormatFloat(v, 'g', -1, 64))
}

func (m metricsWriter) deliveries(ended map[[2]string]int) {
	m.help("jenkwatch_deliveries_total", "counter", "Deliveries that ended.")
	for _, k := range sortedPairs(ended) {
		m.value("jenkwatch_deliveries_total", float64(ended[k]), "endpoint", k[0], "state", k[1])
	}
}

func (m metricsWriter) outbox(ctx context.Context, box *outbox.Outbox) {
	counts, err := box.Counts(ctx)
	if err != nil {
		return
	}
	m.help("jenkwatch_outbox", "gauge", "Deliveries in the outbox.")
	for _, state := range slices.Sorted(maps.Keys(counts)) {
		m.value("jenkwatch_outbox", float64(counts[state]), "state", string(state))
	}
}
