package kit

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// Shown returns a variable's value as it is drawn: what looks like a secret is masked.
func (s *Shared) Shown(controller string, v env.Variable) string {
	vars := []env.Variable{v}
	env.MarkSecrets(vars, s.Own(controller)...)
	return s.Masks(vars[0].Shown(false))
}

// Masks is text with its masks in the signs that the screen is drawn with.
func (s *Shared) Masks(text string) string {
	if s.Glyphs.Mask == UnicodeGlyphs.Mask {
		return text
	}
	return strings.ReplaceAll(text, UnicodeGlyphs.Mask, s.Glyphs.Mask)
}
