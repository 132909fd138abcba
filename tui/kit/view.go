package kit

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// Shown returns a variable's value as it is drawn: what looks like a secret is masked.
func (s *Shared) Shown(controller string, v env.Variable) string {
	vars := []env.Variable{v}
	env.MarkSecrets(vars, s.Own(controller)...)
	return s.Masks(vars[0].Shown(false))
}

// Parameter is the value that a run was given for a parameter, in one line, masked if it is secret. It is empty if Jenkins does not
// tell it.
func (s *Shared) Parameter(controller string, p *jenkins.Parameter) string {
	given, known := p.Given()
	return Clean(LineEnds(s.Shown(controller, env.Variable{Name: p.Name, Value: given, Known: known, Secret: p.Secret, MaskWhole: p.Secret})))
}

// Masks is text with its masks in the signs that the screen is drawn with.
func (s *Shared) Masks(text string) string {
	if s.Glyphs.Mask == UnicodeGlyphs.Mask {
		return text
	}
	return strings.ReplaceAll(text, UnicodeGlyphs.Mask, s.Glyphs.Mask)
}
