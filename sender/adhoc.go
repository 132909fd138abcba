package sender

import (
	"encoding/json"
)

// storedEndpoint is an endpoint given ad hoc as the database holds it until its notification has ended. References stay
// references; literal values are stored as they are.
type storedEndpoint struct {
	URL     string         `json:"url"`
	Method  string         `json:"method"`
	Headers []storedHeader `json:"headers,omitempty"`
	Timeout Duration       `json:"timeout,omitempty"`
	TLS     TLS            `json:"tls"`
	Proxy   string         `json:"proxy,omitempty"`
	Retry   Retry          `json:"retry"`
	Key     *bool          `json:"idempotency_key,omitempty"`
	Sign    string         `json:"sign,omitempty"`
}

type storedHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// EncodeEndpoint returns an endpoint given ad hoc as the outbox stores it. Literal values stand in the text as they are.
func EncodeEndpoint(e Endpoint) (string, error) {
	s := storedEndpoint{URL: e.URL.text, Method: e.Method, Timeout: e.Timeout, TLS: e.TLS, Proxy: e.Proxy.text,
		Retry: e.Retry, Key: e.IdempotencyKey, Sign: e.Sign.text}
	for _, h := range e.Headers {
		s.Headers = append(s.Headers, storedHeader{h.Name, h.Value.text})
	}
	b, err := json.Marshal(s)
	return string(b), err
}

// DecodeEndpoint reads what EncodeEndpoint wrote.
func DecodeEndpoint(text string) (Endpoint, error) {
	var s storedEndpoint
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return Endpoint{}, err
	}
	e := Endpoint{URL: Reference{s.URL}, Method: s.Method, Timeout: s.Timeout, TLS: s.TLS, Proxy: Reference{s.Proxy},
		Retry: s.Retry, IdempotencyKey: s.Key, Sign: Reference{s.Sign}}
	for _, h := range s.Headers {
		e.Headers = append(e.Headers, Header{h.Name, Reference{h.Value}})
	}
	return e, nil
}
