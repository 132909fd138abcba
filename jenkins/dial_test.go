package jenkins

import (
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAPrivateCAIsTrustedWhenNamed(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"items":[]}`)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	c := &Client{URL: must(url.Parse(s.URL))}
	if e := queueError(t, c); e.Kind != BadCertificate || !strings.Contains(e.Hint(), "ca_file") {
		t.Errorf("got %s: %v, hint %q", e.Kind, e, e.Hint())
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	rt, err := NewTransport(TransportOptions{CAFile: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.CloseIdleConnections)
	trusting := &Client{URL: c.URL, HTTP: &http.Client{Transport: rt}}
	if _, err := trusting.Queue(t.Context()); err != nil {
		t.Error(err)
	}
	plain := &Client{URL: must(url.Parse("https://" + must(url.Parse(plainServer(t))).Host))}
	if e := queueError(t, plain); e.Kind != BadCertificate || !strings.Contains(e.Hint(), "http://") {
		t.Errorf("got %s: %v, hint %q", e.Kind, e, e.Hint())
	}
}

func plainServer(t *testing.T) string {
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	return s.URL
}

func TestTransportOptionsThatCannotBeReadAreErrors(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]TransportOptions{
		"no file":     {CAFile: empty + "x"},
		"no pem":      {CAFile: empty},
		"no key":      {CertFile: empty},
		"no proxy":    {Proxy: "localhost"},
		"odd proxy":   {Proxy: "http://me:secret-token@bad host:1"},
		"wrong proxy": {Proxy: "ftp://proxy:21"},
	} {
		_, err := NewTransport(o)
		if err == nil || strings.Contains(err.Error(), "secret-token") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARequestGoesThroughTheProxyThatIsNamed(t *testing.T) {
	t.Parallel()
	proxy, _ := served(t, "", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host != "ci.example" {
			t.Errorf("the proxy was asked for %v", r.URL)
		}
		_, _ = io.WriteString(w, `{"items":[]}`)
	})
	rt, err := NewTransport(TransportOptions{Proxy: proxy.URL.String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.CloseIdleConnections)
	if _, err := reading(rt).Queue(t.Context()); err != nil {
		t.Error(err)
	}
}
