package sender

import (
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// Notification is a message for an endpoint. Its payload is fixed when an outbox accepts it.
type Notification struct {
	Endpoint string    // name of a configured endpoint
	AdHoc    *Endpoint // instead of Endpoint: where to send it just this once

	// The build it is about, if any: notifications of one build reach an endpoint in the order they were accepted.
	Controller string
	Job        string // full name, raw
	Number     int

	Status    string     // on the wire as it is; empty: the payload has none
	Body      *string    // nil: none; a pointer to "" sends an empty one, as notify '' does
	Variables []Variable // the later of two with one name wins

	CreatedAt time.Time // zero: now
	// Remember is kept among the earlier messages, unless it holds the value of a secret variable: Body as a person wrote
	// it, before variables were filled in.
	Remember string
}

// Variable is one environment variable of a notification or push.
type Variable struct {
	Name  string
	Value string
	// Password is a password parameter: the endpoint's policy decides whether it is sent.
	Password bool
	// Secret only looks like one: it is masked in previews and answers, and never changed on the wire.
	Secret bool
}

// OrderKey returns what notifications must share to be sent one after the other; empty: no order.
func (n Notification) OrderKey(endpoint string) string {
	if n.Job == "" || n.Number <= 0 {
		return ""
	}
	return endpoint + "\x00" + n.Controller + "\x00" + n.Job + "\x00" + strconv.Itoa(n.Number)
}

// The statuses that the plugin sends. A build's result is one of the others.
const (
	StatusStart    = "START"
	StatusRunning  = "RUNNING"
	StatusComplete = "COMPLETE" // a build ended, and Jenkins reports no result
)

// State is where a delivery stands.
type State string

const (
	// Queued is accepted, on disk, and not yet tried. It enters when it is added, or retried by a person, and leaves when a relay
	// claims it or a person drops it. Behind an earlier delivery of the same build it waits for that one to end.
	Queued State = "queued"
	// Delivering is claimed by a relay, whose attempt has been counted. It leaves with the answer. If the process dies
	// its lease runs out and any relay claims it again.
	Delivering State = "delivering"
	// Retrying has failed in a way that may pass, and waits for its next attempt. It holds back the later deliveries of
	// its build.
	Retrying State = "retrying"
	// Delivered has been answered with 2xx. Payload and secrets have been removed. It leaves when retention ends.
	Delivered State = "delivered"
	// Dead can never succeed as it is, or has used up its attempts or time. Its payload stays, so that a person can mend
	// the endpoint and retry it. It does not hold back others.
	Dead State = "dead"
	// Dropped was given up by a person. Payload and secrets have been removed. It does not hold back others.
	Dropped State = "dropped"
)

// Ended reports whether a delivery stays as it is until a person changes it.
func (s State) Ended() bool { return s == Delivered || s == Dead || s == Dropped }

// Delivery is the record of an accepted notification. It holds no secrets and is safe to show once cleaned for the
// terminal.
type Delivery struct {
	ID       string // sorts by time of acceptance; sent as Idempotency-Key
	Endpoint string // name, or the host of one given ad hoc
	AdHoc    bool
	Method   string
	URL      string // secrets masked

	Controller string
	Job        string
	Number     int
	Status     string
	Message    string // the first line, of a message that may be kept

	State      State
	Attempts   int           // counted when they begin
	HTTPStatus int           // of the last answer; 0: none
	Duration   time.Duration // of the last attempt
	LastError  string        // of the last attempt, secrets masked; empty after success
	Size       int64         // of the payload, bytes
	HasPayload bool          // it can still be sent

	CreatedAt     time.Time
	NextAttemptAt time.Time // zero unless Queued or Retrying
	EndedAt       time.Time // zero until it ended
}

// Attempt is one try to deliver.
type Attempt struct {
	N          int // from 1
	StartedAt  time.Time
	Duration   time.Duration
	HTTPStatus int    // 0: no answer
	Answer     string // the first 4 KB of the answer's body, secrets masked; raw otherwise: clean it before drawing
	Error      string // why it failed; empty after success

	Headers       []RequestHeader // that were sent, as [Request] shows them; of an interrupted attempt they are not known
	AnswerHeaders []RequestHeader // a few, secrets masked; raw otherwise

	Outline string // of the payload
}

// NewID returns a ULID: 26 letters that sort by time.
func NewID(at time.Time) string { return ulid.MustNewDefault(at).String() }

// FirstLine returns the first line of the message that says something, if the message may be kept.
func (n Notification) FirstLine() string {
	if !n.keepsBody() {
		return ""
	}
	line, _, _ := strings.Cut(strings.TrimSpace(*n.Body), "\n")
	if r := []rune(line); len(r) > firstLineMax {
		line = string(r[:firstLineMax])
	}
	return line
}

const firstLineMax = 200 // characters

// keepsBody reports whether the message stays readable, as what is kept for reuse does.
func (n Notification) keepsBody() bool {
	return n.Remember != "" && n.Body != nil && !holdsSecret(*n.Body, n.Variables)
}
