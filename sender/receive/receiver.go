// Package receive takes the pushes of the Jenkins plugin, of sync or of another jenkwatch over HTTP, and stores them before it
// answers with 200.
package receive

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// DefaultRate is how many pushes a second a receiver takes: more than any controller makes, so that only a flood is cut.
const DefaultRate = 50_000

// Receiver is an http.Handler that takes pushes: JSON in POST, PUT and DELETE, a query in GET. A push is on disk before
// it is answered with 200. How long a sender may take is the server's ReadTimeout. It must not be copied.
type Receiver struct {
	Outbox *outbox.Outbox // its database holds the pushes too

	// Token, if set, must come in TokenHeader (default X-Auth-Token; "Bearer " before it is allowed).
	Token       string
	TokenHeader string
	// HMAC, if set, is the secret of X-Hub-Signature-256. Where Token is set too, either is proof enough.
	HMAC string

	MaxBody int64 // bytes of a body or query; default 1 MiB
	Rate    int   // pushes per second that are taken, in bursts of four times as many; default [DefaultRate]
	Keep    outbox.PushLimits

	// Mark is called with each push before it is stored and marks variables as Secret or Password: they are stored without their
	// values. Pushes and Forward get them whole.
	Mark func(*sender.Push)
	// Forward makes the notifications that pass a push on. They are accepted in the transaction that stores the push, so
	// that the 200 promises both.
	Forward func(sender.Push) []sender.Notification
	// OnRefuse is called for each push that was refused. The text may quote what a stranger sent.
	OnRefuse func(status int, why string)
	// CheckHost, if set, returns why requests for this host name are refused. Where neither Token nor HMAC is set it must
	// know the receiver's own names: a web page can give its own name this machine's address (DNS rebinding).
	CheckHost func(name string) error

	mu      sync.Mutex
	subs    map[*subscriber]struct{}
	recent  map[uint64]time.Time // hash of the bytes of pushes of the last minute
	swept   time.Time
	limiter *rate.Limiter
	large   int // large bodies that are being read or stored

	answers map[int]int64 // how many pushes were answered with which status
}

var seed = maphash.MakeSeed()

// Answers returns how many pushes were answered with which status since the start.
func (r *Receiver) Answers() map[int]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.answers)
}

func (r *Receiver) count(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answers == nil {
		r.answers = map[int]int64{}
	}
	r.answers[status]++
}

// refusal is an answer that is not 200.
type refusal struct {
	status int
	text   string
	err    error // for the log, not for the sender
}

func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	no := r.checkOrigin(req)
	if no == nil {
		if answerProbe(w, req) {
			return
		}
		no = r.receive(w, req)
	}
	if no != nil {
		r.count(no.status)
		if r.OnRefuse != nil {
			why := no.text
			if no.err != nil {
				why += ": " + no.err.Error()
			}
			r.OnRefuse(no.status, why)
		}
		if no.status == http.StatusTooManyRequests || no.status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "1")
		}
		w.Header().Set("Connection", "close") // who was refused keeps no connection
		http.Error(w, no.text, no.status)
		return
	}
	r.count(http.StatusOK)
	w.WriteHeader(http.StatusOK)
}

const allowedMethods = "POST, PUT, DELETE, GET"

