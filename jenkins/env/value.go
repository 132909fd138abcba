package env

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"
)

// PathList returns the entries of a PATH-like value, one directory or file each; nil when the value is none.
func PathList(value string) []string {
	sep := listSeparator(value)
	if sep == 0 {
		return nil
	}
	return strings.Split(value, string(sep))
}

// listSeparator returns : or ; where the value is a list of paths separated by it, else 0. Two entries or more, most of them
// absolute paths: so no URL, no time and no host:port is a list.
func listSeparator(value string) byte {
	for _, sep := range []byte{';', ':'} {
		n := strings.Count(value, string(sep))
		if n == 0 || strings.ContainsRune(value, '\n') {
			continue
		}
		paths, others := 0, 0
		for entry := range strings.SplitSeq(value, string(sep)) {
			switch {
			case entry == "" || entry == ".":
			case sep == ':' && strings.HasPrefix(entry, "//"):
				return 0 // the rest of a URL
			case isPath(entry):
				paths++
			default:
				others++
			}
		}
		if paths >= 2 && paths > others || paths == 1 && others == 0 {
			return sep
		}
	}
	return 0
}

// isPath reports whether an entry is an absolute path, of a Unix or of Windows, or begins with a variable.
func isPath(entry string) bool {
	return strings.HasPrefix(entry, "/") || strings.HasPrefix(entry, "~/") || strings.HasPrefix(entry, "./") ||
		strings.HasPrefix(entry, "$") || strings.HasPrefix(entry, "%") || strings.HasPrefix(entry, `\\`) ||
		len(entry) > 2 && entry[1] == ':' && (entry[2] == '\\' || entry[2] == '/')
}

// PrettyJSON returns a value that is a JSON object or array, indented by two spaces. A number or a string alone is not.
func PrettyJSON(value string) (string, bool) {
	text := strings.TrimSpace(value)
	if text == "" || text[0] != '{' && text[0] != '[' {
		return "", false
	}
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "", "  "); err != nil {
		return "", false
	}
	return b.String(), true
}

// DecodeBase64 returns what a value holds in base64, standard or URL alphabet, padded or not, over several lines or one. Only
// text comes back: an answer that is not UTF-8 or holds control characters is not an answer.
func DecodeBase64(value string) (string, bool) {
	text := strings.Join(strings.Fields(value), "")
	text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
	if len(text) < 4 {
		return "", false
	}
	data, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || !utf8.Valid(data) || bytes.ContainsFunc(data, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f
	}) {
		return "", false
	}
	return string(data), true
}

// DecodeURL returns a percent-encoded value decoded; false when there is nothing to decode. A + stays: only in a query is it
// a space.
func DecodeURL(value string) (string, bool) {
	decoded, err := url.PathUnescape(value)
	if err != nil || decoded == value || !utf8.ValidString(decoded) {
		return "", false
	}
	return decoded, true
}
