package sender

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Push is what arrived from the plugin, from sync or from another jenkwatch. It is a claim: parameters of a build can
// replace its JOB_NAME and BUILD_NUMBER, so check it against the API before acting on it.
type Push struct {
	Seq        int64 // its place in the store; 0 before it is stored
	ReceivedAt time.Time
	Method     string
	Status     string     // as pushed; empty when it says none
	Job        string     // JOB_NAME, raw
	Number     int        // BUILD_NUMBER; 0 when it is no number
	BuildURL   string     // BUILD_URL: its path shows which controller it belongs to
	Body       *string    // nil: none
	Variables  []Variable // in the order they came, without the keys that the plugin adds
	Key        string     // Idempotency-Key, if the sender gave one
	Repeat     bool       // the same bytes came within the last minute: the plugin sends some pushes twice
}

// maxKeys bounds a push: a build has dozens of variables, rarely thousands.
const maxKeys = 20_000

// DecodePush reads a push: the body of a POST, PUT or DELETE, or the raw query of a GET. Its errors are texts for a 400
// and quote no values.
func DecodePush(method, rawQuery string, body []byte) (Push, error) {
	if method == "GET" {
		return DecodePushText(method, rawQuery)
	}
	return DecodePushText(method, string(body))
}

// DecodePushText is DecodePush of whatever carries the push.
func DecodePushText(method, text string) (Push, error) {
	decode := DecodeJSON
	if method == "GET" {
		decode = DecodeQuery
	}
	p, err := decode(text)
	if err == nil && len(p) == 0 {
		err = errors.New("the object is empty")
	}
	if err != nil {
		return Push{}, err
	}
	return TakeApart(method, p), nil
}

// TakeApart returns the push that a payload makes, without the keys that the plugin adds. Where a parameter of that name in another case was there first, the
// plugin kept that spelling; such a key remains among the variables too, so that sending it again gives the same bytes.
func TakeApart(method string, p Payload) Push {
	push := Push{Method: method, Variables: make([]Variable, 0, len(p))}
	for _, e := range p {
		switch e.Key {
		case "buildNo", "jobExecuteStatus", "JOB_EXECUTE_STATUS", "body":
		default:
			push.Variables = append(push.Variables, Variable{Name: e.Key, Value: e.Value})
		}
	}
	push.Status, _ = p.Get("jobExecuteStatus")
	if push.Status == "" {
		push.Status, _ = p.Get("JOB_EXECUTE_STATUS")
	}
	if body, ok := p.Get("body"); ok {
		push.Body = &body
	}
	push.Job, _ = p.Get("JOB_NAME")
	push.BuildURL, _ = p.Get("BUILD_URL")
	number, ok := p.Get("BUILD_NUMBER")
	if !ok {
		number, _ = p.Get("buildNo")
	}
	if n, err := strconv.Atoi(number); err == nil && n > 0 {
		push.Number = n
	}
	return push
}

// Notification returns a notification with the same content.
func (p Push) Notification() Notification {
	return Notification{Job: p.Job, Number: p.Number, Status: p.Status, Body: p.Body, Variables: p.Variables}
}

// SameContent reports whether two pushes differ at most in values that are masked in one of them.
func (p *Push) SameContent(q *Push) bool {
	if p.Status != q.Status || (p.Body == nil) != (q.Body == nil) || p.Body != nil && *p.Body != *q.Body {
		return false
	}
	return slices.EqualFunc(p.Variables, q.Variables, func(a, b Variable) bool {
		return a.Name == b.Name && (a.Value == b.Value || a.Secret || a.Password || b.Secret || b.Password)
	})
}

// collect sorts the pairs and refuses a key that comes twice: the plugin's map cannot hold one.
func collect(pairs []Pair) (Payload, error) {
	slices.SortStableFunc(pairs, func(a, b Pair) int { return compareKeys(a.Key, b.Key) })
	for i := 1; i < len(pairs); i++ {
		if compareKeys(pairs[i-1].Key, pairs[i].Key) == 0 {
			return nil, fmt.Errorf("the key %.80q comes twice", pairs[i].Key)
		}
	}
	return pairs, nil
}

// DecodeJSON reads one flat object of strings.
func DecodeJSON(body string) (Payload, error) {
	if !utf8.ValidString(body) {
		return nil, errors.New("the body is not UTF-8")
	}
	in := json.NewDecoder(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))) // some senders write a byte order mark
	start, err := in.Token()
	if err != nil {
		return nil, errors.New("the body is not JSON")
	}
	if start != json.Delim('{') {
		return nil, errors.New("the body is not a JSON object")
	}
	var pairs []Pair
	for in.More() {
		if len(pairs) == maxKeys {
			return nil, fmt.Errorf("more than %d keys", maxKeys)
		}
		key, err := in.Token()
		if err != nil {
			return nil, errNotWhole
		}
		value, err := in.Token()
		if err != nil {
			return nil, errNotWhole
		}
		text, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("the value of %.80q is not a string", key)
		}
		pairs = append(pairs, Pair{key.(string), text})
	}
	if _, err := in.Token(); err != nil {
		return nil, errNotWhole
	}
	if _, err := in.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	return collect(pairs)
}

var errNotWhole = errors.New("the body is not whole JSON")

// DecodeQuery reads a GET's query. The plugin appends "?" and its map even to a URL that has a query; as it escapes
// every question mark of its own, its map is what follows the last one.
func DecodeQuery(raw string) (Payload, error) {
	raw = raw[strings.LastIndexByte(raw, '?')+1:]
	if raw == "" {
		return nil, errors.New("the query is empty")
	}
	var pairs []Pair
	for field := range strings.SplitSeq(raw, "&") {
		if len(pairs) == maxKeys {
			return nil, fmt.Errorf("more than %d keys", maxKeys)
		}
		k, v, ok := strings.Cut(field, "=")
		key, err1 := url.QueryUnescape(k)
		value, err2 := url.QueryUnescape(v)
		if !ok || err1 != nil || err2 != nil || !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, fmt.Errorf("field %d of the query cannot be read", len(pairs)+1)
		}
		pairs = append(pairs, Pair{key, value})
	}
	return collect(pairs)
}
