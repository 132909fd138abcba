package request

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// TestHintsFollowFromAllThatIsKnownOfTheAnswer: the same status means other things with and without credentials, and from
// Jenkins or from something in front of it.
func TestHintsFollowFromAllThatIsKnownOfTheAnswer(t *testing.T) {
	t.Parallel()
	const own = "X-Jenkins: 2.528.1"
	for name, tc := range map[string]struct {
		url        string // default http://ci.example
		user       string // default me; "-" none
		answer     recorded.Func
		kind       Kind
		text, hint string
	}{
		"401 of Jenkins":                   {"", "", recorded.Page(401, `WWW-Authenticate: Basic realm="Jenkins"`, "Powered by Jetty"), NotAllowed, `the token of user "me" was not accepted (HTTP 401)`, "Security > Add new token"},
		"401 of a proxy":                   {"", "", recorded.Page(401, "WWW-Authenticate: Bearer", ""), NotAllowed, `user "me"`, "a single sign-on in front of Jenkins takes no API tokens"},
		"401 to nobody":                    {"", "-", recorded.Page(401, own, ""), NotAllowed, "a user and an API token are needed (HTTP 401)", "JENKINS_USER_ID"},
		"403 of a proxy":                   {"", "", recorded.Page(403, "", "Forbidden"), NotAllowed, `the token of user "me" was not accepted (HTTP 403)`, "single sign-on"},
		"403 to nobody":                    {"", "-", recorded.Page(403, own, ""), NotAllowed, "not allowed (HTTP 403)", "JENKINS_USER_ID"},
		"403 to somebody":                  {"", "", recorded.Page(403, own+"\nX-You-Are-Authenticated-As: me", ""), NotAllowed, `user "me" is not allowed (HTTP 403)`, "administrator"},
		"403 for want of a right":          {"", "", recorded.Page(403, own+"\nX-You-Are-Authenticated-As: me\nX-Required-Permission: hudson.model.Item.Build", ""), NotAllowed, "user me lacks the right Job/Build", "administrator"},
		"403 as the proxy ate the header":  {"", "", recorded.Page(403, own+"\nX-You-Are-Authenticated-As: anonymous", ""), NotAllowed, `Jenkins takes user "me" for anonymous`, "Authorization header"},
		"403 for want of a crumb":          {"", "", recorded.Page(403, "", "Error 403 No valid crumb was included in the request"), NotAllowed, "crumb", "API token in place of the password"},
		"302 to a login":                   {"", "", recorded.Page(302, "Location: /login?from=%2F", ""), NotAllowed, `the token of user "me" was not accepted: it redirects to a login (http://ci.example/login)`, "single sign-on"},
		"302 to a login of nobody":         {"", "-", recorded.Page(302, "Location: /login?from=%2F", ""), NotAllowed, "it redirects to a login", "JENKINS_USER_ID"},
		"302 to GitLab's login":            {"", "", recorded.Page(302, "Location: http://ci.example/users/sign_in", ""), NotAllowed, "redirects to a login", "single sign-on"},
		"302 as it moved":                  {"", "", recorded.Page(301, "Location: https://new.example/queue/api/json", ""), Refused, "redirects to another address: https://new.example/queue/api/json", "set the controller's url"},
		"302 in circles":                   {"", "", recorded.Page(302, "Location: /queue/api/json\nSet-Cookie: check=1", ""), Refused, "more than 3 redirects", "cookies"},
		"a login page of Keycloak":         {"", "", recorded.Page(200, "", `<title>Sign in to corp</title><form id="kc-form-login"><input type="password">`), NotAllowed, `a login page answers in its place ("Sign in to corp")`, "single sign-on"},
		"a login page of oauth2-proxy":     {"", "", recorded.Page(200, "", `<form action="/oauth2/start"><button>OpenID</button></form>`), NotAllowed, "a login page answers", "single sign-on"},
		"a login page to nobody":           {"", "-", recorded.Page(200, "", `<title>Log in</title>`), NotAllowed, "a login page answers", "JENKINS_USER_ID"},
		"a captive portal":                 {"", "", recorded.Page(200, "", `<title>Free &amp; open WiFi</title>`), NotJenkins, `a web page instead of JSON ("Free & open WiFi")`, "url"},
		"407":                              {"", "", recorded.Page(407, "", ""), NotAllowed, "the proxy wants a login (HTTP 407)", "proxy's URL"},
		"503 of envoy":                     {"", "", recorded.Page(503, "Server: envoy", "upstream connect error"), Unreachable, "the proxy in front of it cannot reach it (HTTP 503)", "see whether Jenkins is running"},
		"503 of nginx":                     {"", "", recorded.Page(503, "Server: nginx", "<title>503 Service Temporarily Unavailable</title>"), Unreachable, "the proxy in front of it cannot reach it", "running"},
		"503 of a start":                   {"", "", recorded.Page(503, "", "<title>Starting Jenkins</title>"), Starting, "Jenkins is starting up (HTTP 503)", "wait"},
		"503 of Jenkins":                   {"", "", recorded.Page(503, own, ""), Starting, "starting up", "wait"},
		"504":                              {"", "", recorded.Page(504, "", ""), Unreachable, "the proxy in front of it cannot reach it (HTTP 504)", "running"},
		"521":                              {"", "", recorded.Page(521, "Server: cloudflare", ""), Unreachable, "the proxy in front of it cannot reach it (HTTP 521)", "running"},
		"526":                              {"", "", recorded.Page(526, "Server: cloudflare", ""), Unreachable, "gets no TLS connection to it (HTTP 526)", "certificate"},
		"511":                              {"", "", recorded.Page(511, "", ""), Unreachable, "the network wants a login first", "browser"},
		"408":                              {"", "", recorded.Page(408, "", ""), TimedOut, "did not answer in time (HTTP 408)", "slow"},
		"413":                              {"", "", recorded.Page(413, "", ""), Refused, "the server or a proxy in front of it refused (HTTP 413)", "the proxy in front of it"},
		"500 of Jenkins":                   {"", "", recorded.Page(500, own, ""), Refused, "Jenkins failed (HTTP 500)", "controller's own log"},
		"500 of a proxy":                   {"", "", recorded.Page(500, "", ""), Refused, "the server or a proxy in front of it failed (HTTP 500)", "the proxy in front of it"},
		"400 where HTTPS is spoken":        {"", "", recorded.Page(400, "", "The plain HTTP request was sent to HTTPS port"), Refused, "HTTP 400", "https://"},
		"400 without a client certificate": {"https://ci.example", "", recorded.Page(400, "", "400 No required SSL certificate was sent"), BadCertificate, "wants a client certificate", "client_cert"},
		"404 at the login page":            {"http://ci.example/login?from=%2F", "", recorded.Page(404, own, ""), NotFound, "HTTP 404", "too much path in the controller's url: give the start page, http://ci.example/"},
		"404 at a job":                     {"http://ci.example/jenkins/job/x/", "", recorded.Page(404, own, ""), NotFound, "HTTP 404", "give the start page, http://ci.example/jenkins/"},
		"404 at a view":                    {"http://ci.example/view/all/", "", recorded.Page(404, own, ""), NotFound, "HTTP 404", "give the start page, http://ci.example/"},
		"404 of another program":           {"", "", recorded.Page(404, "Content-Type: application/json", `{"error":"404 Not Found"}`), NotFound, "there is no Jenkins at this address (HTTP 404)", "path prefix"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &Controller{State: new(State), URL: recorded.Must(url.Parse("http://ci.example")), User: "me", Token: "secret-token",
				HTTP: &http.Client{Transport: tc.answer}}
			if tc.url != "" {
				c.URL = recorded.Must(url.Parse(tc.url))
			}
			if tc.user == "-" {
				c.User, c.Token = "", ""
			}
			e := queueError(t, c)
			if e.Kind != tc.kind || !strings.Contains(e.Error(), tc.text) || !strings.Contains(e.Hint(), tc.hint) {
				t.Errorf("got %s: %q, hint %q", e.Kind, e, e.Hint())
			}
		})
	}
}

