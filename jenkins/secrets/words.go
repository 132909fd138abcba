package secrets

import (
	"regexp"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// MaskWords returns text, such as a command, cleaned, in one line and with each word masked that holds a secret: the others
// still say what the command does.
func MaskWords(text string, own []*regexp.Regexp) string {
	words := strings.Fields(clean.Line(text))
	long := false // without a long word it holds no token
	for i, word := range words {
		long = long || len(word) >= len("-----BEGIN")
		name, value, assigns := strings.Cut(word, "=")
		bare := strings.Trim(word, `"'`)
		flag := ""
		if i > 0 && strings.HasPrefix(words[i-1], "-") && !strings.HasPrefix(word, "-") {
			flag = strings.TrimLeft(words[i-1], "-") // --token abc
		}
		switch {
		case strings.Contains(word, "://"):
			words[i] = MaskCredentials(word)
		case assigns && Whole(strings.TrimLeft(name, "-"), strings.Trim(value, `"'`), own):
			words[i] = name + "=" + Masked
		case Whole(flag, bare, own):
			words[i] = Masked
		}
	}
	shown := strings.Join(words, " ")
	if long && hasToken(shown) {
		return Masked
	}
	return shown
}
