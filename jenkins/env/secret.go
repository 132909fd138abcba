package env

import (
	"regexp"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Shown is the value as a screen or an export shows it: a secret is masked unless reveal is true. Of a URL that is
// secret for the credentials in it only those are masked. A password that Jenkins never shows is masked in any case, any
// other value that it does not tell is empty.
func (v Variable) Shown(reveal bool) string {
	switch {
	case !v.Known && !v.Secret:
		return ""
	case !v.Known:
		return jenkins.Masked
	case reveal || !v.Secret:
		return v.Value
	case v.Whole:
		return jenkins.Masked
	}
	if masked := jenkins.MaskCredentials(v.Value); masked != v.Value {
		return masked
	}
	return jenkins.Masked
}

// MarkSecrets sets Secret and Whole where a variable looks like a secret. It never clears them.
func MarkSecrets(vars []Variable, own ...*regexp.Regexp) {
	for i := range vars {
		v := &vars[i]
		v.Whole = v.Whole || v.Password || jenkins.WholeSecret(v.Name, v.Value, own)
		v.Secret = v.Secret || v.Whole || jenkins.MaskCredentials(v.Value) != v.Value
		MarkSecrets(v.Also, own...)
	}
}
