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

// CompareKeys orders keys as the plugin's map does: rune by rune, folded to upper and then to lower case.
func CompareKeys(a, b string) int {
	for a != "" && b != "" {
		if ca, cb := a[0], b[0]; ca < utf8.RuneSelf && cb < utf8.RuneSelf { // nearly all are
			if ca != cb {
				if fa, fb := asciiLower(ca), asciiLower(cb); fa != fb {
					return cmp.Compare(fa, fb)
				}
			}
			a, b = a[1:], b[1:]
			continue
		}
		ra, na := utf8.DecodeRuneInString(a)
		rb, nb := utf8.DecodeRuneInString(b)
		if ra != rb {
			fa, fb := unicode.ToLower(unicode.ToUpper(ra)), unicode.ToLower(unicode.ToUpper(rb))
			if fa != fb {
				return cmp.Compare(fa, fb)
			}
		}
		a, b = a[na:], b[nb:]
	}
	return cmp.Compare(len(a), len(b))
}

func asciiLower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// Get looks a key up without regard to case.
func (p Payload) Get(key string) (string, bool) {
	i, ok := p.find(key)
	if !ok {
		return "", false
	}
	return p[i].Value, true
}

func (p Payload) find(key string) (int, bool) {
	return slices.BinarySearchFunc(p, key, func(e Pair, k string) int { return CompareKeys(e.Key, k) })
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
		p = append(p, Pair{Valid(v.Name), Valid(v.Value)})
	}
	slices.SortStableFunc(p, func(a, b Pair) int { return CompareKeys(a.Key, b.Key) })
	out := p[:0]
	for _, e := range p {
		if n := len(out); n > 0 && CompareKeys(out[n-1].Key, e.Key) == 0 {
			out[n-1].Value = e.Value
			continue
		}
		out = append(out, e)
	}
	return out
}

// Payload makes the map that the plugin would send for n: its variables, buildNo (a copy of BUILD_NUMBER, or of Number
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
		p.set("jobExecuteStatus", Valid(n.Status))
		p.set("JOB_EXECUTE_STATUS", Valid(n.Status))
	}
	if n.Body != nil {
		p.set("body", Valid(*n.Body))
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

// Valid replaces bytes that are no UTF-8, which neither encoding can carry.
func Valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// JSON is the payload as the plugin's POST, PUT and DELETE carry it.
func (p Payload) JSON() []byte {
	size := 2
	for _, e := range p {
		size += len(e.Key) + len(e.Value) + 8
	}
	b := append(make([]byte, 0, size), '{')
	for i, e := range p {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendPair(b, e.Key, e.Value)
	}
	return append(b, '}')
}

func appendPair(b []byte, key, value string) []byte {
	b = append(b, '"')
	b = AppendJSON(b, key)
	b = append(b, '"', ':', '"')
	b = AppendJSON(b, value)
	return append(b, '"')
}

const lowerHex, upperHex = "0123456789abcdef", "0123456789ABCDEF"

// AppendJSON escapes as the plugin's encoder does, not as Go's: / < > & DEL U+0085 and U+2028 stay as they are.
func AppendJSON(b []byte, s string) []byte {
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

// Query is the payload as the plugin's GET carries it behind the question mark.
func (p Payload) Query() []byte {
	var b []byte
	for i, e := range p {
		if i > 0 {
			b = append(b, '&')
		}
		b = AppendQuery(b, e.Key)
		b = append(b, '=')
		b = AppendQuery(b, e.Value)
	}
	return b
}

// AppendQuery escapes as Java's URLEncoder does, not as Go's: * stays and ~ becomes %7E.
func AppendQuery(b []byte, s string) []byte {
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
