package service

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/sender/receive"
)

// serving serves a handler as the program does, until the test ends.
func serving(t *testing.T, h http.Handler) net.Addr {
	t.Helper()
	l, err := listenOn(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	ctx := t.Context() // is done just before Cleanup
	go func() { ended <- Serve(ctx, l, h) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l.Addr()
}

// askRaw sends a request as it stands and returns the answers that come until the server closes the connection.
func askRaw(t *testing.T, at net.Addr, request string) string {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() { _, _ = io.WriteString(c, request) }()
	answer, _ := io.ReadAll(c) // a reset after the answer is no news
	return string(answer)
}

// TestHeadersAreBoundedBeforeProof: a stranger's headers and the query of a GET are held in memory.
func TestHeadersAreBoundedBeforeProof(t *testing.T) {
	t.Parallel()
	at := serving(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%d bytes came through", len(r.RequestURI)) }))
	for name, request := range map[string]string{
		"one header":   "POST / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", 2*maxHeader) + "\r\n\r\n",
		"many headers": "POST / HTTP/1.1\r\nHost: h\r\n" + strings.Repeat("X:\r\n", maxHeader) + "\r\n",
		"a query":      "GET /?a=" + strings.Repeat("x", 2*maxHeader) + " HTTP/1.1\r\nHost: h\r\n\r\n",
	} {
		if answer := askRaw(t, at, request); !strings.HasPrefix(answer, "HTTP/1.1 431 ") {
			t.Errorf("%s: %.100q", name, answer)
		}
	}
}

func TestAddressThatCannotBeListenedOnIsNamedOnce(t *testing.T) {
	t.Parallel()
	taken := serving(t, http.NotFoundHandler()).String()
	for addr, want := range map[string]struct {
		code int
		text string
	}{
		taken:             {exit.CodeFailed, "address already in use"},
		"192.0.2.1:0":     {exit.CodeFailed, "listen on 192.0.2.1:0: bind: "},
		"127.0.0.1:99999": {exit.CodeUsage, "invalid port"},
		"127.0.0.1:80x":   {exit.CodeUsage, "unknown port"},
	} {
		_, err := listenOn(t.Context(), addr)
		if err == nil || exit.CodeOf(err) != want.code || !strings.Contains(err.Error(), want.text) || exit.HintOf(err) == "" ||
			strings.Count(err.Error(), addr) != 1 {
			t.Errorf("%s: code %d, %v, hint %q", addr, exit.CodeOf(err), err, exit.HintOf(err))
		}
	}
}

// TestConnectionsAreBounded: more wait until others have gone.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	at := serving(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	dial := func() net.Conn {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		return c
	}
	var held []net.Conn
	for range maxConnections {
		c := dial()
		if _, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	last := dial()
	defer last.Close()
	answered := make(chan error, 1)
	go func() {
		_, err := http.ReadResponse(bufio.NewReader(last), nil)
		answered <- err
	}()
	select {
	case err := <-answered:
		t.Errorf("one too many is answered, %v", err)
	default:
	}
	for _, c := range held {
		c.Close()
	}
	if err := <-answered; err != nil {
		t.Errorf("it is not answered when others have gone: %v", err)
	}
}

// TestOddButHonestSendersAreHeard sends what clients other than the plugin write.
func TestOddButHonestSendersAreHeard(t *testing.T) {
	t.Parallel()
	box := newOutbox(t)
	r, err := (&ListenOptions{Addr: "127.0.0.1:0", Rate: receive.DefaultRate, Hosts: []string{"ci.lan"}}).receiver(t.Context(), box)
	if err != nil {
		t.Fatal(err)
	}
	at := serving(t, r)
	const end = "Connection: close\r\n\r\n"
	body := func(text string) string { return fmt.Sprintf("Content-Length: %d\r\n%s%s", len(text), end, text) }
	for name, c := range map[string]struct {
		request string
		answer  string
	}{
		"chunked":              {"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n" + end + "3\r\n{\"a\r\n6\r\n\":\"b\"}\r\n0\r\n\r\n", "200 OK"},
		"expect":               {"POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n" + body(`{"a":"b"}`), "100 Continue"},
		"no type":              {"POST / HTTP/1.1\r\nHost: [::1]:9099\r\n" + body(`{"a":"b"}`), "200 OK"},
		"another type":         {"PUT / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain; charset=\"utf-8\"\r\n" + body("{\"a\":\"b\"}\r\n"), "200 OK"},
		"double slashes":       {"POST //hook//x HTTP/1.1\r\nHost: 127.0.0.1\r\n" + body(`{"a":"b"}`), "200 OK"},
		"double slashes, GET":  {"GET //hook?a=b HTTP/1.1\r\nHost: 127.0.0.1\r\n" + end, "200 OK"},
		"HTTP/1.0, no host":    {"POST / HTTP/1.0\r\nContent-Length: 9\r\n\r\n" + `{"a":"b"}`, "200 OK"},
		"a name that is given": {"POST / HTTP/1.1\r\nHost: CI.lan:9099\r\n" + body(`{"a":"b"}`), "200 OK"},
		"another name":         {"POST / HTTP/1.1\r\nHost: evil.example\r\n" + body(`{"a":"b"}`), "403 Forbidden"},
		"a whole URL":          {"POST http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n" + body(`{"a":"b"}`), "403 Forbidden"},
		"a probe":              {"HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + end, "200 OK"},
		"an old probe":         {"GET / HTTP/1.0\r\n\r\n", "200 OK"},
		"no body":              {"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + body(""), "400 Bad Request"},
	} {
		answer := askRaw(t, at, c.request)
		if _, status, _ := strings.Cut(answer, " "); !strings.HasPrefix(status, c.answer) {
			t.Errorf("%s: %q", name, answer)
		}
	}
}

// TestMetricsAreForThisMachine: a web page can have its own name resolved to 127.0.0.1, and read what it gets.
func TestMetricsAreForThisMachine(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]int{"127.0.0.1:9102": 200, "localhost": 200, "[::1]:9102": 200, "evil.example:9102": 403} {
		w := getFrom(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			serveMetrics(w, r, func() string { return "" }, func(io.Writer, *http.Request) {})
		}), "http://"+host+"/metrics")
		if w.Code != want {
			t.Errorf("%s: %d", host, w.Code)
		}
	}
}

// TestStrangersGetNoHTTP2: its streams and its headers would be held beyond the bounds of a connection.
func TestStrangersGetNoHTTP2(t *testing.T) {
	t.Parallel()
	pair := httptest.NewTLSServer(nil)
	pair.Close()
	key, err := x509.MarshalPKCS8PrivateKey(pair.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	o := ListenOptions{Addr: "127.0.0.1:0", TLSCert: filepath.Join(t.TempDir(), "cert.pem"), TLSKey: filepath.Join(t.TempDir(), "key.pem")}
	for path, block := range map[string]pem.Block{
		o.TLSCert: {Type: "CERTIFICATE", Bytes: pair.Certificate().Raw}, o.TLSKey: {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(&block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := o.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, http.NotFoundHandler()) }()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}}}
	c, err := dialer.DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if agreed := c.(*tls.Conn).ConnectionState().NegotiatedProtocol; agreed == "h2" {
		t.Error("it speaks HTTP/2")
	}
	c.Close()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
