package request

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestPrivateCAIsTrustedWhenNamed(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"items":[]}`)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	c := &Controller{State: new(State), URL: recorded.Must(url.Parse(s.URL))}
	if e := queueError(t, c); e.Kind != BadCertificate || !strings.Contains(e.Hint(), "ca_file") {
		t.Errorf("got %s: %v, hint %q", e.Kind, e, e.Hint())
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	writePEM(t, file, "CERTIFICATE", s.Certificate().Raw)
	rt, err := NewTransport(TransportOptions{CAFile: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.CloseIdleConnections)
	trusting := &Controller{State: new(State), URL: c.URL, HTTP: &http.Client{Transport: rt}}
	if err := queue(t.Context(), trusting); err != nil {
		t.Error(err)
	}
	plain := &Controller{State: new(State), URL: recorded.Must(url.Parse("https://" + recorded.Must(url.Parse(plainServer(t))).Host))}
	if e := queueError(t, plain); e.Kind != BadCertificate || !strings.Contains(e.Hint(), "http://") ||
		!strings.Contains(e.Error(), "it does not speak TLS") {
		t.Errorf("got %s: %v, hint %q", e.Kind, e, e.Hint())
	}
}

// A controller that wants a client certificate says so only after the handshake, as TLS 1.3 has it.
func TestClientCertificateIsShownWhereOneIsWanted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile, mine := clientCertificate(t, dir)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who := r.TLS.PeerCertificates[0].Subject.CommonName; who != "me" {
			t.Errorf("it was %q that asked", who)
		}
		_, _ = io.WriteString(w, `{"items":[]}`)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()}
	s.TLS.ClientCAs.AddCert(mine)
	s.StartTLS()
	t.Cleanup(s.Close)
	ca := filepath.Join(dir, "ca.pem")
	writePEM(t, ca, "CERTIFICATE", s.Certificate().Raw)
	ask := func(o TransportOptions) *Controller {
		rt, err := NewTransport(o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(rt.CloseIdleConnections)
		return &Controller{State: new(State), URL: recorded.Must(url.Parse(s.URL)), HTTP: &http.Client{Transport: rt}}
	}
	if err := queue(t.Context(), ask(TransportOptions{CAFile: ca, CertFile: certFile, KeyFile: keyFile})); err != nil {
		t.Error(err)
	}
	e := queueError(t, ask(TransportOptions{CAFile: ca}))
	if e.Kind != BadCertificate || !strings.Contains(e.Hint(), "client_cert") || !strings.Contains(e.Error(), "certificate required") {
		t.Errorf("without one got %s: %v, hint %q", e.Kind, e, e.Hint())
	}
}

// clientCertificate makes a certificate that signs itself, in two PEM files.
func clientCertificate(t *testing.T, dir string) (certFile, keyFile string, c *x509.Certificate) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "me"}, NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, IsCA: true, BasicConstraintsValid: true,
	}, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "me"}}, public, private)
	if err != nil {
		t.Fatal(err)
	}
	key := recorded.Must(x509.MarshalPKCS8PrivateKey(private))
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, certFile, "CERTIFICATE", der)
	writePEM(t, keyFile, "PRIVATE KEY", key)
	return certFile, keyFile, recorded.Must(x509.ParseCertificate(der))
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
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

func TestRequestGoesThroughTheProxyThatIsNamed(t *testing.T) {
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
	if err := queue(t.Context(), reading(rt)); err != nil {
		t.Error(err)
	}
}
