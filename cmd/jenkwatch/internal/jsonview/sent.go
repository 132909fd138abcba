package jsonview

import (
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// SentJSON is what became of a notification: what `send` prints.
type SentJSON struct {
	ID         string `json:"id"`
	State      string `json:"state"` // queued, delivering, retrying, delivered, dead, dropped
	Attempts   int    `json:"attempts"`
	HTTPStatus int    `json:"http_status"` // of the last answer; 0: none
	DurationMS int64  `json:"duration_ms"` // of the last attempt
	Endpoint   string `json:"endpoint"`
}

// DeliveryJSON is a record of the outbox.
type DeliveryJSON struct {
	SentJSON
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

// ShownJSON is a record with its request and attempts: what `outbox show` prints.
type ShownJSON struct {
	DeliveryJSON
	Request RequestJSON   `json:"request"` // most values of the body are hidden
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

// RequestJSON is a request as it would be sent: what `send --dry-run` prints.
type RequestJSON struct {
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

func NewSentJSON(d sender.Delivery) SentJSON {
	return SentJSON{d.ID, string(d.State), d.Attempts, d.HTTPStatus, d.Duration.Milliseconds(), d.Endpoint}
}

func NewDeliveryJSON(d sender.Delivery) DeliveryJSON {
	return DeliveryJSON{NewSentJSON(d), TimeJSON(d.CreatedAt), TimeJSON(d.NextAttemptAt), d.LastError, d.Method, d.URL,
		d.Controller, d.Job, d.Number, d.Status, d.Size}
}

func NewDeliveriesJSON(list []sender.Delivery) []DeliveryJSON {
	out := make([]DeliveryJSON, len(list))
	for i, d := range list {
		out[i] = NewDeliveryJSON(d)
	}
	return out
}

func NewShownJSON(d sender.Delivery, r sender.Request, attempts []sender.Attempt) ShownJSON {
	v := ShownJSON{NewDeliveryJSON(d), NewRequestJSON(r), []attemptJSON{}}
	for _, at := range attempts {
		v.Tries = append(v.Tries, attemptJSON{at.N, TimeJSON(at.StartedAt), at.Duration.Milliseconds(), at.HTTPStatus, at.Error,
			at.Answer, newHeadersJSON(at.Headers), newHeadersJSON(at.AnswerHeaders)})
	}
	return v
}

func NewRequestJSON(r sender.Request) RequestJSON {
	return RequestJSON{r.Method, r.URL, newHeadersJSON(r.Headers), string(r.Body), r.Size}
}

func newHeadersJSON(headers []sender.RequestHeader) []headerJSON {
	v := make([]headerJSON, len(headers))
	for i, h := range headers {
		v[i] = headerJSON{h.Name, h.Value}
	}
	return v
}
