package jsonview

import (
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// Sent is what became of a notification: what `send` prints.
type Sent struct {
	ID         string `json:"id"`
	State      string `json:"state"` // queued, delivering, retrying, delivered, dead, dropped
	Attempts   int    `json:"attempts"`
	HTTPStatus int    `json:"http_status"` // of the last answer; 0: none
	DurationMS int64  `json:"duration_ms"` // of the last attempt
	Endpoint   string `json:"endpoint"`
}

// Delivery is a record of the outbox.
type Delivery struct {
	Sent
	CreatedAt     *time.Time `json:"created_at"`
	NextAttemptAt *time.Time `json:"next_attempt_at"` // null: none will be made
	LastError     string     `json:"last_error"`
	Method        string     `json:"method"`
	URL           string     `json:"url"` // secrets masked
	Controller    string     `json:"controller"`
	Job           string     `json:"job"`
	Number        int        `json:"number"` // 0: not about a build
	Status        string     `json:"status"`
	Size          int64      `json:"size"` // of the payload, bytes
}

// Shown is a record with its request and attempts: what `outbox show` prints.
type Shown struct {
	Delivery
	Request Request       `json:"request"` // most values of the body are hidden
	Tries   []attemptJSON `json:"tries"`
}

type attemptJSON struct {
	N          int        `json:"n"`
	StartedAt  *time.Time `json:"started_at"`
	DurationMS int64      `json:"duration_ms"`
	HTTPStatus int        `json:"http_status"`
	Error      string     `json:"error"`
	Answer     string     `json:"answer"` // its first 4 KB, secrets masked

	Headers       []headerJSON `json:"headers"`        // that were sent, secrets masked
	AnswerHeaders []headerJSON `json:"answer_headers"` // the few that tell something
}

// Request is a request as it would be sent: what `send --dry-run` prints.
type Request struct {
	Method  string       `json:"method"`
	URL     string       `json:"url"`
	Headers []headerJSON `json:"headers"`
	Body    string       `json:"body"`
	Size    int64        `json:"size"`
}

type headerJSON struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func NewSent(d sender.Delivery) Sent {
	return Sent{d.ID, string(d.State), d.Attempts, d.HTTPStatus, d.Duration.Milliseconds(), d.Endpoint}
}

func NewDelivery(d sender.Delivery) Delivery {
	return Delivery{NewSent(d), Time(d.CreatedAt), Time(d.NextAttemptAt), d.LastError, d.Method, d.URL,
		d.Controller, d.Job, d.Number, d.Status, d.Size}
}

func NewDeliveries(list []sender.Delivery) []Delivery {
	out := make([]Delivery, len(list))
	for i, d := range list {
		out[i] = NewDelivery(d)
	}
	return out
}

func NewShown(d sender.Delivery, r sender.Request, attempts []sender.Attempt) Shown {
	v := Shown{NewDelivery(d), NewRequest(r), []attemptJSON{}}
	for _, at := range attempts {
		v.Tries = append(v.Tries, attemptJSON{at.N, Time(at.StartedAt), at.Duration.Milliseconds(), at.HTTPStatus, at.Error,
			at.Answer, newHeadersJSON(at.Headers), newHeadersJSON(at.AnswerHeaders)})
	}
	return v
}

func NewRequest(r sender.Request) Request {
	return Request{r.Method, r.URL, newHeadersJSON(r.Headers), string(r.Body), r.Size}
}

func newHeadersJSON(headers []sender.RequestHeader) []headerJSON {
	v := make([]headerJSON, len(headers))
	for i, h := range headers {
		v[i] = headerJSON{h.Name, h.Value}
	}
	return v
}
