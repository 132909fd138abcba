package service

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/sender/receive"
)

// ListenMeters counts what `listen` has done since its start.
type ListenMeters struct {
	Receiver *receive.Receiver
	Outbox   *outbox.Outbox
	meters   // of what is forwarded
}

// ServeHTTP serves /ready and /metrics.
func (l *ListenMeters) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serveMetrics(w, r, func() string { return l.storeTrouble(r.Context(), l.Outbox) }, l.write)
}

func (l *ListenMeters) write(w io.Writer, r *http.Request) {
	m := metricsWriter{w}
	m.help("jenkwatch_pushes_total", "counter", "Pushes by the status they were answered with: 200 is stored.")
	answers := l.Receiver.Answers()
	for _, status := range slices.Sorted(maps.Keys(answers)) {
		m.value("jenkwatch_pushes_total", float64(answers[status]), "answer", strconv.Itoa(status))
	}
	l.mu.Lock()
	m.deliveries(l.meters.deliveries)
	l.mu.Unlock()
	m.outbox(r.Context(), l.Outbox)
}

// LogRefusals returns a function that logs refused pushes, at most one a second: invalid requests must not fill the disk.
func LogRefusals(log *slog.Logger) func(status int, why string) {
	var (
		mu   sync.Mutex
		last time.Time
		more int
	)
	return func(status int, why string) {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(last) >= time.Second {
			log.Warn("a push was refused", "answer", status, "why", clean.Line(why), "others_unsaid", more)
			last, more = now, 0
			return
		}
		more++
	}
}

// Counts returns how many pushes were taken and how many refused.
func (l *ListenMeters) Counts() (taken, refused int64) {
	for status, n := range l.Receiver.Answers() {
		if status == http.StatusOK {
			taken = n
		} else {
			refused += n
		}
	}
	return taken, refused
}

// LogStoreErrors returns a function that logs that the outbox cannot be worked on now.
func LogStoreErrors(log *slog.Logger) func(error) {
	return func(err error) { log.Warn("the outbox gives trouble; trying again", "error", err) }
}
