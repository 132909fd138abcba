package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/sender"
)

// recordings are requests of the real plugin as they went over the wire.
const recordings = "../../sender/testdata/captures/*.http"

func TestEveryRecordedPushIsSentAgainByteForByteFromAnEnvFile(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it starts the program many times")
	}
	files, err := filepath.Glob(recordings)
	if err != nil || len(files) < 80 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	dir := t.TempDir()
	address, got := rawServer(t)
	config := ""
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		config += fmt.Sprintf(`
[[endpoints]]
name = %q
method = %q
url = "http://%s/hook"
idempotency_key = false
headers = [
  { name = "X-Auth-Token", value = "tok-123" },
  { name = "username", value = "env:HOOK_USER" },
  { name = "password", value = "file:%s" },
]
`, method, method, address, filepath.Join(dir, "password"))
	}
	write(t, filepath.Join(dir, "config.toml"), config)
	write(t, filepath.Join(dir, "password"), "p@ss word\n")

	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, wantBody := splitRequest(t, raw)
		method, target, _ := strings.Cut(strings.TrimSuffix(want[0], " HTTP/1.1"), " ")
		_, query, _ := strings.Cut(target, "?")
		push, err := sender.DecodePush(method, query, wantBody)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		write(t, filepath.Join(dir, "env.json"), object(t, push.Variables))
		args := []string{"send", "--config", filepath.Join(dir, "config.toml"), "--endpoint", method,
			"--env-file", filepath.Join(dir, "env.json"), "--status", push.Status}
		if push.Body != nil {
			args = append(args, "--body", *push.Body)
		}
		cmd := exec.CommandContext(t.Context(), "jenkwatch", args...)
		cmd.Env = append(os.Environ(), "JENKWATCH_STATE="+dir, "HOOK_USER=svc-user")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", file, err, out)
		}
		head, body := splitRequest(t, <-got)
		if head[0] != want[0] {
			t.Errorf("%s: %s, want %s", file, head[0], want[0])
		}
		if !bytes.Equal(body, wantBody) {
			t.Errorf("%s: body\n%s\nwant\n%s", file, body, wantBody)
		}
		if got, want := ours(head), ours(want); !slices.Equal(got, want) {
			t.Errorf("%s: headers %q, want %q", file, got, want)
		}
	}
}

// ours returns the header lines that a configuration decides, sorted: their order is not ours to choose.
func ours(head []string) []string {
	var lines []string
	for _, l := range head[1:] {
		switch name, _, _ := strings.Cut(l, ":"); strings.ToLower(name) {
		case "x-auth-token", "username", "password", "content-type", "content-length", "idempotency-key":
			lines = append(lines, l)
		}
	}
	slices.Sort(lines)
	return lines
}

// object is variables as a JSON object in their order.
func object(t *testing.T, vars []sender.Variable) string {
	t.Helper()
	pairs := make([]string, len(vars))
	for i, v := range vars {
		name, err := json.Marshal(v.Name)
		if err != nil {
			t.Fatal(err)
		}
		value, err := json.Marshal(v.Value)
		if err != nil {
			t.Fatal(err)
		}
		pairs[i] = string(name) + ": " + string(value)
	}
	return "{" + strings.Join(pairs, ",\n") + "}"
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func splitRequest(t *testing.T, raw []byte) (head []string, body []byte) {
	t.Helper()
	lines, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		t.Fatalf("no empty line in %.80q", raw)
	}
	return strings.Split(string(lines), "\r\n"), body
}

// rawServer answers 200 to everything and hands over the bytes of each request, one a connection.
func rawServer(t *testing.T) (address string, got <-chan []byte) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	requests := make(chan []byte, 16)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				var raw bytes.Buffer
				req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(c, &raw)))
				if err != nil {
					return
				}
				if _, err := io.Copy(io.Discard, req.Body); err != nil {
					return
				}
				requests <- raw.Bytes()
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			}()
		}
	}()
	return l.Addr().String(), requests
}
