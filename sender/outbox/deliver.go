package outbox

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/sender"
)

const (
	keptAnswer   = 4 << 10  // of an answer's body, in the record
	readAnswer   = 16 << 10 // of it, from the wire: what is longer closes the connection
	answerTime   = 2 * time.Second
	maxRedirects = 5
)

// outcome is how an attempt ended.
type outcome struct {
	delivered bool
	passes    bool          // a failure that another attempt may not meet
	status    int           // 0: no answer
	answer    string        // masked
	reason    string        // masked; why it was not delivered
	after     time.Duration // Retry-After
	duration  time.Duration

	summary       requestSummary
	answerHeaders []sender.RequestHeader // masked
}

// exchange sends one request and judges the answer. It never takes longer than the endpoint's timeout, and reads no more
// than a few KB of the answer.
func exchange(ctx context.Context, rt http.RoundTripper, e *sender.Resolved, r *record) outcome {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, e.AttemptTimeout())
	defer cancel()
	mask := sender.MaskOf(append(r.secrets, e.Secrets...))
	target := e.Url
	var body []byte
	if r.Method == "GET" {
		target += "?" + string(r.payload)
	} else {
		body = r.payload
	}
	var out outcome
	for hop := 0; ; hop++ {
		res, err := send(ctx, rt, e, r, target, body)
		if err != nil {
			out = outcome{passes: true, reason: explain(ctx, err, e.AttemptTimeout(), mask)}
			break
		}
		next, why := redirect(res, target, hop)
		if next != "" {
			res.Body.Close()
			target = next
			continue
		}
		out = judge(res, why)
		out.answerHeaders = tellingHeaders(res.Header, mask)
		if text := drain(res, cancel); text != "" {
			out.answer = cut(mask(text))
		}
		break
	}
	out.duration = time.Since(start)
	out.summary = summarize(e, r, mask)
	return out
}

func send(ctx context.Context, rt http.RoundTripper, e *sender.Resolved, r *record, target string, body []byte) (*http.Response, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body) // net/http knows it: Content-Length, and a body that can be sent again
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, target, reader)
	if err != nil {
		return nil, errors.New("the request cannot be made")
	}
	own := map[string]bool{}
	for _, h := range e.Headers {
		canonical := http.CanonicalHeaderKey(h.Name)
		switch canonical {
		case "Content-Type":
			continue // ours takes its place, as the plugin's does
		case "Host":
			req.Host = h.Value
			continue
		}
		own[canonical] = true
		req.Header[h.Name] = append(req.Header[h.Name], h.Value) // the key directly: its spelling stays
	}
	if u := req.URL.User; u != nil && !own["Authorization"] {
		password, _ := u.Password()
		req.SetBasicAuth(u.Username(), password)
	}
	if own["User-Agent"] {
		if _, ok := req.Header["User-Agent"]; !ok {
			req.Header["User-Agent"] = nil // net/http would add its own beside "user-agent"
		}
	} else {
		req.Header["User-Agent"] = []string{"jenkwatch"}
	}
	if r.contentType != "" {
		req.Header["Content-Type"] = []string{r.contentType}
	}
	if e.SendsKey() && !own["Idempotency-Key"] {
		req.Header["Idempotency-Key"] = []string{r.ID}
	}
	if e.Sign != "" {
		req.Header["X-Hub-Signature-256"] = []string{Signature([]byte(e.Sign), r.payload)}
	}
	return rt.RoundTrip(req)
}

// Signature is GitHub's: an HMAC over the body, here over the query for a GET.
func Signature(secret, payload []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(payload)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// redirect says where to send the same request again: only for a 307 or 308 to the same scheme, host and port, because
// everything goes along. why is the reason not to follow any other redirect.
func redirect(res *http.Response, from string, hop int) (next, why string) {
	if res.StatusCode < 300 || res.StatusCode > 399 {
		return "", ""
	}
	base, err := url.Parse(from)
	if err != nil {
		return "", "it redirects"
	}
	to, err := base.Parse(res.Header.Get("Location"))
	if err != nil || res.Header.Get("Location") == "" {
		return "", "it redirects nowhere"
	}
	where := to.Scheme + "://" + to.Host // no path: webhook paths are secrets
	switch {
	case res.StatusCode != http.StatusTemporaryRedirect && res.StatusCode != http.StatusPermanentRedirect:
		return "", "it redirects to " + where + " by a GET without the payload, which is not followed"
	case to.Scheme != base.Scheme || !strings.EqualFold(to.Host, base.Host):
		return "", "it redirects to " + where + ", and configured headers are never carried to another host"
	case hop >= maxRedirects:
		return "", fmt.Sprintf("it redirects more than %d times", maxRedirects)
	}
	return to.String(), ""
}

func judge(res *http.Response, why string) outcome {
	o := outcome{status: res.StatusCode}
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		o.delivered = true
		return o
	case sender.Passes(res.StatusCode):
		o.passes = true
		o.after = sender.RetryAfter(res.Header, time.Now())
	}
	o.reason = fmt.Sprintf("the endpoint answered %d %s", res.StatusCode, http.StatusText(res.StatusCode))
	if why != "" {
		o.reason += ": " + why + "; set url to the place where it belongs"
	}
	return o
}

