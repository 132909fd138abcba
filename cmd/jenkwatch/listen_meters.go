package main

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/sender/receive"
)

// listenMeters tells what `listen` has done since its start.
type listenMeters struct {
	meters   // of what is forwarded
	receiver *receive.Receiver
	box      *outbox.Outbox
}

// ServeHTTP serves /ready and /metrics.
func (l *listenMeters) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serveMetrics(w, r, func() string {
		if _, err := l.box.Counts(r.Context()); err != nil {
			return "the database cannot be read"
		}
		return ""
	}, l.write)
}

func (l *listenMeters) write(w io.Writer, r *http.Request) {
	m := metricsWriter{w}
	m.help("jenkwatch_pushes_total", "counter", "Pushes by the status they were answered with: 200 is stored.")
	answers := l.receiver.Answers()
	for _, status := range slices.Sorted(maps.Keys(answers)) {
		m.value("jenkwatch_pushes_total", float64(answers[status]), "answer", strconv.Itoa(status))
	}
	l.mu.Lock()
	m.deliveries(l.meters.deliveries)
	l.mu.Unlock()
	m.outbox(r.Context(), l.box)
}

// refusals logs refused pushes, one a second at most: whoever sends nonsense must not fill the disk with it.
func refusals(log *slog.Logger) func(status int, why string) {
	var (
		mu   sync.Mutex
		last time.Time
		more int
	)
	return func(status int, why string) {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(last) >= time.Second {
			log.Warn("a push was refused", "answer", status, "why", jenkins.CleanLine(why), "others_unsaid", more)
			last, more = now, 0
			return
		}
		more++
	}
}

// counts are how many pushes were taken and how many refused.
func (l *listenMeters) counts() (taken, refused int64) {
	for status, n := range l.receiver.Answers() {
		if status == http.StatusOK {
			taken = n
		} else {
			refused += n
		}
	}
	return taken, refused
}

// outboxTrouble logs that the outbox cannot be worked on now.
func outboxTrouble(log *slog.Logger) func(error) {
	return func(err error) { log.Warn("the outbox gives trouble; trying again", "error", err) }
}
