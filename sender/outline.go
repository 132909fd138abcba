package sender

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// An outline is what may still be told of a payload that has been removed: its keys in their order, and the values of
// those variables that Jenkins itself computes. A value that is known as a secret is masked in these, too. The message is
// in it if it is kept for reuse anyway.

const (
	OutlineKeys    = 40   // whose values are hidden; of more only the number is told
	OutlineValue   = 256  // bytes of a value
	outlineMessage = 2000 // bytes of the message, or of a template's output
	outlineHidden  = "•••"
)

// toldKeys are the keys whose values an outline has.
var toldKeys = []string{"jobexecutestatus", "job_execute_status", "buildno", "build_number", "build_id",
	"build_url", "build_tag", "job_name", "job_base_name", "job_url", "branch_name", "jenkins_url"}

func told(key []byte) bool {
	for _, k := range toldKeys {
		if len(k) == len(key) && bytes.EqualFold([]byte(k), key) {
			return true
		}
	}
	return false
}

// Outline is a payload's outline, in the encoding in which it was sent. It is empty for what is no payload of the plugin's
// kind.
func Outline(payload []byte, query, message bool, mask func(string) string) string {
	return string(AppendOutline(nil, payload, query, message, mask))
}

func AppendOutline(b, payload []byte, query, message bool, mask func(string) string) []byte {
	start := len(b)
	next, before, between, after, comma := nextJSON, `"`, `":"`, `"`, byte(',')
	text := payload
	if query {
		next, before, between, after, comma = nextQuery, "", "=", "", '&'
	} else {
		if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
			return b
		}
		text = text[1 : len(text)-1]
		b = append(b, '{')
	}
	hidden, first := 0, true
	for len(text) > 0 {
		key, value, rest, ok := next(text)
		if !ok {
			return b[:start]
		}
		text = rest
		shown := outlineHidden
		switch {
		case told(key):
			shown = Shorten(mask(string(value)), OutlineValue)
		case bytes.EqualFold(key, []byte("body")):
			if message {
				shown = Shorten(mask(string(value)), outlineMessage)
			}
		default:
			if hidden++; hidden > OutlineKeys {
				continue
			}
		}
		if !first {
			b = append(b, comma)
		}
		first = false
		b = append(b, before...)
		if len(key) > OutlineValue {
			key = []byte(Shorten(string(key), OutlineValue))
		}
		b = append(append(b, key...), between...)
		b = append(append(b, shown...), after...)
	}
	if !query {
		b = append(b, '}')
	}
	if more := hidden - OutlineKeys; more > 0 {
		b = fmt.Appendf(b, " and %d more", more)
	}
	return b
}

// nextJSON takes the first pair off the inside of an object as Payload.JSON writes it. What is escaped stays so.
func nextJSON(text []byte) (key, value, rest []byte, ok bool) {
	if key, rest, ok = quoted(text); !ok || len(rest) == 0 || rest[0] != ':' {
		return nil, nil, nil, false
	}
	if value, rest, ok = quoted(rest[1:]); !ok {
		return nil, nil, nil, false
	}
	if len(rest) == 0 {
		return key, value, nil, true
	}
	return key, value, rest[1:], rest[0] == ','
}

func quoted(text []byte) (inside, rest []byte, ok bool) {
	if len(text) == 0 || text[0] != '"' {
		return nil, nil, false
	}
	for at := 1; ; {
		i := bytes.IndexByte(text[at:], '"')
		if i < 0 {
			return nil, nil, false
		}
		end := at + i
		slashes := 0
		for text[end-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return text[1:end], text[end+1:], true
		}
		at = end + 1
	}
}

func nextQuery(text []byte) (key, value, rest []byte, ok bool) {
	pair, rest, _ := bytes.Cut(text, []byte{'&'})
	key, value, ok = bytes.Cut(pair, []byte{'='})
	return key, value, rest, ok
}

// Shorten keeps the first bytes of an encoded text, and whole characters and escapes.
func Shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = strings.ToValidUTF8(s[:most], "")
	if i := strings.LastIndexAny(s, `\%`); i >= 0 && len(s)-i < len(`\u001b`) {
		s = s[:i]
	}
	return s + "…"
}

// TemplateOutline is the outline of a template's output: what it gives when every value that may not be told is hidden.
func (e Endpoint) TemplateOutline(n Notification, secrets []string) string {
	mask := MaskOf(secrets)
	if n.Body != nil && !n.Kept() {
		n.Body = new(outlineHidden)
	}
	b, err := e.Encode(n, func(v Variable) string {
		if !v.Password && !v.Secret && told([]byte(v.Name)) {
			return mask(v.Value)
		}
		return outlineHidden
	})
	if err != nil {
		return ""
	}
	return Shorten(mask(string(b)), outlineMessage)
}

// MaskOf masks these secrets in texts; the means to do so are made when there is one to mask in.
func MaskOf(secrets []string) func(string) string {
	if !slices.ContainsFunc(secrets, func(s string) bool { return s != "" }) {
		return func(text string) string { return text }
	}
	secrets = slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return s == "" })
	var set secretSet
	return func(text string) string {
		if set.r == nil {
			set = newSecretSet(secrets)
		}
		return set.mask(text)
	}
}
