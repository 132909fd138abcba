package jenkins

import "strings"

// CleanLine makes outside text safe to draw on one line.
func CleanLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

func cleanText(s string) string { return CleanLine(s) }
