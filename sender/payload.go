package sender

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pair is one key of a payload and its value.
type Pair struct{ Key, Value string }

// Payload is the plugin's map: keys are compared without regard to case, and stand in the order of their lower case.
type Payload []Pair

// compareKeys orders keys as the plugin's map does: rune by rune, folded to upper and then to lower case.
func compareKeys(a, b string) int {
	for a != "" && b != "" {
		ra, na := utf8.DecodeRuneInString(a)
		rb, nb := utf8.DecodeRuneInString(b)
		if c := cmp.Compare(unicode.ToLower(unicode.ToUpper(ra)), unicode.ToLower(unicode.ToUpper(rb))); c != 0 {
			return c
		}
		a, b = a[na:], b[nb:]
	}
	return cmp.Compare(len(a), len(b))
}

// Get returns the value of a key, which it finds without regard to case.
func (p Payload) Get(key string) (string, bool) {
	i, ok := p.find(key)
	if !ok {
		return "", false
	}
	return p[i].Value, true
}

func (p Payload) find(key string) (int, bool) {
	return slices.BinarySearchFunc(p, key, func(e Pair, k string) int { return compareKeys(e.Key, k) })
}

// set puts a value in. A key that is there already, in whatever case, keeps its spelling.
func (p *Payload) set(key, value string) {
	i, ok := p.find(key)
	if ok {
		(*p)[i].Value = value
		return
	}
	*p = slices.Insert(*p, i, Pair{key, value})
}

// newPayload sorts the variables once; later ones win, the first spelling stays.
func newPayload(vars []Variable) Payload {
	p := make(Payload, 0, len(vars)+4)
	for _, v := range vars {
		p = append(p, Pair{valid(v.Name), valid(v.Value)})
	}
	slices.SortStableFunc(p, func(a, b Pair) int { return compareKeys(a.Key, b.Key) })
	out := p[:0]
	for _, e := range p {
		if n := len(out); n > 0 && compareKeys(out[n-1].Key, e.Key) == 0 {
			out[n-1].Value = e.Value
			continue
		}
		out = append(out, e)
	}
	return out
}

// Payload returns the map that the plugin would send for n: its variables, buildNo (a copy of BUILD_NUMBER, or of Number
// where no such variable is given), the status twice, and the body if there is one. Without a build there is no buildNo,
// without a status no status.
func (n Notification) Payload() Payload {
	p := newPayload(n.Variables)
	if number, ok := p.Get("BUILD_NUMBER"); ok {
		p.set("buildNo", number)
	} else if n.Number > 0 {
		p.set("buildNo", strconv.Itoa(n.Number))
	}
	if n.Status != "" {
		p.set("jobExecuteStatus", valid(n.Status))
		p.set("JOB_EXECUTE_STATUS", valid(n.Status))
	}
	if n.Body != nil {
		p.set("body", valid(*n.Body))
	}
	return p
}

// checkText refuses what a payload cannot carry unchanged.
func (n Notification) checkText() error {
	bad := func(what string) error {
		return &Error{Kind: BadPayload, What: what + " is not UTF-8", Fix: "convert it first, for example with iconv -t UTF-8"}
	}
	if n.Body != nil && !utf8.ValidString(*n.Body) {
		return bad("the message")
	}
	for _, v := range n.Variables {
		if !utf8.ValidString(v.Name) {
			return bad(fmt.Sprintf("the name of variable %q", v.Name))
		}
		if !utf8.ValidString(v.Value) {
			return bad("the value of " + v.Name)
		}
	}
	return nil
}

// valid replaces bytes that are no UTF-8, which neither encoding can carry.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// JSON returns the payload as the plugin's POST, PUT and DELETE carry it.
func (p Payload) JSON() []byte {
	b := []byte{'{'}
	for i, e := range p {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSON(append(b, '"'), e.Key), `":"`...)
		b = append(appendJSON(b, e.Value), '"')
	}
	return append(b, '}')
}

const lowerHex, upperHex = "0123456789abcdef", "0123456789ABCDEF"

// appendJSON escapes as the plugin's encoder does, not as Go's: / < > & DEL U+0085 and U+2028 stay as they are.
func appendJSON(b []byte, s string) []byte {
	at := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[at:i]...)
		at = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', lowerHex[c>>4], lowerHex[c&15])
		}
	}
	return append(b, s[at:]...)
}

// Query returns the payload as the plugin's GET carries it behind the question mark.
func (p Payload) Query() []byte {
	var b []byte
	for i, e := range p {
		if i > 0 {
			b = append(b, '&')
		}
		b = appendQuery(b, e.Key)
		b = append(b, '=')
		b = appendQuery(b, e.Value)
	}
	return b
}

// appendQuery escapes as Java's URLEncoder does, not as Go's: * stays and ~ becomes %7E.
func appendQuery(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("*-._", c) >= 0:
			b = append(b, c)
		case c == ' ':
			b = append(b, '+')
		default:
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return b
}
