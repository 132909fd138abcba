package request

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// kindOf returns the kind of an error of the connection or of the decoder.
func kindOf(err error) Kind {
	if p, ok := errors.AsType[*proxyRefusal](err); ok {
		switch p.status {
		case http.StatusProxyAuthRequired, http.StatusForbidden, http.StatusUnauthorized:
			return NotAllowed
		}
		return Unreachable
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return TimedOut
	}
	if isTLS(err) {
		return BadCertificate
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return CutShort
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return NotJenkins
	}
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return NotJenkins
	}
	return Unreachable
}

func isTLS(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return true
	}
	return isNoTLS(err) || alert(err) != "" || errors.Is(err, errClientCert) || strings.HasPrefix(err.Error(), "tls: ")
}

// isNoTLS reports whether what answered does not speak TLS.
func isNoTLS(err error) bool {
	_, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok || errors.Is(err, http.ErrSchemeMismatch)
}

// alert returns the text of the alert by which the other side ended the TLS connection, empty if it did not: crypto/tls
// exports no type for it. One that wants a client certificate says so only once the first answer is read.
func alert(err error) string {
	for {
		op, ok := errors.AsType[*net.OpError](err)
		if !ok {
			return ""
		}
		if err = op.Err; op.Op == "remote error" {
			return err.Error()
		}
	}
}

// errClientCert marks the 400 by which nginx asks for a client certificate.
var errClientCert = errors.New("it requires a client certificate")

const clientCertHint = "the controller may want a client certificate: set client_cert and client_key in its section of the config"

