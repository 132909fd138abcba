package tui

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// whatOf is what an error says, without its operation: what was asked for is what the pane shows.
func whatOf(err error) string {
	if e, ok := errors.AsType[*jenkins.Error](err); ok {
		bare := *e
		bare.Op = ""
		err = &bare
	}
	return clean(err.Error())
}

// hintOf is what an error says that a person can do about it, as a sentence.
func hintOf(err error) string {
	var h interface{ Hint() string }
	if !errors.As(err, &h) || clean(h.Hint()) == "" {
		return ""
	}
	hint := sentence(clean(h.Hint()))
	if strings.ContainsAny(hint[len(hint)-1:], ".?!") {
		return hint
	}
	return hint + "."
}

// sayError is an error with its hint, as one text.
func sayError(err error) string {
	s := whatOf(err)
	if h := hintOf(err); h != "" {
		s += ". " + h
	}
	return s
}

// sentence begins a text of ours with a capital letter. An error may begin with a name, which stays as it is.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || strings.HasPrefix(s, "jenkwatch") {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
