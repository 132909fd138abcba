package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
)

// surplusServer answers every request with 200 and goes on talking after its answer.
func surplusServer(t *testing.T) (address string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for in := bufio.NewReader(c); ; {
					req, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					buf := make([]byte, req.ContentLength)
					_, _ = io.ReadFull(in, buf)
					_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK surplus\r\n\r\n"))
				}
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/"
}

// TestLibrariesDoNotWriteToStderr: net/http logs a server's surplus bytes, and quotes them.
func TestLibrariesDoNotWriteToStderr(t *testing.T) {
	t.Parallel()
	address, state := surplusServer(t), t.TempDir()
	for range 3 { // it logs when it has the time, which it nearly always has
		cmd := exec.CommandContext(t.Context(), "jenkwatch", "send", "--to", address, "--body", "x", "--json")
		cmd.Env = append(os.Environ(), "JENKWATCH_STATE="+state, "XDG_CONFIG_HOME="+state)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if out, err := cmd.Output(); err != nil || stderr.Len() > 0 {
			t.Fatalf("%v, stdout %q, stderr %q", err, out, &stderr)
		}
	}
}