func TestHintsNameTheTroubleOfTheConnection(t *testing.T) {
	t.Parallel()
	expired := &x509.Certificate{NotBefore: time.Date(2020, 1, 1, 12, 0, 0, 0, time.UTC), NotAfter: time.Date(2021, 3, 4, 12, 0, 0, 0, time.UTC)}
	early := &x509.Certificate{NotBefore: time.Date(2120, 1, 1, 12, 0, 0, 0, time.UTC), NotAfter: time.Date(2121, 1, 1, 12, 0, 0, 0, time.UTC)}
	verify := func(err error) error { return &tls.CertificateVerificationError{Err: err} }
	dial := func(addr string, err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: recorded.Must(net.ResolveTCPAddr("tcp", addr)), Err: os.NewSyscallError("connect", err)}
	}
	proxy := func(err error) error { return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: err} }
	for name, tc := range map[string]struct {
		err        error
		kind       Kind
		text, hint string
	}{
		"expired":           {verify(x509.CertificateInvalidError{Cert: expired, Reason: x509.Expired}), BadCertificate, "the certificate expired on 2021-03-04", "have it renewed"},
		"not yet valid":     {verify(x509.CertificateInvalidError{Cert: early, Reason: x509.Expired}), BadCertificate, "not valid before 2120-01-01", "clock"},
		"another host":      {verify(x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"a.example"}}, Host: "ci.example"}), BadCertificate, "another host: certificate is valid for a.example, not ci.example", "use a name"},
		"unknown authority": {verify(x509.UnknownAuthorityError{}), BadCertificate, "not trusted", "ca_file"},
		"no TLS":            {http.ErrSchemeMismatch, BadCertificate, "does not speak TLS", "http://"},
		"an alert":          {&net.OpError{Op: "remote error", Err: tls.AlertError(116)}, BadCertificate, "refused the TLS connection", "client_cert"},
		"an unknown name":   {&net.OpError{Op: "remote error", Err: tls.AlertError(112)}, BadCertificate, "refused the TLS connection", "host name"},
		"old TLS":           {errors.New("tls: server selected unsupported protocol version 301"), BadCertificate, "there is no TLS connection", "1.2"},
		"only TLS":          {fmt.Errorf("transport connection broken: %w", fmt.Errorf("malformed HTTP response %q", "\x15\x03\x01\x00")), Unreachable, "speaks only TLS", "https://"},
		"a reset":           {&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, Unreachable, "connection reset", "https://"},
		"another protocol":  {fmt.Errorf("malformed HTTP response %q", "SSH-2.0-OpenSSH"), Unreachable, "does not speak HTTP", "port"},
		"no name":           {&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "ci.example", IsNotFound: true}}, Unreachable, "no such host", "VPN"},
		"no name server":    {&net.OpError{Op: "dial", Err: &net.DNSError{Err: "i/o timeout", Name: "ci.example", IsTimeout: true}}, TimedOut, "name server", "network"},
		"refused":           {dial("127.0.0.1:1", syscall.ECONNREFUSED), Unreachable, "connection refused", "port"},
		"no route":          {dial("127.0.0.1:1", syscall.EHOSTUNREACH), Unreachable, "no route to host", "network or the VPN"},
		"no IPv6":           {dial("[2001:db8::1]:80", syscall.ENETUNREACH), Unreachable, "network is unreachable", "no IPv6"},
		"a firewall":        {dial("127.0.0.1:1", os.ErrDeadlineExceeded), TimedOut, "in time", "firewall"},
		"a dead proxy":      {proxy(dial("127.0.0.1:1", syscall.ECONNREFUSED)), Unreachable, "the proxy cannot be reached", "HTTPS_PROXY"},
		"a proxy's 407":     {&proxyRefusal{407}, NotAllowed, "the proxy wants a login (HTTP 407)", "proxy's URL"},
		"a proxy's 403":     {&proxyRefusal{403}, NotAllowed, "the proxy refused to connect to it (HTTP 403)", "NO_PROXY"},
		"a proxy's 503":     {&proxyRefusal{503}, Unreachable, "the proxy cannot reach it (HTTP 503)", "url"},
	} {
		e := queueError(t, reading(recorded.Failing(func(*http.Request) error { return tc.err })))
		if e.Kind != tc.kind || !strings.Contains(e.Error(), tc.text) || !strings.Contains(e.Hint(), tc.hint) {
			t.Errorf("%s: got %s: %q, hint %q", name, e.Kind, e, e.Hint())
		}
	}
}

