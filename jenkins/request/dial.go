package request

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
)

// TransportOptions say how to reach a controller that a plain connection does not reach.
type TransportOptions struct {
	CAFile   string // PEM; trusted beside the system's own
	CertFile string // PEM; our client certificate
	KeyFile  string // PEM; its key; empty: it is in CertFile
	Proxy    string // URL; empty: the environment's HTTPS_PROXY, HTTP_PROXY and NO_PROXY
}

// NewTransport makes a transport like http.DefaultTransport, changed by o.
func NewTransport(o TransportOptions) (*http.Transport, error) {
	t := defaultTransport()
	if o.Proxy != "" {
		proxy, err := url.Parse(o.Proxy)
		if err != nil || proxy.Host == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, proxy.Scheme) {
			// It is not shown: it may hold a password.
			return nil, errors.New("read the proxy's URL: write it as http://host:port (https, socks5 and socks5h work too)")
		}
		t.Proxy = http.ProxyURL(proxy)
	}
	if o.CAFile == "" && o.CertFile == "" {
		return t, nil
	}
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read ca_file: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read ca_file: %s contains no PEM certificate", o.CAFile)
		}
		t.TLSClientConfig.RootCAs = pool
	}
	if o.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(o.CertFile, cmp.Or(o.KeyFile, o.CertFile))
		if err != nil {
			return nil, fmt.Errorf("read the client certificate: %w", err)
		}
		t.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}

func defaultTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 4
	t.OnProxyConnectResponse = onConnect
	return t
}
