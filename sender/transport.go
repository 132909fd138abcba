package sender

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"os"
)

// Route is how an endpoint is connected to. Endpoints with equal routes can share connections.
type Route struct {
	tls   TLS
	proxy string
}

// Route returns how the endpoint is connected to.
func (r *Resolved) Route() Route { return Route{r.TLS, r.proxy} }

// Transport returns a new transport for the endpoint's route. It takes no longer than resolving a reference.
func (r *Resolved) Transport(ctx context.Context) (*http.Transport, error) {
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	t, err := await(ctx, r.Route().transport)
	if err != nil && ctx.Err() != nil {
		err = unresolved("tls", "its files gave no content in time", givenUp(ctx), "check ca_file, cert_file and key_file")
	}
	if err != nil {
		return nil, r.because(err)
	}
	return t, nil
}

func (w Route) transport() (*http.Transport, error) {
	t := http.DefaultTransport.(*http.Transport).Clone() // with the environment's proxy
	t.MaxResponseHeaderBytes = 64 << 10
	t.TLSClientConfig = &tls.Config{InsecureSkipVerify: w.tls.Insecure} // only where the configuration says so
	switch w.proxy {
	case "":
	case "none":
		t.Proxy = nil
	default:
		u, err := url.Parse(w.proxy)
		if err != nil || u.Host == "" {
			return nil, &Error{Kind: Unresolved, What: "the proxy's url cannot be read", Fix: "write it as http://host:port"}
		}
		t.Proxy = http.ProxyURL(u)
	}
	if w.tls.CAFile != "" {
		pem, err := os.ReadFile(w.tls.CAFile)
		if err != nil {
			return nil, &Error{Kind: Unresolved, What: "ca_file cannot be read", Err: err, Fix: "check its path and rights"}
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, &Error{Kind: Unresolved, What: "ca_file holds no certificate", Fix: "it must be PEM"}
		}
		t.TLSClientConfig.RootCAs = pool
	}
	if w.tls.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(w.tls.CertFile, w.tls.KeyFile)
		if err != nil {
			return nil, &Error{Kind: Unresolved, What: "the client certificate cannot be read", Err: err,
				Fix: "check cert_file and key_file: both PEM, and they must belong together"}
		}
		t.TLSClientConfig.Certificates = []tls.Certificate{cert}
	}
	return t, nil
}
