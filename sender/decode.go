package sender

import (
	"encoding/json"
	"errors"
	"fmt"
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
	BuildURL   string     // BUILD_URL: which controller it belongs to is told by its path
	Body       *string    // nil: none
	Variables  []Variable // in the order they came, without the keys that the plugin adds
	Key        string     // Idempotency-Key, if the sender gave one
	Repeat     bool       // the same bytes came within the last minute: the plugin sends some pushes twice
}

// MaxKeys bounds a push: a build has some dozens of variables, a wild one some thousands.
const MaxKeys = 20_000

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
		err = fmt.Errorf("the object is empty")
	}
	if err != nil {
		return Push{}, err
	}
	return TakeApart(method, p), nil
}

// TakeApart removes the keys that the plugin adds. Where a parameter of that name in another case was there first, the
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

// Notification makes a notification that says the same.
func (p Push) Notification() Notification {
	return Notification{Job: p.Job, Number: p.Number, Status: p.Status, Body: p.Body, Variables: p.Variables}
}

// collect sorts the pairs and refuses a key that comes twice: the plugin's map cannot hold one.
func collect(pairs []Pair) (Payload, error) {
	for sorted := false; ; sorted = true {
		order := -1
		for i := 1; i < len(pairs) && order < 0; i++ {
			if order = CompareKeys(pairs[i-1].Key, pairs[i].Key); order == 0 {
				return nil, fmt.Errorf("the key %.80q comes twice", pairs[i].Key)
			}
		}
		if order < 0 || sorted {
			return pairs, nil // the plugin's are sorted
		}
		slices.SortStableFunc(pairs, func(a, b Pair) int { return CompareKeys(a.Key, b.Key) })
	}
}

// DecodeJSON reads one flat object of strings. It is written by hand because a receiver does little else: it takes a
// fifth of the time that encoding/json needs, and says what is wrong with a push in words for its sender.
func DecodeJSON(body string) (Payload, error) {
	if !utf8.ValidString(body) {
		return nil, fmt.Errorf("the body is not UTF-8")
	}
	body = strings.TrimPrefix(body, "\ufeff") // some senders write a byte order mark
	s := flatScanner{rest: body}
	if !s.take('{') {
		if json.Valid([]byte(body)) {
			return nil, fmt.Errorf("the body is not a JSON object")
		}
		return nil, fmt.Errorf("the body is not JSON")
	}
	pairs := make([]Pair, 0, min(strings.Count(s.rest, `"`)/4, 1000))
	for first := true; !s.take('}'); first = false {
		if !first && !s.take(',') {
			return nil, errNotWhole
		}
		key, ok := s.text()
		if !ok || !s.take(':') {
			return nil, errNotWhole
		}
		if len(pairs) == MaxKeys {
			return nil, fmt.Errorf("more than %d keys", MaxKeys)
		}
		value, ok := s.text()
		if !ok {
			if s.next() != '"' && s.next() != 0 {
				return nil, fmt.Errorf("the value of %.80q is not a string", key)
			}
			return nil, errNotWhole
		}
		pairs = append(pairs, Pair{key, value})
	}
	if s.next() != 0 || len(s.rest) > 0 {
		return nil, fmt.Errorf("something follows the JSON object")
	}
	return collect(pairs)
}

var errNotWhole = errors.New("the body is not whole JSON")

// flatScanner reads JSON from the front of rest.
type flatScanner struct{ rest string }

// next skips white space and gives the byte that follows, 0 at the end.
func (s *flatScanner) next() byte {
	for i := range len(s.rest) {
		if c := s.rest[i]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			s.rest = s.rest[i:]
			return c
		}
	}
	s.rest = ""
	return 0
}

// take steps over c, if that is what follows.
func (s *flatScanner) take(c byte) bool {
	if s.next() != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text reads a string. Nearly all of them hold no escape; encoding/json unescapes the rest.
func (s *flatScanner) text() (string, bool) {
	if s.next() != '"' {
		return "", false
	}
	end := strings.IndexByte(s.rest[1:], '"') + 1
	if end == 0 {
		return "", false
	}
	if text := s.rest[1:end]; !special(text) {
		s.rest = s.rest[end+1:]
		return text, true
	}
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '\\':
			i++
		case c < ' ':
			return "", false
		case c == '"':
			var text string
			if json.Unmarshal([]byte(s.rest[:i+1]), &text) != nil {
				return "", false
			}
			s.rest = s.rest[i+1:]
			return text, true
		}
	}
	return "", false
}

// special tells whether a JSON string holds an escape, or what must be one.
func special(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '\\' {
			return true
		}
	}
	return false
}

// DecodeQuery reads a GET's query. The plugin appends "?" and its map even to a URL that has a query; as it escapes
// every question mark of its own, its map is what follows the last one.
func DecodeQuery(raw string) (Payload, error) {
	raw = raw[strings.LastIndexByte(raw, '?')+1:]
	if raw == "" {
		return nil, fmt.Errorf("the query is empty")
	}
	var pairs []Pair
	for field := range strings.SplitSeq(raw, "&") {
		if len(pairs) == MaxKeys {
			return nil, fmt.Errorf("more than %d keys", MaxKeys)
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