func (r *Receiver) receive(w http.ResponseWriter, req *http.Request) *refusal {
	switch req.Method {
	case "GET", "POST", "PUT", "DELETE":
	default:
		w.Header().Set("Allow", allowedMethods)
		return &refusal{status: http.StatusMethodNotAllowed, text: "a push comes by POST, PUT, DELETE or GET"}
	}
	token := r.Token != "" && r.tokenFits(req)
	if (r.Token != "" || r.HMAC != "") && !token && (r.HMAC == "" || req.Header.Get("X-Hub-Signature-256") == "") {
		return r.noProof()
	}
	if !r.allow() {
		return &refusal{status: http.StatusTooManyRequests, text: "too many pushes a second"}
	}
	if req.Method != "GET" && (req.ContentLength < 0 || req.ContentLength > smallBody) {
		if !r.startLarge() {
			return &refusal{status: http.StatusServiceUnavailable, text: "too many large pushes at once"}
		}
		defer r.endLarge()
	}
	body, no := r.read(w, req)
	if no != nil {
		return no
	}
	if !token && r.HMAC != "" {
		want := sender.Signature([]byte(r.HMAC), []byte(body))
		if !hmac.Equal([]byte(want), []byte(req.Header.Get("X-Hub-Signature-256"))) {
			return r.noProof()
		}
	}
	p, err := sender.DecodePushText(req.Method, body)
	if err != nil {
		return &refusal{status: http.StatusBadRequest, text: err.Error()}
	}
	p.ReceivedAt, p.Key = time.Now(), req.Header.Get("Idempotency-Key")
	if len(p.Key) > 255 {
		return &refusal{status: http.StatusBadRequest, text: "the Idempotency-Key is longer than 255 bytes"}
	}
	p.Repeat = r.seenBefore(req.Method, body, p.ReceivedAt)
	if r.Mark != nil {
		r.Mark(&p)
	}
	var forward []sender.Notification
	if r.Forward != nil {
		forward = r.Forward(p)
	}
	ctx := context.WithoutCancel(req.Context()) // what is stored does not depend on whether its sender still waits
	err = r.Outbox.StorePush(ctx, &p, body, forward, r.Keep, func() { r.publish(p) })
	if errors.Is(err, outbox.ErrKeyReused) {
		return &refusal{status: http.StatusConflict, text: err.Error()}
	}
	if err != nil {
		return &refusal{status: http.StatusServiceUnavailable, text: "the push cannot be stored now", err: err}
	}
	return nil
}

// Bodies up to smallBody are bounded by the number of connections; of larger ones maxLarge are held at once.
const (
	smallBody = 64 << 10
	maxLarge  = 16
)

func (r *Receiver) startLarge() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.large >= maxLarge {
		return false
	}
	r.large++
	return true
}

func (r *Receiver) endLarge() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.large--
}

func (r *Receiver) noProof() *refusal {
	text := "a token or a signature is needed"
	switch {
	case r.HMAC == "":
		text = "a token is needed in the header " + r.tokenHeader()
	case r.Token == "":
		text = "a signature is needed in the header X-Hub-Signature-256"
	}
	return &refusal{status: http.StatusUnauthorized, text: text}
}

func (r *Receiver) tokenHeader() string {
	if r.TokenHeader == "" {
		return "X-Auth-Token"
	}
	return r.TokenHeader
}

// tokenFits compares in a time that depends on neither token: both are hashed first.
func (r *Receiver) tokenFits(req *http.Request) bool {
	given := strings.TrimPrefix(req.Header.Get(r.tokenHeader()), "Bearer ")
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(r.Token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// read returns the payload: the body, or the query of a GET.
func (r *Receiver) read(w http.ResponseWriter, req *http.Request) (string, *refusal) {
	limit := r.MaxBody
	if limit <= 0 {
		limit = sender.DefaultMaxBody
	}
	if req.Method == "GET" {
		if int64(len(req.URL.RawQuery)) > limit {
			return "", largerThan(limit)
		}
		raw := req.URL.RawQuery
		return raw[strings.LastIndexByte(raw, '?')+1:], nil
	}
	if e := req.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		w.Header().Set("Accept-Encoding", "identity")
		return "", &refusal{status: http.StatusUnsupportedMediaType, text: "a push must not be compressed"}
	}
	if req.ContentLength > limit {
		return "", largerThan(limit)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, limit))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return "", largerThan(limit)
	}
	if err != nil {
		return "", &refusal{status: http.StatusBadRequest, text: "the body ended early"}
	}
	return string(body), nil
}

func largerThan(limit int64) *refusal {
	return &refusal{status: http.StatusRequestEntityTooLarge, text: fmt.Sprintf("a push may have %d bytes", limit)}
}

// allow reports whether the rate limit admits another push.
func (r *Receiver) allow() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limiter == nil {
		n := cmp.Or(max(r.Rate, 0), DefaultRate)
		r.limiter = rate.NewLimiter(rate.Limit(n), 4*n)
	}
	return r.limiter.Allow()
}

// seenBefore remembers the hash of a push for a minute. Equal bytes need not be a repeat (notify 'x' twice), so it only
// marks.
func (r *Receiver) seenBefore(method, body string, now time.Time) bool {
	sum := maphash.String(seed, body) ^ maphash.String(seed, method)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recent == nil {
		r.recent = map[uint64]time.Time{}
	}
	if now.Sub(r.swept) > time.Minute {
		for h, at := range r.recent {
			if now.Sub(at) > time.Minute {
				delete(r.recent, h)
			}
		}
		r.swept = now
	}
	at, ok := r.recent[sum]
	r.recent[sum] = now
	return ok && now.Sub(at) <= time.Minute
}
