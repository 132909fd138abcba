package sender

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
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
	"time"
	"unicode/utf8"
)

const (
	keptAnswer   = 4 << 10  // bytes of an answer's body that are recorded
	readAnswer   = 16 << 10 // bytes of it that are read: what is longer closes the connection
	answerTime   = 2 * time.Second
	maxRedirects = 5
)

// Message is a request that an endpoint is to get.
type Message struct {
	ID          string // sent as Idempotency-Key
	Method      string
	ContentType string   // empty: none
	Payload     []byte   // the body; of a GET the query
	Secrets     []string // values in the payload that must not be recorded from an answer
}

// Outcome is how an attempt ended. Its texts are masked.
type Outcome struct {
	Delivered     bool
	Passes        bool // a failure that another attempt may not meet
	Status        int  // 0: no answer
	Answer        string
	Reason        string // why it was not delivered
	RetryAfter    time.Duration
	Duration      time.Duration
	AnswerHeaders []RequestHeader // a few that help to find out what became of the request
}

// Exchange sends a message and judges the answer. It takes no longer than the endpoint's timeout, and reads only the
// beginning of the answer.
func (r *Resolved) Exchange(ctx context.Context, rt http.RoundTripper, m Message) Outcome {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, r.timeout())
	defer cancel()
	out := r.exchange(ctx, cancel, rt, m)
	out.Duration = time.Since(start)
	return out
}

func (r *Resolved) exchange(ctx context.Context, cancel func(), rt http.RoundTripper, m Message) Outcome {
	mask := r.Mask(m.Secrets)
	target := r.url
	var body []byte
	if m.Method == "GET" {
		target += "?" + string(m.Payload)
	} else {
		body = m.Payload
	}
	for hop := 0; ; hop++ {
		res, err := r.send(ctx, rt, m, target, body)
		if err != nil {
			return Outcome{Passes: true, Reason: explain(ctx, err, r.timeout(), mask)}
		}
		next, why := redirect(res, target, hop)
		if next != "" {
			res.Body.Close()
			target = next
			continue
		}
		out := judge(res, why)
		out.AnswerHeaders = answerHeaders(res.Header, mask)
		if text := readBeginning(res, cancel); text != "" {
			out.Answer = cutAnswer(mask(text))
		}
		return out
	}
}

func (r *Resolved) send(ctx context.Context, rt http.RoundTripper, m Message, target string, body []byte) (*http.Response, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body) // net/http knows it: Content-Length, and a body that can be sent again
	}
	req, err := http.NewRequestWithContext(ctx, m.Method, target, reader)
	if err != nil {
		return nil, errors.New("the request cannot be made")
	}
	own := map[string]bool{}
	for _, h := range r.headers {
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
	if m.ContentType != "" {
		req.Header["Content-Type"] = []string{m.ContentType}
	}
	if r.sendsKey() && !own["Idempotency-Key"] {
		req.Header["Idempotency-Key"] = []string{m.ID}
	}
	if r.sign != "" {
		req.Header["X-Hub-Signature-256"] = []string{Signature([]byte(r.sign), m.Payload)}
	}
	return rt.RoundTrip(req)
}

// Signature returns the X-Hub-Signature-256 of a payload, as GitHub computes it.
func Signature(secret, payload []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(payload)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// redirect returns where to send the same request again: only for a 307 or 308 to the same scheme, host and port, because
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

func judge(res *http.Response, why string) Outcome {
	o := Outcome{Status: res.StatusCode}
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		o.Delivered = true
		return o
	case passes(res.StatusCode):
		o.Passes = true
		o.RetryAfter = retryAfter(res.Header, time.Now())
	}
	o.Reason = fmt.Sprintf("the endpoint answered %d %s", res.StatusCode, http.StatusText(res.StatusCode))
	if why != "" {
		o.Reason += ": " + why + "; set url to the place where it belongs"
	}
	return o
}

// readBeginning reads the beginning of the answer. A body that trickles does not hold the worker: the status is known.
func readBeginning(res *http.Response, cancel func()) string {
	defer res.Body.Close()
	if res.ContentLength == 0 {
		return ""
	}
	stop := time.AfterFunc(answerTime, cancel)
	defer stop.Stop()
	b, _ := io.ReadAll(io.LimitReader(res.Body, readAnswer))
	return string(b)
}

// cutAnswer returns as much of an answer as is recorded, in whole characters.
func cutAnswer(s string) string {
	if len(s) > keptAnswer {
		s = s[:keptAnswer]
		for len(s) > keptAnswer-utf8.UTFMax && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) {
			s = s[:len(s)-1]
		}
	}
	return valid(s)
}

// answerHeaders returns those headers of an answer that help to find out what became of a request, and never hold a secret.
func answerHeaders(h http.Header, mask func(string) string) []RequestHeader {
	var all []RequestHeader
	for _, name := range []string{"Content-Type", "Retry-After", "Www-Authenticate", "X-Request-Id", "Server", "Via"} {
		if values := h[name]; len(values) > 0 {
			all = append(all, RequestHeader{name, shorten(mask(strings.ReplaceAll(values[0], "\n", " ")), outlineValue)})
		}
	}
	return all
}

// explain returns in plain words why there was no answer. The URL that net/http puts into its errors is left out.
func explain(ctx context.Context, err error, timeout time.Duration, mask func(string) string) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return "no such host: " + dns.Name
	}
	if what := certificateText(err); what != "" {
		return what
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

// certificateText says what is wrong with an endpoint's certificate; it is empty for other errors.
func certificateText(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the certificate is signed by an unknown authority: give the CA as ca_file"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok { // its text quotes the names in the certificate
		return "the certificate is for another host: use a name in the URL that is in it"
	}
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	if !ok || invalid.Reason != x509.Expired || invalid.Cert == nil {
		return ""
	}
	const minutes = "2006-01-02 15:04"
	if now := time.Now(); now.Before(invalid.Cert.NotBefore) {
		return fmt.Sprintf("the certificate is not valid before %s: check this machine's clock, which says %s",
			invalid.Cert.NotBefore.Local().Format(minutes), now.Format(minutes))
	}
	return "the certificate expired on " + invalid.Cert.NotAfter.Local().Format(minutes) + ": have it renewed"
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
