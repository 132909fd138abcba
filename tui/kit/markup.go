package kit

import (
	"html"
	"strings"
)

// markupTags are what Jenkins' safe HTML formatter lets through. Those that begin a line of their own are true.
var markupTags = map[string]bool{"a": false, "b": false, "i": false, "u": false, "em": false, "strong": false, "span": false, "font": false,
	"code": false, "small": false, "big": false, "sub": false, "sup": false, "tt": false, "s": false, "strike": false, "del": false, "ins": false,
	"img": false, "td": true, "th": true, "br": true, "p": true, "div": true, "li": true, "ul": true, "ol": true, "tr": true, "table": true,
	"tbody": true, "thead": true, "hr": true, "pre": true, "h1": true, "h2": true, "h3": true, "h4": true, "blockquote": true}

// WithoutMarkup returns a description as it reads on Jenkins' page, where it may be HTML: pipelines like to set links and
// colours. Text without such tags stays as it is, whatever < and & are in it.
func WithoutMarkup(s string) string {
	var b strings.Builder
	found := false
	for rest := s; ; {
		before, after, ok := strings.Cut(rest, "<")
		b.WriteString(before)
		if !ok {
			break
		}
		name, end := tagOf(after)
		apart, known := markupTags[name]
		if !known {
			b.WriteByte('<')
			rest = after
			continue
		}
		if found = true; apart {
			b.WriteByte(' ')
		}
		rest = after[end:]
	}
	if !found {
		return s
	}
	return html.UnescapeString(strings.Join(strings.Fields(b.String()), " "))
}

// tagOf returns the name of the tag that goes on in s, and where what follows it begins; empty if it is none.
func tagOf(s string) (name string, end int) {
	end = strings.IndexByte(s, '>')
	if end < 0 || strings.IndexByte(s[:end], '<') >= 0 {
		return "", 0
	}
	name = strings.TrimPrefix(s[:end], "/")
	if i := strings.IndexAny(name, " /\t\n"); i >= 0 {
		name = name[:i]
	}
	return strings.ToLower(name), end + 1
}
