package receive

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

func TestMain(m *testing.M) {
	if os.Getenv(receiverEnv) != "" {
		fmt.Fprintln(os.Stderr, receiverChild())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// openTemp makes a fresh database on disk.
func openTemp(t testing.TB) *sql.DB {
	t.Helper()
	db, err := outbox.Open(filepath.Join(t.TempDir(), "jenkwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	execAll(t, db, outbox.Migrations...)
	return db
}

func execAll(t testing.TB, db *sql.DB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
}

func adHoc(url string) *sender.Endpoint { return &sender.Endpoint{URL: sender.Literal(url)} }

// message is a recorded request.
type message struct {
	method, target, token string
	body                  []byte
}

func parseMessage(t testing.TB, raw []byte) message {
	t.Helper()
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		t.Fatalf("no empty line in %.80q", raw)
	}
	lines := strings.Split(string(head), "\r\n")
	parts := strings.Split(lines[0], " ")
	m := message{method: parts[0], target: parts[1], body: body}
	for _, line := range lines[1:] {
		if name, value, _ := strings.Cut(line, ": "); strings.EqualFold(name, "X-Auth-Token") {
			m.token = value
		}
	}
	return m
}
