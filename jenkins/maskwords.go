package jenkins

import (
	"strings"
)

// MaskWords returns text, such as a command, in one line and with each word masked that holds a secret: the others still
// say what the command does.
func (c *Client) MaskWords(text string) string {
	words := strings.Fields(CleanLine(text))
	for i, word := range words {
		name, value, assigns := strings.Cut(word, "=")
		bare := strings.Trim(word, `"'`)
		flag := ""
		if i > 0 && strings.HasPrefix(words[i-1], "-") && !strings.HasPrefix(word, "-") {
			flag = strings.TrimLeft(words[i-1], "-") // --token abc
		}
		switch {
		case strings.Contains(word, "://"):
			words[i] = MaskCredentials(word)
		case assigns && WholeSecret(strings.TrimLeft(name, "-"), strings.Trim(value, `"'`), c.Own):
			words[i] = name + "=" + Masked
		case WholeSecret(flag, bare, c.Own):
			words[i] = Masked
		}
	}
	if shown := strings.Join(words, " "); !hasToken(shown) {
		return shown
	}
	return Masked
}