// explainTLS returns what to say of a TLS connection that did not come about.
func explainTLS(err error, it string) (what, hint string) {
	if isProxy(err) {
		it = "the proxy"
	}
	because := ": " + clean.Line(strings.TrimPrefix(errorText(err), "x509: "))
	if errors.Is(err, errClientCert) {
		return it + " wants a client certificate", clientCertHint
	}
	if isNoTLS(err) {
		hint = "there is no TLS at this address: use http:// in the controller's url, or another port"
		if isProxy(err) {
			hint = "there is no TLS at its address: use http:// in the proxy's URL"
		}
		return it + " does not speak TLS" + because, hint
	}
	if text := alert(err); text != "" {
		switch {
		case strings.Contains(text, "protocol version"):
			hint = "the controller speaks no TLS version that is safe (1.2 or later): have its TLS settings renewed"
		case strings.Contains(text, "unrecognized name"):
			hint = "check the host name in the controller's url: the server does not know it"
		default:
			hint = clientCertHint
		}
		return it + " refused the TLS connection" + because, hint
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired && invalid.Cert != nil {
		return explainDates(invalid.Cert)
	}
	if name, ok := errors.AsType[x509.HostnameError](err); ok {
		because = ": " + clean.Line(strings.TrimPrefix(name.Error(), "x509: "))
		return "the certificate is for another host" + because,
			"use a name that is in the certificate in the controller's url, or have one issued for this name"
	}
	if _, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return "the certificate is not valid" + because, "have a valid one issued"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok && err != nil && strings.HasPrefix(err.Error(), "tls: ") {
		return "there is no TLS connection" + because, "the controller's TLS settings do not fit: 1.2 or later is needed"
	}
	return "the certificate is not trusted" + because, "if the controller uses a private CA, set ca_file in its section of the config"
}

// explainDates returns what to say of a certificate outside its dates.
func explainDates(c *x509.Certificate) (what, hint string) {
	if time.Now().Before(c.NotBefore) {
		return "the certificate is not valid before " + c.NotBefore.Local().Format("2006-01-02 15:04"),
			"check this machine's clock: it says " + time.Now().Format("2006-01-02 15:04")
	}
	return "the certificate expired on " + c.NotAfter.Local().Format(time.DateOnly),
		"have it renewed; if that day is yet to come, set this machine's clock"
}

// explainUnreachable returns what to say where nothing reached Jenkins.
func (e *Error) explainUnreachable(it string) (what, hint string) {
	switch {
	case isProxy(e.Err) && e.Status != 0:
		return fmt.Sprintf("the proxy cannot reach %s (HTTP %d)", it, e.Status), "check the controller's url, and the proxy's own network"
	case isProxy(e.Err):
		return "the proxy cannot be reached" + e.because(),
			"check the proxy: proxy in its section of the config, or HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	case e.Status == http.StatusNetworkAuthenticationRequired:
		return "the network wants a login first (HTTP 511)", "open a web page in a browser and log in to the network"
	case e.Status == 525, e.Status == 526: // Cloudflare's
		return fmt.Sprintf("the proxy in front of %s gets no TLS connection to it (HTTP %d)", it, e.Status),
			"have the certificate that Jenkins shows to the proxy renewed"
	case e.Status != 0:
		return fmt.Sprintf("the proxy in front of %s cannot reach it (HTTP %d)", it, e.Status),
			"see whether Jenkins is running, and whether the network between the proxy and Jenkins works"
	}
	what = it + " cannot be reached" + e.because()
	text := errorText(e.Err)
	switch {
	case errors.Is(e.Err, errNoURL):
		return what, "give --url, set JENKINS_URL, or run: jenkwatch init"
	case isNameError(e.Err):
		return what, "check the host name in the controller's url; it may be known only within a VPN"
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		return what, "check the controller's url and its port, and see whether Jenkins is running"
	case errors.Is(e.Err, syscall.ENETUNREACH), errors.Is(e.Err, syscall.EHOSTUNREACH), errors.Is(e.Err, syscall.EADDRNOTAVAIL):
		hint = "there is no way to this address: check the network or the VPN"
		if strings.Contains(text, "[") { // of an IPv6 address
			hint += "; this machine may have no IPv6"
		}
		return what, hint
	case strings.Contains(text, `malformed HTTP response "\x15\x03`): // a TLS alert
		return it + " speaks only TLS", "use https:// in the controller's url"
	case strings.HasPrefix(e.url, "http:") && (errors.Is(e.Err, io.EOF) || errors.Is(e.Err, syscall.ECONNRESET)):
		return what, "check the controller's url (it may have to begin with https://), the network and the proxy settings"
	case strings.Contains(text, "malformed HTTP"):
		return it + " does not speak HTTP" + e.because(), "check the port in the controller's url"
	}
	return what, "check the controller's url, the network and the proxy settings"
}

func (e *Error) explainTimeout(it string) (what, hint string) {
	what = it + " did not answer in time"
	op, dialed := errors.AsType[*net.OpError](e.Err)
	switch {
	case e.Status != 0:
		what += fmt.Sprintf(" (HTTP %d)", e.Status)
	case isProxy(e.Err):
		return "the proxy did not answer in time",
			"check the proxy: proxy in its section of the config, or HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	case isNameError(e.Err):
		return "the name server did not answer in time", "check the network: no host name can be looked up"
	case dialed && op.Op == "dial":
		return what, "check the controller's url, and whether a firewall or a missing VPN drops the connection"
	}
	return what, "see whether the controller is slow or the network is"
}

func isNameError(err error) bool {
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// proxyRefusal is the answer of a proxy that did not connect us.
type proxyRefusal struct{ status int }

func (p *proxyRefusal) Error() string {
	return fmt.Sprintf("the proxy answered %d to CONNECT", p.status)
}

// onConnect keeps the status of a proxy's answer, of which net/http keeps only the text.
func onConnect(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyRefusal{resp.StatusCode}
}

// isProxy reports whether the connection to the proxy failed, or the proxy refused to go on.
func isProxy(err error) bool {
	if _, ok := errors.AsType[*proxyRefusal](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks"))
}

// ByProxy reports whether it is the proxy that was not reached, or refused.
func (e *Error) ByProxy() bool { return isProxy(e.Err) }

// errorText returns an error's text, empty where there is none.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
