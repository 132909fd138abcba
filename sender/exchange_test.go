package sender

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestRedirectToAnotherOriginIsNotFollowed(t *testing.T) {
	t.Parallel()
	for to, followed := range map[string]bool{
		"/other": true, "https://h/other": true, "https://H/other": true, "other?x=y": true,
		"http://h/other": false, "https://h:8443/other": false, "https://h.example.com/other": false, "//evil/other": false,
		"ftp://h/other": false, "": false, "https://h@evil/": false, "http:/other": false,
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			res := &http.Response{StatusCode: status, Header: http.Header{"Location": {to}}}
			next, why := redirect(res, "https://h/hook", 0)
			if want := followed && status >= 307; (next != "") != want || (why == "") != want {
				t.Errorf("%d to %q: to %q, %q", status, to, next, why)
			}
		}
	}
}

// TestCertificatesThatAreRefusedAreExplained: what net/http says of them names neither the date nor what to do.
func TestCertificatesThatAreRefusedAreExplained(t *testing.T) {
	t.Parallel()
	now := time.Now()
	dated := func(from, to time.Time) error {
		return x509.CertificateInvalidError{Reason: x509.Expired, Cert: &x509.Certificate{NotBefore: from, NotAfter: to}}
	}
	past, future := now.Add(-24*time.Hour), now.Add(24*time.Hour)
	for want, err := range map[string]error{
		"the certificate expired on " + past.Format("2006-01-02 15:04"):                        dated(past.Add(-time.Hour), past),
		"the certificate is not valid before " + future.Format("2006-01-02 15:04") + ": check": dated(future, future.Add(time.Hour)),
		"the certificate is for another host":                                                  x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"},
		"the certificate is signed by an unknown authority: give the CA as ca_file":            x509.UnknownAuthorityError{},
	} {
		err = &url.Error{Op: "Post", URL: "https://h/secret", Err: &tls.CertificateVerificationError{Err: err}}
		if got := explain(t.Context(), err, time.Second, func(s string) string { return s }); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
