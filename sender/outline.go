package sender

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// An outline is what may still be shown of a payload that has been removed: its keys in their order, and the values of
// those variables that Jenkins itself computes. A value that is known as a secret is masked in these, too. The message is
// in it if it is kept for reuse anyway.

const (
	outlineKeys    = 40   // whose values are hidden; of more only the number is shown
	outlineValue   = 256  // bytes of a value
	outlineMessage = 2000 // bytes of the message, or of a template's output
	outlineHidden  = "•••"
)

// shownKeys are the keys whose values an outline has.
var shownKeys = []string{"jobexecutestatus", "job_execute_status", "buildno", "build_number", "build_id",
	"build_url", "build_tag", "job_name", "job_base_name", "job_url", "branch_name", "jenkins_url"}

func showsValue(key string) bool { return slices.Contains(shownKeys, strings.ToLower(key)) }

// Outline returns a payload's outline, in the encoding in which it was sent. It is empty for a payload that is not of the
// plugin's kind.
func Outline(payload []byte, query, message bool, mask func(string) string) string {
	next, pair, comma := nextJSON, `"%s":"%s"`, ","
	text := payload
	if query {
		next, pair, comma = nextQuery, "%s=%s", "&"
	} else {
		if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
			return ""
		}
		text = text[1 : len(text)-1]
	}
	var pairs []string
	hidden := 0
	for len(text) > 0 {
		key, value, rest, ok := next(text)
		if !ok {
			return ""
		}
		text = rest
		shown := outlineHidden
		switch {
		case showsValue(string(key)):
			shown = shorten(mask(string(value)), outlineValue)
		case strings.EqualFold(string(key), "body"):
			if message {
				shown = shorten(mask(string(value)), outlineMessage)
			}
		default:
			if hidden++; hidden > outlineKeys {
				continue
			}
		}
		pairs = append(pairs, fmt.Sprintf(pair, shorten(string(key), outlineValue), shown))
	}
	out := strings.Join(pairs, comma)
	if !query {
		out = "{" + out + "}"
	}
	if more := hidden - outlineKeys; more > 0 {
		out += fmt.Sprintf(" and %d more", more)
	}
	return out
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

// shorten keeps the first bytes of an encoded text, and whole characters and escapes.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = strings.ToValidUTF8(s[:most], "")
	if i := strings.LastIndexAny(s, `\%`); i >= 0 && len(s)-i < len(`\u001b`) {
		s = s[:i]
	}
	return s + "…"
}

// templateOutline returns the outline of a template's output: what it gives when every value that may not be shown is hidden.
func (e Endpoint) templateOutline(n Notification, secrets []string) string {
	mask := MaskOf(secrets)
	if n.Body != nil && !n.keepsBody() {
		n.Body = new(outlineHidden)
	}
	b, err := e.encode(n, func(v Variable) string {
		if !v.Password && !v.Secret && showsValue(v.Name) {
			return mask(v.Value)
		}
		return outlineHidden
	})
	if err != nil {
		return ""
	}
	return shorten(mask(string(b)), outlineMessage)
}