func TestProxyThatRefusesToConnectIsToldFromTheController(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	defer s.Close()
	rt := recorded.Must(NewTransport(TransportOptions{Proxy: s.URL}))
	e := queueError(t, &Controller{State: new(State), URL: recorded.Must(url.Parse("https://ci.example")), HTTP: &http.Client{Transport: rt}})
	if e.Kind != NotAllowed || e.Status != http.StatusProxyAuthRequired {
		t.Errorf("got %s, %d: %v", e.Kind, e.Status, e)
	}
}

// TestProxysCookieIsSentBackWithinTheRedirects: sticky sessions and browser checks redirect to the same address once.
func TestProxysCookieIsSentBackWithinTheRedirects(t *testing.T) {
	t.Parallel()
	c := reading(recorded.Func(func(req *http.Request) *http.Response {
		if cookie, err := req.Cookie("route"); err == nil && cookie.Value == "a1" {
			return recorded.JSON(req, `{"items":[]}`)
		}
		return recorded.Page(302, "Location: "+req.URL.RequestURI()+"\nSet-Cookie: route=a1; Path=/; HttpOnly", "")(req)
	}))
	for range 2 {
		if err := queue(t.Context(), c); err != nil {
			t.Error(err)
		}
	}
}

func TestRetryAfterIsReadFromAnyRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for value, want := range map[string]time.Duration{
			"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-3": 0, "soon": 0, "999999999": time.Hour,
			time.Now().Add(time.Minute).UTC().Format(http.TimeFormat): time.Minute,
		} {
			e := queueError(t, reading(recorded.Page(429, "Retry-After: "+value, "")))
			if e.RetryAfter != want {
				t.Errorf("%q: got %s, want %s", value, e.RetryAfter, want)
			}
		}
	})
}
