package service

import (
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/announce"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	return getFrom(h, "http://127.0.0.1:9102"+path)
}

func getFrom(h http.Handler, address string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	return w
}

func newOutbox(t *testing.T) *outbox.Outbox {
	t.Helper()
	a := cli.New(nil, nil, nil)
	a.StateDir = t.TempDir()
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	box, err := a.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.DB.Close() })
	return box
}

func newTestService(t *testing.T) *Sync {
	t.Helper()
	box := newOutbox(t)
	an := announce.New(announce.Options{Controller: `c"i`, Ledger: &outbox.Ledger{Outbox: box}})
	if err := an.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &Sync{Outbox: box, parts: []*part{{Announcer: an}}}
}

// fill has no room be left in the store.
func fill(t *testing.T, box *outbox.Outbox) {
	t.Helper()
	box.DB.SetMaxOpenConns(1)
	if _, err := box.DB.Exec("PRAGMA max_page_count = 1"); err != nil { // which SQLite takes for as many as there are
		t.Fatal(err)
	}
	to := sender.Endpoint{Name: "x", URL: sender.Literal("http://127.0.0.1:9/")}
	for size := 10_000; size > 0; { // what was free is used up
		_, err := box.Add(t.Context(), sender.Notification{AdHoc: &to, Body: new(strings.Repeat("x", size))})
		if sender.IsKind(err, sender.StoreFull) {
			size /= 10
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestServiceIsReadyWhenItsControllersAndItsStoreAre(t *testing.T) {
	t.Parallel()
	s := newTestService(t)
	if w := get(s, "/ready"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "has not listed its jobs") {
		t.Errorf("at first: %d %s", w.Code, w.Body)
	}
	s.parts[0].last = watch.Snapshot{At: time.Now(), RecentAt: time.Now()}
	if w := get(s, "/ready"); w.Code != http.StatusOK || w.Body.String() != "ready\n" {
		t.Errorf("then: %d %s", w.Code, w.Body)
	}
	fill(t, s.Outbox)
	if w := get(s, "/ready"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "full") {
		t.Errorf("with a full disk: %d %s", w.Code, w.Body)
	}
	s.parts[0].last.Err = http.ErrServerClosed
	if w := get(s, "/ready"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without the controller: %d %s", w.Code, w.Body)
	}
	if w := get(s, "/else"); w.Code != http.StatusNotFound {
		t.Errorf("elsewhere: %d", w.Code)
	}
}

func TestMetricsAreInPrometheusTextFormat(t *testing.T) {
	t.Parallel()
	s := newTestService(t)
	ref := jenkins.Ref{Controller: `c"i`, Job: "job", Number: 1}
	s.count(announce.Announcement{Ref: ref, Status: "START", Took: 300 * time.Millisecond})
	s.count(announce.Announcement{Ref: ref, Status: "SUCCESS", Took: 70 * time.Second})
	s.count(announce.Announcement{Ref: ref, Status: "RUNNING", ByPlugin: true})
	s.Delivered(sender.Delivery{Endpoint: "hook", State: sender.Delivered})
	s.Delivered(sender.Delivery{Endpoint: "hook", State: sender.Queued})
	text := get(s, "/metrics").Body.String()
	line := regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="([^"\\]|\\.)*"(,[a-z]+="([^"\\]|\\.)*")*\})? -?[0-9.e+-]+)$`)
	for l := range strings.Lines(text) {
		if !line.MatchString(strings.TrimSuffix(l, "\n")) {
			t.Errorf("not in the format: %q", l)
		}
	}
	for _, want := range []string{
		`jenkwatch_announced_total{controller="c\"i",status="START"} 1`,
		`jenkwatch_announced_by_plugin_total{controller="c\"i"} 1`,
		`jenkwatch_deliveries_total{endpoint="hook",state="delivered"} 1`,
		`jenkwatch_announce_seconds_bucket{le="0.25"} 0`,
		`jenkwatch_announce_seconds_bucket{le="0.5"} 1`,
		`jenkwatch_announce_seconds_bucket{le="+Inf"} 2`,
		`jenkwatch_announce_seconds_sum 70.3`,
		`jenkwatch_controller_up{controller="c\"i"} 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("no line %s in\n%s", want, text)
		}
	}
}

func TestSystemdHearsHowAServiceStands(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenPacket("unixgram", socket)
	if err != nil {
		t.Skip("no such sockets here:", err)
	}
	defer manager.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	Systemd()("READY=1")
	buf := make([]byte, 100)
	if n, _, err := manager.ReadFrom(buf); err != nil || string(buf[:n]) != "READY=1" {
		t.Errorf("%q, %v", buf[:n], err)
	}
}