// drain reads the beginning of the answer. A body that trickles does not hold the worker: the status has been said.
func drain(res *http.Response, cancel func()) string {
	defer res.Body.Close()
	if res.ContentLength == 0 {
		return ""
	}
	stop := time.AfterFunc(answerTime, cancel)
	defer stop.Stop()
	b, _ := io.ReadAll(io.LimitReader(res.Body, readAnswer))
	return string(b)
}

func cut(s string) string {
	if len(s) > keptAnswer {
		s = s[:keptAnswer]
		for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) && len(s) > keptAnswer-utf8.UTFMax {
			s = s[:len(s)-1]
		}
	}
	return sender.Valid(s)
}

// explain says in a person's words why there was no answer. The URL that net/http puts into its errors is left out.
func explain(ctx context.Context, err error, timeout time.Duration, mask func(string) string) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return "no such host: " + dns.Name
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the certificate is signed by nobody who is trusted: give the CA as ca_file"
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s", timeout)
	case cause != nil:
		return "interrupted"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before an answer came"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok { // its address is the endpoint's, which the record names
		return mask(opText(op))
	}
	return mask(err.Error())
}

// opText is "connection refused" for "dial tcp 127.0.0.1:8080: connect: connection refused".
func opText(op *net.OpError) string {
	err := op.Err
	if sys, ok := errors.AsType[*os.SyscallError](err); ok {
		err = sys.Err
	}
	if op.Op == "proxyconnect" {
		if dial, ok := errors.AsType[*net.OpError](err); ok {
			return "the proxy: " + opText(dial)
		}
		return "the proxy: " + err.Error()
	}
	return err.Error()
}

// transports makes one transport for each way of connecting, so that endpoints share connections.
type transports struct {
	mu    sync.Mutex
	made  map[way]http.RoundTripper
	quiet *time.Timer // closes the connections that nobody has used for a while
}

const idleFor = 90 * time.Second

// rest is called when there was an answer, and closes the idle connections when there is none for a while.
func (t *transports) rest() {
	if t.quiet == nil {
		t.quiet = time.AfterFunc(idleFor, t.closeIdle)
	} else {
		t.quiet.Reset(idleFor)
	}
}

type way struct {
	tls   sender.TLS
	proxy string
}

func (t *transports) get(ctx context.Context, e *sender.Resolved, idle int) (http.RoundTripper, error) {
	w := way{e.TLS, e.Proxy}
	t.mu.Lock()
	rt, ok := t.made[w]
	t.mu.Unlock()
	if ok {
		return rt, nil
	}
	ctx, cancel := context.WithTimeout(ctx, sender.ResolveTimeout)
	defer cancel()
	made, err := crew.Await(ctx, func() (*http.Transport, error) { return w.transport(idle) })
	if err != nil {
		if ctx.Err() != nil {
			err = sender.UnresolvedError("tls", "its files gave no content in time", nil, "check ca_file, cert_file and key_file")
		}
		return nil, e.Because(err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if rt, ok := t.made[w]; ok { // another worker was quicker
		return rt, nil
	}
	if t.made == nil {
		t.made = map[way]http.RoundTripper{}
	}
	t.made[w] = made
	return made, nil
}

func (t *transports) close() {
	if t.quiet != nil {
		t.quiet.Stop()
	}
	t.closeIdle()
}

func (t *transports) closeIdle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, rt := range t.made {
		if c, ok := rt.(*http.Transport); ok {
			c.CloseIdleConnections()
		}
	}
}

func (w way) transport(idle int) (*http.Transport, error) {
	t := http.DefaultTransport.(*http.Transport).Clone() // with the environment's proxy
	t.MaxIdleConnsPerHost = idle
	t.IdleConnTimeout = 0 // rest takes care of that: net/http would set a timer with each request
	t.MaxResponseHeaderBytes = 64 << 10
	t.TLSClientConfig = &tls.Config{InsecureSkipVerify: w.tls.Insecure} // only where the configuration says so
	switch w.proxy {
	case "":
	case "none":
		t.Proxy = nil
	default:
		u, err := url.Parse(w.proxy)
		if err != nil || u.Host == "" {
			return nil, &sender.Error{Kind: sender.Unresolved, What: "the proxy's url cannot be read", Fix: "write it as http://host:port"}
		}
		t.Proxy = http.ProxyURL(u)
	}
	if w.tls.CAFile != "" {
		pem, err := os.ReadFile(w.tls.CAFile)
		if err != nil {
			return nil, &sender.Error{Kind: sender.Unresolved, What: "ca_file cannot be read", Err: err, Fix: "check its path and rights"}
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, &sender.Error{Kind: sender.Unresolved, What: "ca_file holds no certificate", Fix: "it must be PEM"}
		}
		t.TLSClientConfig.RootCAs = pool
	}
	if w.tls.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(w.tls.CertFile, w.tls.KeyFile)
		if err != nil {
			return nil, &sender.Error{Kind: sender.Unresolved, What: "the client certificate cannot be read", Err: err,
				Fix: "check cert_file and key_file: both PEM, and they must belong together"}
		}
		t.TLSClientConfig.Certificates = []tls.Certificate{cert}
	}
	return t, nil
}
